"""Where vectors are searched. Whatever an index holds can be rebuilt from the database, the source of truth."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np

from db.vector import Floats


@dataclass(frozen=True, slots=True)
class Nearest:
    """The memories nearest to a question, nearest first, and the cosine of the angle between each and the question."""

    memory_ids: Sequence[str]
    similarities: Floats


NOTHING: Final = Nearest((), np.zeros(0, dtype=np.float32))


class MemoryIndex(Protocol):
    """Finds the memories of one account whose vectors are nearest to a question's. Repeating a write is harmless.

    One that is ``persistent`` outlives the process; one that is not is filled again from the database.
    """

    @property
    def persistent(self) -> bool: ...

    async def put(self, user_id: str, model: str, memory_ids: Sequence[str], vectors: Floats) -> None:
        """Add vectors, or replace those there are."""
        ...

    async def remove(self, user_id: str, memory_ids: Sequence[str]) -> None:
        """Take vectors out."""
        ...

    async def forget(self, user_id: str) -> None:
        """Take out everything of an account."""
        ...

    async def nearest(self, user_id: str, model: str, vector: Floats, limit: int) -> Nearest:
        """Return up to ``limit`` of the account's memories, nearest first; only vectors of this model count."""
        ...

    async def clear(self) -> None:
        """Take out everything of every account, to be filled again from the database."""
        ...

    async def check(self) -> None:
        """Ask what keeps the vectors for a sign of life; Unavailable if there is none."""
        ...

    def held_bytes(self, user_id: str) -> int:
        """Return how much of this process's memory the account takes."""
        ...

    def release(self, user_id: str) -> None:
        """Give back the memory the account takes here. What is persistent stays."""
        ...

    async def close(self) -> None: ...
