"""Approval requests: the exact payload a person decides on, and the decision."""

from typing import Any, Literal

from pydantic import Field

from db.collection import Collection, Index, OwnedDocument, Part, UtcTime


class ApprovalStep(Part):
    """One step of a request that several people approve in turn. ``approvers`` are user ids or email addresses.

    Nobody named means anybody who may write in the account.
    """

    name: str
    approvers: list[str] = Field(default_factory=list[str])


class Signature(Part):
    """Who approved a step, when, in which way, and the hash of what they saw."""

    step: str
    by: str
    at: UtcTime
    via: str
    payload_hash: str
    notes: str = ""


class Change(Part):
    """One thing that differs from what was asked before: where, and how it reads before and after."""

    where: str
    field: str
    before: str | None = None
    after: str | None = None


class ApprovalRequest(OwnedDocument):
    """A request to approve exactly ``content``, whose canonical hash is ``payload_hash``.

    ``call_id`` is the tool call that waits for it, ``workflow_id`` the workflow that does. ``about`` are the ids it is
    about: a change of one of them voids it. ``approved_by`` is a user id, an email address or ``voice_approval``:
    the person who decided, whichever way; ``spoken_by`` says whose voice it was. ``steps`` are passed one after the
    other; ``step`` is the one that waits.
    ``difference`` is how it differs from what was asked before, be it by another request or by the person who approves.
    ``shown_hash`` is what its conversation has shown of it last, by the run ``shown_in``.
    """

    request_id: str
    campaign_id: str | None = None
    conversation_id: str | None = None
    request_type: Literal["campaign_plan", "content", "budget", "publish"]
    tool: str = ""
    call_id: str = ""
    run_id: str = ""
    workflow_id: str | None = None
    about: list[str] = Field(default_factory=list[str])
    content: dict[str, Any]
    payload_hash: str
    summary: str = ""
    shown_hash: str | None = None
    shown_in: str | None = None
    status: Literal["pending", "approved", "rejected", "expired", "cancelled"] = "pending"
    requested_by: str
    approved_by: str | None = None
    spoken_by: str | None = None
    decided_via: str | None = None
    approval_notes: str | None = None
    rejection_reason: str | None = None
    edits: dict[str, Any] | None = None
    steps: list[ApprovalStep] = Field(default_factory=list[ApprovalStep])
    step: int = 0
    signatures: list[Signature] = Field(default_factory=list[Signature])
    supersedes: str | None = None
    superseded_by: str | None = None
    difference: list[Change] = Field(default_factory=list[Change])
    void_reason: str | None = None
    remind_at: UtcTime | None = None
    reminded_at: UtcTime | None = None
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
        Index(("updated_at",)),
        Index(("user_id", "-created_at", "-request_id")),
        Index(("conversation_id", "status")),
        Index(("about", "status")),
        Index(("campaign_id", "status")),
        Index(("status", "expires_at")),
        Index(("status", "remind_at")),
        Index(("metadata.carried_by",), sparse=True),
    ),
)
