"""Sends what goes to people's own addresses: one thing at a time for each address, again later after a failure.

At least once: who was killed between sending and noting it leaves it to be sent again, under the same id.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final, Generic, Literal, TypeAlias, TypeVar

import structlog

from core.errors import Unavailable
from core.ids import new_id
from core.scope import Scope
from db.all_tenants import AllTenants
from db.client import Database
from db.collection import Collection
from db.outgoing import Attempt, Outgoing
from db.repository import Change, Repository
from workflows.runtime.ending import ended_for_certain

log = structlog.get_logger(__name__)
O = TypeVar("O", bound=Outgoing)  # noqa: E741 - the one type parameter there is

LEASE: Final = timedelta(minutes=2)
AT_ONCE: Final = 32
OF_ONE_ACCOUNT: Final = 4
OF_ONE_LANE: Final = 20
READ: Final = 500
KEPT_ATTEMPTS: Final = 20
# Waits after each failed attempt; the last attempt is about a day after the first.
DAY_OF_WAITS: Final = tuple(
    timedelta(seconds=seconds) for seconds in (5, 60, 300, 1_800, 3_600, 7_200, 14_400, 28_800, 28_800)
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of an attempt: taken, to be tried again (not before ``wait``), or given up at once."""

    result: Literal["sent", "again", "given_up"]
    attempt: Attempt
    wait: timedelta | None = None


Send: TypeAlias = Callable[[Scope, O], Awaitable[Outcome]]
Ended: TypeAlias = Callable[[Scope, O, Outcome], Awaitable[None]]


class Outbox(Generic[O]):
    """Sends the due documents of one collection, oldest first.

    ``lane`` is the field that names the address: each gets one at a time. No account has more than a few under way, so
    that a customer whose addresses hang or answer slowly holds up nobody else.
    """

    def __init__(
        self,
        database: Database,
        collection: Collection[O],
        lane: str,
        send: Send[O],
        waits: Sequence[timedelta] = DAY_OF_WAITS,
    ) -> None:
        self._database = database
        self._collection = collection
        self._lane = lane
        self._send = send
        self._waits = tuple(waits)
        self._due = AllTenants(database, collection)
        self._running: dict[str, asyncio.Task[None]] = {}
        self._room = asyncio.Semaphore(AT_ONCE)
        self._rooms: dict[str, asyncio.Semaphore] = {}

    async def look(self) -> int:
        """Start to send what is due now to the addresses that nothing is being sent to; return how much that is."""
        due = {"due_at": {"$lte": self._database.clock.now()}}
        lanes: dict[str, list[O]] = {}
        while True:
            seen = [*self._running, *lanes]
            found = await self._due.find(due | {self._lane: {"$nin": seen}}, sort=[("due_at", 1)], limit=READ)
            for one in sorted(found, key=lambda one: one.created_at):
                lanes.setdefault(getattr(one, self._lane), []).append(one)
            if len(found) < READ:
                break
        for lane, waiting in lanes.items():
            work = self._work(lane, waiting[:OF_ONE_LANE])
            self._running[lane] = asyncio.create_task(work, name=f"outbox {lane}")
        return sum(len(waiting[:OF_ONE_LANE]) for waiting in lanes.values())

    async def settle(self) -> None:
        """Wait for everything that has been started."""
        while self._running:
            await asyncio.wait(list(self._running.values()))

    async def stop(self) -> None:
        """End what is under way; it is sent again after the next start."""
        await ended_for_certain(*self._running.values())

    async def _work(self, lane: str, waiting: Sequence[O]) -> None:
        try:
            for one in waiting:
                async with self._rooms.setdefault(one.user_id, asyncio.Semaphore(OF_ONE_ACCOUNT)), self._room:
                    await self._take(one)
        except Unavailable:
            log.warning("database away, sending goes on later")
        finally:
            del self._running[lane]
            if not self._running:
                self._rooms.clear()

    async def _take(self, one: O) -> None:
        """Send one, if nobody else has taken it, and note what came of it."""
        scope = Scope(one.user_id, one.user_id, "user")
        repository = Repository(self._database, self._collection, scope)
        public_id = getattr(one, self._collection.id_field)
        now = self._database.clock.now()
        taken = {"attempts": one.attempts + 1, "due_at": now + LEASE}
        seen = {"due_at": one.due_at, "attempts": one.attempts, "state": "pending"}
        if not await repository.change_each({public_id: Change(taken, seen)}):
            return
        try:
            outcome = await self._send(scope, one)
        except Unavailable:
            raise
        except Exception:  # what nobody foresaw counts as a failed attempt and holds up nothing else
            trouble = new_id("err")
            log.exception("sending failed", id=public_id, error_id=trouble)
            words = f"Something went wrong here (error {trouble})."
            outcome = Outcome("again", Attempt(at=now, error=words))
        held = {"attempts": one.attempts + 1, "state": "pending"}
        await repository.change_each({public_id: Change(self._noted(one, outcome), held)})

    def _noted(self, one: O, outcome: Outcome) -> dict[str, Any]:
        attempts = one.attempts + 1
        kept = [attempt.model_dump(exclude_none=True) for attempt in [*one.latest, outcome.attempt][-KEPT_ATTEMPTS:]]
        now = self._database.clock.now()
        if outcome.result == "sent":
            return {"state": "sent", "due_at": None, "finished_at": now, "latest": kept}
        if outcome.result == "given_up" or attempts > len(self._waits):
            return {"state": "failed", "due_at": None, "finished_at": now, "latest": kept}
        wait = self._waits[attempts - 1] * random.uniform(1.0, 1.1)  # noqa: S311 - spreads attempts, keeps no secret
        return {"due_at": now + max(wait, outcome.wait or wait), "latest": kept}
