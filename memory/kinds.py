"""The kinds of memory by number, as arrays hold them: each type of each shelf has one."""

from collections.abc import Iterable
from typing import Any, Final, get_args

from db.agent_memory import AgentMemory, LearningType
from db.global_memory import GlobalMemory, InsightType
from db.memory_shelves import Memory, Shelf, shelf_of
from db.user_memory import MemoryType, UserMemory

_TYPES: Final[tuple[tuple[Shelf, tuple[str, ...]], ...]] = (
    ("user", get_args(MemoryType)),
    ("agent", get_args(LearningType)),
    ("global", get_args(InsightType)),
)
_PAIRS: Final[list[tuple[Shelf, str]]] = [(shelf, kind) for shelf, kinds in _TYPES for kind in kinds]
KINDS: Final = {pair: number for number, pair in enumerate(_PAIRS)}
OWN: Final = frozenset(number for (shelf, _), number in KINDS.items() if shelf == "user")
LEARNT: Final = frozenset(KINDS.values()) - OWN
LASTING: Final = (KINDS["user", "preference"], KINDS["user", "insight"])
_MODELS: Final[dict[Shelf, type[Memory]]] = {"user": UserMemory, "agent": AgentMemory, "global": GlobalMemory}


def kind_number(memory_id: str, memory_type: str) -> int:
    """Return the number of a stored memory's kind."""
    return KINDS[shelf_of(memory_id), memory_type]


def numbers_of(shelves: frozenset[Shelf], types: Iterable[str] | None) -> list[int]:
    """Return the numbers of these types on these shelves; without types of all of them."""
    wanted = None if types is None else set(types)
    return [
        number for (shelf, kind), number in KINDS.items() if shelf in shelves and (wanted is None or kind in wanted)
    ]


def parsed(memory_id: str, text: bytes) -> Memory:
    """Return the document that a memory's JSON holds."""
    return _MODELS[shelf_of(memory_id)].model_validate_json(text)


def success_of(memory_id: str, about: dict[str, Any]) -> float:
    """Return how well what it says has worked, as a share of 1; even where nobody has tried."""
    shelf = shelf_of(memory_id)
    known = about.get("success_rate") if shelf == "agent" else about.get("effectiveness_score")
    return EVEN if known is None else float(known)


EVEN: Final = 0.5
