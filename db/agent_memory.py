"""What an agent has learned about its craft from one account's outcomes: patterns, good practice, learnings."""

from typing import Literal, TypeAlias

from pydantic import Field

from db.collection import NEVER, Collection, Index, OwnedDocument, Part, UtcTime
from db.user_memory import MemorySource
from db.vector import Vector, no_vector

LearningType: TypeAlias = Literal["pattern", "best_practice", "learning"]


class AgentMemoryMetadata(Part):
    """In how many outcomes a learning was used, how often that went well (a share of 1), and what it was taken from."""

    use_count: int = 0
    success_count: int = 0
    success_rate: float | None = None
    category: str | None = None
    importance: int = Field(default=5, ge=1, le=10)
    source: MemorySource | None = None


class AgentMemory(OwnedDocument):
    """One learning with the embedding of its content and the model that made it.

    ``recall_count`` is how often it was brought into a turn, ``valid_from`` when an outcome first showed it. It has no
    end while it is counted: what outcomes no longer bear out shows in its success rate. ``counted`` are short hashes of
    the outcomes that were counted last, so that one whose counting was cut off counts once.
    """

    memory_id: str
    agent_name: str
    memory_type: LearningType
    content: str
    embedding: Vector = Field(default_factory=no_vector, repr=False)
    embedding_model: str = ""
    metadata: AgentMemoryMetadata = Field(default_factory=AgentMemoryMetadata)
    digest: str = ""
    counted: list[str] = Field(default_factory=list[str], repr=False)
    valid_from: UtcTime = NEVER
    valid_to: UtcTime | None = None
    superseded_by: str | None = None
    recall_count: int = 0
    last_recalled_at: UtcTime | None = None


AGENT_MEMORY = Collection(
    name="agent_memory",
    model=AgentMemory,
    id_field="memory_id",
    id_prefix="agm",
    indexes=(Index(("user_id",)), Index(("agent_name",)), Index(("memory_type",))),
)
