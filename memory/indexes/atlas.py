"""Search on MongoDB Atlas: the vectors lie in the documents, so that there is nothing else to keep in step."""

from collections.abc import Sequence

from db.vector import Floats
from db.vector_search import VectorSearch
from memory.indexes.index import Nearest


class AtlasIndex:
    """Asks ``$vectorSearch``. Atlas follows the collection by itself, a moment later."""

    def __init__(self, search: VectorSearch, dimensions: int) -> None:
        self._search = search
        self._dimensions = dimensions

    @property
    def persistent(self) -> bool:
        """It outlives the process."""
        return True

    async def put(self, user_id: str, model: str, memory_ids: Sequence[str], vectors: Floats) -> None:
        """Nothing to do: the documents hold the vectors."""

    async def remove(self, user_id: str, memory_ids: Sequence[str]) -> None:
        """Nothing to do: a removed document takes its vector along."""

    async def forget(self, user_id: str) -> None:
        """Nothing to do: erased documents take their vectors along."""

    async def nearest(self, user_id: str, model: str, vector: Floats, limit: int) -> Nearest:
        """Return the nearest memories of the account."""
        memory_ids, similarities = await self._search.nearest(user_id, model, vector, limit)
        return Nearest(memory_ids, similarities)

    async def clear(self) -> None:
        """Make the index anew."""
        if not await self._search.ensure_index(self._dimensions):
            await self._search.drop_index()
            await self._search.ensure_index(self._dimensions)

    async def check(self) -> None:
        """Nothing else has to answer: the vectors are in the database itself."""

    def held_bytes(self, user_id: str) -> int:  # noqa: ARG002  # Atlas holds the vectors
        """Return nothing: the vectors are in Atlas."""
        return 0

    def release(self, user_id: str) -> None:
        """Nothing of the account is held here."""

    async def close(self) -> None:
        """Nothing to close: the database's connection is its own."""
