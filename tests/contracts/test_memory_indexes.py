"""What every memory index keeps: the same cases in process, on PostgreSQL with pgvector, and in the requests to Atlas.

Atlas does not run here: a reader of its requests answers them from the documents, as its documentation says.
"""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from core.clock import ManualClock
from core.errors import Unavailable
from core.ids import new_id
from core.scope import Scope
from db.client import Database
from db.memory_store import MemoryStore
from db.user_memory import USER_MEMORY, UserMemory
from db.vector import Floats, pack, unpack
from db.vector_search import INDEX, VectorSearch, definition, request
from memory.embedders.wordllama import WordLlamaEmbedder
from memory.indexes.atlas import AtlasIndex
from memory.indexes.exact import ExactIndex
from memory.indexes.index import MemoryIndex
from memory.indexes.pgvector import PgVectorIndex
from memory.lexicon import Lexicon
from memory.memories import Memories, NewMemory, Query
from workflows.runtime.engine import Engine

MODEL = "model-a"
DIMENSIONS = 8


@dataclass(frozen=True, slots=True)
class Bench:
    """An index with the documents it follows."""

    index: MemoryIndex
    store: MemoryStore

    async def put(self, user_id: str, vectors: dict[str, Floats], model: str = MODEL) -> None:
        """Store documents and index their vectors, as the engine does."""
        made = [
            UserMemory(
                memory_id=memory_id,
                memory_type="insight",
                content=memory_id,
                embedding=pack(vector),
                embedding_model=model,
            )
            for memory_id, vector in vectors.items()
        ]
        there = {row["memory_id"] for row in await self.store.some(user_id, list(vectors))}
        if fresh := [memory for memory in made if memory.memory_id not in there]:
            await self.store.add(user_id, fresh)
        changed = {memory.memory_id: memory for memory in made if memory.memory_id in there}
        if changed:
            fields = {
                memory_id: {"embedding": memory.embedding, "embedding_model": model}
                for memory_id, memory in changed.items()
            }
            await self.store.change(user_id, fields)
        await self.index.put(user_id, model, list(vectors), np.stack(list(vectors.values())))

    async def remove(self, user_id: str, memory_ids: Sequence[str]) -> None:
        """Remove documents and their vectors."""
        await self.store.remove(user_id, memory_ids)
        await self.index.remove(user_id, memory_ids)

    async def ids(self, user_id: str, vector: Floats, limit: int = 10, model: str = MODEL) -> list[str]:
        """Return the ids of the nearest."""
        return list((await self.index.nearest(user_id, model, vector, limit)).memory_ids)


def answering(database: Database) -> Any:
    """Return what answers ``$vectorSearch`` from the documents: the filter, the cosine, the score, the limit."""

    async def run(pipeline: list[dict[str, Any]]) -> list[dict[str, Any]]:
        search, project = pipeline[0]["$vectorSearch"], pipeline[1]["$project"]
        assert search["index"] == INDEX
        assert search["exact"] is True
        assert project["score"] == {"$meta": "vectorSearchScore"}
        asked = unpack(search["queryVector"])
        memories = database.raw(USER_MEMORY)  # lint: allow raw-collection: stands in for Atlas, which reads all of it
        rows = await memories.find(search["filter"]).to_list()
        scored = [
            {"memory_id": row["memory_id"], "score": (1 + float(unpack(row[search["path"]]) @ asked)) / 2}
            for row in rows
        ]
        return sorted(scored, key=lambda row: -row["score"])[: search["limit"]]

    return run


@pytest.fixture(params=["exact", "pgvector", "atlas"])
async def bench(request: pytest.FixtureRequest, database: Database) -> AsyncIterator[Bench]:
    """Each index, empty."""
    index: MemoryIndex
    match request.param:
        case "exact":
            index = ExactIndex()
        case "pgvector":
            index = PgVectorIndex(request.getfixturevalue("postgres_uri"))
        case _:
            index = AtlasIndex(VectorSearch(database, answering(database)), DIMENSIONS)
    yield Bench(index, MemoryStore(database))
    await index.close()


@pytest.fixture
def user_id() -> str:
    """An account."""
    return new_id("usr")


def towards(*angles: float) -> Floats:
    """Return a vector of length 1 that leans so far from the first axis towards the others."""
    vector = np.zeros(DIMENSIONS, dtype=np.float32)
    vector[0] = 1.0
    vector[1 : 1 + len(angles)] = angles
    return vector / np.float32(np.linalg.norm(vector))


def new_ids(count: int) -> list[str]:
    return [new_id("mem") for _ in range(count)]


async def test_postgresql_gives_a_sign_of_life(postgres_uri: str) -> None:
    index = PgVectorIndex(postgres_uri)
    await index.check()
    await index.close()
    await Engine(postgres_uri, "ins_test").check()


