"""What holds for everyone: trends, insights and patterns, free of any account's data."""

from typing import Literal

from pydantic import Field

from db.collection import Collection, Index, Part, SharedDocument


class GlobalMemoryMetadata(Part):
    """For which industry it holds, how well it works and how often it was used."""

    industry: str | None = None
    effectiveness_score: float | None = None
    usage_count: int = 0


class GlobalMemory(SharedDocument):
    """One insight with the embedding of its content."""

    memory_id: str
    memory_type: Literal["trend", "insight", "pattern"]
    content: str
    embedding: list[float] = Field(default_factory=list[float], repr=False)
    metadata: GlobalMemoryMetadata = Field(default_factory=GlobalMemoryMetadata)


GLOBAL_MEMORY = Collection(
    name="global_memory",
    model=GlobalMemory,
    id_field="memory_id",
    id_prefix="glm",
    tenant=None,
    indexes=(Index(("memory_type",)),),
)
