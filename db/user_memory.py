"""What the assistant remembers about one account: episodes, preferences and insights, each with where it comes from."""

from typing import Literal, TypeAlias

from pydantic import Field

from db.collection import NEVER, Collection, Index, OwnedDocument, Part, UtcTime
from db.vector import Vector, no_vector

MemoryType: TypeAlias = Literal["user_message", "agent_response", "preference", "insight"]
SourceKind: TypeAlias = Literal["message", "tool", "document", "person", "accounts"]


class MemorySource(Part):
    """What a memory was taken from: a message, a tool's result, a document, a person or many accounts."""

    kind: SourceKind
    id: str


class UserMemoryMetadata(Part):
    """Where a memory comes from, who said it and when, and how much it matters (1 to 10).

    ``mentions`` counts how often it was said, ``timestamp`` is the last time.
    """

    conversation_id: str | None = None
    message_id: str | None = None
    timestamp: UtcTime | None = None
    importance: int = Field(default=5, ge=1, le=10)
    category: str | None = None
    source: MemorySource | None = None
    speaker: str | None = None
    mentions: int = Field(default=1, ge=1)


class UserMemory(OwnedDocument):
    """One memory with the embedding of its content and the model that made it.

    ``subject`` names the fact it states ("budget"); of one subject at most one memory is current. ``valid_to`` is set
    once it no longer holds, ``superseded_by`` names what replaced it. ``digest`` is the same for texts that differ in
    case, spaces and punctuation alone.
    """

    memory_id: str
    memory_type: MemoryType
    content: str
    embedding: Vector = Field(default_factory=no_vector, repr=False)
    embedding_model: str = ""
    metadata: UserMemoryMetadata = Field(default_factory=UserMemoryMetadata)
    subject: str | None = None
    valid_from: UtcTime = NEVER
    valid_to: UtcTime | None = None
    superseded_by: str | None = None
    pinned: bool = False
    agent_name: str | None = None
    use_count: int = 0
    last_recalled_at: UtcTime | None = None
    digest: str = ""

    @property
    def current(self) -> bool:
        """Whether it still holds, as far as anybody said."""
        return self.valid_to is None


USER_MEMORY = Collection(
    name="user_memory",
    model=UserMemory,
    id_field="memory_id",
    id_prefix="mem",
    indexes=(
        Index(("user_id",)),
        Index(("memory_type",)),
        Index(("-created_at",)),
        # A large account is read newest first, wishes and facts before episodes.
        Index(("user_id", "memory_type", "-created_at")),
    ),
)
