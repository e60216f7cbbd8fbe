"""What an agent has learned about its craft, shared by all accounts and free of their data."""

from typing import Literal

from pydantic import Field

from db.collection import Collection, Index, Part, SharedDocument


class AgentMemoryMetadata(Part):
    """How often a learning was used, and how often that went well (a share of 1)."""

    use_count: int = 0
    success_count: int = 0
    success_rate: float | None = None
    category: str | None = None


class AgentMemory(SharedDocument):
    """One learning with the embedding of its content."""

    memory_id: str
    agent_name: str
    memory_type: Literal["pattern", "best_practice", "learning"]
    content: str
    embedding: list[float] = Field(default_factory=list[float], repr=False)
    metadata: AgentMemoryMetadata = Field(default_factory=AgentMemoryMetadata)


AGENT_MEMORY = Collection(
    name="agent_memory",
    model=AgentMemory,
    id_field="memory_id",
    id_prefix="agm",
    tenant=None,
    indexes=(Index(("agent_name",)), Index(("memory_type",))),
)
