"""The write gate: what of a turn is worth keeping, and how it stands to what is known. Pure decisions, no I/O."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, Literal, TypeAlias

from core.ids import derived_id
from db.user_memory import MemorySource, UserMemory
from memory.duplicates import better_wording, content_words, numbers, same_thing
from memory.echo import fresh_part, is_echo
from memory.extraction_preferences import is_instruction_to_us
from memory.findings import Finding
from memory.recollection import NewMemory
from memory.secrets import without_secrets

LONGEST_MESSAGE: Final = 4_000
LONGEST_ANSWER: Final = 2_000
FEWEST_WORDS: Final = 2
FEWEST_ANSWER_WORDS: Final = 6
GROUNDED: Final = 0.6
ECHO_WORDS: Final = 8

Reason: TypeAlias = Literal["secret", "nothing said", "echo", "not said by the person", "instruction"]


@dataclass(frozen=True, slots=True)
class Said:
    """An answer of the turn."""

    message_id: str
    agent: str
    content: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Exchange:
    """One turn as the gate sees it. ``recalled`` are the texts memory brought into it."""

    conversation_id: str
    message_id: str
    text: str
    at: datetime
    speaker: str
    answers: tuple[Said, ...] = ()
    recalled: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Refusal:
    """Something that was not kept, or not as it was said, and why. ``what`` never holds a secret."""

    reason: Reason
    what: str


@dataclass(frozen=True, slots=True)
class Admitted:
    """What may be kept of a text: cut to length and without secrets. Empty where nothing may be."""

    text: str
    refusals: tuple[Refusal, ...] = ()


@dataclass(frozen=True, slots=True)
class Merge:
    """A memory that was said again, with the wording to keep."""

    memory: UserMemory
    content: str


@dataclass(frozen=True, slots=True)
class Supersede:
    """A fact that no longer holds, because of a newer one."""

    old: UserMemory
    new: NewMemory


@dataclass(frozen=True, slots=True)
class Outdated:
    """A fact that a newer one, known already, had replaced before it came in: it is kept as history."""

    new: NewMemory
    current: UserMemory


Verdict: TypeAlias = NewMemory | Merge | Supersede | Outdated


def admit(text: str, limit: int = LONGEST_MESSAGE) -> Admitted:
    """Cut secrets out of a text, or refuse it whole where nothing else is in it."""
    cleaned = without_secrets(text[: 4 * limit])
    refusals = tuple(Refusal("secret", kind) for kind in cleaned.removed)
    kept = cleaned.text.strip()
    if len(kept) > limit:
        kept = f"{kept[: limit - 1].rsplit(' ', 1)[0]}…"
    return Admitted(kept, refusals)


def episodes(exchange: Exchange, *, telling: bool) -> tuple[list[NewMemory], list[Refusal]]:
    """Return what was said, as it was said, where it says anything. ``telling`` says that facts were found in it."""
    kept: list[NewMemory] = []
    admitted = admit(exchange.text)
    refused = list(admitted.refusals)
    reason = _empty(admitted.text, exchange.recalled, telling=telling)
    if reason is None:
        kept.append(_message(exchange, admitted.text, telling=telling))
    elif admitted.text:
        refused.append(Refusal(reason, "the message"))
    for answer in exchange.answers:
        fresh = fresh_part(answer.content, (*exchange.recalled, exchange.text))
        part = admit(fresh, LONGEST_ANSWER)
        refused += part.refusals
        if len(content_words(part.text)) >= FEWEST_ANSWER_WORDS:
            kept.append(_answer(exchange, answer, part.text))
        else:
            refused.append(
                Refusal("nothing said" if fresh == answer.content else "echo", f"the {answer.agent}'s answer")
            )
    return kept, refused


def admitted_finding(finding: Finding, said: str) -> tuple[Finding | None, list[Refusal]]:
    """Return a finding as it may be kept: said by the person, without secrets, and never a rule for the assistant."""
    admitted = admit(finding.text, LONGEST_ANSWER)
    refused = list(admitted.refusals)
    if refused:
        return None, refused
    if not grounded(finding.value or finding.text, said):
        return None, [Refusal("not said by the person", finding.text)]
    if is_instruction_to_us(finding.text):
        return None, [Refusal("instruction", finding.text)]
    return replace(finding, text=admitted.text), []


def grounded(text: str, said: str, share: float = GROUNDED) -> bool:
    """Whether what is stated stands in what was said: every number, and this share of the words."""
    if not numbers(text) <= numbers(said):
        return False
    words = set(content_words(text))
    return not words or len(words & set(content_words(said))) / len(words) >= share


def weigh(new: NewMemory, known: Sequence[UserMemory]) -> Verdict:
    """Decide how a new fact or wish stands to the current ones near it: the same, instead of one, or besides them."""
    when = new.timestamp
    if new.subject:
        for memory in known:
            if memory.subject == new.subject:
                return _against(new, memory, when)
    for memory in known:
        if (
            memory.memory_type in {"preference", "insight"}
            and not memory.subject
            and same_thing(memory.content, new.content)
        ):
            return Merge(memory, better_wording(memory.content, new.content))
    return new


def ended_by(finding: Finding, known: Sequence[UserMemory]) -> UserMemory | None:
    """Return the current memory that a finding says is over, if one says what it names."""
    gone = set(content_words(finding.ends))
    if not gone:
        return None
    for memory in known:
        words = set(content_words(memory.content))
        if memory.memory_type in {"preference", "insight"} and len(gone & words) / len(gone) >= GROUNDED:
            return memory
    return None


def as_memory(finding: Finding, exchange: Exchange, ordinal: int) -> NewMemory:
    """Return a finding in the form memory takes, with an id that a repeat of the turn gives again."""
    call = MemorySource(kind="tool", id=finding.call_id) if finding.call_id else None
    return NewMemory(
        memory_type=finding.kind,
        content=finding.text,
        importance=finding.importance,
        category=finding.category,
        subject=finding.subject,
        conversation_id=exchange.conversation_id,
        message_id=exchange.message_id,
        source=call or MemorySource(kind="message", id=exchange.message_id),
        speaker=exchange.speaker,
        timestamp=exchange.at,
        memory_id=derived_id("mem", exchange.message_id, finding.kind, str(ordinal)),
    )


def _against(new: NewMemory, current: UserMemory, when: datetime | None) -> Verdict:
    """A wish said for good stands against what one campaign's brief says: that is kept beside it."""
    if current.memory_id == new.memory_id or same_thing(current.content, new.content):
        return Merge(current, better_wording(current.content, new.content))
    if new.source and new.source.kind == "tool" and current.memory_type == "preference":
        return replace(new, subject=None, category="campaign", importance=5)
    if when and when < current.valid_from:
        return Outdated(new, current)
    return Supersede(current, new)


