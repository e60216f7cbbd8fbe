"""What memory brings into a turn: standing wishes and facts first, then what fits the question, within a budget."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from db.agent_memory import AgentMemory
from db.global_memory import GlobalMemory
from db.memory_shelves import Memory
from db.user_memory import UserMemory
from memory.duplicates import same_thing
from memory.echo import Known
from memory.reasons import evidence
from memory.recollection import Recalled

TOKENS: Final = 900
STANDING_TOKENS: Final = 500
TOKENS_PER_ITEM: Final = 24
CHARACTERS_PER_TOKEN: Final = 4
LONGEST_SHOWN: Final = 600
STANDING_IMPORTANCE: Final = 7
LASTING: Final = frozenset({"preference", "insight"})
STANDING_WHY: Final = {"preference": "a standing wish", "insight": "a fact about the business"}


@dataclass(frozen=True, slots=True)
class ContextItem:
    """One memory as a model reads it, and why it is there."""

    memory: Memory
    score: float
    why: str

    def shown(self, now: datetime, conversation_id: str) -> dict[str, Any]:
        """Return the item as marked data: what it says, what it is, how old it is and where it comes from."""
        memory = self.memory
        said = said_at(memory)
        shown: dict[str, Any] = {
            "memory_id": memory.memory_id,
            "says": clipped(memory.content, LONGEST_SHOWN),
            "kind": kind_of(memory),
            "age": age(said, now),
            "date": said.date().isoformat(),
            "source": source_of(memory, conversation_id),
        }
        if not isinstance(memory, UserMemory):
            return shown | {"evidence": evidence(memory)}
        if memory.subject:
            shown["about"] = memory.subject
        if memory.valid_to:
            shown["no_longer_true_since"] = memory.valid_to.date().isoformat()
        return shown

    @property
    def tokens(self) -> int:
        """About how many tokens the item costs."""
        return TOKENS_PER_ITEM + min(len(self.memory.content), LONGEST_SHOWN) // CHARACTERS_PER_TOKEN


@dataclass(frozen=True, slots=True)
class Read:
    """What the model reads of the conversation anyway: which messages, and what people say in them."""

    message_ids: frozenset[str]
    words: Known

    def has(self, memory: Memory) -> bool:
        """Whether a memory would only say it again."""
        if not isinstance(memory, UserMemory) or memory.memory_type == "preference":
            return False
        return memory.metadata.message_id in self.message_ids or (memory.current and self.words.holds(memory.content))


def assembled(
    standing: Iterable[UserMemory],
    recalled: Sequence[Recalled],
    *,
    seen: frozenset[str] = frozenset(),
    window: Sequence[str] = (),
    tokens: int = TOKENS,
) -> list[ContextItem]:
    """Choose what goes into the prompt. ``seen`` are the messages the model reads anyway, ``window`` what people say in
    them: what they say is left out, wherever it was said first, besides wishes, which hold for every answer.

    Standing wishes and facts have at most half of the room, the weightiest and newest first; what was recalled gets
    the rest, best first. Nothing is said twice.
    """
    scores = {item.memory.memory_id: item for item in recalled}
    chosen: list[ContextItem] = []
    room = min(STANDING_TOKENS, tokens)
    read = Read(seen, Known(window))
    for memory in sorted(standing, key=_weight, reverse=True):
        match = scores.get(memory.memory_id)
        item = ContextItem(memory, match.score if match else 0.0, STANDING_WHY.get(memory.memory_type, "noted"))
        room -= _taken(item, chosen, read, room)
    room = tokens - sum(item.tokens for item in chosen)
    for found in recalled:
        room -= _taken(ContextItem(found.memory, found.score, found.why), chosen, read, room)
    return chosen


def is_standing(memory: UserMemory) -> bool:
    """Whether a memory matters in every turn, whatever it is about: wishes, weighty facts, what people have pinned."""
    if memory.memory_type not in LASTING or not memory.current:
        return False
    return memory.pinned or memory.metadata.importance >= STANDING_IMPORTANCE


def age(then: datetime, now: datetime) -> str:
    """Say how long ago something was, in the largest unit that fits."""
    passed = max(now - then, timedelta())
    days = passed.days
    if days == 0:
        hours = passed.seconds // 3600
        return "just now" if hours == 0 else f"{_counted(hours, 'hour')} ago"
    for size, unit in ((365, "year"), (30, "month"), (7, "week"), (1, "day")):
        if days >= size:
            return f"{_counted(days // size, unit)} ago"
    return "just now"


def said_at(memory: Memory) -> datetime:
    """Return when it was said or became true; of what outcomes have taught, when they last did."""
    if isinstance(memory, UserMemory):
        return memory.metadata.timestamp or memory.valid_from
    return memory.updated_at


def kind_of(memory: Memory) -> str:
    """Say what a memory is."""
    if isinstance(memory, AgentMemory):
        return f"learnt by the {memory.agent_name}"
    if isinstance(memory, GlobalMemory):
        return "seen in other businesses"
    match memory.memory_type:
        case "preference":
            return "standing wish"
        case "insight":
            return "fact"
        case "user_message":
            return "said by the person"
        case "agent_response":
            return f"said by the {memory.agent_name or 'assistant'}"


def source_of(memory: Memory, conversation_id: str = "") -> str:
    """Say where a memory comes from."""
    if isinstance(memory, AgentMemory):
        return "approvals, edits, rejections and figures of this account"
    if isinstance(memory, GlobalMemory):
        return f"{memory.metadata.support} businesses, none of them named"
    about = memory.metadata
    if about.source and about.source.kind == "person":
        return "written down by a person"
    if about.source and about.source.kind == "document":
        return "a document"
    where = "this conversation" if about.conversation_id == conversation_id else "an earlier conversation"
    brief = "the brief of " if about.source and about.source.kind == "tool" else ""
    return f"{brief}{where}" if about.conversation_id else "an earlier time"


def clipped(text: str, limit: int) -> str:
    """Return at most ``limit`` characters, cut at a word."""
    return text if len(text) <= limit else f"{text[: limit - 1].rsplit(' ', 1)[0]}…"


def _taken(item: ContextItem, chosen: list[ContextItem], read: Read, room: int) -> int:
    """Choose an item if it is new and there is room; return the tokens it takes."""
    memory = item.memory
    if item.tokens > room or read.has(memory):
        return 0
    for other in chosen:
        if other.memory.memory_id == memory.memory_id or same_thing(other.memory.content, memory.content):
            return 0
    chosen.append(item)
    return item.tokens


def _weight(memory: UserMemory) -> tuple[bool, bool, int, datetime]:
    said = memory.metadata.timestamp or memory.valid_from
    return memory.pinned, memory.memory_type == "preference", memory.metadata.importance, said


def _counted(count: int, unit: str) -> str:
    return f"{count} {unit}" if count == 1 else f"{count} {unit}s"
