"""Approval requests: asked once, decided once, on whatever surface; expired, reminded of and withdrawn.

The document is the truth. Whoever waits for it, a turn or a workflow, is told by a listener and may miss that: it reads
the document.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final, Literal, TypeAlias

from pydantic import BaseModel, ValidationError

from core.errors import Conflict, Forbidden, InvalidInput
from core.ids import derived_id
from core.scope import Scope
from db.approval_requests import APPROVAL_REQUESTS, ApprovalRequest, ApprovalStep, Signature
from db.audit_log import AUDIT_LOG, AuditEntry
from db.client import Database
from db.repository import Repository
from tools.approval.difference import difference
from tools.approval.merge_patch import merged
from tools.approval.payload import ApprovedPayload, payload_hash
from tools.approval.signers import NOBODY_KNOWN, Signers, objection

Decision: TypeAlias = Literal["approve", "reject"]
RequestType: TypeAlias = Literal["campaign_plan", "content", "budget", "publish"]
Listener: TypeAlias = Callable[[Scope, ApprovalRequest], Awaitable[None]]
PayloadModel: TypeAlias = Callable[[str], type[BaseModel]]
FinishEdit: TypeAlias = Callable[[Database, Scope, ApprovalRequest, BaseModel], Awaitable[BaseModel]]

LIFETIME: Final = timedelta(days=7)
FIRST_REMINDER: Final = timedelta(days=1)
LAST_REMINDER: Final = timedelta(days=1)
DONE_WORDS: Final = {"approved": "approved", "rejected": "rejected", "expired": "expired", "cancelled": "withdrawn"}
# Where a request's metadata say so, neither turn nor workflow waits for it: it is carried out from elsewhere.
CARRIED_BY: Final = "carried_by"
CARE: Final = "care"
LIVE: Final = ("pending", "approved")
# Whose voice it was is in the audit log, and in the transcript that the notes name.
BY_VOICE: Final = "voice_approval"


@dataclass(frozen=True, slots=True)
class RequestDraft:
    """What a turn or a workflow asks. ``request_id`` is derived by whoever asks: asking again finds the first.

    ``about`` are the ids whose change voids it; ``supersedes`` is the request this one stands in place of; ``follows``
    is one that is over already, to which it shows the difference alone; ``shown_in`` is the run that shows it in its
    conversation.
    """

    request_id: str
    request_type: RequestType
    payload: dict[str, Any]
    summary: str
    requested_by: str
    tool: str = ""
    call_id: str = ""
    run_id: str = ""
    conversation_id: str | None = None
    campaign_id: str | None = None
    workflow_id: str | None = None
    about: tuple[str, ...] = ()
    supersedes: str | None = None
    follows: ApprovalRequest | None = None
    steps: tuple[ApprovalStep, ...] = ()
    lifetime: timedelta = LIFETIME
    shown_in: str | None = None
    metadata: Mapping[str, Any] = field(default_factory=dict[str, Any])


class ApprovalRequests:
    """The requests of all tenants.

    ``payload_model`` gives the model edits are checked with, by the tool's name; ``finish_edit`` makes of an edited
    payload what is approved, or refuses it. ``signers`` tells who may decide in an account.
    """

    def __init__(
        self,
        database: Database,
        payload_model: PayloadModel | None = None,
        on_decided: Sequence[Listener] = (),
        finish_edit: FinishEdit | None = None,
        signers: Callable[[Scope], Awaitable[Signers]] | None = None,
    ) -> None:
        self._signers = signers
        self._database = database
        self._finish_edit = finish_edit
        self._payload_model = payload_model
        self._on_decided = tuple(on_decided)

    async def ask(self, scope: Scope, draft: RequestDraft) -> ApprovalRequest:
        """Store a request, once; what it stands in place of is withdrawn and the difference kept with it."""
        repository = self._repository(scope)
        earlier = await repository.get(draft.supersedes) if draft.supersedes else None
        before = earlier or draft.follows
        now = self._database.clock.now()
        hashed = payload_hash(draft.payload)
        stored = await repository.insert_once(
            ApprovalRequest(
                request_id=draft.request_id,
                campaign_id=draft.campaign_id,
                conversation_id=draft.conversation_id,
                request_type=draft.request_type,
                tool=draft.tool,
                call_id=draft.call_id,
                run_id=draft.run_id,
                workflow_id=draft.workflow_id,
                about=list(draft.about),
                content=draft.payload,
                payload_hash=hashed,
                shown_hash=hashed if draft.shown_in else None,
                shown_in=draft.shown_in,
                summary=draft.summary,
                requested_by=draft.requested_by,
                steps=list(draft.steps),
                supersedes=draft.supersedes,
                difference=difference(before.content, draft.payload) if before else [],
                remind_at=now + min(FIRST_REMINDER, draft.lifetime / 2),
                expires_at=now + draft.lifetime,
                metadata=dict(draft.metadata),
            )
        )
        if earlier and earlier.superseded_by is None:
            await repository.change(earlier.request_id, {"superseded_by": stored.request_id})
            await self.void(scope, earlier.request_id, f"Asked anew as {stored.request_id}.")
        return stored

    async def decide(
        self,
        scope: Scope,
        request_id: str,
        decision: Decision,
        *,
        notes: str = "",
        edits: Mapping[str, Any] | None = None,
        payload_hash: str | None = None,
        via: str,
    ) -> ApprovalRequest:
        """Decide and tell whoever waits; see ``record``."""
        decided = await self.record(
            scope, request_id, decision, notes=notes, edits=edits, payload_hash=payload_hash, via=via
        )
        if decided.status != "pending":
            await self.tell(scope, decided)
        return decided

    async def record(
        self,
        scope: Scope,
        request_id: str,
        decision: Decision,
        *,
        notes: str = "",
        edits: Mapping[str, Any] | None = None,
        payload_hash: str | None = None,
        via: str,
    ) -> ApprovalRequest:
        """Decide without telling anybody. The first decision wins; of several steps, the first for the step that waits.

        ``edits`` is merged into the payload (RFC 7386) and approved in that form. Conflict with who and when if
        somebody was faster, if it has expired, or if ``payload_hash`` is not that of what would be approved. The
        request is still pending where another step follows.
        """
        scope.require_decide()
        repository = self._repository(scope)
        request = await repository.get(request_id)
        now = self._database.clock.now()
        await self._require_open(repository, request, payload_hash, now)
        await self.require_signer(scope, request)
        if decision == "reject":
            if edits:
                raise InvalidInput("A rejection takes no edits. Say in the notes what should change.", field="edits")
            changes = _closed("rejected", scope, via, now) | {"rejection_reason": notes}
        else:
            changes = await self._approved(scope, request, notes, edits, via, now)
        seen = {"status": "pending", "payload_hash": request.payload_hash, "step": request.step}
        try:
            decided = await repository.update(request_id, changes, where=seen)
        except Conflict:
            raise already_decided(await repository.get(request_id)) from None
        await self._audit(scope, decided, decision, request.step, via)
        return decided

    async def require_signer(self, scope: Scope, request: ApprovalRequest) -> None:
        """Raise Forbidden unless the step that waits is this person's to sign."""
        if not request.steps:
            return
        signers = await self._signers(scope) if self._signers else NOBODY_KNOWN
        if why := objection(request, scope.actor_id, signers):
            raise Forbidden(why)

    async def tell(self, scope: Scope, request: ApprovalRequest) -> None:
        """Tell whoever waits for a request that it is no longer pending. Harmless when repeated."""
        for listener in self._on_decided:
            await listener(scope, request)
        await self._repository(scope).change(request.request_id, {"resumed_at": self._database.clock.now()})

    async def void(self, scope: Scope, request_id: str, why: str) -> ApprovalRequest | None:
        """Withdraw a request, decided or not; what it allowed is allowed no longer. None if it was closed already."""
        repository = self._repository(scope)
        changes = {"status": "cancelled", "void_reason": why, "remind_at": None}
        try:
            voided = await repository.update(request_id, changes, where={"status": {"$in": list(LIVE)}})
        except Conflict:
            return None
        await self._audit(scope, voided, "void", voided.step, scope.channel)
        return voided

    async def show(self, scope: Scope, request: ApprovalRequest, run_id: str) -> ApprovalRequest:
        """Note that a request is shown in its conversation, as it is now, by a run."""
        changes = {"shown_hash": request.payload_hash, "shown_in": run_id}
        return await self._repository(scope).update(request.request_id, changes)

    async def live_about(self, scope: Scope, subject_id: str) -> list[ApprovalRequest]:
        """Return the requests about something that are pending or approved."""
        return await self._repository(scope).find({"about": subject_id, "status": {"$in": list(LIVE)}})

    async def expire(self, scope: Scope, request: ApprovalRequest) -> ApprovalRequest | None:
        """Close a request nobody decided in time, and tell whoever waits. None if somebody has decided after all."""
        changes = {"status": "expired", "resolved_at": self._database.clock.now(), "remind_at": None}
        try:
            expired = await self._repository(scope).update(request.request_id, changes, where={"status": "pending"})
        except Conflict:
            return None
        await self.tell(scope, expired)
        return expired

    async def remind(self, scope: Scope, request: ApprovalRequest) -> ApprovalRequest | None:
        """Note that people are reminded now, and when next. None if that was done, or it is decided."""
        now = self._database.clock.now()
        last = request.expires_at - LAST_REMINDER
        changes = {"reminded_at": now, "remind_at": last if last > now + LAST_REMINDER / 2 else None}
        seen = {"status": "pending", "remind_at": request.remind_at}
        try:
            return await self._repository(scope).update(request.request_id, changes, where=seen)
        except Conflict:
            return None

    async def _require_open(
        self, repository: Repository[ApprovalRequest], request: ApprovalRequest, shown: str | None, now: datetime
    ) -> None:
        if request.status != "pending":
            raise already_decided(request)
        if request.expires_at <= now:
            changes = {"status": "expired", "resolved_at": now}
            raise already_decided(await repository.update(request.request_id, changes, where={"status": "pending"}))
        if shown and shown != request.payload_hash:
            raise Conflict(
                "This is not what you were shown: it has changed since. Load it again and decide on what it is now.",
                payload_hash=request.payload_hash,
            )

    async def _approved(
        self,
        scope: Scope,
        request: ApprovalRequest,
        notes: str,
        edits: Mapping[str, Any] | None,
        via: str,
        now: datetime,
    ) -> dict[str, Any]:
        changes: dict[str, Any] = {}
        shown = request.payload_hash
        signatures = request.signatures
        if edits:
            content = await self._edited(scope, request, edits)
            shown = payload_hash(content)
            changes = {"content": content, "payload_hash": shown, "edits": dict(edits)}
            if told := difference(request.content, content):
                changes["difference"] = [change.model_dump() for change in told]
        if not request.steps:
            return changes | _closed("approved", scope, via, now) | {"approval_notes": notes}
        step = request.steps[request.step]
        following = request.step + 1
        if shown != request.payload_hash and request.step:
            # Those who signed before have not seen this: it begins anew, with the difference.
            signatures, following = [], 0
        else:
            signed = Signature(step=step.name, by=scope.actor_id, at=now, via=via, payload_hash=shown, notes=notes)
            signatures = [*signatures, signed]
        changes |= {"signatures": [signature.model_dump() for signature in signatures], "step": following}
        if following == len(request.steps):
            changes |= _closed("approved", scope, via, now) | {"approval_notes": notes}
        return changes

    async def _edited(self, scope: Scope, request: ApprovalRequest, edits: Mapping[str, Any]) -> dict[str, Any]:
        if self._payload_model is None or not request.tool:
            raise InvalidInput("This can't be edited while approving. Reject it and say what should change.")
        model = self._payload_model(request.tool)
        try:
            edited = model.model_validate(merged(request.content, edits))
        except ValidationError as error:
            first = error.errors()[0]
            place = ".".join(str(part) for part in first["loc"])
            raise InvalidInput(f"The edits don't fit: {place}: {first['msg']}.", field=f"edits.{place}") from error
        if isinstance(edited, ApprovedPayload):
            problems = edited.problems_of_edit(model.model_validate(request.content))
            if problems:
                raise InvalidInput(f"The edits don't fit: {' '.join(problems)}", field="edits")
        if self._finish_edit is not None:
            edited = await self._finish_edit(self._database, scope, request, edited)
        return edited.model_dump(mode="json")

    async def _audit(self, scope: Scope, request: ApprovalRequest, act: str, step: int, via: str) -> None:
        # One entry for what happened, even if it is written again after a crash.
        entry = AuditEntry(
            audit_id=derived_id("aud", request.request_id, act, str(step), request.payload_hash, scope.actor_id),
            action=f"approval_{request.status}",
            resource_type="approval_request",
            resource_id=request.request_id,
            actor_id=scope.actor_id,
            details={"via": via, "payload_hash": request.payload_hash, "step": step},
        )
        await Repository(self._database, AUDIT_LOG, scope).insert_once(entry)

    def _repository(self, scope: Scope) -> Repository[ApprovalRequest]:
        return Repository(self._database, APPROVAL_REQUESTS, scope)


