"""Search on PostgreSQL with pgvector: one table, read by account. Exact: an account's own rows are few enough."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final

import numpy as np
import psycopg
from pgvector import Vector
from pgvector.psycopg import register_vector_async
from psycopg.rows import TupleRow
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from core.errors import NotConfigured, Unavailable
from db.vector import Floats
from memory.indexes.index import Nearest

Connection = psycopg.AsyncConnection[TupleRow]

MOST_CONNECTIONS: Final = 8
CONNECT_SECONDS: Final = 5.0
# Any number: processes that start together take turns making the table.
LOCK: Final = 7_302_114
TABLE: Final = """
CREATE TABLE IF NOT EXISTS memory_vectors (
    user_id text NOT NULL,
    memory_id text NOT NULL,
    model text NOT NULL,
    embedding vector NOT NULL,
    PRIMARY KEY (user_id, memory_id)
)
"""
PUT: Final = """
INSERT INTO memory_vectors (user_id, memory_id, model, embedding) VALUES (%s, %s, %s, %s)
ON CONFLICT (user_id, memory_id) DO UPDATE SET model = excluded.model, embedding = excluded.embedding
"""
NEAREST: Final = """
SELECT memory_id, (embedding <#> %(vector)s) * -1 FROM memory_vectors
WHERE user_id = %(user_id)s AND model = %(model)s
ORDER BY embedding <#> %(vector)s LIMIT %(limit)s
"""


class PgVectorIndex:
    """Keeps vectors in PostgreSQL. Connects on first use and makes its table then."""

    def __init__(self, uri: str) -> None:
        self._uri = uri
        self._pool: AsyncConnectionPool[Connection] | None = None

    @property
    def persistent(self) -> bool:
        """It outlives the process."""
        return True

    async def put(self, user_id: str, model: str, memory_ids: Sequence[str], vectors: Floats) -> None:
        """Add vectors, or replace those there are."""
        rows = [
            (user_id, memory_id, model, Vector(vector)) for memory_id, vector in zip(memory_ids, vectors, strict=True)
        ]
        async with self._connection() as connection, connection.cursor() as cursor:
            await cursor.executemany(PUT, rows)

    async def remove(self, user_id: str, memory_ids: Sequence[str]) -> None:
        """Take vectors out."""
        if memory_ids:
            async with self._connection() as connection:
                await connection.execute(
                    "DELETE FROM memory_vectors WHERE user_id = %s AND memory_id = ANY(%s)", (user_id, list(memory_ids))
                )

    async def forget(self, user_id: str) -> None:
        """Take out everything of an account."""
        async with self._connection() as connection:
            await connection.execute("DELETE FROM memory_vectors WHERE user_id = %s", (user_id,))

    async def nearest(self, user_id: str, model: str, vector: Floats, limit: int) -> Nearest:
        """Return the nearest memories of the account."""
        asked: dict[str, Any] = {"vector": Vector(vector), "user_id": user_id, "model": model, "limit": limit}
        async with self._connection() as connection:
            rows = await (await connection.execute(NEAREST, asked)).fetchall()
        return Nearest([str(row[0]) for row in rows], np.array([row[1] for row in rows], dtype=np.float32))

    async def clear(self) -> None:
        """Take out everything, to be filled again from the database."""
        async with self._connection() as connection:
            await connection.execute("TRUNCATE memory_vectors")

    async def check(self) -> None:
        """Ask PostgreSQL for a sign of life; Unavailable if there is none."""
        async with self._connection() as connection:
            await connection.execute("SELECT 1")

    def held_bytes(self, user_id: str) -> int:  # noqa: ARG002  # PostgreSQL holds the vectors
        """Return nothing: the vectors are in PostgreSQL."""
        return 0

    def release(self, user_id: str) -> None:
        """Nothing of the account is held here."""

    async def close(self) -> None:
        """Close the connections."""
        if self._pool is not None:
            await self._pool.close()
            self._pool = None

    @asynccontextmanager
    async def _connection(self) -> AsyncGenerator[Connection]:
        try:
            if self._pool is None:
                await self._make_table()
                pool: AsyncConnectionPool[Connection] = AsyncConnectionPool(
                    self._uri,
                    min_size=1,
                    max_size=MOST_CONNECTIONS,
                    timeout=CONNECT_SECONDS,
                    configure=register_vector_async,
                    open=False,
                )
                await pool.open()
                self._pool = pool
            async with self._pool.connection() as connection:
                yield connection
        except (psycopg.OperationalError, PoolTimeout) as error:
            raise Unavailable(
                "PostgreSQL can't be reached right now. Memories are still found by their words."
            ) from error

    async def _make_table(self) -> None:
        async with await psycopg.AsyncConnection.connect(self._uri, connect_timeout=int(CONNECT_SECONDS)) as connection:
            await connection.execute("SELECT pg_advisory_xact_lock(%s)", (LOCK,))
            try:
                await connection.execute("CREATE EXTENSION IF NOT EXISTS vector")
            except (psycopg.errors.FeatureNotSupported, psycopg.errors.UndefinedFile) as error:
                raise NotConfigured(
                    "PostgreSQL lacks the extension pgvector. Install it, or use another index."
                ) from error
            except psycopg.errors.InsufficientPrivilege as error:
                raise NotConfigured(
                    "The PostgreSQL user may not create the extension vector. Create it once as an administrator."
                ) from error
            await connection.execute(TABLE)
