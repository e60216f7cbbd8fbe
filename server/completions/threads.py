"""From a history to the conversation it belongs to: found, continued, begun anew or taken up in the middle.

Of two requests that ask the same at once, both get the same turn: a turn's id derives from what was asked.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Literal

from agents.turns.accepted import Accepted
from agents.turns.decisions import Decisions
from agents.turns.service import Turns
from agents.turns.window import moved_on, shortened
from core.clock import Clock
from core.errors import AppError, Conflict, InvalidInput, NotFound
from core.ids import derived_id, is_public_id, new_id
from core.scope import Scope
from db.approval_requests import APPROVAL_REQUESTS
from db.chat_turns import CHAT_TURNS, ChatTurn
from db.client import Database
from db.conversations import CONVERSATIONS, Conversation, ConversationContext
from db.messages import MESSAGES, Message
from db.repository import Repository
from server.completions.requests import Asked, Said

CANDIDATES: Final = 20
HISTORY_KEPT: Final = 50
LONGEST_NOTES: Final = 1500
LONGEST_THREAD: Final = 200
BEING_ACCEPTED: Final = timedelta(minutes=1)
DECISION: Final = re.compile(
    r"(approve|reject)\s+(apr_[0-9a-f]{32})(?:\s*[:,.]?\s+(?P<notes>.*))?", re.IGNORECASE | re.DOTALL
)


@dataclass(frozen=True, slots=True)
class Begun:
    """A turn that is under way."""

    conversation_id: str
    accepted: Accepted


@dataclass(frozen=True, slots=True)
class Order:
    """What a message decides, where it is a decision and nothing else."""

    decision: Literal["approve", "reject"]
    approval_id: str
    notes: str


class Threads:
    """Finds the conversation of each request of one caller, and begins its turn."""

    def __init__(self, database: Database, turns: Turns, decisions: Decisions, clock: Clock, scope: Scope) -> None:
        self._turns = turns
        self._decisions = decisions
        self._clock = clock
        self._scope = scope
        self._known = Repository(database, CHAT_TURNS, scope)
        self._conversations = Repository(database, CONVERSATIONS, scope)
        self._messages = Repository(database, MESSAGES, scope)
        self._approvals = Repository(database, APPROVAL_REQUESTS, scope)

    async def begin(self, asked: Asked, idempotency_key: str | None) -> Begun:
        """Begin the turn of a request, or go on with the one that was begun for the same request before."""
        self._scope.require_write()
        turn = await self._turn(asked, idempotency_key)
        if turn.approval_id:
            run_id = derived_id("run", turn.approval_id, "decision")
            return Begun(turn.conversation_id, Accepted(run_id, "", duplicate=True, after=0))
        return await self._accepted(asked, turn)

    async def _turn(self, asked: Asked, idempotency_key: str | None) -> ChatTurn:
        """Return the stored turn of a request; made, with its conversation, if it is a new one."""
        same = await self._with_key(asked.key)
        if idempotency_key is not None:
            turn_id = self._id("key", idempotency_key)
            if known := await self._known.find_one({"turn_id": turn_id}):
                if known.asked_key != asked.key:
                    raise Conflict("This Idempotency-Key was used for another request. Use a new one.")
                return known
        else:
            if same and (same[0].approval_id or await self._runs(same[0])):
                return same[0]
            turn_id = self._id("asked", asked.key, str(await self._known.count({"asked_key": asked.key})))
        conversation_id = await self._conversation(asked, turn_id, same[0] if same else None)
        try:
            approval_id = await self._decided(asked, conversation_id)
        except AppError:
            await self._release(asked, turn_id)
            raise
        new = ChatTurn(turn_id=turn_id, asked_key=asked.key, conversation_id=conversation_id, approval_id=approval_id)
        return await self._known.insert_once(new)

    async def _accepted(self, asked: Asked, turn: ChatTurn) -> Begun:
        scope, conversation_id = self._scope, turn.conversation_id
        new = await self._new(asked, conversation_id)
        try:
            accepted = await self._turns.accept(scope, conversation_id, asked.content, turn.turn_id, new)
        except Conflict:
            if new is None:
                raise
            accepted = await self._turns.accept(scope, conversation_id, asked.content, turn.turn_id)
        return Begun(conversation_id, accepted)

    async def _conversation(self, asked: Asked, turn_id: str, before: ChatTurn | None) -> str:
        """Return the conversation a new turn belongs to; it may not be stored yet."""
        if asked.thread is not None:
            return await self._named(asked.thread)
        if asked.prior_key is None:
            return derived_id(CONVERSATIONS.id_prefix, turn_id)
        if before and before.continued_by is None and await self._stands(before):
            return before.conversation_id
        for prior in await self._with_key(asked.prior_key):
            if await self._stands(prior) and await self._fits(prior, asked.reply) and await self._claim(prior, turn_id):
                return prior.conversation_id
        return await self._taken_up(asked, turn_id)

    async def _named(self, thread: str) -> str:
        """Return the conversation of an id the client gave: ours, or any of its own."""
        if not thread.isprintable() or len(thread) > LONGEST_THREAD:
            raise InvalidInput(f"An id has 1 to {LONGEST_THREAD} printable characters.", field="conversation_id")
        if is_public_id(thread) and thread.startswith(f"{CONVERSATIONS.id_prefix}_"):
            return (await self._conversations.get(thread)).conversation_id
        found = await self._conversations.find_one({"external_id": thread})
        return found.conversation_id if found else (await self._opened(external_id=thread)).conversation_id

    async def _opened(self, *, external_id: str) -> Conversation:
        new = Conversation(
            conversation_id=new_id(CONVERSATIONS.id_prefix), channel=self._scope.channel, external_id=external_id
        )
        try:
            return await self._turns.open(self._scope, new)
        except Conflict:
            found = await self._conversations.find_one({"external_id": external_id})
            if found is None:
                raise
            return found

    async def _new(self, asked: Asked, conversation_id: str) -> Conversation | None:
        """Return the conversation to store with its first message, or None where it is there already."""
        if asked.prior_key is not None or asked.thread is not None:
            return None
        if await self._conversations.find_one({"conversation_id": conversation_id}):
            return None
        return Conversation(conversation_id=conversation_id, channel=self._scope.channel, summary=_notes(asked.notes))

    async def _taken_up(self, asked: Asked, turn_id: str) -> str:
        """Make a conversation of a history that is none of ours, or was changed; what was said is kept as data."""
        conversation_id = derived_id(CONVERSATIONS.id_prefix, turn_id)
        if await self._conversations.find_one({"conversation_id": conversation_id}):
            return conversation_id
        messages = self._imported(asked.history[-HISTORY_KEPT:], conversation_id)
        changes = moved_on({"summary": _notes(asked.notes)}, [message.model_dump() for message in messages])
        fields = {"channel": self._scope.channel, "message_count": len(messages)}
        new = {"conversation_id": conversation_id, "context": ConversationContext(), **fields, **changes}
        try:
            await self._turns.open(self._scope, Conversation.model_validate(new))
        except Conflict:
            return conversation_id
        for message in messages:
            await self._messages.insert(message)
        return conversation_id

    def _imported(self, history: Sequence[Said], conversation_id: str) -> list[Message]:
        now = self._clock.now()
        return [
            Message(
                message_id=new_id(MESSAGES.id_prefix),
                conversation_id=conversation_id,
                role=said.role,
                content=said.content,
                timestamp=now,
                metadata={"imported": True},
            )
            for said in history
            if said.content
        ]

    async def _decided(self, asked: Asked, conversation_id: str) -> str | None:
        """Take a message that names what it decides, and is nothing else, as a decision; return what it decided about.

        Plainer answers are read where those of every surface are: when the message is accepted.
        """
        order = order_of(asked.content)
        if order is None:
            return None
        if (await self._approvals.get(order.approval_id)).conversation_id != conversation_id:
            raise NotFound("This approval belongs to another conversation. Decide it there, or in the app.")
        _, run = await self._decisions.decide(
            self._scope, order.approval_id, order.decision, notes=order.notes, via=self._scope.channel
        )
        return order.approval_id if run else None

    async def _with_key(self, key: str) -> list[ChatTurn]:
        newest_first = (("created_at", -1), ("turn_id", -1))
        return await self._known.find({"asked_key": key}, sort=newest_first, limit=CANDIDATES)

    async def _runs(self, turn: ChatTurn) -> bool:
        """Whether a turn is not over yet, or was just asked for."""
        where = {"conversation_id": turn.conversation_id, "client_message_id": turn.turn_id}
        message = await self._messages.find_one(where)
        if message is None:
            return turn.created_at > self._clock.now() - BEING_ACCEPTED
        if message.status == "pending":
            return True
        conversation = await self._conversations.find_one({"conversation_id": turn.conversation_id})
        run = conversation.run if conversation else None
        return run is not None and run.run_id == message.run_id

    async def _stands(self, turn: ChatTurn) -> bool:
        return await self._conversations.find_one({"conversation_id": turn.conversation_id}) is not None

    async def _fits(self, prior: ChatTurn, reply: str) -> bool:
        """Whether what the client holds as our answer is what we said, or the beginning of it."""
        seen = " ".join(reply.split())
        if not seen:
            return True
        where = {"conversation_id": prior.conversation_id, "client_message_id": prior.turn_id}
        asked = await self._messages.find_one(where)
        run_id = asked.run_id if asked else None
        if prior.approval_id:
            run_id = derived_id("run", prior.approval_id, "decision")
        if run_id is None:
            return False
        of_run = {"conversation_id": prior.conversation_id, "run_id": run_id}
        answers = await self._messages.find(of_run, sort=(("timestamp", 1),))
        said = " ".join(" ".join(one.content for one in answers if one.role == "assistant").split())
        return not said or said.startswith(seen) or said in seen

    async def _claim(self, prior: ChatTurn, turn_id: str) -> bool:
        """Become the turn that follows ``prior``; False if another one does already."""
        if prior.continued_by is not None:
            return prior.continued_by == turn_id
        try:
            await self._known.update(prior.turn_id, {"continued_by": turn_id}, where={"continued_by": None})
        except Conflict:
            return False
        return True

    async def _release(self, asked: Asked, turn_id: str) -> None:
        """Take back the claim of a turn that was refused."""
        for prior in await self._with_key(asked.prior_key) if asked.prior_key else ():
            if prior.continued_by == turn_id:
                await self._known.update(prior.turn_id, {"continued_by": None})

    def _id(self, *cause: str) -> str:
        return derived_id(CHAT_TURNS.id_prefix, self._scope.user_id, self._scope.actor_id, *cause)


def order_of(content: str) -> Order | None:
    """Return the decision a message is, if it names what it decides and is nothing else."""
    found = DECISION.fullmatch(content.strip().rstrip("!"))
    if found is None:
        return None
    word, approval_id, notes = found[1].lower(), found[2].lower(), (found["notes"] or "").strip()
    return Order("approve" if word == "approve" else "reject", approval_id, notes)


def _notes(notes: str) -> str:
    """Return the client's system messages as one line of data about the conversation."""
    return f"Note of the client application: {shortened(notes, LONGEST_NOTES)}" if notes.strip() else ""
