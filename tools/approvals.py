"""What waits for a person, and what was decided. Deciding is never a tool: only a person does that, at the edge."""

from datetime import datetime
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import Field

from db.approval_requests import APPROVAL_REQUESTS, ApprovalRequest
from tools.arguments import Arguments, Limit, chosen
from tools.tool import Effect, Tool, ToolContext, tool

ApprovalStatus: TypeAlias = Literal["pending", "approved", "rejected", "expired", "cancelled"]


class ListApprovals(Arguments):
    """Which approval requests."""

    status: Annotated[ApprovalStatus, chosen] = Field(
        default="pending", description="The state; requests that wait for a decision if not given."
    )
    limit: Limit = Field(default=10, description="How many at most, up to 50.")


@tool(Effect.READ)
async def list_approvals(ctx: ToolContext, params: ListApprovals) -> dict[str, Any]:
    """List what waits for a person's decision, newest first, or what was decided. It can't decide anything."""
    where = in_state(params.status, ctx.clock.now())
    page = await ctx.repository(APPROVAL_REQUESTS).page(where, limit=params.limit)
    approvals = [
        {
            "approval_id": request.request_id,
            "request_type": request.request_type,
            "summary": request.summary,
            "status": params.status,
            "requested_by": request.requested_by,
            "requested_at": request.created_at.isoformat(),
            "expires_at": request.expires_at.isoformat(),
            "here": request.conversation_id == ctx.conversation_id,
            "decided_at": request.resolved_at.isoformat() if request.resolved_at else None,
            "notes": request.rejection_reason or request.approval_notes,
        }
        for request in page.items
    ]
    return {"approvals": approvals, "more": page.next_cursor is not None}


TOOLS: tuple[Tool, ...] = (list_approvals,)


def in_state(status: ApprovalStatus, now: datetime) -> dict[str, Any]:
    """Return the filter for requests in a state. One whose time is over is expired, also before anybody notes it."""
    if status == "pending":
        return {"status": "pending", "expires_at": {"$gt": now}}
    if status == "expired":
        return {"$or": [{"status": "expired"}, {"status": "pending", "expires_at": {"$lte": now}}]}
    return {"status": status}


def as_it_stands(request: ApprovalRequest, now: datetime) -> ApprovalRequest:
    """Return a request as it stands now: expired where its time is over, also before anybody notes it."""
    over = request.status == "pending" and request.expires_at <= now
    return request.model_copy(update={"status": "expired"}) if over else request