def _empty(text: str, recalled: Sequence[str], *, telling: bool) -> Reason | None:
    words = content_words(text)
    if telling:
        return None if text else "nothing said"
    if len(words) < FEWEST_WORDS:
        return "nothing said"
    return "echo" if len(words) >= ECHO_WORDS and is_echo(text, recalled) else None


def _message(exchange: Exchange, text: str, *, telling: bool) -> NewMemory:
    suspicious = is_instruction_to_us(text)
    return NewMemory(
        memory_type="user_message",
        content=text,
        importance=1 if suspicious else 4 if telling else 3,
        category="instruction" if suspicious else "conversation",
        conversation_id=exchange.conversation_id,
        message_id=exchange.message_id,
        source=MemorySource(kind="message", id=exchange.message_id),
        speaker=exchange.speaker,
        timestamp=exchange.at,
        memory_id=derived_id("mem", exchange.message_id, "user_message", "0"),
    )


def _answer(exchange: Exchange, answer: Said, text: str) -> NewMemory:
    return NewMemory(
        memory_type="agent_response",
        content=text,
        importance=2,
        category="conversation",
        conversation_id=exchange.conversation_id,
        message_id=answer.message_id,
        source=MemorySource(kind="message", id=answer.message_id),
        speaker=answer.agent,
        timestamp=answer.at,
        agent_name=answer.agent,
        memory_id=derived_id("mem", answer.message_id, "agent_response", "0"),
    )
