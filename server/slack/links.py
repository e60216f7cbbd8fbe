"""Linking a Slack user to an account: a one-time link, shown in Slack and opened where they are logged in."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from core.errors import Conflict, NotFound
from core.ids import derived_id, new_id
from core.scope import Scope
from core.timezones import is_zone
from db.audit_log import AUDIT_LOG, AuditEntry
from db.slack_codes import SLACK_CODES, SlackCode
from db.slack_installations import SlackInstallation
from db.slack_links import SLACK_LINKS, SlackLink
from server.slack.ground import SlackGround

LIFETIME: Final = timedelta(minutes=15)
NOT_AGAIN_FOR: Final = timedelta(minutes=1)
NO_CODE: Final = (
    "This link was used already, is too old, or is for people of another account. Ask the app in Slack for a new one."
)


@dataclass(frozen=True, slots=True)
class Linked:
    """Whom a Slack user is now, and the workspace it was said in."""

    link: SlackLink
    code: SlackCode


class Links:
    """Makes and takes back links."""

    def __init__(self, ground: SlackGround) -> None:
        self._ground = ground

    async def offer(
        self, installation: SlackInstallation, slack_user_id: str, slack_name: str, timezone: str | None = None
    ) -> str | None:
        """Return the address of a fresh link for a Slack user; None if they were given one a moment ago."""
        codes = self._ground.repository(SLACK_CODES, self._ground.of_tenant(installation.user_id))
        now = self._ground.clock.now()
        given = {"slack_user_id": slack_user_id, "expires_at": {"$gt": now + LIFETIME - NOT_AGAIN_FOR}}
        known = await codes.find_one(given)
        if known is not None and known.used_at is None and known.team_id == installation.team_id:
            return None
        token = secrets.token_urlsafe(32)
        code = SlackCode(
            code_id=_code_id(token),
            team_id=installation.team_id,
            team_name=installation.team_name,
            slack_user_id=slack_user_id,
            slack_name=slack_name,
            timezone=timezone,
            expires_at=now + LIFETIME,
        )
        await codes.insert(code)
        return f"{self._ground.home(installation)}/slack/link/{token}"

    async def read(self, scope: Scope, token: str) -> SlackCode:
        """Return what a link would do for this person; NotFound if it would do nothing."""
        codes = self._ground.repository(SLACK_CODES, scope)
        code = await codes.find_one({"code_id": _code_id(token)})
        if code is None or code.used_at is not None or code.expires_at <= self._ground.clock.now():
            raise NotFound(NO_CODE)
        return code

    async def use(self, scope: Scope, token: str) -> Linked:
        """Link the Slack user to the person who is logged in. Of two at once, one does."""
        code = await self.read(scope, token)
        codes = self._ground.repository(SLACK_CODES, scope)
        try:
            await codes.update(code.code_id, {"used_at": self._ground.clock.now()}, where={"used_at": None})
        except Conflict:
            raise NotFound(NO_CODE) from None
        link = await self.link(scope, code.team_id, code.slack_user_id, code.slack_name, code.timezone)
        return Linked(link, code)

    async def link(
        self, scope: Scope, team_id: str, slack_user_id: str, slack_name: str, timezone: str | None = None
    ) -> SlackLink:
        """Store that a Slack user is this person, in place of whoever they were before.

        Their timezone in Slack is the person's where none is known.
        """
        if await self._ground.desk.seen_in(scope.actor_id, timezone):
            self._ground.callers.forget(scope.actor_id)
        links = self._ground.repository(SLACK_LINKS, scope)
        fields = {"actor_id": scope.actor_id, "slack_name": slack_name, "linked_at": self._ground.clock.now()}
        link_id = derived_id(SLACK_LINKS.id_prefix, scope.user_id, team_id, slack_user_id)
        new = {"link_id": link_id, "team_id": team_id, "slack_user_id": slack_user_id, **fields}
        stored = await links.insert_once(SlackLink.model_validate(new))
        if stored.actor_id != scope.actor_id:
            stored = await links.update(link_id, fields)
        await self._audit(scope, "slack.linked", stored)
        return stored

    async def unlink(self, scope: Scope, link_id: str) -> None:
        """Forget who a Slack user is: their own link, or any of the account for its owner."""
        links = self._ground.repository(SLACK_LINKS, scope)
        link = await links.get(link_id)
        if scope.actor_id not in {link.actor_id, scope.user_id}:
            raise NotFound(f"There is no link {link_id}, or it is not yours. Check the id.")
        await links.delete(link_id)
        await self._audit(scope, "slack.unlinked", link)

    async def _audit(self, scope: Scope, action: str, link: SlackLink) -> None:
        entry = AuditEntry(
            audit_id=new_id("aud"),
            action=action,
            resource_type="slack_link",
            resource_id=link.link_id,
            actor_id=scope.actor_id,
            details={"team_id": link.team_id, "slack_user_id": link.slack_user_id, "linked_as": link.actor_id},
        )
        await self._ground.repository(AUDIT_LOG, scope).insert(entry)


def zone_in_slack(slack_user: Mapping[str, Any]) -> str | None:
    """Return the timezone of a Slack user as ``users.info`` tells it, if it is one."""
    named = slack_user.get("tz")
    return named if isinstance(named, str) and is_zone(named) else None


def _code_id(token: str) -> str:
    return derived_id(SLACK_CODES.id_prefix, token)
