"""A person's decision on an approval request, and the run that waits for it and goes on."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import structlog

from agents.turns.accepted import Accepted
from agents.turns.acting import acting
from agents.turns.approved import ApprovedCall
from agents.turns.house import House
from agents.turns.intake import checked_content
from agents.turns.service import Turns
from core.errors import Conflict, NotFound
from core.ids import derived_id
from core.scope import Scope
from db.approval_requests import ApprovalRequest
from tools.approval.requests import ApprovalRequests, Decision

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Said:
    """A decision in a person's own words, and the id their client gave the message."""

    content: str
    client_message_id: str


class Decisions:
    """Takes decisions from every surface, and lets the turn that asked go on."""

    def __init__(self, house: House, turns: Turns, requests: ApprovalRequests | None = None) -> None:
        self._house = house
        self._turns = turns
        self.requests = requests or ApprovalRequests(
            house.database, house.runner.payload_model, finish_edit=house.runner.finish_edit
        )

    async def decide(
        self,
        scope: Scope,
        approval_id: str,
        decision: Decision,
        *,
        notes: str = "",
        edits: Mapping[str, Any] | None = None,
        payload_hash: str | None = None,
        via: str,
        said: Said | None = None,
    ) -> tuple[ApprovalRequest, Accepted | None]:
        """Decide as ``ApprovalRequests.record`` does. Returns the request and the run that follows, if one does."""
        words = checked_content(notes) if notes.strip() else ""
        decided = await self.requests.record(
            scope, approval_id, decision, notes=words, edits=edits, payload_hash=payload_hash, via=via
        )
        if decided.status == "pending":
            return decided, None
        return decided, await self.resume(scope, decided, said)

    async def resume(self, scope: Scope, request: ApprovalRequest, said: Said | None = None) -> Accepted | None:
        """Let the run or workflow of a decided request go on. Harmless when repeated."""
        accepted = await self._resumed_turn(scope, request, said)
        await self.requests.tell(scope, request)
        return accepted

    async def _resumed_turn(self, scope: Scope, request: ApprovalRequest, said: Said | None) -> Accepted | None:
        if request.conversation_id is None or not request.run_id:
            return None
        message = self._message(scope, request, said)
        try:
            await self._house.store.enqueue(message)
        except Conflict:
            log.debug("decision is in line already", approval_id=request.request_id)
        try:
            return await self._turns.resume(message, scope)
        except NotFound:
            log.info("conversation of a decision is gone", approval_id=request.request_id)
            return None

    def _message(self, scope: Scope, request: ApprovalRequest, said: Said | None) -> dict[str, Any]:
        now = self._house.clock.now()
        approved = request.status == "approved"
        reason = f" Reason: {request.rejection_reason}" if request.rejection_reason else ""
        content = f"Approved: {request.summary}" if approved else f"Rejected: {request.summary}{reason}"
        own = {"client_message_id": said.client_message_id} if said else {}
        return own | {
            "message_id": derived_id("msg", request.request_id, "decision"),
            "conversation_id": request.conversation_id,
            "user_id": scope.user_id,
            "role": "user",
            "kind": "decision",
            "content": said.content if said else content,
            "status": "pending",
            "run_id": derived_id("run", request.request_id, "decision"),
            "metadata": acting(scope) | ApprovedCall.metadata(request),
            "timestamp": now,
            "created_at": now,
            "updated_at": now,
        }
