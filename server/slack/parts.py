"""Slack as the rest of the server sees it: put together always, at work where the operator has set it up."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog

from core.errors import NotConfigured
from db.slack_inbox import SlackArrival
from db.slack_installations import SlackInstallation
from server.slack.cards import Cards
from server.slack.conversing import Conversing
from server.slack.deciding import Deciding
from server.slack.escaping import escaped
from server.slack.ground import SlackGround
from server.slack.inbox import Inbox
from server.slack.installs import Installs
from server.slack.links import Links
from server.slack.newsroom import Newsroom
from server.slack.pacing import Pacing
from server.slack.people import People
from server.slack.replies import Replies
from server.slack.socket import SlackSocket

if TYPE_CHECKING:
    from server.slack.app import SlackFront
    from server.slack.signatures import Signatures

log = structlog.get_logger(__name__)


class SlackParts:
    """What comes in, what goes out, and who is who."""

    def __init__(self, ground: SlackGround, pacing: Pacing | None = None) -> None:
        self.ground = ground
        self.links = Links(ground)
        self.installs = Installs(ground, self.links)
        self.signatures = _signatures(ground)
        people = People(ground)
        self._replies = Replies(ground)
        self.cards = Cards(ground, people)
        self.newsroom = Newsroom(ground, self.cards, pacing)
        self._conversing = Conversing(ground, people, self.links, self._replies, self.newsroom.attend)
        self._deciding = Deciding(ground, people, self._replies, self.cards, self._conversing)
        self.inbox = Inbox(ground, self._handle, self._refused)
        self._front: SlackFront | None = None
        self._socket: SlackSocket | None = None

    @property
    def front(self) -> SlackFront:
        """Bolt's application; loaded at first use. NotConfigured where Slack is not set up."""
        if self._front is None:
            if not self.ground.receives:
                raise NotConfigured("Slack is not set up here. Set SLACK_SIGNING_SECRET, or SLACK_APP_TOKEN.")
            from server.slack.app import SlackFront

            self._front = SlackFront(self.ground, self.inbox.keep, self._deciding)
        return self._front

    async def start(self) -> None:
        """Begin to work off what came in and to tell what is new; with an app-level token, connect to Slack."""
        if not self.ground.receives:
            return
        self.newsroom.start(self.inbox)
        token = self.ground.settings.slack_app_token.get_secret_value()
        if token:
            self._socket = SlackSocket(self.front, token)
            self._socket.start()

    async def stop(self) -> None:
        """Stop; everything that is under way goes on after the next start."""
        if self._socket:
            await self._socket.stop()
        await self.newsroom.stop()
        await self.inbox.stop()
        if self._front:
            await self._front.stop()

    async def _handle(self, installation: SlackInstallation, arrival: SlackArrival) -> None:
        match arrival.kind:
            case "message":
                await self._conversing.message(installation, arrival)
            case "assistant":
                await self._conversing.assistant(installation, arrival)
            case "command":
                await self._conversing.command(installation, arrival)
            case "action":
                await self._deciding.action(installation, arrival)
            case "submission":
                await self._deciding.submission(installation, arrival)
            case "uninstalled" | "revoked":
                gone = await self.ground.store.forget_workspace(arrival.team_id, arrival.happened_at)
                log.info("slack app was taken out", team_id=arrival.team_id, forgotten=gone)

    async def _refused(self, installation: SlackInstallation, arrival: SlackArrival) -> None:
        """Tell somebody why what they did in Slack led to nothing."""
        if arrival.slack_user_id:
            await self._replies.to(installation, arrival, escaped(arrival.text))


def _signatures(ground: SlackGround) -> Signatures | None:
    secret = ground.settings.slack_signing_secret.get_secret_value()
    if not secret:
        return None
    from server.slack.signatures import Signatures

    return Signatures(secret, ground.clock)
