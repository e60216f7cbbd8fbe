"""Rebuilding what can be rebuilt: vectors of another model are made anew, indexes are filled from the documents."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import structlog

from core.errors import AppError
from db.client import Database
from db.memory_shelves import HOUSE_ID, Shelf
from db.memory_walk import MemoryWalk, Walk
from db.vector import unpack
from memory.embedders.embedder import Embedder
from memory.indexes.index import MemoryIndex
from memory.memories import Memories
from memory.stopping import stopped

log = structlog.get_logger(__name__)

REEMBEDDING: Final[dict[Shelf, str]] = {
    "user": "memory_embedding",
    "agent": "agent_memory_embedding",
    "global": "global_memory_embedding",
}
REINDEXING: Final = "memory_index"
PAUSE_SECONDS: Final = 0.02
RETRY_SECONDS: Final = 30.0


@dataclass(frozen=True, slots=True)
class Progress:
    """How far it has come: the share of all steps, and how many memories were handled."""

    share: float
    memories: int


class Reindexing:
    """Goes over the memories of every account. Interrupted at any point, it goes on from there."""

    def __init__(
        self,
        database: Database,
        memories: Memories,
        embedder: Embedder,
        index: MemoryIndex,
        *,
        retry_seconds: float = RETRY_SECONDS,
    ) -> None:
        self._retry_seconds = retry_seconds
        self._walks = MemoryWalk(database)
        self._memories = memories
        self._embedder = embedder
        self._index = index
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Look in the background for vectors of another model, and make them anew while recall goes on."""
        self._task = asyncio.create_task(self._keep_at_it(), name="memory re-embedding")

    async def stop(self) -> None:
        """Stop looking; the next start goes on."""
        if self._task is not None:
            await stopped(self._task)
            self._task = None

    async def reembed(self) -> AsyncGenerator[Progress]:
        """Make the vectors anew that are of another model, of all kinds of memory.

        Over at once when a walk with this model was finished.
        """
        walks = [
            await self._walks.begin(name, self._embedder.model, shelf=shelf) for shelf, name in REEMBEDDING.items()
        ]
        for place, begun in enumerate(walks):
            walk = begun
            while not walk.done:
                rows = await self._walks.read(walk)
                stale = [row for row in rows if row.get("embedding_model") != self._embedder.model]
                await self._embed(stale)
                walk = walks[place] = await self._walks.advance(walk, len(stale))
                yield _progress(*walks)

    async def reindex(self, *, again: bool = False) -> AsyncGenerator[Progress]:
        """Empty the index and fill it from the documents, vectors of another model made anew on the way.

        Goes on where an interrupted one was left off, unless it is to begin ``again``.
        """
        walk = await self._walks.begin(REINDEXING, self._embedder.model, again=again)
        if walk.done:
            walk = await self._walks.begin(REINDEXING, self._embedder.model, again=True)
        if not walk.step:
            await self._index.clear()
        while not walk.done:
            rows = await self._walks.read(walk)
            stale = [row for row in rows if row.get("embedding_model") != self._embedder.model]
            await self._embed(stale)
            if self._index.persistent:
                await self._put([row for row in rows if row.get("embedding_model") == self._embedder.model])
            walk = await self._walks.advance(walk, len(rows))
            yield _progress(walk)

    async def _keep_at_it(self) -> None:
        while True:
            try:
                async for _ in self.reembed():
                    await asyncio.sleep(PAUSE_SECONDS)
                await self._memories.vectors_missing.wait()
                for name in REEMBEDDING.values():
                    await self._walks.reopen(name)
                self._memories.vectors_missing.clear()
            except AppError as error:
                log.warning("memory_embedding_waits", reason=error.message)
            await asyncio.sleep(self._retry_seconds)

    async def _embed(self, rows: Sequence[dict[str, Any]]) -> None:
        if not rows:
            return
        vectors = await self._embedder.embed([str(row["content"]) for row in rows])
        of_account: dict[str, dict[str, Any]] = defaultdict(dict)
        for row, vector in zip(rows, vectors, strict=True):
            of_account[str(row.get("user_id", HOUSE_ID))][str(row["memory_id"])] = vector
        for user_id, made in of_account.items():
            await self._memories.replace_vectors(user_id, made)

    async def _put(self, rows: Sequence[dict[str, Any]]) -> None:
        of_account: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for row in rows:
            of_account[str(row["user_id"])].append(row)
        for user_id, owned in of_account.items():
            vectors = np.stack([unpack(row["embedding"]) for row in owned])
            await self._index.put(user_id, self._embedder.model, [str(row["memory_id"]) for row in owned], vectors)


def _progress(*walks: Walk) -> Progress:
    share = sum(walk.step for walk in walks) / sum(walk.steps for walk in walks)
    return Progress(share, sum(walk.memories for walk in walks))
