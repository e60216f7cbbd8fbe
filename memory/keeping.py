"""Writes what the gate admits: episodes as they were said, facts against what is known. Harmless when repeated."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from core.ids import derived_id
from core.scope import Scope
from db.user_memory import MemorySource, UserMemory
from memory.campaign_facts import BOUND, base_of
from memory.findings import Finding
from memory.gate import (
    Exchange,
    Merge,
    Outdated,
    Refusal,
    Supersede,
    admit,
    admitted_finding,
    as_memory,
    ended_by,
    episodes,
    weigh,
)
from memory.memories import Memories
from memory.recollection import OWN_SHELF, NewMemory, Query

NEAR: Final = 8
LASTING: Final = frozenset({"preference", "insight"})

_CHANGES: Final = re.compile(
    r"\b(?:now|instead|from now on|chang(?:e|es|ed)|rais(?:e|ed)|cut|(?:in|de)creased?|reduced?|no longer|"
    r"make (?:it|that|the budget))\b",
    re.IGNORECASE,
)


@dataclass(slots=True)
class Kept:
    """What came of keeping: new memories, ones said again, ones that no longer hold, and what was refused."""

    new: list[UserMemory] = field(default_factory=list[UserMemory])
    merged: list[UserMemory] = field(default_factory=list[UserMemory])
    superseded: list[str] = field(default_factory=list[str])
    refused: list[Refusal] = field(default_factory=list[Refusal])

    @property
    def memories(self) -> list[UserMemory]:
        """The memories that now hold what was said."""
        return [*self.new, *self.merged]


class Keeper:
    """The way into memory for everything people and agents say."""

    def __init__(self, memories: Memories) -> None:
        self._memories = memories

    async def exchange(self, scope: Scope, exchange: Exchange, findings: Sequence[Finding]) -> Kept:
        """Keep a turn: what was said, and what was found in the words of the person."""
        kept = Kept()
        admitted: list[Finding] = []
        for finding in findings:
            fit, refused = admitted_finding(finding, exchange.text)
            kept.refused += refused
            admitted += [fit] if fit else []
        said, refused = episodes(exchange, telling=bool(admitted))
        kept.refused += [refusal for refusal in refused if refusal not in kept.refused]
        if said:
            kept.new += await self._memories.remember(scope, said)
        changing = _CHANGES.search(exchange.text) is not None
        for ordinal, finding in enumerate(admitted):
            await self._keep(scope, as_memory(finding, exchange, ordinal), finding, kept, changing=changing)
        return kept

    async def note(self, scope: Scope, new: NewMemory, *, ends: str = "") -> Kept:
        """Keep what a person wrote down or asked to be remembered. Secrets are cut out or refuse the whole."""
        kept = Kept()
        admitted = admit(new.content)
        kept.refused += admitted.refusals
        if admitted.text:
            fit = replace(new, content=admitted.text)
            await self._keep(scope, fit, Finding("insight", fit.content, fit.subject, ends=ends), kept)
        return kept

    async def corrected(self, scope: Scope, old: UserMemory, content: str, cause: str) -> Kept:
        """Replace a memory by what is right; the old one is kept as history. ``cause`` names the correction."""
        kept = Kept()
        admitted = admit(content)
        kept.refused += admitted.refusals
        if admitted.text:
            new = NewMemory(
                memory_type=old.memory_type if old.memory_type in LASTING else "insight",
                content=admitted.text,
                importance=max(old.metadata.importance, 6),
                category=old.metadata.category,
                subject=old.subject,
                conversation_id=old.metadata.conversation_id,
                source=MemorySource(kind="person", id=scope.actor_id),
                speaker=scope.actor_id,
                memory_id=derived_id("mem", old.memory_id, cause),
                pinned=old.pinned,
            )
            kept.new.append(await self._memories.supersede(scope, old.memory_id, new))
            kept.superseded.append(old.memory_id)
        return kept

    async def _keep(
        self, scope: Scope, new: NewMemory, finding: Finding, kept: Kept, *, changing: bool = False
    ) -> None:
        if new.subject in BOUND and (meant := await self._of_a_campaign(scope, new, changing=changing)):
            new = replace(new, subject=meant.subject)
        near = await self._near(scope, new)
        gone = ended_by(finding, near)
        verdict = Supersede(gone, new) if gone and gone.memory_id != new.memory_id else weigh(new, near)
        match verdict:
            case Merge():
                kept.merged.append(await self._merge(scope, verdict, new))
            case Supersede():
                kept.new.append(await self._memories.supersede(scope, verdict.old.memory_id, verdict.new))
                kept.superseded.append(verdict.old.memory_id)
            case Outdated():
                (old,) = await self._memories.remember(scope, [verdict.new])
                current = verdict.current
                changes = {"valid_to": current.valid_from, "superseded_by": current.memory_id}
                kept.new.append(await self._memories.change(scope, old.memory_id, **changes))
            case NewMemory():
                kept.new += await self._memories.remember(scope, [verdict])

    async def _near(self, scope: Scope, new: NewMemory) -> list[UserMemory]:
        """The current memories that could say the same or the contrary."""
        if new.subject and (fact := await self._memories.current_fact(scope, new.subject)):
            return [fact]
        query = Query(new.content, limit=NEAR, shelves=OWN_SHELF, types=LASTING, patient=True)
        found = await self._memories.recall(scope, query)
        return [memory for memory in found.own() if memory.memory_id != new.memory_id]

    async def _of_a_campaign(self, scope: Scope, new: NewMemory, *, changing: bool) -> UserMemory | None:
        """The current fact a plain "the budget" means: the conversation's own, or the only one when ``changing``."""
        facts = [fact for fact in await self._memories.lasting(scope) if base_of(fact.subject) == new.subject]
        here = [fact for fact in facts if fact.metadata.conversation_id == new.conversation_id is not None]
        if not here and changing and len(facts) == 1:
            return facts[0]
        return max(here, key=lambda fact: fact.valid_from, default=None)

    async def _merge(self, scope: Scope, merge: Merge, new: NewMemory) -> UserMemory:
        """Count a memory that was said again; a repeat of the same turn counts nothing."""
        about = merge.memory.metadata
        if new.timestamp and about.timestamp and new.timestamp <= about.timestamp:
            return merge.memory
        changes: dict[str, Any] = {"mentions": about.mentions + 1, "timestamp": new.timestamp}
        if new.importance > about.importance:
            changes["importance"] = new.importance
        if merge.content != merge.memory.content:
            changes["content"] = merge.content
        return await self._memories.change(
            scope, merge.memory.memory_id, **{name: value for name, value in changes.items() if value is not None}
        )
