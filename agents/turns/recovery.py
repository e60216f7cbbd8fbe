"""Picks up what another process, or this one before it was killed, left undone."""

import asyncio
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime
from typing import Any

import structlog

from agents.turns.decisions import Decisions
from agents.turns.service import Turns
from core.clock import Clock
from core.errors import AppError, Unavailable
from core.scope import Scope, scope_of_stored
from db.unfinished import UnfinishedWork

log = structlog.get_logger(__name__)

EVERY_SECONDS = 2.0


class Recovery:
    """Looks for turns whose process is gone, messages nobody started and decisions nobody acted on."""

    def __init__(self, turns: Turns, decisions: Decisions, work: UnfinishedWork, clock: Clock) -> None:
        self._turns = turns
        self._decisions = decisions
        self._work = work
        self._clock = clock
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Pick up everything now, then keep looking."""
        await self.sweep()
        self._task = asyncio.create_task(self._keep_looking(), name="recovery")

    async def stop(self) -> None:
        """Stop looking."""
        if self._task:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    async def sweep(self) -> int:
        """Look once; return how much was picked up. Safe to run in several processes at once."""
        found = 0
        for head in self._abandoned(await self._work.leases(), self._clock.now()):
            found += await self._quietly(self._turns.take_over(_scope(head), head))
        for message in await self._work.waiting_messages():
            if not self._turns.runs_here(message["conversation_id"]):
                found += await self._quietly(self._turns.resume(_scope(message), message))
        for request in await self._work.decisions_not_acted_on():
            found += await self._quietly(self._decisions.resume(_scope({"user_id": request.user_id}), request))
        return found

    def _abandoned(self, heads: Iterable[dict[str, Any]], now: datetime) -> list[dict[str, Any]]:
        return [head for head in heads if self._is_abandoned(head["run"], now)]

    def _is_abandoned(self, run: dict[str, Any], now: datetime) -> bool:
        if run["owner"] == self._turns.owner and run["boot"] != self._turns.boot:
            return True
        return bool(run["until"] < now)

    async def _quietly(self, work: Any) -> int:
        try:
            await work
        except AppError as error:
            log.warning("not picked up", reason=error.message)
            return 0
        return 1

    async def _keep_looking(self) -> None:
        while True:
            await asyncio.sleep(EVERY_SECONDS)
            try:
                await self.sweep()
            except Unavailable:
                log.warning("database away, looking again soon")
            except Exception:  # turns are picked up all the same after what nobody foresaw
                log.exception("recovery failed, looking again soon")


def _scope(document: dict[str, Any]) -> Scope:
    user_id = document["user_id"]
    return scope_of_stored(user_id, document.get("actor_id"))
