"""What holds for everyone: trends, insights and patterns seen in several accounts, free of any account's data."""

from typing import Literal, TypeAlias

from pydantic import Field

from db.collection import NEVER, Collection, Index, Part, SharedDocument, UtcTime
from db.user_memory import MemorySource
from db.vector import Vector, no_vector

InsightType: TypeAlias = Literal["trend", "insight", "pattern"]


class GlobalMemoryMetadata(Part):
    """For which industry it holds, how well it works, how often it was recalled and how many accounts have shown it.

    ``source`` names the keyed hash under which their support is counted: it leads to none of them.
    """

    industry: str | None = None
    effectiveness_score: float | None = None
    usage_count: int = 0
    support: int = 0
    importance: int = Field(default=5, ge=1, le=10)
    category: str | None = None
    source: MemorySource | None = None


class GlobalMemory(SharedDocument):
    """One insight with the embedding of its content and the model that made it.

    ``valid_from`` is when it was first shared. One that too few accounts still show is removed, not ended.
    """

    memory_id: str
    memory_type: InsightType
    content: str
    embedding: Vector = Field(default_factory=no_vector, repr=False)
    embedding_model: str = ""
    metadata: GlobalMemoryMetadata = Field(default_factory=GlobalMemoryMetadata)
    digest: str = ""
    valid_from: UtcTime = NEVER
    valid_to: UtcTime | None = None
    superseded_by: str | None = None


GLOBAL_MEMORY = Collection(
    name="global_memory",
    model=GlobalMemory,
    id_field="memory_id",
    id_prefix="glm",
    tenant=None,
    indexes=(Index(("memory_type",)),),
)
