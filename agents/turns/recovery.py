"""Picks up what another process, or this one before it was killed, left undone."""

import asyncio
from collections.abc import Awaitable
from contextlib import suppress
from dataclasses import replace
from typing import Any, Final, get_args

import structlog

from agents.turns.decisions import Decisions
from agents.turns.service import Turns
from core.clock import Clock
from core.errors import AppError, Unavailable
from core.ids import new_id
from core.scope import Channel, Scope, scope_of_stored
from db.approval_requests import ApprovalRequest
from db.unfinished import UnfinishedWork

log = structlog.get_logger(__name__)

EVERY_SECONDS = 2.0
CHANNELS: Final[dict[str, Channel]] = {channel: channel for channel in get_args(Channel)}


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
        for head in await self._work.abandoned(self._turns.owner, self._turns.boot, self._clock.now()):
            found += await self._quietly(self._turns.take_over(head))
        for user_id, conversation_id in await self._work.lines():
            if not self._turns.runs_here(conversation_id):
                found += await self._quietly(self._turns.take_up_what_waits(user_id, conversation_id))
        for request in await self._work.decisions_not_acted_on():
            found += await self._quietly(self._decisions.resume(_decider(request), request))
        return found

    async def _quietly(self, work: Awaitable[Any]) -> int:
        try:
            await work
        except AppError as error:
            log.warning("not picked up", reason=error.message)
            return 0
        except Exception:  # what breaks one holds up nobody else's
            log.exception("not picked up", error_id=new_id("err"))
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


def _decider(request: ApprovalRequest) -> Scope:
    """Return the scope of whoever has decided; by voice, of the person who spoke."""
    by = request.spoken_by if request.decided_via == "voice" else request.approved_by
    decider = scope_of_stored(request.user_id, by)
    via = CHANNELS.get(request.decided_via or "")
    return replace(decider, channel=via) if via else decider
