"""Recall for a turn: what memory brings into the prompt, and the event that tells what was recalled and why."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import structlog

from core.clock import Clock
from core.errors import Unavailable
from core.events import MemoryRecalled, RecalledMemory
from core.scope import Scope
from memory.context import ContextItem, assembled, is_standing
from memory.desk import MemoryDesk
from memory.learnings import Learnings, told
from memory.promotion import Promotion
from memory.recollection import Query

log = structlog.get_logger(__name__)

CANDIDATES: Final = 12
SHARED_SHOWN: Final = 3
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

    def __init__(self, desk: MemoryDesk, learnings: Learnings, promotion: Promotion, clock: Clock) -> None:
        self._desk = desk
        self._learnings = learnings
        self._promotion = promotion
        self._clock = clock

    async def bring(self, scope: Scope, head: Mapping[str, Any], text: str) -> Brought:
        """Return what fits the message; nothing for whom, or where, memory is switched off."""
        conversation_id = str(head["conversation_id"])
        try:
            if not await self._desk.switches.is_on(scope, conversation_id):
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
        found = await self._desk.search(scope, query)
        if not found.searched:
            return await self._with_learnings(scope, (), None)
        standing = [memory for memory in await self._desk.known(scope) if is_standing(memory)]
        chosen = assembled(standing, found.items, seen=seen)
        event = MemoryRecalled(tuple(_told(item) for item in chosen), found.searched) if chosen else None
        now = self._clock.now()
        return await self._with_learnings(scope, tuple(item.shown(now, conversation_id) for item in chosen), event)

    async def _with_learnings(
        self, scope: Scope, items: tuple[dict[str, Any], ...], event: MemoryRecalled | None
    ) -> Brought:
        shared = tuple(f"Elsewhere: {memory.content}" for memory in await self._promotion.best(SHARED_SHOWN))
        learnt = {
            agent: tuple(told(learning) for learning in await self._learnings.best(scope, agent)) + shared
            for agent in AGENTS_THAT_LEARN
        }
        return Brought(items, {agent: lines for agent, lines in learnt.items() if lines}, event)


def _told(item: ContextItem) -> RecalledMemory:
    return RecalledMemory(item.memory.memory_id, item.memory.memory_type, item.score, item.why)
