"""Indexes and vectors are made anew while recall goes on, and an interrupted run goes on where it stopped."""

import asyncio
from collections.abc import Sequence

import numpy as np
import pytest

from core.clock import ManualClock
from core.errors import Unavailable
from core.ids import new_id
from core.scope import Scope
from db.client import Database
from db.repository import Repository
from db.user_memory import USER_MEMORY
from db.vector import Floats, unpack
from memory.embedders.wordllama import WordLlamaEmbedder
from memory.indexes.exact import ExactIndex
from memory.memories import Memories, NewMemory, Query
from memory.reindexing import Reindexing


class OtherEmbedder:
    """Another model: the local one's vectors turned round. ``failing`` leaves it without a server."""

    def __init__(self, local: WordLlamaEmbedder) -> None:
        self._local = local
        self.model = new_id("mod")
        self.dimensions = local.dimensions
        self.failing = False
        self.embedded = 0

    async def embed(self, texts: Sequence[str]) -> Floats:
        """Return vectors as another model would."""
        if self.failing:
            raise Unavailable
        self.embedded += len(texts)
        return np.ascontiguousarray(self._local.embed_now(texts)[:, ::-1])

    async def close(self) -> None:
        """Nothing to close."""


class PersistentIndex(ExactIndex):
    """An index that outlives the process, as far as anybody can tell."""

    @property
    def persistent(self) -> bool:
        """It is not filled by loading an account."""
        return True


@pytest.fixture
def scopes() -> list[Scope]:
    return [Scope(user_id=(name := new_id("usr")), actor_id=name, role="user") for _ in range(3)]


async def fill(memories: Memories, scopes: Sequence[Scope], count: int = 20) -> None:
    for scope in scopes:
        await memories.remember(
            scope, [NewMemory("insight", f"tulips number {number}", message_id=str(number)) for number in range(count)]
        )


async def models(database: Database, scopes: Sequence[Scope]) -> set[str]:
    found = [
        memory for scope in scopes for memory in await Repository(database, USER_MEMORY, scope).find({}, limit=500)
    ]
    return {memory.embedding_model for memory in found}


async def test_vectors_of_another_model_are_made_anew(
    memories: Memories, database: Database, embedder: WordLlamaEmbedder, clock: ManualClock, scopes: list[Scope]
) -> None:
    await fill(memories, scopes)
    other = OtherEmbedder(embedder)
    index = ExactIndex()
    changed = Memories(database, other, index, clock)
    before = await changed.recall(scopes[0], Query("tulips number 7"))
    assert before.items[0].memory.content == "tulips number 7"
    assert before.items[0].parts.dense == 0
    progress = [step async for step in Reindexing(database, changed, other, index).reembed()]
    assert progress[-1].share == 1
    assert progress[-1].memories == 60
    assert await models(database, scopes) == {other.model}
    after = await changed.recall(scopes[0], Query("tulips number 7"))
    assert after.items[0].memory.content == "tulips number 7"
    assert after.items[0].parts.dense > 0
    memory = await Repository(database, USER_MEMORY, scopes[0]).get(after.items[0].memory.memory_id)
    assert np.allclose(unpack(memory.embedding), (await other.embed(["tulips number 7"]))[0], atol=1e-6)


async def test_nothing_is_embedded_twice(
    memories: Memories, database: Database, embedder: WordLlamaEmbedder, clock: ManualClock, scopes: list[Scope]
) -> None:
    await fill(memories, scopes)
    other, index = OtherEmbedder(embedder), ExactIndex()
    changed = Memories(database, other, index, clock)
    interrupted = Reindexing(database, changed, other, index).reembed()
    for _ in range(100):
        await anext(interrupted)
    await interrupted.aclose()
    done = other.embedded
    assert 0 < done < 60
    progress = [step async for step in Reindexing(database, changed, other, index).reembed()]
    assert len(progress) == 256 - 100
    assert other.embedded == 60
    assert [step async for step in Reindexing(database, changed, other, index).reembed()] == []


async def test_the_background_waits_for_the_server_and_recall_goes_on(
    memories: Memories, database: Database, embedder: WordLlamaEmbedder, clock: ManualClock, scopes: list[Scope]
) -> None:
    await fill(memories, scopes, 3)
    other, index = OtherEmbedder(embedder), ExactIndex()
    other.failing = True
    changed = Memories(database, other, index, clock)
    reindexing = Reindexing(database, changed, other, index, retry_seconds=0.01)
    reindexing.start()
    await asyncio.sleep(0.05)
    found = await changed.recall(scopes[0], Query("tulips number 2"))
    assert found.items[0].memory.content == "tulips number 2"
    (kept,) = await changed.remember(scopes[0], [NewMemory("insight", "a zeppelin over Leeds")])
    assert kept.embedding_model == ""
    other.failing = False
    async with asyncio.timeout(60):
        while await models(database, scopes) != {other.model}:
            await asyncio.sleep(0.05)
    await reindexing.stop()
    assert (await changed.recall(scopes[0], Query("zeppelin"))).items[0].parts.dense >= 0


async def test_an_emptied_index_is_filled_again(
    database: Database, embedder: WordLlamaEmbedder, clock: ManualClock, scopes: list[Scope]
) -> None:
    index = PersistentIndex()
    memories = Memories(database, embedder, index, clock)
    await fill(memories, scopes)
    await index.clear()
    vector = (await embedder.embed(["tulips"]))[0]
    assert not (await index.nearest(scopes[0].user_id, embedder.model, vector, 5)).memory_ids
    progress = [step async for step in Reindexing(database, memories, embedder, index).reindex(again=True)]
    assert progress[-1].memories == 60
    for scope in scopes:
        assert len((await index.nearest(scope.user_id, embedder.model, vector, 50)).memory_ids) == 20


async def test_an_interrupted_reindex_goes_on(
    database: Database, embedder: WordLlamaEmbedder, clock: ManualClock, scopes: list[Scope]
) -> None:
    index, other = PersistentIndex(), OtherEmbedder(embedder)
    memories = Memories(database, other, index, clock)
    await fill(memories, scopes)
    reindexing = Reindexing(database, memories, other, index)
    interrupted = reindexing.reindex()
    for _ in range(128):
        await anext(interrupted)
    await interrupted.aclose()
    rest = [step async for step in reindexing.reindex()]
    assert len(rest) == 256 - 128
    vector = (await other.embed(["tulips"]))[0]
    assert sum([len((await index.nearest(one.user_id, other.model, vector, 50)).memory_ids) for one in scopes]) == 60


async def test_an_empty_database_is_done_at_once(
    memories: Memories, database: Database, embedder: WordLlamaEmbedder
) -> None:
    reindexing = Reindexing(database, memories, OtherEmbedder(embedder), ExactIndex())
    assert [step async for step in reindexing.reembed()] == []
