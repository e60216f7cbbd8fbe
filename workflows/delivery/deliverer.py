"""Delivers: brings a post to an account exactly once, whatever breaks off meanwhile.

What is about to be done is stored before it is done, so that whoever comes after looks the post up before anything is
repeated. It may be called for the same delivery by anybody, at any time, as often as they like.
"""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

import structlog

from core.errors import NotFound, Unavailable
from core.ids import new_id
from core.scope import Scope
from db.client import Database
from db.deliveries import SETTLED, Delivery, DeliveryLease
from db.delivery_store import DeliveryLost, DeliveryStore
from db.writes import Write
from workflows.delivery.attempt import Again, Attempt, Ended, Means
from workflows.delivery.fence import LeaseFence
from workflows.delivery.late import Late
from workflows.delivery.making import DeliveryMaking, account_name
from workflows.delivery.outcome import Outcome, Published, Told
from workflows.delivery.posts import DeliveredPosts
from workflows.runtime.ending import ended_for_certain

log = structlog.get_logger(__name__)

INSIST_SECONDS = 20.0
TELL_AGAIN = timedelta(seconds=5)
PAUSE_SECONDS = 0.2


class Deliverer:
    """Delivers for every tenant. ``owner`` stays the same over a restart, so that its leases are taken over at once.

    ``told`` tells people what became of a delivery, once, and says whether they know now. ``late`` is told of one whose
    time had passed, ``published`` of each that is out, which it may hear of more than once.
    """

    def __init__(
        self,
        database: Database,
        means: Means,
        owner: str,
        told: Told | None = None,
        late: Late | None = None,
        published: Published | None = None,
    ) -> None:
        self.owner = owner
        self.boot = new_id("boot")
        self._means = means
        self._store: DeliveryStore = means.store
        self._posts = DeliveredPosts(database, self._store)
        self._making = DeliveryMaking(database, self._store, means.pace)
        self._working: set[str] = set()
        self._told = told
        self._late = late
        self._published = published

    async def schedule(self, scope: Scope, post_ids: Sequence[str]) -> list[Delivery]:
        """Make the deliveries of scheduled posts and emails, each once. Harmless when repeated."""
        return await self._making.make(scope, post_ids)

    def works_on(self, delivery_id: str) -> bool:
        """Whether this process is at it."""
        return delivery_id in self._working

    async def account_is_back(self, scope: Scope, platform: str, account_id: str) -> None:
        """Let what waits for an account go on now."""
        await self._store.wake(account_name(platform, account_id), scope.user_id)

    async def deliver(self, scope: Scope, delivery_id: str) -> Outcome:
        """Bring a delivery one step on. NotFound if there is none; Unavailable while the database is away."""
        seen = await self._store.get(delivery_id)
        if seen is None or seen.user_id != scope.user_id:
            raise NotFound(f"There is no delivery {delivery_id}.")
        if seen.next_attempt_at is None:
            return _over(seen)
        if seen.lease is None and seen.next_attempt_at > self._now():
            return Outcome("again", seen.next_attempt_at)
        if delivery_id in self._working or self._held_elsewhere(seen):
            return Outcome("again", seen.lease.until if seen.lease else self._soon())
        self._working.add(delivery_id)
        try:
            return await self._with_lease(scope, seen)
        except DeliveryLost:
            return Outcome("again", self._soon())
        finally:
            self._working.discard(delivery_id)

    def _held_elsewhere(self, seen: Delivery) -> bool:
        """Whether a process that may be alive holds the lease. One this owner left behind is nobody's."""
        lease = seen.lease
        return lease is not None and lease.owner != self.owner and lease.until > self._now()

    async def _with_lease(self, scope: Scope, seen: Delivery) -> Outcome:
        until = self._now() + self._means.pace.lease
        lease = DeliveryLease(token=new_id("lse"), owner=self.owner, boot=self.boot, until=until)
        held = await self._store.take(seen, lease)
        if held is None:
            raise DeliveryLost
        if held.state in SETTLED:
            return await self._follow(scope, held)
        turn = await self._store.take_turn(held.platform, held.account, held.delivery_id, until)
        if not turn.ours:
            wait_until = turn.ask_at or self._soon()
            await self._store.write(self._store.given_back(held, {"next_attempt_at": wait_until}))
            return Outcome("again", wait_until, whole_account=True)
        return await self._recorded(scope, held, await self._kept(scope, held))

    async def _step(self, scope: Scope, held: Delivery, fence: LeaseFence) -> Ended | Again:
        try:
            out = await self._posts.outgoing(scope, held)
        except NotFound:
            return Ended(
                "unknown" if held.intent_at else "cancelled", "The post was deleted before it went out for certain."
            )
        if out.cancelled and held.intent_at is None:
            return Ended("cancelled")
        return await Attempt(self._means, scope, held, out, fence).make()

    async def _recorded(self, scope: Scope, held: Delivery, step: Ended | Again) -> Outcome:
        """Store what came of an attempt, patiently: only this process knows it."""
        now = self._now()
        if isinstance(step, Ended):
            changes: dict[str, Any] = {
                "state": step.state,
                "reason": step.reason,
                "result": step.result.model_dump(exclude_none=True) if step.result else None,
                "waits_for": None,
                "settled": held.settled + 1,
                "late": step.late,
                "next_attempt_at": now,
            }
            await self._patiently_change(held, changes)
            held = held.model_copy(update=changes | {"result": step.result})
            await self._pass_turn(held, {})
            return await self._follow(scope, held)
        at = now + step.wait
        changes = {**step.changes, "reason": step.reason, "waits_for": step.waits_for, "next_attempt_at": at}
        await self._patiently_write(self._store.given_back(held, changes))
        if step.reason != held.reason:
            await self._store.write(self._posts.why(held, step.reason))
        if step.waits_for == "account" and held.waits_for != "account" and self._told is not None:
            await self._told(scope, held.model_copy(update={"reason": step.reason, "waits_for": "account"}))
        kept = {"holder": held.delivery_id, "held_until": at + self._means.pace.lease} if step.uncertain else {}
        await self._pass_turn(held, kept | ({"not_before": step.busy_until} if step.busy_until else {}))
        if step.busy_until:
            await self._store.postpone(held.account, step.busy_until)
        return Outcome("again", at, whole_account=step.uncertain or step.busy_until is not None)

    async def _follow(self, scope: Scope, held: Delivery) -> Outcome:
        """Do what follows from an end: post, content, audit log. Repeats are harmless."""
        content_id = None
        with suppress(NotFound):
            content_id = (await self._posts.outgoing(scope, held)).content_id
        over = self._store.given_back(held, {"next_attempt_at": None})
        if held.late and self._late is not None:
            await self._store.write(*self._posts.follows(held, content_id))
            await self._late(scope, held)
        tells = self._told is not None and held.conversation_id is not None
        out = self._published if held.state == "published" else None
        if not tells and out is None:
            await self._store.write(*self._posts.follows(held, content_id), over)
        else:
            await self._store.write(*self._posts.follows(held, content_id))
            if out is not None:
                await out(scope, held)
            if self._told is not None and tells and not await self._told(scope, held):
                later = self._now() + TELL_AGAIN
                await self._store.write(self._store.given_back(held, {"next_attempt_at": later}))
                return Outcome("again", later)
            await self._store.write(over)
        log.info("delivered", delivery_id=held.delivery_id, platform=held.platform, state=held.state)
        return _over(held)

    async def _pass_turn(self, held: Delivery, changes: dict[str, Any]) -> None:
        """Give the account's turn back with what the platform has told of its limit."""
        limit = self._means.outside.rate_limit(held.platform, held.account_id or "")
        told: dict[str, Any] = {}
        if limit is not None:
            told = {"remaining": limit.remaining, "resets_at": limit.resets_at}
            if limit.remaining == 0 and limit.resets_at and limit.resets_at > self._now():
                told["not_before"] = limit.resets_at
        await self._store.pass_turn(held.account, held.delivery_id, told | changes)

    async def _kept(self, scope: Scope, held: Delivery) -> Ended | Again:
        """Do the work while lease and turn are kept. DeliveryLost if they are lost meanwhile."""
        fence = LeaseFence(self._store, held, self._means.clock, self._means.pace)
        work = asyncio.create_task(self._step(scope, held, fence), name=f"delivery {held.delivery_id}")
        keeping = asyncio.create_task(self._keep(held, fence), name=f"lease of {held.delivery_id}")
        try:
            await asyncio.wait({work, keeping}, return_when=asyncio.FIRST_COMPLETED)
            if not work.done():
                raise DeliveryLost
            return work.result()
        finally:
            await ended_for_certain(work, keeping)

    async def _keep(self, held: Delivery, fence: LeaseFence) -> None:
        """Renew the lease until it is lost."""
        while True:
            await asyncio.sleep(self._means.pace.lease.total_seconds() / 3)
            try:
                await fence.confirm()
            except Unavailable:
                log.warning("lease not renewed", delivery_id=held.delivery_id)
            except DeliveryLost:
                return

    async def _patiently_change(self, held: Delivery, changes: dict[str, Any]) -> None:
        async for _ in _tries():
            with suppress(Unavailable):
                await self._store.change(held, changes)
                return
        raise Unavailable

    async def _patiently_write(self, write: Write) -> None:
        async for _ in _tries():
            with suppress(Unavailable):
                await self._store.write(write)
                return
        raise Unavailable

    def _now(self) -> datetime:
        return self._means.clock.now()

    def _soon(self) -> datetime:
        return self._now() + self._means.pace.turn_wait * (0.5 + self._means.chance.random())


async def _tries() -> AsyncGenerator[None]:
    waited = 0.0
    while waited < INSIST_SECONDS:
        yield
        await asyncio.sleep(PAUSE_SECONDS)
        waited += PAUSE_SECONDS


def _over(delivery: Delivery) -> Outcome:
    return Outcome("unknown" if delivery.state == "unknown" else "done")
