"""Turns of conversations: accept a message, run it, follow it, stop it. What the edges of the server talk to."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Any

from agents.turns.accepted import Accepted, RunResult, as_accepted
from agents.turns.feed import Frame
from agents.turns.follow import follow, follow_from_here
from agents.turns.heads import repeated
from agents.turns.intake import checked_client_id, checked_content, new_message
from agents.turns.run import Run
from agents.turns.running import RunningTurns, Stored
from core.errors import Conflict, LimitReached, NotFound, Unavailable
from core.ids import new_id
from core.scope import Scope
from db.conversations import CONVERSATIONS, Conversation
from db.leases import lease_document
from db.repository import Repository

MESSAGES_WAITING = 20
NO_CONVERSATION = "There is no such conversation. Check the id, or start a new one."


class Turns(RunningTurns):
    """What people do with turns: say something, follow what comes of it, stop it."""

    async def open(self, scope: Scope, conversation: Conversation) -> Conversation:
        """Store a new conversation; its first turn need not read it. Conflict if its external id is taken."""
        made = await Repository(self.house.database, CONVERSATIONS, scope).insert(_placed(scope, conversation))
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
        fresh = store.new_conversation(scope.user_id, _placed(scope, new)) if new else None
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

    async def resume(self, message: Stored, scope: Scope | None = None) -> Accepted:
        """Start, or put in line, the turn of a message that is stored already: a decision, or one tried again.

        ``scope`` is its writer's, where that is at hand.
        """
        run_id = message.get("run_id") or new_id("run")
        _, after = await self._take_up(message | {"run_id": run_id}, scope)
        return Accepted(run_id, message["message_id"], duplicate=False, after=after)

    async def _wait_in_line(self, scope: Scope, message: Stored) -> Accepted:
        """Store a message behind the turn that runs, and make sure that somebody comes back for it."""
        conversation_id = message["conversation_id"]
        waiting = await self.house.store.waiting(scope.user_id, conversation_id)
        if len(waiting) >= MESSAGES_WAITING:
            raise LimitReached(f"{MESSAGES_WAITING} messages wait for an answer already. Send this one after them.")
        self._line[conversation_id] += 1
        try:
            await self.house.store.enqueue(message)
            await self._next(scope.user_id, conversation_id)
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
            again = await self.resume(found | {"run_id": run_id})
            return Accepted(again.run_id, again.message_id, duplicate=True, after=again.after)
        if found["status"] == "pending":
            await self._next(scope.user_id, conversation_id)
        return as_accepted(found, duplicate=True)


def _placed(scope: Scope, conversation: Conversation) -> Conversation:
    """Return a new conversation on the clock of the person who begins it."""
    return conversation.model_copy(update={"timezone": scope.timezone}) if scope.timezone else conversation
