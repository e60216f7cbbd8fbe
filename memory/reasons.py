"""Why a memory came to mind, in words for people."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from db.agent_memory import AgentMemory
from db.global_memory import GlobalMemory
from db.memory_shelves import Memory
from db.user_memory import UserMemory
from memory.query import Reading
from memory.recollection import Parts
from memory.words import stem, words

MOST_WORDS: Final = 3
CLEARLY: Final = 0.15
_STEPS: Final = (
    (timedelta(days=730), 365, "year"),
    (timedelta(days=60), 30, "month"),
    (timedelta(days=14), 7, "week"),
    (timedelta(days=2), 1, "day"),
)


def reason(memory: Memory, reading: Reading, parts: Parts, now: datetime) -> str:
    """Say what the memory has to do with the question, and how old it is or how well it has worked."""
    told = {stem(word) for word in words(memory.content)}
    shared = [word for word in reading.words if stem(word) in told]
    if shared:
        match = f"says {_listed(shared[:MOST_WORDS])}"
    elif parts.lexical >= CLEARLY:
        match = f"says something like {_listed(reading.words[:MOST_WORDS])}"
    elif parts.neighbour > parts.dense:
        match = "was said right beside what matches"
    else:
        match = "means something alike"
    if not isinstance(memory, UserMemory):
        return f"{match}; {evidence(memory)}"
    said = memory.metadata.timestamp or memory.valid_from
    return f"{match}; {'said ' if memory.metadata.speaker else ''}{age(said, now)}"


def evidence(memory: AgentMemory | GlobalMemory) -> str:
    """Say what stands behind something outcomes have taught."""
    if isinstance(memory, AgentMemory):
        return f"{memory.metadata.success_count} of {memory.metadata.use_count} times"
    about = memory.metadata
    where = f"{about.support} {about.industry} businesses" if about.industry else f"{about.support} businesses"
    return f"seen in {where}"


def age(then: datetime, now: datetime) -> str:
    """Say how long ago a moment was: "today", "yesterday", "3 weeks ago"."""
    passed = now - then
    for least, days, unit in _STEPS:
        if passed >= least:
            return f"{passed.days // days} {unit}s ago"
    return "yesterday" if now.date() > then.date() else "today"


def _listed(chosen: Sequence[str]) -> str:
    return ", ".join(f"“{word}”" for word in chosen)
