"""Installing the app in a workspace (OAuth v2), and taking it out again."""

import secrets
from datetime import timedelta
from typing import Any, Final
from urllib.parse import urlencode

import structlog

from core.errors import AppError, Conflict, Forbidden, NotConfigured, PlatformError, Rejected
from core.ids import derived_id, new_id
from core.json_text import inner_object
from core.scope import Scope
from db.audit_log import AUDIT_LOG, AuditEntry
from db.connection_attempts import CONNECTION_ATTEMPTS, ConnectionAttempt
from db.slack_installations import SLACK_INSTALLATIONS, SlackInstallation
from server.slack.ground import PLATFORM, SlackGround
from server.slack.links import Links, zone_in_slack

log = structlog.get_logger(__name__)

# Kept in step with the manifest in docs/integrating.md by a test.
SCOPES: Final = (
    "app_mentions:read",
    "assistant:write",
    "channels:history",
    "channels:read",
    "chat:write",
    "commands",
    "files:read",
    "files:write",
    "groups:history",
    "groups:read",
    "im:history",
    "im:read",
    "im:write",
    "users:read",
)
LIFETIME: Final = timedelta(minutes=15)
STALE: Final = "This way to install was used already or took too long. Start again."


class Installs:
    """Brings the app into workspaces. A workspace works for one account."""

    def __init__(self, ground: SlackGround, links: Links) -> None:
        self._ground = ground
        self._links = links

    @property
    def ready(self) -> bool:
        """Whether the operator has registered an app at Slack."""
        settings = self._ground.settings
        return bool(settings.slack_client_id and settings.slack_client_secret.get_secret_value())

    async def start(self, scope: Scope, redirect_uri: str) -> str:
        """Begin to install: remember who does, and return where to send them."""
        scope.require_write()
        if not self.ready:
            raise NotConfigured(
                "Slack is not set up here. Set SLACK_CLIENT_ID, SLACK_CLIENT_SECRET and SLACK_SIGNING_SECRET."
            )
        state = secrets.token_urlsafe(32)
        attempt = ConnectionAttempt(
            attempt_id=_attempt_id(state),
            actor_id=scope.actor_id,
            platform=PLATFORM,
            redirect_uri=redirect_uri,
            expires_at=self._ground.clock.now() + LIFETIME,
        )
        await self._ground.repository(CONNECTION_ATTEMPTS, scope).insert(attempt)
        asked = {
            "client_id": self._ground.settings.slack_client_id,
            "scope": ",".join(SCOPES),
            "redirect_uri": redirect_uri,
            "state": state,
        }
        return f"{self._ground.base}/oauth/v2/authorize?{urlencode(asked)}"

    async def finish(self, scope: Scope, state: str, code: str, home: str) -> SlackInstallation:
        """Take back the person who went to Slack, and store what they agreed to.

        Conflict if the state was used, is too old or another person's, or if the workspace works for another account.
        """
        scope.require_write()
        attempt = await self._used(scope, state)
        if not code:
            raise Forbidden("The app was not installed: nobody agreed to it in Slack. Start again.")
        granted = await self._granted(code, attempt.redirect_uri)
        installation = await self._store(scope, granted, home)
        installer = inner_object(granted.get("authed_user")).get("id")
        if isinstance(installer, str) and installer:
            timezone = await self._timezone_of(str(granted.get("access_token", "")), installer)
            await self._links.link(scope, installation.team_id, installer, "", timezone)
        return installation

    async def _timezone_of(self, token: str, slack_user_id: str) -> str | None:
        """Return the timezone a Slack user has chosen there; None where Slack does not say."""
        try:
            told = await self._ground.api(token).call("users.info", {"user": slack_user_id}, form=True)
        except PlatformError as error:
            log.info("slack does not say in which timezone", reason=error.message)
            return None
        return zone_in_slack(inner_object(told.get("user")))

    async def uninstall(self, scope: Scope, installation_id: str) -> None:
        """Take the app out of the workspace, and forget all that is kept of it."""
        scope.require_write()
        found = await self._ground.repository(SLACK_INSTALLATIONS, scope).get(installation_id, reveal=True)
        settings = self._ground.settings
        secret = settings.slack_client_secret.get_secret_value()
        try:
            given = {"client_id": settings.slack_client_id, "client_secret": secret}
            await self._ground.api(found.bot_token).call("apps.uninstall", given, form=True)
        except AppError as error:
            log.warning("slack not told of its uninstalling", team_id=found.team_id, reason=error.message)
        await self.forget(found.team_id)

    async def forget(self, team_id: str) -> None:
        """Remove everything kept of a workspace, whenever it was installed."""
        await self._ground.store.forget_workspace(team_id, self._ground.clock.now() + timedelta(days=1))

    async def _granted(self, code: str, redirect_uri: str) -> dict[str, Any]:
        settings = self._ground.settings
        given = {
            "client_id": settings.slack_client_id,
            "client_secret": settings.slack_client_secret.get_secret_value(),
            "code": code,
            "redirect_uri": redirect_uri,
        }
        granted = await self._ground.api().call("oauth.v2.access", given, form=True)
        if granted.get("is_enterprise_install") or not inner_object(granted.get("team")).get("id"):
            raise Rejected("The app is installed in one workspace, not in a whole organisation. Choose a workspace.")
        if granted.get("refresh_token"):
            raise Rejected("Token rotation is on for this Slack app. Turn it off in the app's settings, then install.")
        return granted

    async def _store(self, scope: Scope, granted: dict[str, Any], home: str) -> SlackInstallation:
        team = inner_object(granted.get("team"))
        team_id = str(team["id"])
        fields: dict[str, Any] = {
            "team_name": str(team.get("name") or ""),
            "enterprise_id": inner_object(granted.get("enterprise")).get("id"),
            "app_id": str(granted.get("app_id") or ""),
            "bot_user_id": str(granted.get("bot_user_id") or ""),
            "bot_token": str(granted.get("access_token") or ""),
            "scopes": str(granted.get("scope") or "").split(","),
            "installed_by": scope.actor_id,
            "installed_at": self._ground.clock.now(),
            "home": home,
            "broken": None,
        }
        repository = self._ground.repository(SLACK_INSTALLATIONS, scope)
        known = await self._ground.store.installation(team_id)
        if known is not None and known.user_id != scope.user_id:
            raise Conflict(
                "This workspace works for another account here. Take the app out of the workspace in Slack first."
            )
        if known is not None:
            stored = await repository.update(known.installation_id, fields)
        else:
            installation_id = new_id(SLACK_INSTALLATIONS.id_prefix)
            new = {"installation_id": installation_id, "team_id": team_id, **fields}
            stored = await repository.insert(SlackInstallation.model_validate(new))
        entry = AuditEntry(
            audit_id=new_id("aud"),
            action="slack.installed",
            resource_type="slack_installation",
            resource_id=stored.installation_id,
            actor_id=scope.actor_id,
            details={"team_id": team_id, "team_name": stored.team_name},
        )
        await self._ground.repository(AUDIT_LOG, scope).insert(entry)
        return stored

    async def _used(self, scope: Scope, state: str) -> ConnectionAttempt:
        """Use a state up; of two at once, one gets it."""
        repository = self._ground.repository(CONNECTION_ATTEMPTS, scope)
        now = self._ground.clock.now()
        attempt = await repository.find_one({"attempt_id": _attempt_id(state)})
        mine = attempt is not None and (attempt.platform, attempt.actor_id) == (PLATFORM, scope.actor_id)
        if attempt is None or not mine or attempt.expires_at <= now:
            raise Conflict(STALE)
        try:
            return await repository.update(attempt.attempt_id, {"used_at": now}, where={"used_at": None})
        except Conflict:
            raise Conflict(STALE) from None


def _attempt_id(state: str) -> str:
    return derived_id(CONNECTION_ATTEMPTS.id_prefix, PLATFORM, state)
