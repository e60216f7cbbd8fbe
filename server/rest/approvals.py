"""Approvals: what waits for a person, exactly, and their decision."""

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from db.approval_requests import APPROVAL_REQUESTS, ApprovalRequest, ApprovalStep, Change, Signature
from server.auth.caller import Caller, Writer
from server.problems import responses
from server.rest.pages import PageView, page_view
from server.rest.text import Cursor, Limit, PathId, Text
from server.services import Parts

router = APIRouter(prefix="/api/v1/approvals", tags=["Approvals"])
Status = Literal["pending", "approved", "rejected", "expired", "cancelled"]


class ApprovalView(BaseModel):
    """An approval request. ``content`` is the exact payload; ``payload_hash`` is what a decision is about."""

    approval_id: str
    conversation_id: str | None
    campaign_id: str | None
    run_id: str
    request_type: Literal["campaign_plan", "content", "budget", "publish"]
    tool: str
    summary: str
    content: dict[str, Any]
    payload_hash: str
    status: Status
    requested_by: str
    decided_by: str | None
    decided_via: str | None
    notes: str | None
    edits: dict[str, Any] | None
    steps: list[ApprovalStep]
    step: int
    signatures: list[Signature]
    supersedes: str | None
    superseded_by: str | None
    difference: list[Change]
    void_reason: str | None
    workflow_id: str | None
    reminded_at: datetime | None
    created_at: datetime
    expires_at: datetime
    decided_at: datetime | None
    executed_at: datetime | None

    @classmethod
    def of(cls, request: ApprovalRequest) -> "ApprovalView":
        """Show an approval request."""
        renamed = {"approval_id", "decided_by", "decided_at", "notes"}
        return cls(
            approval_id=request.request_id,
            decided_by=request.approved_by,
            decided_at=request.resolved_at,
            notes=request.approval_notes or request.rejection_reason,
            **request.model_dump(include=set(cls.model_fields) - renamed),
        )


class Decision(BaseModel):
    """A decision. With ``payload_hash`` it counts only for the payload that was shown."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"decision": "reject", "notes": "The price is wrong."}]})

    decision: Literal["approve", "reject"]
    notes: Annotated[Text, Field(max_length=2000)] = ""
    edits: dict[str, Any] | None = None
    payload_hash: Annotated[Text, Field(max_length=128)] | None = None


@router.get("", operation_id="list_approvals", responses=responses(), summary="List them, newest first")
async def list_all(
    scope: Caller,
    parts: Parts,
    status: Annotated[Status | None, Query()] = None,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> PageView[ApprovalView]:
    """Return the account's approval requests."""
    where: dict[str, Any] = {"status": status} if status else {}
    page = await parts.repository(APPROVAL_REQUESTS, scope).page(where, limit=limit, cursor=cursor)
    return page_view(page, ApprovalView.of)


@router.get("/{approval_id}", operation_id="get_approval", responses=responses(404), summary="Read one")
async def get(approval_id: PathId, scope: Caller, parts: Parts) -> ApprovalView:
    """Return one approval request."""
    return ApprovalView.of(await parts.repository(APPROVAL_REQUESTS, scope).get(approval_id))


@router.post("/{approval_id}/decision", operation_id="decide_approval", responses=responses(404, 409), summary="Decide")
async def decide(approval_id: PathId, body: Decision, scope: Writer, parts: Parts) -> ApprovalView:
    """Approve or reject. The first decision wins; 409 says who decided when, or that it expired or changed."""
    request, _ = await parts.decisions.decide(
        scope,
        approval_id,
        body.decision,
        notes=body.notes,
        edits=body.edits,
        payload_hash=body.payload_hash,
        via=scope.channel,
    )
    return ApprovalView.of(request)
