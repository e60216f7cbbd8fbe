"""Tidies an account's memories: what is said twice, contradicted, over, secret or an echo. Nothing is silently lost."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final, Literal, TypeAlias

from core.scope import Scope
from db.client import Database
from db.repository import Repository
from db.user_memory import USER_MEMORY, UserMemory
from memory.duplicates import better_wording, groups
from memory.echo import Known
from memory.memories import Memories
from memory.secrets import without_secrets

Problem: TypeAlias = Literal[
    "exact duplicate", "near duplicate", "contradicted", "secret", "echo", "over", "never recalled"
]
PROBLEMS: Final[tuple[Problem, ...]] = (
    "exact duplicate", "near duplicate", "contradicted", "secret", "echo", "over", "never recalled",
)  # fmt: skip
LASTING: Final = frozenset({"preference", "insight"})
TEMPORARY_FOR: Final = timedelta(days=14)
UNUSED_FOR: Final = timedelta(days=180)
UNIMPORTANT: Final = 3
FADED: Final = 1
IDS_PER_READ: Final = 200


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do: what is wrong with which memory, and its fields as they are to be. No fields: remove it."""

    problem: Problem
    memory_id: str
    changes: dict[str, Any]
    done: str
    counts: bool = True


@dataclass(slots=True)
class Report:
    """What a run found and did. ``actions`` say it one by one; no text of a memory is in them."""

    checked: int = 0
    found: Counter[str] = field(default_factory=Counter[str])
    actions: list[dict[str, str]] = field(default_factory=list[dict[str, str]])
    started_at: datetime | None = None
    finished_at: datetime | None = None

    def as_result(self) -> dict[str, Any]:
        """Return the report as it is stored and shown."""
        return {
            "checked": self.checked,
            "found": {problem: self.found[problem] for problem in PROBLEMS},
            "actions": self.actions,
            "started_at": self.started_at,
            "finished_at": self.finished_at,
        }


class Hygiene:
    """Runs over one account at a time. Repeating it, also after it was cut off, finds only what is left."""

    def __init__(self, memories: Memories, database: Database) -> None:
        self._memories = memories
        self._database = database
        self._clock = database.clock

    async def run(self, scope: Scope) -> Report:
        """Tidy the account's memories and report what was done."""
        report = Report(started_at=self._clock.now())
        memories = await self._memories.all(scope, include_history=True)
        report.checked = len(memories)
        steps = plan(memories, self._clock.now())
        unused = [step.memory_id for step in steps if step.problem == "never recalled"]
        recalled = await self._recalled(scope, unused)
        for step in steps:
            if step.problem == "never recalled" and step.memory_id in recalled:
                continue
            if step.changes:
                await self._memories.change(scope, step.memory_id, **step.changes)
            else:
                await self._memories.delete(scope, [step.memory_id])
            if step.counts:
                report.found[step.problem] += 1
                report.actions.append({"memory_id": step.memory_id, "problem": step.problem, "done": step.done})
        report.finished_at = self._clock.now()
        return report

    async def _recalled(self, scope: Scope, memory_ids: Sequence[str]) -> set[str]:
        """Return which of these were recalled: the documents alone count that."""
        stored = Repository(self._database, USER_MEMORY, scope)
        found: set[str] = set()
        for start in range(0, len(memory_ids), IDS_PER_READ):
            part = list(memory_ids[start : start + IDS_PER_READ])
            where = {"memory_id": {"$in": part}, "use_count": {"$gt": 0}}
            found.update(memory.memory_id for memory in await stored.find(where, limit=len(part)))
        return found


def plan(memories: Sequence[UserMemory], now: datetime) -> list[Step]:
    """Return what is to be done. Each memory is dealt with once; pinned ones only lose their secrets."""
    steps: list[Step] = []
    left = {memory.memory_id: memory for memory in memories}
    for find in (_secrets, _contradicted, _duplicates, _echoes, _over, _unused):
        for step in find(list(left.values()), now):
            steps.append(step)
            if step.counts:
                left.pop(step.memory_id, None)
    return steps


