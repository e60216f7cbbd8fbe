"""Words of the house in a conversation that nobody asked for just now: progress, requests and reports of a campaign.

A notice takes the conversation's lease for a moment, like a turn, so that its events get their numbers in order.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import structlog

from agents.turn import Answer
from agents.turns.run import LEASE
from agents.turns.run_log import RunLog
from agents.turns.service import Turns
from agents.turns.window import moved_on
from core.errors import NotFound
from core.events import Event, Interrupt, RunFinished, RunStarted, TextEnded
from core.ids import derived_id, new_id
from core.json_text import inner_object
from core.scope import Scope
from db.turn_store import Lease, LeaseLost, Release

log = structlog.get_logger(__name__)

ATTEMPTS: Final = 40
PAUSE_SECONDS: Final = 0.25
Stored = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Notice:
    """What is to be told. ``notice_id`` is the same when it is repeated; a ``text`` is then told once.

    ``settled`` are approvals that wait no longer, ``interrupt`` is one that now does.
    """

    notice_id: str
    agent: str
    events: tuple[Event, ...] = ()
    text: str = ""
    interrupt: Interrupt | None = None
    settled: tuple[str, ...] = ()


class Notices:
    """Tells conversations."""

    def __init__(self, turns: Turns) -> None:
        self._turns = turns

    async def tell(self, scope: Scope, conversation_id: str, notice: Notice) -> bool:
        """Put a notice into the conversation behind the turn that runs. False if it is gone or stays busy."""
        store = self._turns.house.store
        message_id = derived_id("msg", notice.notice_id)
        if notice.text and await store.message(scope.user_id, conversation_id, message_id):
            return True
        for _ in range(ATTEMPTS):
            lease = self._lease(notice, message_id)
            head = await store.claim(scope.user_id, conversation_id, lease)
            if head is None:
                return False
            if inner_object(head.get("run")).get("token") == lease.token:
                try:
                    await self._write(scope, head, notice, message_id)
                except LeaseLost:
                    continue
                return True
            await asyncio.sleep(PAUSE_SECONDS)
        log.warning("conversation too busy for a notice", conversation_id=conversation_id)
        return False

    async def _write(self, scope: Scope, head: Stored, notice: Notice, message_id: str) -> None:
        house, run, conversation_id = self._turns.house, head["run"], head["conversation_id"]
        told = RunLog(
            house.store,
            house.feed,
            house.clock,
            user_id=scope.user_id,
            conversation_id=conversation_id,
            run_id=run["run_id"],
            next_seq=run["first_seq"],
            since=house.clock.now(),
        )
        told.put(RunStarted(conversation_id, run["run_id"]), *notice.events)
        if notice.text:
            told.answer(
                Answer(message_id, notice.agent, notice.text, house.models.careful_name, ""),
                TextEnded(message_id, notice.agent, notice.text),
            )
        waits = (notice.interrupt,) if notice.interrupt else ()
        told.put(RunFinished(conversation_id, run["run_id"], "interrupt" if waits else "success", waits))
        released: list[Release] = []

        def release(answers: Sequence[Stored], last_seq: int) -> Release:
            changes = moved_on(head, answers) | {"last_seq": last_seq, "pending_approvals": _pending(head, notice)}
            released.append(Release(scope.user_id, conversation_id, run["token"], changes, len(answers)))
            return released[-1]

        given_back: list[bool] = []
        house.heads.forget(conversation_id)
        try:
            await told.finish({}, release, lambda: given_back.append(True))
        finally:
            await told.close()
            house.feed.tidy(conversation_id)
        if not given_back and await house.store.release(released[-1]):
            await self._wake(scope, conversation_id)

    async def _wake(self, scope: Scope, conversation_id: str) -> None:
        """A message came meanwhile and waits: let its turn begin."""
        for message in await self._turns.house.store.waiting(scope.user_id, conversation_id):
            try:
                await self._turns.resume(scope, message)
            except NotFound:
                return

    def _lease(self, notice: Notice, message_id: str) -> Lease:
        run_id = derived_id("run", notice.notice_id)
        until = self._turns.house.clock.now() + LEASE
        return Lease(new_id("lse"), run_id, message_id, self._turns.owner, self._turns.boot, until)


def _pending(head: Stored, notice: Notice) -> list[dict[str, str]]:
    """What waits for a decision in the conversation after the notice."""
    waits = notice.interrupt
    gone = {*notice.settled, waits.approval_id if waits else ""}
    pending = [item for item in head.get("pending_approvals", []) if item["approval_id"] not in gone]
    return [*pending, {"approval_id": waits.approval_id, "summary": waits.message}] if waits else pending
