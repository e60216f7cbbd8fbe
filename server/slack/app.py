"""Slack's own framework for apps, as the front of ours: it reads what comes in and answers within Slack's time.

A listener stores what it was told, and only then is Slack's request answered (``process_before_response``): what was
acknowledged is never lost. Everything else happens afterwards. Imported only where Slack is set up.
"""

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable
from typing import Any, Final

import structlog
from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncBoltContext
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.web.async_client import AsyncWebClient

from core.errors import AppError
from core.json_text import inner_list, inner_object
from db.slack_inbox import SlackArrival
from db.slack_installations import SlackInstallation
from server.live.tasks import end
from server.slack.arrivals import of_action, of_command, of_event, of_submission
from server.slack.deciding import AT_ONCE, Deciding
from server.slack.ground import SlackGround

log = structlog.get_logger(__name__)

ANY: Final = re.compile(".*", re.DOTALL)
Keep = Callable[[SlackArrival], Awaitable[None]]
Body = dict[str, Any]


class SlackFront:
    """Bolt's application with our listeners."""

    def __init__(self, ground: SlackGround, keep: Keep, deciding: Deciding) -> None:
        self._ground = ground
        self._keep = keep
        self._deciding = deciding
        self._opening: set[asyncio.Task[None]] = set()
        # Below errors it tells the log what requests hold, and of stores it finds settings for that are not used here.
        quiet = logging.getLogger("slack")
        quiet.setLevel(logging.ERROR)
        self.client = AsyncWebClient(base_url=f"{ground.base}/api/", retry_handlers=[])
        self.bolt = AsyncApp(
            name="marketing-minds",
            logger=quiet,
            client=self.client,
            authorize=_authorize_with(ground),
            # Requests are checked before they come here, by our own clock and without a word of them in the log.
            request_verification_enabled=False,
            process_before_response=True,
            attaching_function_token_enabled=False,
            attaching_conversation_kwargs_enabled=False,
        )
        self._listen()

    async def stop(self) -> None:
        """End the windows that are being opened."""
        await end(list(self._opening))

    def _listen(self) -> None:
        bolt: Any = self.bolt  # its own types leave what a listener takes unknown
        bolt.command(ANY)(self._command)
        bolt.action(ANY)(self._action)
        bolt.view(ANY)(self._submission)
        bolt.event(ANY)(self._event)
        bolt.shortcut(ANY)(self._nothing)

    async def _event(self, body: Body, context: AsyncBoltContext) -> None:
        arrival = of_event(context.team_id or "", body, self._ground.clock.now())
        if arrival is not None:
            await self._keep(arrival)

    async def _command(self, ack: AsyncAck, body: Body, context: AsyncBoltContext) -> None:
        await self._keep(of_command(context.team_id or "", body, self._ground.clock.now()))
        await ack()

    async def _submission(self, ack: AsyncAck, body: Body, context: AsyncBoltContext) -> None:
        await self._keep(of_submission(context.team_id or "", body, self._ground.clock.now()))
        await ack()

    async def _action(self, ack: AsyncAck, body: Body, context: AsyncBoltContext) -> None:
        arrival = of_action(context.team_id or "", body, self._ground.clock.now())
        action = inner_object(next(iter(inner_list(body.get("actions"))), None)).get("action_id")
        if action in AT_ONCE:
            task = asyncio.create_task(self._open(arrival, str(body.get("trigger_id", ""))), name="slack window")
            self._opening.add(task)
            task.add_done_callback(self._opening.discard)
        elif action != "link":
            await self._keep(arrival)
        await ack()

    async def _nothing(self, ack: AsyncAck) -> None:
        """Acknowledge what this app has no use for."""
        await ack()

    async def _open(self, arrival: SlackArrival, trigger_id: str) -> None:
        try:
            installation: SlackInstallation | None = await self._ground.store.installation(arrival.team_id)
            if installation is not None:
                await self._deciding.open(installation, arrival, trigger_id)
        except AppError as error:
            log.info("slack window not opened", reason=error.message)
        except Exception:  # pressed again it opens again
            log.exception("opening a slack window failed")


def _authorize_with(ground: SlackGround) -> Any:
    """Return what finds the installation a request is for; without one nothing is done. Bolt goes by its arguments."""

    async def authorize(team_id: str | None, enterprise_id: str | None) -> AuthorizeResult | None:
        installation = await ground.store.installation(team_id) if team_id else None
        if installation is None:
            return None
        return AuthorizeResult(
            enterprise_id=enterprise_id,
            team_id=installation.team_id,
            bot_user_id=installation.bot_user_id,
            bot_token=installation.bot_token,
        )

    return authorize
