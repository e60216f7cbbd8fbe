"""Approvals: what waits for a person, exactly, and their decision."""

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from core.scope import Scope
from db.approval_requests import APPROVAL_REQUESTS, ApprovalRequest, ApprovalStep, Change, Signature
from db.social_accounts import SOCIAL_ACCOUNTS
from server.auth.caller import Caller, Writer
from server.by_hand import HandWork
from server.problems import responses
from server.rest.pages import PageView, page_view
from server.rest.text import Cursor, Limit, Line, PathId, Text
from server.services import Parts, Services
from tools.account_names import AccountNames, account_names, posts_of
from tools.approvals import as_it_stands, in_state
from tools.platforms.catalogue import BY_NAME

router = APIRouter(prefix="/api/v1/approvals", tags=["Approvals"])
Status = Literal["pending", "approved", "rejected", "expired", "cancelled"]


class ApprovalView(BaseModel):
    """An approval request. ``content`` is the exact payload; ``payload_hash`` is what a decision is about.

    ``accounts`` and ``places`` are for showing it: what its `account_id`s and its `platform`s are called.
    """

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
    accounts: dict[str, str] = Field(
        description="What accounts are called, by their ids.", examples=[{"2244994945": "The Bakery (@thebakery)"}]
    )
    places: dict[str, str] = Field(description="What platforms are called.", examples=[{"twitter": "X"}])

    @classmethod
    def of(cls, request: ApprovalRequest, names: AccountNames) -> "ApprovalView":
        """Show an approval request."""
        renamed = {"approval_id", "decided_by", "decided_at", "notes", "accounts", "places"}
        posts = posts_of(request)
        platforms = [str(post.get("platform")) for post in posts]
        return cls(
            accounts={**names.of_differences(request.difference), **names.by_id(posts)},
            places={name: BY_NAME[name].label for name in platforms if name in BY_NAME},
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


class WhichAccount(BaseModel):
    """The account to post on, as `GET /api/v1/connections` names it."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"connection_id": "acc_0198f6c2a1b07c3d8e4f5a6b7c8d9e0f"}]}
    )

    connection_id: Annotated[Line, Field(max_length=64)]


@router.get("", operation_id="list_approvals", responses=responses(), summary="List them, newest first")
async def list_all(
    scope: Caller,
    parts: Parts,
    status: Annotated[Status | None, Query()] = None,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> PageView[ApprovalView]:
    """Return the account's approval requests."""
    now = parts.clock.now()
    page = await parts.repository(APPROVAL_REQUESTS, scope).page(
        in_state(status, now) if status else {}, limit=limit, cursor=cursor
    )
    names = await account_names(parts.repository(SOCIAL_ACCOUNTS, scope), page.items)
    return page_view(page, lambda request: ApprovalView.of(as_it_stands(request, now), names))


@router.get("/{approval_id}", operation_id="get_approval", responses=responses(404), summary="Read one")
async def get(approval_id: PathId, scope: Caller, parts: Parts) -> ApprovalView:
    """Return one approval request."""
    return await approval_view(parts, scope, await parts.repository(APPROVAL_REQUESTS, scope).get(approval_id))


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
    return await approval_view(parts, scope, request)


@router.post(
    "/{approval_id}/account",
    operation_id="choose_approval_account",
    responses=responses(404, 409),
    summary="Choose the account",
)
async def choose_account(approval_id: PathId, body: WhichAccount, scope: Writer, parts: Parts) -> ApprovalView:
    """Ask for it on another connected account: all its posts for the platform of that one. Returns what waits now.

    The request is withdrawn and asked anew under another id, which it names as `superseded_by`.
    """
    return await approval_view(parts, scope, await HandWork(parts, scope).reassign_all(approval_id, body.connection_id))


async def approval_view(parts: Services, scope: Scope, request: ApprovalRequest) -> ApprovalView:
    """Show an approval request with the names of the accounts it speaks of."""
    names = await account_names(parts.repository(SOCIAL_ACCOUNTS, scope), [request])
    return ApprovalView.of(as_it_stands(request, parts.clock.now()), names)
