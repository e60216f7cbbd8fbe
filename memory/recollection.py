"""What goes into memory and what comes out of it: new memories, questions, and what was recalled with its reasons."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from db.agent_memory import AgentMemory
from db.global_memory import GlobalMemory
from db.memory_shelves import Memory, Shelf
from db.user_memory import MemorySource, MemoryType, UserMemory

ORDINARY_IMPORTANCE = 5
EVERY_SHELF: Final[frozenset[Shelf]] = frozenset({"user", "agent", "global"})
OWN_SHELF: Final[frozenset[Shelf]] = frozenset({"user"})


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

    ``now`` is the moment the question is asked from (default: the clock's). ``shelves`` limits whose memories are
    looked through, the account's own, its agents' or what all share; ``types`` the kinds of memory,
    ``conversation_id`` the conversation. ``seen_message_ids`` are the messages the reader has before them already:
    they are left out. ``include_history`` also finds what no longer holds. A ``patient`` one
    waits for a large account to be loaded whole; else it is answered from what is there.
    """

    text: str
    limit: int = 10
    now: datetime | None = None
    shelves: frozenset[Shelf] = EVERY_SHELF
    types: frozenset[str] | None = None
    conversation_id: str | None = None
    include_history: bool = False
    seen_message_ids: frozenset[str] = frozenset()
    agent_name: str | None = None
    patient: bool = False


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

    memory: Memory
    score: float
    parts: Parts
    reason: str | Callable[[], str]

    @property
    def why(self) -> str:
        """What the memory has to do with the question, in words for people."""
        return self.reason if isinstance(self.reason, str) else self.reason()


@dataclass(frozen=True, slots=True)
class Recollection:
    """What came to mind, best first; how long it took and among how many memories it was looked for.

    ``waiting`` is how many memories of the account are still being loaded, so that they could not be looked through.
    """

    items: tuple[Recalled, ...]
    took_ms: float
    searched: int
    waiting: int = 0

    def own(self) -> list[UserMemory]:
        """Return the account's own memories among them."""
        return [item.memory for item in self.items if isinstance(item.memory, UserMemory)]


@dataclass(frozen=True, slots=True)
class AtHand:
    """Everything a turn may need of memory: what its message brings to mind, and what holds whatever it says.

    ``switched`` is how often memory was switched on or off in the account.
    """

    found: Recollection
    lasting: tuple[UserMemory, ...]
    learnings: tuple[AgentMemory, ...]
    shared: tuple[GlobalMemory, ...]
    switched: int = 0
