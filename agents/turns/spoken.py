"""A typed answer to what waits for approval: it decides where it can mean nothing else, and is a message otherwise."""

from agents.language.spoken_decisions import SpokenDecision, is_about, read_decision
from agents.turns.accepted import Accepted
from agents.turns.decisions import Decisions, Said
from agents.turns.house import House
from agents.turns.service import Turns
from core.scope import Scope
from db.approval_requests import APPROVAL_REQUESTS, ApprovalRequest
from db.conversations import CONVERSATIONS, Conversation
from db.messages import MESSAGES
from db.repository import Repository

VIA = "chat"


class SpokenTurns(Turns):
    """Turns whose messages may decide. ``decisions`` is set once both are made: each needs the other."""

    decisions: Decisions | None = None

    async def accept(
        self,
        scope: Scope,
        conversation_id: str,
        content: str,
        client_message_id: str,
        new: Conversation | None = None,
    ) -> Accepted:
        """Take a message as ``Turns.accept`` does; a plain answer to the one thing that waits decides it instead.

        Conflict, with who and when, if somebody has decided it meanwhile.
        """
        spoken = read_decision(content) if new is None and self.decisions and _may(scope) else None
        request = await meant(self.house, scope, conversation_id, spoken) if spoken else None
        if spoken and request and self.decisions:
            _, accepted = await self.decisions.decide(
                scope,
                request.request_id,
                spoken.decision,
                notes=spoken.reason,
                payload_hash=request.shown_hash,
                via=VIA,
                said=Said(content, client_message_id),
            )
            if accepted:
                return accepted
        return await super().accept(scope, conversation_id, content, client_message_id, new)


async def meant(house: House, scope: Scope, conversation_id: str, spoken: SpokenDecision) -> ApprovalRequest | None:
    """Return the request a spoken decision is about; None where that is not beyond doubt.

    It has to be the only one that waits in this conversation, shown in it exactly as it is now. A bare yes or no counts
    only as the answer to it, with nothing said since; a plain word also later, while nothing is being worked on.
    """
    where = {"conversation_id": conversation_id, "status": "pending"}
    found = await Repository(house.database, APPROVAL_REQUESTS, scope).find(where, limit=20)
    waiting = [request for request in found if request.expires_at > house.clock.now()]
    if spoken.named:
        waiting = [request for request in waiting if is_about(spoken.named, request.content)]
    if len(waiting) != 1:
        return None
    (request,) = waiting
    if request.shown_hash != request.payload_hash or request.shown_in is None:
        return None
    page = await Repository(house.database, MESSAGES, scope).page({"conversation_id": conversation_id}, limit=10)
    last = next((message for message in page.items if message.role == "user"), None)
    if last is not None and last.run_id == request.shown_in:
        return request
    if not spoken.plain:
        return None
    conversation = await Repository(house.database, CONVERSATIONS, scope).find_one({"conversation_id": conversation_id})
    return request if conversation is not None and conversation.run is None and not conversation.queued else None


def _may(scope: Scope) -> bool:
    return scope.may_write and scope.may_decide and scope.channel != "voice"
