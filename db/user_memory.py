"""What the assistant remembers about one account."""

from typing import Literal

from pydantic import Field

from db.collection import Collection, Index, OwnedDocument, Part, UtcTime


class UserMemoryMetadata(Part):
    """Where a memory comes from and how much it matters (1 to 10)."""

    conversation_id: str | None = None
    message_id: str | None = None
    timestamp: UtcTime | None = None
    importance: int = Field(default=5, ge=1, le=10)
    category: str | None = None


class UserMemory(OwnedDocument):
    """One memory with the embedding of its content."""

    memory_id: str
    memory_type: Literal["user_message", "agent_response", "preference", "insight"]
    content: str
    embedding: list[float] = Field(default_factory=list[float], repr=False)
    metadata: UserMemoryMetadata = Field(default_factory=UserMemoryMetadata)
    agent_name: str | None = None
    use_count: int = 0


USER_MEMORY = Collection(
    name="user_memory",
    model=UserMemory,
    id_field="memory_id",
    id_prefix="mem",
    indexes=(Index(("user_id",)), Index(("memory_type",)), Index(("-created_at",))),
)
