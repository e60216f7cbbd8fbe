"""Turns of conversations: accept a message, run it, follow it, stop it. What the edges of the server talk to."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Sequence
from typing import Any, Literal

import structlog

from agents.turns.accepted import Accepted, RunResult, as_accepted
from agents.turns.feed import Frame
from agents.turns.follow import follow, follow_from_here
from agents.turns.heads import repeated
from agents.turns.house import House
from agents.turns.intake import checked_client_id, checked_content, new_message
from agents.turns.run import INSIST_SECONDS, LEASE, Run
from core.errors import AppError, Conflict, LimitReached, NotFound, Unavailable
from core.ids import new_id
from core.json_text import inner_object
from core.scope import Scope
from db.conversations import CONVERSATIONS, Conversation
from db.repository import Repository
from db.turn_store import Lease, LeaseLost, Release, lease_document

log = structlog.get_logger(__name__)

MESSAGES_WAITING = 20
PATIENCE_ATTEMPTS = 30
PAUSE_SECONDS = 0.5
NO_CONVERSATION = "There is no such conversation. Check the id, or start a new one."
Stored = dict[str, Any]


class Turns:
    """The turns that run in this process. ``owner`` is stable across restarts, so that they are picked up at once."""

    def __init__(self, house: House, owner: str) -> None:
        self.house = house
        self.owner = owner
        self.boot = new_id("boot")
        self._running: dict[str, tuple[Run, asyncio.Task[None]]] = {}
        self._background: set[asyncio.Task[None]] = set()
        self._line: Counter[str] = Counter()

    async def open(self, scope: Scope, conversation: Conversation) -> Conversation:
        """Store a new conversation; its first turn need not read it. Conflict if its external id is taken."""
        made = await Repository(self.house.database, CONVERSATIONS, scope).insert(conversation)
        self.house.heads.put(made.model_dump())
        return made

    async def accept(
        self,
        scope: Scope,
        conversation_id: str,
        content: str,
        client_message_id: str,
        new: Conversation | None = None,
    ) -> Accepted:
        """Store a message and start its turn, or let it wait behind the one that runs. Stored when this returns.

        ``new`` is the conversation where this is its first message: both are stored in one command; Conflict
        if there is one with its external id already.

        The same ``client_message_id`` is the same turn; after a failed one it is tried again. Raises InvalidInput,
        NotFound, Forbidden, and LimitReached when too many messages wait.
        """
        scope.require_talk()
        text, client_id = checked_content(content), checked_client_id(client_message_id)
        store = self.house.store
        fresh = store.new_conversation(scope.user_id, new) if new else None
        kept = self.house.heads.take(scope.user_id, conversation_id)
        head = fresh or kept or await self._head(scope.user_id, conversation_id)
        lease = self._lease(new_id("run"), new_id("msg"))
        first_seq = head["last_seq"] + 1
        message = new_message(scope, conversation_id, lease, text, client_id, first_seq, self.house.clock.now())
        if head.get("run") or self._busy(conversation_id):
            return await self._wait_in_line(scope, message)
        run = Run(self.house, scope, head | {"run": lease_document(lease, first_seq)}, message)
        try:
            begun = await run.begin(fresh, early=not repeated(kept or fresh, client_id))
        except (Unavailable, asyncio.CancelledError):
            self._keep(asyncio.create_task(self._settle(run)))
            raise
        match begun:
            case "begun":
                self._start(run)
                return Accepted(run.run_id, message["message_id"], duplicate=False, after=first_seq - 1, started=True)
            case "known":
                await self._give_back(run)
                return await self._known(scope, conversation_id, client_id)
            case "busy":
                return await self._wait_in_line(scope, message)
            case "gone":
                raise NotFound(NO_CONVERSATION)

    async def _head(self, user_id: str, conversation_id: str) -> Stored:
        head = await self.house.store.head(user_id, conversation_id)
        if head is None:
            raise NotFound(NO_CONVERSATION)
        return head

    async def cancel(self, scope: Scope, conversation_id: str) -> bool:
        """Stop the running turn, here or in another process; what was said so far is kept. False if nothing runs."""
        scope.require_talk()
        if not await self.house.store.ask_to_cancel(scope.user_id, conversation_id):
            if await self.house.store.head(scope.user_id, conversation_id) is None:
                raise NotFound(NO_CONVERSATION)
            return False
        if not self.stop_here(conversation_id) and self.house.feed.elsewhere:
            self.house.feed.elsewhere.cancelled(conversation_id)
        return True

    def stop_here(self, conversation_id: str) -> bool:
        """Stop the conversation's turn if it runs in this process; False if it does not. The database was told."""
        running = self._running.get(conversation_id)
        if running and not running[0].cancelled:
            self._keep(asyncio.create_task(running[0].stop(running[1])))
        return running is not None

    async def follow(
        self, scope: Scope, conversation_id: str, after: int, *, run_id: str | None = None
    ) -> AsyncIterator[Sequence[Frame]]:
        """Yield what came after number ``after``, the text so far of an answer in progress, then what comes live.

        With ``run_id`` only that run, and it ends with the run. Raises NotFound, and LimitReached for a slow reader.
        """
        if await self.house.store.head(scope.user_id, conversation_id) is None:
            raise NotFound(NO_CONVERSATION)
        async for frames in follow(self.house, scope.user_id, conversation_id, after, run_id):
            yield frames

    async def say(
        self,
        scope: Scope,
        conversation_id: str,
        content: str,
        client_message_id: str,
        new: Conversation | None = None,
    ) -> AsyncIterator[Sequence[Frame]]:
        """Accept a message and yield its run's frames to the end. Raises as ``accept`` does, before the first frame."""
        channel = self.house.feed.channel(conversation_id)
        listener, _, _ = channel.join(runs_here=True)
        user_id = scope.user_id
        try:
            accepted = await self.accept(scope, conversation_id, content, client_message_id, new)
            place = (accepted.after, accepted.run_id)
            if accepted.started:
                frames_of_run = follow_from_here(self.house, user_id, conversation_id, listener, *place)
            else:
                frames_of_run = follow(self.house, user_id, conversation_id, *place)
            async for frames in frames_of_run:
                yield frames
        finally:
            channel.leave(listener)
            self.house.feed.tidy(conversation_id)

    async def result(self, scope: Scope, conversation_id: str, accepted: Accepted) -> RunResult:
        """Wait for the end of a run and return what came of it."""
        last: dict[str, Any] = {}
        place = (accepted.after, accepted.run_id)
        here = accepted.started
        async for frames in follow(self.house, scope.user_id, conversation_id, *place, runs_here=here):
            last = frames[-1].wire
        stored = await self.house.store.messages_of_run(scope.user_id, conversation_id, accepted.run_id)
        answers = [message for message in stored if message["role"] == "assistant"]
        if last["type"] == "RUN_ERROR":
            error = {"code": last.get("code"), "message": last["message"], **last.get("metadata", {})}
            return RunResult(accepted.run_id, "failed", answers, [], error)
        outcome = last["outcome"]
        return RunResult(accepted.run_id, outcome["type"], answers, outcome.get("interrupts", []))

    async def resume(self, scope: Scope, message: Stored) -> Accepted:
        """Start, or put in line, the turn of a message that is stored already: a decision, or one left waiting."""
        run_id = message.get("run_id") or new_id("run")
        _, after = await self._take_up(scope, message | {"run_id": run_id})
        return Accepted(run_id, message["message_id"], duplicate=False, after=after)

    async def _take_up(self, scope: Scope, message: Stored) -> tuple[Literal["started", "busy", "gone"], int]:
        """Start the turn of a waiting message; also return a number before its first event.

        ``busy``: another turn runs, and whoever runs it will come back for this one. ``gone``: it waits no longer.
        """
        conversation_id = message["conversation_id"]
        lease = self._lease(message["run_id"], message["message_id"])
        while True:
            head = await self.house.store.claim(scope.user_id, conversation_id, lease)
            if head is None:
                raise NotFound("There is no such conversation any more.")
            if inner_object(head.get("run")).get("token") != lease.token:
                return "busy", head["last_seq"]
            run = Run(self.house, scope, head, message)
            if not await self._still_waits(run):
                await self._release(run)
                return "gone", head["last_seq"]
            try:
                await self._opened(run)
            except LeaseLost:
                continue
            return "started", run.first_seq - 1

    async def take_over(self, scope: Scope, head: Stored) -> bool:
        """Go on with a turn whose process is gone; False if somebody else was faster."""
        abandoned = head["run"]
        lease = self._lease(abandoned["run_id"], abandoned["message_id"])
        conversation_id = head["conversation_id"]
        taken = await self.house.store.take_over(scope.user_id, conversation_id, abandoned, lease)
        if taken is None:
            return False
        message = await self.house.store.message(scope.user_id, conversation_id, abandoned["message_id"])
        if message is None:
            await self.house.store.release(Release(scope.user_id, conversation_id, lease.token, {}, 0))
            return True
        log.info("turn taken over", run_id=abandoned["run_id"], attempt=taken["run"]["attempt"])
        self._start(Run(self.house, scope, taken, message))
        return True

    async def forget_conversation(self, conversation_id: str) -> None:
        """Stop the conversation's turn, without a word, and forget what is kept of it: it is being removed."""
        self.house.heads.forget(conversation_id)
        await self._abandon([conversation_id])

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
            await self._next(run.scope, run.conversation_id)
        except AppError as error:
            log.warning("left for recovery", conversation_id=run.conversation_id, reason=error.message)

    async def _next(self, scope: Scope, conversation_id: str) -> None:
        """Take up the message that has waited longest. New ones stay behind it meanwhile."""
        self._line[conversation_id] += 1
        try:
            while messages := await self.house.store.waiting(scope.user_id, conversation_id):
                state, _ = await self._take_up(scope, messages[0])
                if state != "gone":
                    break
        finally:
            self._line[conversation_id] -= 1
            if not self._line[conversation_id]:
                del self._line[conversation_id]

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
                    await self._next(run.scope, run.conversation_id)
            except Unavailable:
                continue
            return

    async def _still_waits(self, run: Run) -> bool:
        """Whether the message was not taken up by somebody else before we had the lease."""
        message_id = run.message["message_id"]
        found = await self.house.store.message(run.scope.user_id, run.conversation_id, message_id)
        return found is not None and found["status"] == "pending"

    async def _wait_in_line(self, scope: Scope, message: Stored) -> Accepted:
        """Store a message behind the turn that runs, and make sure that somebody comes back for it."""
        conversation_id = message["conversation_id"]
        waiting = await self.house.store.waiting(scope.user_id, conversation_id)
        if len(waiting) >= MESSAGES_WAITING:
            raise LimitReached(f"{MESSAGES_WAITING} messages wait for an answer already. Send this one after them.")
        self._line[conversation_id] += 1
        try:
            await self.house.store.enqueue(message)
            await self._next(scope, conversation_id)
        except Conflict:
            return await self._known(scope, conversation_id, message["client_message_id"])
        finally:
            self._line[conversation_id] -= 1
        return as_accepted(message, duplicate=False)

    async def _known(self, scope: Scope, conversation_id: str, client_id: str) -> Accepted:
        """Answer for a message that was there already. One whose turn has failed is tried again."""
        found = await self.house.store.message_of_client(scope.user_id, conversation_id, client_id)
        if found is None:
            raise Conflict
        run_id = new_id("run")
        if found["status"] == "failed" and await self.house.store.try_again(found["message_id"], run_id):
            again = await self.resume(scope, found | {"run_id": run_id})
            return Accepted(again.run_id, again.message_id, duplicate=True, after=again.after)
        if found["status"] == "pending":
            await self._next(scope, conversation_id)
        return as_accepted(found, duplicate=True)

    async def _give_back(self, run: Run) -> None:
        """Give back the lease of a run that does not take place, and go on with whoever waited for that."""
        if await self._release(run):
            await self._next(run.scope, run.conversation_id)

    async def _release(self, run: Run) -> bool:
        try:
            return await self.house.store.release(Release(run.scope.user_id, run.conversation_id, run.token, {}, 0))
        except Unavailable:
            log.warning("lease left to expire", run_id=run.run_id)
            return False

    def _lease(self, run_id: str, message_id: str) -> Lease:
        return Lease(new_id("lse"), run_id, message_id, self.owner, self.boot, self.house.clock.now() + LEASE)


async def _end(task: asyncio.Task[None]) -> None:
    """Cancel a run's task until it has ended: a single cancellation can get lost inside the database driver."""
    while not task.done():
        task.cancel()
        await asyncio.wait({task}, timeout=INSIST_SECONDS)
