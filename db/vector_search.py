"""Vector search on MongoDB Atlas over the embeddings in ``user_memory``: the index it needs, and the request."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final, TypeAlias

import numpy as np
from pymongo.errors import OperationFailure
from pymongo.operations import SearchIndexModel

from core.errors import NotConfigured
from db.client import Database
from db.failures import translated
from db.user_memory import USER_MEMORY
from db.vector import Floats, pack

Raw: TypeAlias = dict[str, Any]
Run: TypeAlias = Callable[[list[Raw]], Awaitable[list[Raw]]]

INDEX: Final = "user_memory_embedding"
NO_SEARCH: Final = frozenset({31082, 6047401, 40324, 59, 115})


def definition(dimensions: int) -> Raw:
    """Return the index as Atlas takes it: the vectors, and the fields a search is limited by."""
    return {
        "fields": [
            {"type": "vector", "path": "embedding", "numDimensions": dimensions, "similarity": "cosine"},
            {"type": "filter", "path": "user_id"},
            {"type": "filter", "path": "embedding_model"},
        ]
    }


def request(user_id: str, model: str, vector: Floats, limit: int) -> list[Raw]:
    """Return the search for one account's nearest memories: exact, so that nothing near is missed."""
    search: Raw = {
        "index": INDEX,
        "path": "embedding",
        "queryVector": pack(vector),
        "exact": True,
        "limit": limit,
        "filter": {"user_id": user_id, "embedding_model": model},
    }
    return [
        {"$vectorSearch": search},
        {"$project": {"_id": 0, "memory_id": 1, "score": {"$meta": "vectorSearchScore"}}},
    ]


class VectorSearch:
    """Sends the requests. ``run`` takes a pipeline over ``user_memory`` and returns what it finds."""

    def __init__(self, database: Database, run: Run | None = None) -> None:
        self._memories = database.raw(USER_MEMORY)
        self._run = run or self._aggregate

    async def nearest(self, user_id: str, model: str, vector: Floats, limit: int) -> tuple[Sequence[str], Floats]:
        """Return the ids of the nearest memories and their cosines, nearest first."""
        try:
            with translated():
                rows = await self._run(request(user_id, model, vector, limit))
        except OperationFailure as error:
            if error.code not in NO_SEARCH:
                raise
            raise NotConfigured(
                "This MongoDB has no vector search. Use one on Atlas, or set MM_MEMORY_INDEX to exact or pgvector."
            ) from error
        # Atlas brings the cosine, which goes from -1 to 1, to a score from 0 to 1.
        scores = np.array([row["score"] for row in rows], dtype=np.float32)
        return [str(row["memory_id"]) for row in rows], scores * 2 - 1

    async def ensure_index(self, dimensions: int) -> bool:
        """Make the index if there is none; return whether it was made. It fills in the background."""
        with translated():
            if await (await self._memories.list_search_indexes(INDEX)).to_list():
                return False
            await self._memories.create_search_index(
                SearchIndexModel(definition=definition(dimensions), name=INDEX, type="vectorSearch")
            )
        return True

    async def drop_index(self) -> None:
        """Remove the index; the vectors stay in their documents."""
        with translated():
            await self._memories.drop_search_index(INDEX)

    async def _aggregate(self, pipeline: list[Raw]) -> list[Raw]:
        return await (await self._memories.aggregate(pipeline)).to_list()
