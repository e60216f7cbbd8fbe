"""Outcomes are counted once each, whatever cuts the counting off, and however many are counted side by side."""

import asyncio
from collections.abc import Sequence

import pytest

from core.clock import ManualClock
from core.errors import Unavailable
from core.scope import Scope
from db.client import Database
from db.user_memory import MemorySource
from memory.embedders.wordllama import WordLlamaEmbedder
from memory.indexes.exact import ExactIndex
from memory.learnings import OUTCOMES_KEPT, Learnings
from memory.memories import Memories
from memory.outcomes import Lesson

SOURCE = MemorySource(kind="tool", id="apr_1")
SHORT = Lesson("short", "pattern", "On instagram, short texts are approved as they stand.", "instagram", worked=True)
LONG = Lesson("long", "pattern", "On instagram, long texts are approved as they stand.", "instagram", worked=False)


class CutOff(Memories):
    """Loses the database once, where ``at`` says: before the second lesson is stored, or once all are."""

    at = ""

    async def embedding_of(self, text: str) -> dict[str, object]:
        if text == LONG.content:
            self.cut("second")
        return await super().embedding_of(text)

    async def written(self, user_id: str, memory_ids: Sequence[str]) -> None:
        self.cut("end")
        await super().written(user_id, memory_ids)

    def cut(self, here: str) -> None:
        if self.at == here:
            self.at = ""
            raise Unavailable


async def counted(learnings: Learnings, scope: Scope) -> dict[str, tuple[int, int]]:
    return {one.content: (one.metadata.use_count, one.metadata.success_count) for one in await learnings.all(scope)}


@pytest.mark.parametrize("at", ["second", "end"])
async def test_outcome_whose_counting_was_cut_off_counts_once(
    database: Database, embedder: WordLlamaEmbedder, clock: ManualClock, scope: Scope, at: str
) -> None:
    memories = CutOff(database, embedder, ExactIndex(), clock)
    memories.at = at
    learnings = Learnings(database, memories)
    with pytest.raises(Unavailable):
        await learnings.count(scope, "writer", [SHORT, LONG], SOURCE, "apr_1")
    assert (await counted(learnings, scope))[SHORT.content] == (1, 1)

    for _ in range(2):
        await learnings.count(scope, "writer", [SHORT, LONG], SOURCE, "apr_1")

    assert await counted(learnings, scope) == {SHORT.content: (1, 1), LONG.content: (1, 0)}
    await learnings.count(scope, "writer", [SHORT], SOURCE, "apr_2")
    assert (await counted(learnings, scope))[SHORT.content] == (2, 2)


async def test_outcomes_counted_side_by_side_all_count_and_few_are_kept(
    database: Database, memories: Memories, scope: Scope
) -> None:
    learnings, count = Learnings(database, memories), OUTCOMES_KEPT + 8
    outcomes = [f"apr_{number}" for number in range(count)]
    await learnings.count(scope, "writer", [SHORT], SOURCE, outcomes.pop())
    while some := outcomes[:8]:
        del outcomes[:8]
        await asyncio.gather(*(learnings.count(scope, "writer", [SHORT], SOURCE, outcome) for outcome in some))

    assert await counted(learnings, scope) == {SHORT.content: (count, count)}
    (stored,) = await learnings.all(scope)
    assert len(stored.counted) == len(set(stored.counted)) == OUTCOMES_KEPT
