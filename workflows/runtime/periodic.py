"""What is looked at again and again: one loop for all of it, which no failure ends."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

import structlog

from core.errors import AppError, Unavailable
from workflows.runtime.ending import ended_for_certain

log = structlog.get_logger(__name__)


class Periodic:
    """Calls ``look`` at the start, then ``every_seconds`` and whenever it is nudged, until it is stopped.

    A look that fails is logged and the next one comes all the same; ``on_failure`` is called before.
    """

    def __init__(
        self,
        name: str,
        look: Callable[[], Awaitable[object]],
        every_seconds: float,
        on_failure: Callable[[], None] | None = None,
    ) -> None:
        self._name = name
        self._look = look
        self._every = every_seconds
        self._on_failure = on_failure
        self._nudged = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to look, unless that has begun already."""
        if self._task is None:
            self._task = asyncio.create_task(self._keep_looking(), name=self._name)

    async def stop(self) -> None:
        """Stop looking; a look that is under way is broken off."""
        if self._task is not None:
            await ended_for_certain(self._task)
            self._task = None

    def nudge(self) -> None:
        """Look now: there may be something to see."""
        self._nudged.set()

    async def _keep_looking(self) -> None:
        while True:
            self._nudged.clear()
            try:
                await self._look()
            except Unavailable:
                log.warning("database away, looking again soon", what=self._name)
                self._failed()
            except AppError as error:
                log.warning("looking failed, looking again soon", what=self._name, reason=error.message)
                self._failed()
            except Exception:  # the next look comes all the same after what nobody foresaw
                log.exception("looking failed, looking again soon", what=self._name)
                self._failed()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._nudged.wait(), self._every)

    def _failed(self) -> None:
        if self._on_failure is not None:
            self._on_failure()
