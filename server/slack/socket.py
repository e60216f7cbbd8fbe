"""Socket mode: Slack is reached from here, so that no address of ours has to be open to it."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

import structlog

from server.live.tasks import end

if TYPE_CHECKING:
    from server.slack.app import SlackFront

log = structlog.get_logger(__name__)

AGAIN_SECONDS: Final = 5.0


class SlackSocket:
    """Keeps one connection. Bolt connects again by itself once it has been connected; before, this does."""

    def __init__(self, front: SlackFront, token: str) -> None:
        self._front = front
        self._token = token
        self._handler: Any = None  # its methods have no types
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to connect."""
        self._task = asyncio.create_task(self._connect(), name="slack socket")

    async def stop(self) -> None:
        """Close the connection."""
        if self._task:
            await end([self._task])
        if self._handler:
            with suppress(Exception):
                await self._handler.close_async()

    async def _connect(self) -> None:
        from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler

        self._handler = AsyncSocketModeHandler(self._front.bolt, self._token, web_client=self._front.client)
        while True:
            try:
                await self._handler.connect_async()
            except Exception as error:  # noqa: BLE001 - whatever it is, the next attempt may work
                log.warning("slack not connected, trying again soon", trouble=type(error).__name__)
                await asyncio.sleep(AGAIN_SECONDS)
            else:
                return
