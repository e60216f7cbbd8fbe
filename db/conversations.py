"""Conversations: the newest messages, the brief so far, and the lease of the turn that is running."""

from typing import Any, Literal, TypeAlias

from pydantic import Field

from core.scope import Channel
from db.collection import Collection, Index, OwnedDocument, Part, UtcTime

LeaseKind: TypeAlias = Literal["turn", "notice"]


class WindowMessage(Part):
    """One of the newest messages, kept with the conversation so that a turn needs one read."""

    message_id: str
    role: Literal["user", "assistant", "system"]
    agent: str | None = None
    content: str
    timestamp: UtcTime
    metadata: dict[str, Any] | None = None


class ConversationContext(Part):
    """What was gathered so far: as the person said it, and normalised."""

    campaign_brief: dict[str, Any] = Field(default_factory=dict[str, Any])
    collected_info: dict[str, Any] = Field(default_factory=dict[str, Any])
    ready_to_plan: bool = False


class RunLease(Part):
    """The turn that is running, the process that runs it, and until when it may go without a sign of life.

    A notice of the house takes a lease as well, for a moment: then ``message_id`` is the notice. ``boot`` names one
    start of the process; ``first_seq`` is the number of the run's first event. ``opening`` are its first events in
    wire form: they are here until the run stores more.
    """

    token: str = ""
    kind: LeaseKind = "turn"
    run_id: str
    message_id: str
    owner: str
    boot: str
    until: UtcTime
    first_seq: int = 1
    opening: list[dict[str, Any]] = Field(default_factory=list[dict[str, Any]])
    attempt: int = 1
    cancel: bool = False


class PendingApproval(Part):
    """An approval the conversation waits for."""

    approval_id: str
    summary: str


class Conversation(OwnedDocument):
    """A conversation. ``messages`` is a bounded window; all of them are in the messages collection."""

    conversation_id: str
    title: str = ""
    channel: Channel = "web"
    messages: list[WindowMessage] = Field(default_factory=list[WindowMessage])
    message_count: int = 0
    last_seq: int = 0
    summary: str = ""
    context: ConversationContext = Field(default_factory=ConversationContext)
    timezone: str = "UTC"
    campaign_id: str | None = None
    pending_approvals: list[PendingApproval] = Field(default_factory=list[PendingApproval])
    run: RunLease | None = None
    queued: int = 0
    external_id: str | None = None
    deleted_at: UtcTime | None = None


CONVERSATIONS = Collection(
    name="conversations",
    model=Conversation,
    id_field="conversation_id",
    id_prefix="cnv",
    indexes=(
        Index(("user_id",)),
        Index(("-updated_at",)),
        Index(("conversation_id", "deleted_at", "run.token", "queued", "last_seq")),
        Index(("user_id", "deleted_at", "-created_at", "-conversation_id")),
        Index(("external_id", "user_id"), unique=True, partial={"external_id": {"$gt": ""}}),
        Index(("run.until",), sparse=True),
    ),
    soft_delete=True,
    released=("external_id",),
)
