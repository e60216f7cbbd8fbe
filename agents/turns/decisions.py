"""A person's decision on an approval request: the first one wins, and the run that waits for it goes on."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal, TypeAlias

import structlog
from pydantic import ValidationError

from agents.turns.accepted import Accepted
from agents.turns.approved import ApprovedCall
from agents.turns.house import House
from agents.turns.intake import checked_content
from agents.turns.service import Turns
from core.errors import Conflict, InvalidInput, NotFound
from core.ids import derived_id, new_id
from core.json_text import inner_object
from core.scope import Scope
from db.approval_requests import APPROVAL_REQUESTS, ApprovalRequest
from db.audit_log import AUDIT_LOG, AuditEntry
from db.repository import Repository
from tools.approval.payload import payload_hash as hash_of

log = structlog.get_logger(__name__)

Decision: TypeAlias = Literal["approve", "reject"]
DONE_WORDS = {"approved": "approved", "rejected": "rejected", "expired": "expired", "cancelled": "withdrawn"}


class Decisions:
    """Takes decisions from every surface."""

    def __init__(self, house: House, turns: Turns) -> None:
        self._house = house
        self._turns = turns

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
    ) -> tuple[ApprovalRequest, Accepted | None]:
        """Decide, and let the run that asked go on. Returns the decided request and the run that follows, if any.

        ``edits`` is merged into the payload (RFC 7386) and approved in that form. Raises Conflict with who and when if
        somebody was faster, if it has expired, or if ``payload_hash`` is not that of what would be approved.
        """
        scope.require_decide()
        words = checked_content(notes) if notes.strip() else ""
        requests = Repository(self._house.database, APPROVAL_REQUESTS, scope)
        request = await requests.get(approval_id)
        now = self._house.clock.now()
        await self._still_open(requests, request, payload_hash, now)
        changes = self._changes(scope, request, decision, words, edits, via, now)
        condition = {"status": "pending", "payload_hash": request.payload_hash}
        try:
            decided = await requests.update(approval_id, changes, where=condition)
        except Conflict:
            raise already_decided(await requests.get(approval_id)) from None
        await self._audit(scope, decided, via)
        return decided, await self.resume(scope, decided)

    async def resume(self, scope: Scope, request: ApprovalRequest) -> Accepted | None:
        """Let the run of a decided request go on. Harmless when repeated."""
        if request.conversation_id is None:
            return None
        message = self._message(scope, request)
        try:
            await self._house.store.enqueue(message)
        except Conflict:
            log.debug("decision is in line already", approval_id=request.request_id)
        requests = Repository(self._house.database, APPROVAL_REQUESTS, scope)
        await requests.update(request.request_id, {"resumed_at": self._house.clock.now()})
        try:
            return await self._turns.resume(scope, message)
        except NotFound:
            log.info("conversation of a decision is gone", approval_id=request.request_id)
            return None

    async def _still_open(
        self, requests: Repository[ApprovalRequest], request: ApprovalRequest, payload_hash: str | None, now: datetime
    ) -> None:
        if request.status != "pending":
            raise already_decided(request)
        if request.expires_at <= now:
            changes = {"status": "expired", "resolved_at": now}
            expired = await requests.update(request.request_id, changes, where={"status": "pending"})
            raise already_decided(expired)
        if payload_hash and payload_hash != request.payload_hash:
            raise Conflict(
                "This is not what you were shown: it has changed since. Load it again and decide on what it is now.",
                payload_hash=request.payload_hash,
            )

    def _changes(
        self,
        scope: Scope,
        request: ApprovalRequest,
        decision: Decision,
        notes: str,
        edits: Mapping[str, Any] | None,
        via: str,
        now: datetime,
    ) -> dict[str, Any]:
        changes: dict[str, Any] = {
            "status": "approved" if decision == "approve" else "rejected",
            "approved_by": scope.actor_id,
            "decided_via": via,
            "resolved_at": now,
        }
        if decision == "reject":
            if edits:
                raise InvalidInput("A rejection takes no edits. Say in the notes what should change.", field="edits")
            return changes | {"rejection_reason": notes}
        if edits:
            payload = self._edited(request, edits)
            changes |= {"content": payload, "payload_hash": hash_of(payload), "edits": dict(edits)}
        return changes | {"approval_notes": notes}

    def _edited(self, request: ApprovalRequest, edits: Mapping[str, Any]) -> dict[str, Any]:
        payload = self._house.runner.payload_model(request.tool)
        try:
            return payload.model_validate(merged(request.content, edits)).model_dump(mode="json")
        except ValidationError as error:
            first = error.errors()[0]
            place = ".".join(str(part) for part in first["loc"])
            raise InvalidInput(f"The edits don't fit: {place}: {first['msg']}.", field=f"edits.{place}") from error

    async def _audit(self, scope: Scope, request: ApprovalRequest, via: str) -> None:
        entry = AuditEntry(
            audit_id=new_id("aud"),
            action=f"approval_{request.status}",
            resource_type="approval_request",
            resource_id=request.request_id,
            actor_id=scope.actor_id,
            details={"via": via, "payload_hash": request.payload_hash},
        )
        await Repository(self._house.database, AUDIT_LOG, scope).insert(entry)

    def _message(self, scope: Scope, request: ApprovalRequest) -> dict[str, Any]:
        now = self._house.clock.now()
        approved = request.status == "approved"
        reason = f" Reason: {request.rejection_reason}" if request.rejection_reason else ""
        content = f"Approved: {request.summary}" if approved else f"Rejected: {request.summary}{reason}"
        return {
            "message_id": derived_id("msg", request.request_id, "decision"),
            "conversation_id": request.conversation_id,
            "user_id": scope.user_id,
            "role": "user",
            "kind": "decision",
            "content": content,
            "status": "pending",
            "run_id": derived_id("run", request.request_id, "decision"),
            "metadata": ApprovedCall.metadata(request),
            "timestamp": now,
            "created_at": now,
            "updated_at": now,
        }


def already_decided(request: ApprovalRequest) -> Conflict:
    """Return the error that tells a second decision who made the first, and when."""
    when = request.resolved_at.isoformat() if request.resolved_at else None
    words = DONE_WORDS.get(request.status, request.status)
    at = f" on {request.resolved_at:%d %B %Y at %H:%M} UTC" if request.resolved_at else ""
    by = f" by {request.approved_by}" if request.approved_by else ""
    return Conflict(
        f"This was {words} already{by}{at}.", status=request.status, decided_by=request.approved_by, decided_at=when
    )


def merged(document: Mapping[str, Any], patch: Mapping[str, Any]) -> dict[str, Any]:
    """Apply a JSON merge patch (RFC 7386)."""
    result = dict(document)
    for key, value in patch.items():
        if value is None:
            result.pop(key, None)
        elif isinstance(value, dict):
            result[key] = merged(inner_object(result.get(key)), inner_object(value))
        else:
            result[key] = value
    return result
