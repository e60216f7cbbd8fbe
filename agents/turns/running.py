"""The turns that run in a process: begun, gone on with, taken over from one that is gone, and one after the other."""

import asyncio
from collections import Counter
from collections.abc import Iterable
from typing import Any, Literal

import structlog

from agents.turns.acting import scope_of_message
from agents.turns.given_up import give_up, unforeseen
from agents.turns.house import House
from agents.turns.notice_run import write_notice
from agents.turns.run import INSIST_SECONDS, LEASE, Run
from core.errors import AppError, NotFound, Unavailable
from core.ids import derived_id, new_id
from core.json_text import inner_object
from core.scope import Scope
from db.conversations import LeaseKind
from db.leases import Lease, LeaseLost, Release

log = structlog.get_logger(__name__)

PATIENCE_ATTEMPTS = 30
PAUSE_SECONDS = 0.5
Stored = dict[str, Any]


class RunningTurns:
    """The turns that run in this process. ``owner`` is stable across restarts, so that they are picked up at once."""

    def __init__(self, house: House, owner: str) -> None:
        self.house = house
        self.owner = owner
        self.boot = new_id("boot")
        self._running: dict[str, tuple[Run, asyncio.Task[None]]] = {}
        self._background: set[asyncio.Task[None]] = set()
        self._line: Counter[str] = Counter()

    def stop_here(self, conversation_id: str) -> bool:
        """Stop the conversation's turn if it runs in this process; False if it does not. The database was told."""
        running = self._running.get(conversation_id)
        if running and not running[0].cancelled:
            self._keep(asyncio.create_task(running[0].stop(running[1])))
        return running is not None

    async def take_over(self, head: Stored) -> bool:
        """Go on with a turn, or a notice, whose process is gone; False if somebody else was faster."""
        abandoned, user_id, conversation_id = head["run"], head["user_id"], head["conversation_id"]
        kind: LeaseKind = abandoned.get("kind", "turn")
        lease = self._lease(abandoned["run_id"], abandoned["message_id"], kind)
        taken = await self.house.store.take_over(user_id, conversation_id, abandoned, lease)
        if taken is None:
            return False
        log.info("taken over", kind=kind, run_id=abandoned["run_id"], attempt=taken["run"]["attempt"])
        if kind == "notice":
            await self._tell_again(taken)
            return True
        message = await self.house.store.message(user_id, conversation_id, abandoned["message_id"])
        if message is None or message["role"] != "user":
            await self.house.store.release(Release(user_id, conversation_id, lease.token, {}, 0))
            return True
        if run := await self._built(taken, message):
            self._start(run)
        else:
            await self.take_up_what_waits(user_id, conversation_id)
        return True

    async def _built(self, head: Stored, message: Stored, scope: Scope | None = None) -> Run | None:
        """Return the run of a stored message whose lease we hold; None if it can't be, and so has ended as failed."""
        try:
            acts = scope or await scope_of_message(self.house.database, message)
            return Run(self.house, acts, head, message)
        except Unavailable:
            raise
        except AppError as refusal:
            error = refusal
        except Exception:  # the person is told, with an id that finds the log
            trouble = new_id("err")
            log.exception("turn failed", error_id=trouble, run_id=head["run"]["run_id"])
            error = unforeseen(trouble)
        await give_up(self.house, head, message, error)
        return None

    async def _tell_again(self, taken: Stored) -> None:
        """Write a notice that another process may have written half of, then go on with what waits behind it."""
        run, user_id, conversation_id = taken["run"], taken["user_id"], taken["conversation_id"]
        notice = await self.house.notices.notice(user_id, run["message_id"])
        if notice is None:
            await self.house.store.release(Release(user_id, conversation_id, run["token"], {}, 0))
        else:
            await write_notice(self.house, taken, notice)
        await self.take_up_what_waits(user_id, conversation_id)

    async def forget_conversation(self, conversation_id: str) -> None:
        """Stop the conversation's turn, without a word, and forget what is kept of it: it is being removed."""
        self.house.heads.forget(conversation_id)
        await self._abandon([conversation_id])

    async def close_line(self, scope: Scope, conversation_id: str) -> None:
        """Let nothing wait any more in a conversation that has just been removed."""
        await self.house.store.close_line(scope.user_id, conversation_id)

    async def forget_account(self, user_id: str) -> None:
        """Stop the tenant's turns, without a word, and forget what is kept of them: the account is being removed."""
        mine = [key for key, (run, _) in self._running.items() if run.scope.user_id == user_id]
        await self._abandon(mine)
        self.forget_heads(user_id)

    def forget_heads(self, user_id: str) -> None:
        """Read the tenant's conversations anew at their next turns: they were changed from outside."""
        self.house.heads.forget_account(user_id)

    async def _abandon(self, conversation_ids: Iterable[str]) -> None:
        await asyncio.gather(*[_end(self._running[key][1]) for key in conversation_ids if key in self._running])

    def runs_here(self, conversation_id: str) -> bool:
        """Whether this process runs a turn of the conversation."""
        return conversation_id in self._running

    async def stop(self) -> None:
        """End every task for certain. Their turns go on after the next start."""
        while self._background:
            await asyncio.gather(*[_end(task) for task in self._background])

    async def take_up_what_waits(self, user_id: str, conversation_id: str) -> None:
        """Tell the notices that wait and begin the turn of the next message, unless a turn runs: then it will do so.

        What can't be done now is left for recovery. NotFound if the conversation is gone: then nothing waits any more.
        """
        work = asyncio.create_task(self._next(user_id, conversation_id), name=f"next of {conversation_id}")
        self._keep(work)
        try:
            await asyncio.shield(work)
        except NotFound:
            raise
        except AppError as error:
            log.warning("left for recovery", conversation_id=conversation_id, reason=error.message)

    def _busy(self, conversation_id: str) -> bool:
        """Whether a turn of the conversation runs here, or one is just being taken from its line."""
        running = self._running.get(conversation_id)
        return (running is not None and not running[0].over) or self._line[conversation_id] > 0

    def _forget(self, run: Run) -> None:
        """Take a run off the list, unless the next one of its conversation is there already."""
        running = self._running.get(run.conversation_id)
        if running and running[1] is asyncio.current_task():
            del self._running[run.conversation_id]

    def _keep(self, task: asyncio.Task[None]) -> None:
        self._background.add(task)
        task.add_done_callback(self._background.discard)

    def _start(self, run: Run) -> None:
        task = asyncio.create_task(self._run(run), name=f"turn {run.run_id}")
        self._running[run.conversation_id] = (run, task)
        self._keep(task)

    async def _run(self, run: Run) -> None:
        current: Run | None = run
        try:
            for _ in range(PATIENCE_ATTEMPTS):
                try:
                    current = current or await self._again(run)
                    await current.perform()
                    waiting = await current.release()
                    break
                except Unavailable:
                    current = None
                    await asyncio.sleep(PAUSE_SECONDS)
            else:
                return
        except LeaseLost:
            log.info("turn is run elsewhere", run_id=run.run_id)
            return
        finally:
            self._forget(run)
            self.house.feed.tidy(run.conversation_id)
        if waiting or run.from_line:
            await self._go_on(run)

    async def _again(self, run: Run) -> Run:
        """Return the run as the database, which was away, has it now."""
        head = await self.house.store.head(run.scope.user_id, run.conversation_id)
        if head is None or inner_object(head.get("run")).get("token") != run.token:
            raise LeaseLost
        again = Run(self.house, run.scope, head, run.message)
        self._running[run.conversation_id] = (again, self._running[run.conversation_id][1])
        return again

    async def _go_on(self, run: Run) -> None:
        try:
            await self._next(run.scope.user_id, run.conversation_id)
        except AppError as error:
            log.warning("left for recovery", conversation_id=run.conversation_id, reason=error.message)

    async def _next(self, user_id: str, conversation_id: str) -> None:
        """Tell the notices that wait, then take up the message that has waited longest. New ones stay behind it.

        Where another turn runs nothing is done: whoever runs it comes back for what waits.
        """
        self._line[conversation_id] += 1
        try:
            while await self._tell_what_waits(user_id, conversation_id) and (
                messages := await self.house.store.waiting(user_id, conversation_id)
            ):
                state, _ = await self._take_up(messages[0])
                if state != "gone":
                    break
        finally:
            self._line[conversation_id] -= 1
            if not self._line[conversation_id]:
                del self._line[conversation_id]

    async def _tell_what_waits(self, user_id: str, conversation_id: str) -> bool:
        """Tell the notices that wait; False where a turn runs meanwhile."""
        while waiting := await self.house.notices.waiting(user_id, conversation_id):
            for notice in waiting:
                lease = self._lease(derived_id("run", notice.notice_id), notice.notice_id, "notice")
                head = await self._claimed(user_id, conversation_id, lease)
                if inner_object(head.get("run")).get("token") != lease.token:
                    return False
                now = await self.house.notices.notice(user_id, notice.notice_id)
                if now and now.status == "pending":
                    await write_notice(self.house, head, now)
                else:
                    await self.house.store.release(Release(user_id, conversation_id, lease.token, {}, 0))
        return True

    async def _claimed(self, user_id: str, conversation_id: str, lease: Lease) -> Stored:
        """Take the lease if it is free, and return the conversation; where that is gone nothing waits any more."""
        head = await self.house.store.claim(user_id, conversation_id, lease)
        if head is None:
            await self.house.store.close_line(user_id, conversation_id)
            raise NotFound("There is no such conversation any more.")
        return head

    async def _take_up(
        self, message: Stored, scope: Scope | None = None
    ) -> tuple[Literal["started", "busy", "gone"], int]:
        """Start the turn of a waiting message; also return a number before its first event.

        ``scope`` is its writer's, where that is at hand. ``busy``: another turn runs, and whoever runs it will come
        back for this one. ``gone``: it waits no longer.
        """
        user_id, conversation_id = message["user_id"], message["conversation_id"]
        lease = self._lease(message["run_id"], message["message_id"])
        while True:
            head = await self._claimed(user_id, conversation_id, lease)
            if inner_object(head.get("run")).get("token") != lease.token:
                return "busy", head["last_seq"]
            if not await self._still_waits(message):
                await self._release(user_id, conversation_id, lease.token)
                return "gone", head["last_seq"]
            if (run := await self._built(head, message, scope)) is None:
                return "gone", head["last_seq"]
            try:
                await self._opened(run)
            except LeaseLost:
                continue
            return "started", run.first_seq - 1

    async def _opened(self, run: Run) -> None:
        try:
            await run.open()
        except LeaseLost:
            raise
        except BaseException:
            self._keep(asyncio.create_task(self._settle(run)))
            raise
        self._start(run)

    async def _settle(self, run: Run) -> None:
        """After a beginning whose fate is unknown: go on with what is there of it once the database is back."""
        for _ in range(PATIENCE_ATTEMPTS):
            await asyncio.sleep(PAUSE_SECONDS)
            try:
                head = await self.house.store.head(run.scope.user_id, run.conversation_id)
                message = await self.house.store.message(
                    run.scope.user_id, run.conversation_id, run.message["message_id"]
                )
                if head is None or message is None:
                    await self._give_back(run)
                elif inner_object(head.get("run")).get("token") == run.token:
                    self._start(Run(self.house, run.scope, head, message))
                else:
                    await self._next(run.scope.user_id, run.conversation_id)
            except Unavailable:
                continue
            return

    async def _still_waits(self, message: Stored) -> bool:
        """Whether the message was not taken up by somebody else before we had the lease."""
        place = (message["user_id"], message["conversation_id"], message["message_id"])
        found = await self.house.store.message(*place)
        return found is not None and found["status"] == "pending"

    async def _give_back(self, run: Run) -> None:
        """Give back the lease of a run that does not take place, and go on with whoever waited for that."""
        if await self._release(run.scope.user_id, run.conversation_id, run.token):
            await self._next(run.scope.user_id, run.conversation_id)

    async def _release(self, user_id: str, conversation_id: str, token: str) -> bool:
        try:
            return await self.house.store.release(Release(user_id, conversation_id, token, {}, 0))
        except Unavailable:
            log.warning("lease left to expire", conversation_id=conversation_id)
            return False

    def _lease(self, run_id: str, message_id: str, kind: LeaseKind = "turn") -> Lease:
        return Lease(new_id("lse"), run_id, message_id, self.owner, self.boot, self.house.clock.now() + LEASE, kind)


async def _end(task: asyncio.Task[None]) -> None:
    """Cancel a run's task until it has ended: a single cancellation can get lost inside the database driver."""
    while not task.done():
        task.cancel()
        await asyncio.wait({task}, timeout=INSIST_SECONDS)