def _closed(status: Literal["approved", "rejected"], scope: Scope, via: str, now: datetime) -> dict[str, Any]:
    return {
        "status": status,
        "approved_by": BY_VOICE if via == "voice" else scope.actor_id,
        "spoken_by": scope.actor_id if via == "voice" else None,
        "decided_via": via,
        "resolved_at": now,
        "remind_at": None,
    }


def already_decided(request: ApprovalRequest) -> Conflict:
    """Return the error that tells a second decision who made the first, and when."""
    if request.status == "pending" and request.signatures:
        last = request.signatures[-1]
        return Conflict(
            f"{last.by} has decided the step {last.step!r} already on {last.at:%d %B %Y at %H:%M} UTC. "
            "The next one is for others.",
            status=request.status,
            decided_by=last.by,
            decided_at=last.at.isoformat(),
        )
    when = request.resolved_at.isoformat() if request.resolved_at else None
    words = DONE_WORDS.get(request.status, request.status)
    at = f" on {request.resolved_at:%d %B %Y at %H:%M} UTC" if request.resolved_at else ""
    by = f" by {request.approved_by}" if request.approved_by and request.status != "cancelled" else ""
    why = f" {request.void_reason}" if request.void_reason else ""
    return Conflict(
        f"This was {words} already{by}{at}.{why}",
        status=request.status,
        decided_by=request.approved_by,
        decided_at=when,
        superseded_by=request.superseded_by,
    )
