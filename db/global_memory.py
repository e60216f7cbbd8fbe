"""What holds for everyone: trends, insights and patterns seen in several accounts, free of any account's data."""

from typing import Literal, TypeAlias

from pydantic import Field

from db.collection import Collection, Index, Part, SharedDocument
from db.vector import Vector, no_vector

InsightType: TypeAlias = Literal["trend", "insight", "pattern"]


class GlobalMemoryMetadata(Part):
    """For which industry it holds, how well it works, how often it was used and how many accounts have shown it."""

    industry: str | None = None
    effectiveness_score: float | None = None
    usage_count: int = 0
    support: int = 0


class GlobalMemory(SharedDocument):
    """One insight with the embedding of its content and the model that made it."""

    memory_id: str
    memory_type: InsightType
    content: str
    embedding: Vector = Field(default_factory=no_vector, repr=False)
    embedding_model: str = ""
    metadata: GlobalMemoryMetadata = Field(default_factory=GlobalMemoryMetadata)
    digest: str = ""


GLOBAL_MEMORY = Collection(
    name="global_memory",
    model=GlobalMemory,
    id_field="memory_id",
    id_prefix="glm",
    tenant=None,
    indexes=(Index(("memory_type",)),),
)
