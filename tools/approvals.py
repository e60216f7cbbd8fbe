"""What waits for a person, and what was decided. Deciding is never a tool: only a person does that, at the edge."""

from typing import Annotated, Any, Literal, TypeAlias

from pydantic import Field

from db.approval_requests import APPROVAL_REQUESTS
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
    now = ctx.clock.now()
    where: dict[str, Any] = {"status": params.status}
    if params.status == "pending":
        where["expires_at"] = {"$gt": now}
    elif params.status == "expired":
        where = {"$or": [{"status": "expired"}, {"status": "pending", "expires_at": {"$lte": now}}]}
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
