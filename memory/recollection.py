"""What goes into memory and what comes out of it: new memories, questions, and what was recalled with its reasons."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from db.user_memory import MemorySource, MemoryType, UserMemory

ORDINARY_IMPORTANCE = 5


@dataclass(frozen=True, slots=True)
class NewMemory:
    """Something to remember.

    ``timestamp`` is when it was said or became true (default: now). ``subject`` names the fact it states; ``speaker``
    who said it. Without ``memory_id`` the id follows from where the memory comes from and what it says, so that
    remembering it again changes nothing.
    """

    memory_type: MemoryType
    content: str
    importance: int = ORDINARY_IMPORTANCE
    category: str | None = None
    subject: str | None = None
    conversation_id: str | None = None
    message_id: str | None = None
    source: MemorySource | None = None
    speaker: str | None = None
    timestamp: datetime | None = None
    agent_name: str | None = None
    memory_id: str | None = None
    pinned: bool = False


@dataclass(frozen=True, slots=True)
class Query:
    """A question to memory.

    ``now`` is the moment the question is asked from (default: the clock's). ``types`` limits the kinds of memory,
    ``conversation_id`` the conversation. ``seen_message_ids`` are the messages the reader has before them already:
    they are left out. ``include_history`` also finds what no longer holds.
    """

    text: str
    limit: int = 10
    now: datetime | None = None
    types: frozenset[MemoryType] | None = None
    conversation_id: str | None = None
    include_history: bool = False
    seen_message_ids: frozenset[str] = frozenset()
    agent_name: str | None = None


@dataclass(frozen=True, slots=True)
class Parts:
    """What a score is made of. ``lexical``, ``dense`` and ``neighbour`` add up; the others are factors around 1.

    ``fit`` is how well it fits what the question asks for: who said it, when, and what kind of answer.
    """

    lexical: float = 0.0
    dense: float = 0.0
    neighbour: float = 0.0
    fit: float = 1.0
    importance: float = 1.0
    recency: float = 1.0
    success: float = 1.0


@dataclass(frozen=True, slots=True)
class Recalled:
    """One memory that came to mind. ``reason`` is put into words only when somebody asks why."""

    memory: UserMemory
    score: float
    parts: Parts
    reason: str | Callable[[], str]

    @property
    def why(self) -> str:
        """What the memory has to do with the question, in words for people."""
        return self.reason if isinstance(self.reason, str) else self.reason()


@dataclass(frozen=True, slots=True)
class Recollection:
    """What came to mind, best first; how long it took and among how many memories it was looked for."""

    items: tuple[Recalled, ...]
    took_ms: float
    searched: int
