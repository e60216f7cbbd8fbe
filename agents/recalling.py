"""Recall for a turn: what memory brings into the prompt, and the event that tells what was recalled and why."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

import structlog

from core.clock import Clock
from core.errors import Unavailable
from core.events import MemoryRecalled, RecalledMemory
from core.scope import Scope
from db.agent_memory import AgentMemory
from db.memory_shelves import Memory
from memory.context import ContextItem, age, assembled, is_standing, said_at, source_of
from memory.desk import MemoryDesk
from memory.learnings import best, is_clear, told
from memory.recollection import AtHand, Query

log = structlog.get_logger(__name__)

CANDIDATES: Final = 16
SHARED_SHOWN: Final = 3
LEARNT_WHY: Final = "what outcomes here have taught"
SHARED_WHY: Final = "what works in other businesses"
AGENTS_THAT_LEARN: Final = ("writer",)
HISTORY_WORDS: Final = ("used to", "before", "previous", "earlier", "was our", "were our", "changed", "history", "old ")


@dataclass(frozen=True, slots=True)
class Brought:
    """What memory brings into a turn: items as marked data, learnings by agent, and the event. Empty is fine."""

    items: tuple[dict[str, Any], ...] = ()
    learnt: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    event: MemoryRecalled | None = None


NOTHING: Final = Brought()


class Recaller:
    """Recalls for turns. It never fails a turn: where memory is away, nothing is recalled."""

    def __init__(self, desk: MemoryDesk, clock: Clock) -> None:
        self._desk = desk
        self._clock = clock

    async def bring(self, scope: Scope, head: Mapping[str, Any], text: str) -> Brought:
        """Return what fits the message; nothing for whom, or where, memory is switched off."""
        conversation_id = str(head["conversation_id"])
        try:
            switches = self._desk.switches
            if switches.known_off(scope, conversation_id) and not await switches.is_on(
                scope, conversation_id, fresh=True
            ):
                return NOTHING
            return await self._bring(scope, head, text, conversation_id)
        except Unavailable:
            log.warning("memory away, going on without", conversation_id=conversation_id)
        except Exception:  # an answer without memory is better than none
            log.exception("recall failed, going on without", conversation_id=conversation_id)
        return NOTHING

    async def _bring(self, scope: Scope, head: Mapping[str, Any], text: str, conversation_id: str) -> Brought:
        seen = frozenset(str(entry["message_id"]) for entry in head.get("messages", []))
        past = any(words in text.lower() for words in HISTORY_WORDS)
        query = Query(text, limit=CANDIDATES, include_history=past, seen_message_ids=seen)
        at_hand = await self._desk.memories.at_hand(scope, query)
        # What tells whether memories have changed tells it of the switches as well: this reads nothing when warm.
        if not await self._desk.switches.is_on(scope, conversation_id, switched=at_hand.switched):
            return NOTHING
        standing = [memory for memory in at_hand.lasting if is_standing(memory)]
        recalled = [item for item in at_hand.found.items if _has_shown(item.memory)]
        chosen = assembled(standing, recalled, seen=seen, window=_window(head))
        taught = _taught(at_hand, {item.memory.memory_id for item in chosen})
        everything = [*chosen, *(item for items in taught.values() for item in items)]
        event = None
        if everything or at_hand.found.waiting:
            told = {item.memory.memory_id: _told(item) for item in everything}
            event = MemoryRecalled(tuple(told.values()), at_hand.found.searched, at_hand.found.waiting)
        now = self._clock.now()
        return Brought(
            tuple(item.shown(now, conversation_id) for item in chosen),
            {agent: tuple(_line(item.memory, now) for item in items) for agent, items in taught.items()},
            event,
        )


def _has_shown(memory: Memory) -> bool:
    """Whether enough outcomes say the same; what one of them seems to say is no ground for the next text."""
    return is_clear(memory) if isinstance(memory, AgentMemory) else True


def _taught(at_hand: AtHand, chosen: AbstractSet[str]) -> dict[str, list[ContextItem]]:
    """What outcomes have taught those agents that learn, besides what the message has brought to mind of it."""
    found: dict[str, list[ContextItem]] = {}
    shared = sorted(at_hand.shared, key=lambda memory: memory.metadata.effectiveness_score or 0.0, reverse=True)
    for agent in AGENTS_THAT_LEARN:
        mine = [ContextItem(memory, 0.0, LEARNT_WHY) for memory in best(at_hand.learnings, agent)]
        others = [ContextItem(memory, 0.0, SHARED_WHY) for memory in shared[:SHARED_SHOWN]]
        found[agent] = [item for item in (*mine, *others) if item.memory.memory_id not in chosen]
    return {agent: items for agent, items in found.items() if items}


def _line(memory: Memory, now: datetime) -> str:
    """Say a learning with what stands behind it, how old that is and where it comes from."""
    said = told(memory) if isinstance(memory, AgentMemory) else f"Elsewhere: {memory.content}"
    return f"{said} [{age(said_at(memory), now)}; {source_of(memory)}]"


def _window(head: Mapping[str, Any]) -> tuple[str, ...]:
    """What people say in the part of the conversation the model reads anyway."""
    return tuple(str(entry["content"]) for entry in head.get("messages", []) if entry["role"] == "user")


def _told(item: ContextItem) -> RecalledMemory:
    return RecalledMemory(item.memory.memory_id, item.memory.memory_type, item.score, item.why)
