"""Who somebody in Slack is to us: a person of the account the workspace belongs to, or nobody."""

from datetime import UTC, datetime
from typing import Final

from core.errors import AppError, NotAuthenticated
from core.scope import Scope
from db.slack_installations import SlackInstallation
from db.slack_links import SLACK_LINKS
from server.auth.tokens import Login
from server.slack.escaping import escaped
from server.slack.ground import SlackGround

NO_END: Final = datetime(9999, 1, 1, tzinfo=UTC)


class People:
    """Looks people up. What they may do is read at that moment, so that a removed member can do nothing more."""

    def __init__(self, ground: SlackGround) -> None:
        self._ground = ground

    async def scope(self, installation: SlackInstallation, slack_user_id: str) -> Scope | None:
        """Return whom a Slack user acts as; None if they are not linked, or work in another account now."""
        link = await self._ground.store.link(installation.team_id, slack_user_id)
        if link is None or link.user_id != installation.user_id:
            return None
        login = Login(link.actor_id, "slack", link.linked_at, NO_END)
        try:
            scope = await self._ground.callers.scope_of_login(login)
        except NotAuthenticated:
            return None
        return scope if scope.user_id == installation.user_id else None

    async def called(self, installation: SlackInstallation, decided_by: str | None) -> str:
        """Return how Slack shows whoever has decided something."""
        if not decided_by:
            return "somebody"
        if decided_by == "voice_approval":
            return "a voice call"
        scope = self._ground.of_tenant(installation.user_id)
        links = self._ground.repository(SLACK_LINKS, scope)
        link = await links.find_one({"actor_id": decided_by, "team_id": installation.team_id})
        if link:
            return f"<@{link.slack_user_id}>"
        try:
            return escaped((await self._ground.desk.person(decided_by)).name)
        except AppError:
            return escaped(decided_by)
