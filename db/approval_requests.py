"""Approval requests: the exact payload a person decides on, and the decision."""

from typing import Any, Literal

from pydantic import Field

from db.collection import Collection, Index, OwnedDocument, UtcTime


class ApprovalRequest(OwnedDocument):
    """A request to approve exactly ``content``, whose canonical hash is ``payload_hash``.

    ``call_id`` is the tool call that waits for it. ``approved_by`` is a user id or ``voice_approval``; it is the person
    who decided, whichever way.
    """

    request_id: str
    campaign_id: str | None = None
    conversation_id: str | None = None
    request_type: Literal["campaign_plan", "content", "budget", "publish"]
    tool: str
    call_id: str
    run_id: str
    content: dict[str, Any]
    payload_hash: str
    summary: str = ""
    status: Literal["pending", "approved", "rejected", "expired", "cancelled"] = "pending"
    requested_by: str
    approved_by: str | None = None
    decided_via: str | None = None
    approval_notes: str | None = None
    rejection_reason: str | None = None
    edits: dict[str, Any] | None = None
    expires_at: UtcTime
    resolved_at: UtcTime | None = None
    resumed_at: UtcTime | None = None
    executed_at: UtcTime | None = None
    metadata: dict[str, Any] = Field(default_factory=dict[str, Any])


APPROVAL_REQUESTS = Collection(
    name="approval_requests",
    model=ApprovalRequest,
    id_field="request_id",
    id_prefix="apr",
    indexes=(
        Index(("user_id",)),
        Index(("status",)),
        Index(("-created_at",)),
        Index(("user_id", "-created_at", "-request_id")),
        Index(("conversation_id", "status")),
    ),
)