async def test_the_nearest_come_first_with_their_cosine(bench: Bench, user_id: str) -> None:
    near, middle, far = new_ids(3)
    await bench.put(user_id, {far: towards(3.0), near: towards(0.1), middle: towards(1.0)})
    found = await bench.index.nearest(user_id, MODEL, towards(), 10)
    assert list(found.memory_ids) == [near, middle, far]
    expected = [towards() @ towards(lean) for lean in (0.1, 1.0, 3.0)]
    assert found.similarities == pytest.approx(expected, abs=1e-4)


async def test_no_more_than_asked_for(bench: Bench, user_id: str) -> None:
    ids = new_ids(30)
    await bench.put(user_id, {memory_id: towards(place / 10) for place, memory_id in enumerate(ids)})
    assert await bench.ids(user_id, towards(), 5) == ids[:5]


async def test_another_account_is_never_searched(bench: Bench, user_id: str) -> None:
    await bench.put(user_id, {new_id("mem"): towards()})
    assert await bench.ids(new_id("usr"), towards()) == []


async def test_vectors_of_another_model_do_not_count(bench: Bench, user_id: str) -> None:
    old, new = new_ids(2)
    await bench.put(user_id, {old: towards()}, "model-old")
    await bench.put(user_id, {new: towards(2.0)})
    assert await bench.ids(user_id, towards()) == [new]
    assert await bench.ids(user_id, towards(), model="model-old") == [old]


async def test_a_vector_is_replaced(bench: Bench, user_id: str) -> None:
    moved, still = new_ids(2)
    await bench.put(user_id, {moved: towards(), still: towards(0.5)})
    await bench.put(user_id, {moved: towards(4.0)})
    assert await bench.ids(user_id, towards()) == [still, moved]


async def test_what_is_removed_is_not_found(bench: Bench, user_id: str) -> None:
    ids = new_ids(5)
    await bench.put(user_id, {memory_id: towards(place / 2) for place, memory_id in enumerate(ids)})
    await bench.remove(user_id, [ids[0], ids[3]])
    await bench.index.remove(user_id, [new_id("mem")])
    assert await bench.ids(user_id, towards()) == [ids[1], ids[2], ids[4]]


async def test_the_engine_recalls_through_it(
    bench: Bench, database: Database, embedder: WordLlamaEmbedder, clock: ManualClock, scope: Scope
) -> None:
    memories = Memories(database, embedder, bench.index, clock, lexicon=Lexicon(embedder.embed_now))
    said = [NewMemory("insight", "The florist delivers tulips every morning."), NewMemory("insight", "Rent is due.")]
    flowers, rent = await memories.remember(scope, said)
    found = await memories.recall(scope, Query("Who brings the blossoms?"))
    assert found.items[0].memory.memory_id == flowers.memory_id
    assert found.items[0].parts.dense > 0
    await memories.delete(scope, [flowers.memory_id])
    assert [item.memory.memory_id for item in (await memories.recall(scope, Query("blossoms"))).items] in (
        [rent.memory_id],
        [],
    )


async def test_forgetting_leaves_nothing(bench: Bench, user_id: str, database: Database) -> None:
    await bench.put(user_id, {memory_id: towards() for memory_id in new_ids(3)})
    raw = database.raw(USER_MEMORY)  # lint: allow raw-collection: erases as the erasure of an account does
    await raw.delete_many({"user_id": user_id})
    await bench.index.forget(user_id)
    assert await bench.ids(user_id, towards()) == []


async def test_postgres_that_is_gone_is_unavailable(user_id: str) -> None:
    index = PgVectorIndex("postgresql://nobody@127.0.0.1:1/none")
    with pytest.raises(Unavailable):
        await index.nearest(user_id, MODEL, towards(), 3)
    await index.close()


async def test_recall_goes_on_by_words_while_the_index_is_gone(
    database: Database, embedder: WordLlamaEmbedder, clock: ManualClock, scope: Scope
) -> None:
    written = Memories(database, embedder, ExactIndex(), clock)
    await written.remember(scope, [NewMemory("insight", "The florist delivers tulips every morning.")])
    without = Memories(database, embedder, PgVectorIndex("postgresql://nobody@127.0.0.1:1/none"), clock)
    found = await without.recall(scope, Query("When are the tulips delivered?"))
    assert [item.memory.content for item in found.items] == ["The florist delivers tulips every morning."]


def test_the_request_to_atlas_names_the_account_and_the_model() -> None:
    (search, project) = request("usr_1", MODEL, towards(), 7)
    assert search["$vectorSearch"] == {
        "index": INDEX,
        "path": "embedding",
        "queryVector": pack(towards()),
        "exact": True,
        "limit": 7,
        "filter": {"user_id": "usr_1", "embedding_model": MODEL},
    }
    assert project["$project"] == {"_id": 0, "memory_id": 1, "score": {"$meta": "vectorSearchScore"}}


def test_the_index_on_atlas_holds_what_a_search_filters_by() -> None:
    fields = definition(256)["fields"]
    assert fields[0] == {"type": "vector", "path": "embedding", "numDimensions": 256, "similarity": "cosine"}
    assert {field["path"] for field in fields if field["type"] == "filter"} == {"user_id", "embedding_model"}