def _secrets(memories: Iterable[UserMemory], _: datetime) -> Iterator[Step]:
    for memory in memories:
        cleaned = without_secrets(memory.content)
        if not cleaned.removed:
            continue
        kinds = ", ".join(cleaned.removed)
        if cleaned.text:
            yield Step("secret", memory.memory_id, {"content": cleaned.text}, f"{kinds} cut out")
        else:
            yield Step("secret", memory.memory_id, {}, f"removed: it held nothing but a secret ({kinds})")


def _contradicted(memories: Iterable[UserMemory], _: datetime) -> Iterator[Step]:
    """Of several current facts on one subject the newest holds."""
    newest: dict[str, UserMemory] = {}
    facts = [memory for memory in memories if memory.subject and memory.current]
    for memory in sorted(facts, key=lambda fact: (fact.valid_from, fact.memory_id)):
        newest[str(memory.subject)] = memory
    for memory in facts:
        holder = newest[str(memory.subject)]
        if holder is not memory and not memory.pinned:
            yield _closed("contradicted", memory, holder, holder.valid_from, "kept as history")


def _duplicates(memories: Sequence[UserMemory], now: datetime) -> Iterator[Step]:
    current = [memory for memory in memories if memory.current]
    lasting = [memory for memory in current if memory.memory_type in LASTING]
    for group in groups(lasting, [memory.content for memory in lasting]):
        yield from _merged([memory for memory in group if _same_subject(memory, group[0])], now)
    alike: dict[tuple[str, str], list[UserMemory]] = {}
    for memory in current:
        if memory.memory_type not in LASTING:
            alike.setdefault((memory.memory_type, memory.digest), []).append(memory)
    for group in alike.values():
        yield from _merged(group, now)


def _merged(group: Sequence[UserMemory], now: datetime) -> Iterator[Step]:
    """Keep one of several that say the same: the pinned one, else the one said most; with the best wording."""
    if len(group) < 2:
        return
    kept = max(group, key=lambda memory: (memory.pinned, memory.metadata.mentions, memory.valid_from, memory.memory_id))
    others = [memory for memory in group if memory is not kept and not memory.pinned]
    for memory in others:
        exact = memory.digest == kept.digest
        yield _closed("exact duplicate" if exact else "near duplicate", memory, kept, now, "merged")
    if others and kept.memory_type in LASTING:
        words = kept.content
        for memory in others:
            words = better_wording(words, memory.content)
        changes: dict[str, Any] = {"mentions": kept.metadata.mentions + sum(item.metadata.mentions for item in others)}
        if words != kept.content and not kept.pinned:
            changes["content"] = words
        yield Step("near duplicate", kept.memory_id, changes, "counts the merged ones", counts=False)


def _echoes(memories: Sequence[UserMemory], now: datetime) -> Iterator[Step]:
    """Answers that only tell back what is remembered."""
    lasting = [memory for memory in memories if memory.memory_type in LASTING and memory.current]
    if not lasting:
        return
    known = Known(memory.content for memory in lasting)
    for memory in memories:
        if (
            memory.memory_type == "agent_response"
            and memory.current
            and not memory.pinned
            and known.covers(memory.content)
        ):
            yield Step("echo", memory.memory_id, {"valid_to": now}, "kept as history, recalled no more")


def _over(memories: Iterable[UserMemory], now: datetime) -> Iterator[Step]:
    """What was said to hold for a day or a week."""
    for memory in memories:
        passing = memory.current and memory.metadata.category == "temporary" and not memory.pinned
        if passing and now - memory.valid_from > TEMPORARY_FOR:
            yield Step("over", memory.memory_id, {"valid_to": now}, "kept as history")


def _unused(memories: Iterable[UserMemory], now: datetime) -> Iterator[Step]:
    for memory in memories:
        unused = memory.current and not memory.pinned and memory.use_count == 0
        if unused and FADED < memory.metadata.importance <= UNIMPORTANT and now - memory.valid_from > UNUSED_FOR:
            yield Step("never recalled", memory.memory_id, {"importance": FADED}, "counts for less from now on")


def _closed(problem: Problem, memory: UserMemory, kept: UserMemory, when: datetime, done: str) -> Step:
    changes = {"valid_to": when, "superseded_by": kept.memory_id}
    return Step(problem, memory.memory_id, changes, f"{done}: {kept.memory_id} holds")


def _same_subject(memory: UserMemory, other: UserMemory) -> bool:
    return memory.subject == other.subject
