"""Search in process: one matrix an account, filled when the account is first asked for. The default."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from db.vector import Floats, products
from memory.indexes.index import NOTHING, Nearest
from memory.indexes.signs import Signs

SMALLEST: Final = 16
BYTES_A_ROW: Final = 100
# Above so many rows, the signs of the vectors choose the candidates that are then compared exactly.
LARGE: Final = 20_000
CANDIDATES: Final = 6000


class ExactIndex:
    """Compares a question with every vector of the account. Holds an account until it is released."""

    def __init__(self) -> None:
        self._accounts: dict[str, Rows] = {}

    @property
    def persistent(self) -> bool:
        """It is filled again from the database."""
        return False

    async def put(self, user_id: str, model: str, memory_ids: Sequence[str], vectors: Floats) -> None:
        """Add vectors, or replace those there are."""
        self._accounts.setdefault(user_id, Rows()).put(model, memory_ids, vectors)

    async def remove(self, user_id: str, memory_ids: Sequence[str]) -> None:
        """Take vectors out."""
        if rows := self._accounts.get(user_id):
            rows.remove(memory_ids)

    async def forget(self, user_id: str) -> None:
        """Let go of everything of an account."""
        self._accounts.pop(user_id, None)

    async def nearest(self, user_id: str, model: str, vector: Floats, limit: int) -> Nearest:
        """Return the nearest memories of the account."""
        rows = self._accounts.get(user_id)
        return rows.nearest(model, vector, limit) if rows else NOTHING

    async def clear(self) -> None:
        """Let go of every account."""
        self._accounts.clear()

    async def check(self) -> None:
        """Nothing has to answer: the vectors are here."""

    def held_bytes(self, user_id: str) -> int:
        """Return how much memory the account takes."""
        rows = self._accounts.get(user_id)
        return rows.held_bytes if rows else 0

    def release(self, user_id: str) -> None:
        """Let go of the account; it is put in again when it is next asked for."""
        self._accounts.pop(user_id, None)

    async def close(self) -> None:
        """Let go of everything."""
        self._accounts.clear()


class Rows:
    """The vectors of one account, by model: rows are filled from the front, and the last one moves into a gap."""

    def __init__(self) -> None:
        self._models: dict[str, Matrix] = {}

    @property
    def held_bytes(self) -> int:
        """How much memory the vectors take."""
        return sum(matrix.held_bytes for matrix in self._models.values())

    def put(self, model: str, memory_ids: Sequence[str], vectors: Floats) -> None:
        """Add or replace; a memory has a vector of one model at a time."""
        for name, matrix in self._models.items():
            if name != model:
                matrix.remove(memory_ids)
        if model not in self._models:
            self._models[model] = Matrix(vectors.shape[1])
        self._models[model].put(memory_ids, vectors)

    def remove(self, memory_ids: Sequence[str]) -> None:
        """Take out, whatever the model."""
        for matrix in self._models.values():
            matrix.remove(memory_ids)

    def nearest(self, model: str, vector: Floats, limit: int) -> Nearest:
        """Return the nearest of one model."""
        matrix = self._models.get(model)
        return matrix.nearest(vector, limit) if matrix else NOTHING


class Matrix:
    """Vectors in one growing array, with the memory each row belongs to.

    One with more than ``large`` rows is first looked through by the signs of its vectors alone.
    """

    def __init__(self, dimensions: int, large: int = LARGE) -> None:
        self._large = large
        self.numbers = np.zeros((SMALLEST, dimensions), dtype=np.float32)
        self._signs: Signs | None = None
        self._ids: list[str] = []
        self._rows: dict[str, int] = {}

    @property
    def held_bytes(self) -> int:
        """How much memory it takes."""
        signs = 0 if self._signs is None else self._signs.held_bytes
        return self.numbers.nbytes + signs + BYTES_A_ROW * len(self._ids)

    def put(self, memory_ids: Sequence[str], vectors: Floats) -> None:
        """Add rows, or replace those of memories that have one."""
        count = len(self._ids)
        self._make_room(count + len(memory_ids))
        if self._rows.keys().isdisjoint(memory_ids) and len(set(memory_ids)) == len(memory_ids):
            self._append(memory_ids, vectors)
            return
        for memory_id, vector in zip(memory_ids, vectors, strict=True):
            row = self._rows.get(memory_id)
            if row is None:
                row = self._rows[memory_id] = len(self._ids)
                self._ids.append(memory_id)
            self._set(row, vector)
        self._sign()

    def remove(self, memory_ids: Sequence[str]) -> None:
        """Take rows out."""
        for memory_id in memory_ids:
            row = self._rows.pop(memory_id, None)
            if row is None:
                continue
            last = self._ids.pop()
            if last != memory_id:
                self._ids[row] = last
                self._rows[last] = row
                self._set(row, self.numbers[len(self._ids)])

    def nearest(self, vector: Floats, limit: int) -> Nearest:
        """Return the rows with the largest product with ``vector``."""
        count = len(self._ids)
        if self._signs is None:
            rows = np.arange(count)
            similarities = products(self.numbers[:count], vector)
        else:
            rows = self._signs.nearest(vector, count, CANDIDATES)
            similarities = products(self.numbers.take(rows, axis=0), vector)
        if limit < len(rows):
            best = np.argpartition(similarities, len(rows) - limit)[len(rows) - limit :]
            rows, similarities = rows[best], similarities[best]
        order = np.argsort(-similarities, kind="stable")
        places: list[int] = rows[order].tolist()
        return Nearest([self._ids[place] for place in places], similarities[order])

    def _append(self, memory_ids: Sequence[str], vectors: Floats) -> None:
        """Add rows of memories that have none, all at once."""
        first, last = len(self._ids), len(self._ids) + len(memory_ids)
        self._rows.update(zip(memory_ids, range(first, last), strict=True))
        self._ids.extend(memory_ids)
        self.numbers[first:last] = vectors
        if self._signs is not None:
            self._signs.put(first, vectors)
        self._sign()

    def _sign(self) -> None:
        if self._signs is None and len(self._ids) > self._large:
            self._signs = Signs(self.numbers, len(self._ids))

    def _set(self, row: int, vector: Floats) -> None:
        self.numbers[row] = vector
        if self._signs is not None:
            self._signs.put(row, vector[np.newaxis])

    def _make_room(self, rows: int) -> None:
        if rows > len(self.numbers):
            self.numbers = _grown(self.numbers, rows, len(self._ids))
            if self._signs is not None:
                self._signs.grow(len(self.numbers), len(self._ids))


def _grown(numbers: Floats, rows: int, used: int) -> Floats:
    larger = np.zeros((max(rows, len(numbers) * 5 // 4), numbers.shape[1]), dtype=np.float32)
    larger[:used] = numbers[:used]
    return larger
