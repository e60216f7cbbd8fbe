"""The signs of many vectors, one bit a dimension: what a large account is first looked through by.

Two vectors point about the same way where few of their signs differ. Counting those reads a thirty-second of what the
vectors take, and memory is what such a search waits for.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from db.vector import Floats

Words = NDArray[np.uint64]

WORD_BITS: Final = 64
# Embedders say most in their first dimensions; more signs than this tell little more.
MOST_SIGNS: Final = 512


class Signs:
    """The signs of the rows of a matrix, in words of 64: one line a word, one column a row."""

    def __init__(self, vectors: Floats, used: int) -> None:
        self._words = np.zeros((_signs(vectors[:0]).shape[1], len(vectors)), dtype=np.uint64)
        self.put(0, vectors[:used])

    @property
    def held_bytes(self) -> int:
        """How much memory they take."""
        return self._words.nbytes

    def put(self, first: int, vectors: Floats) -> None:
        """Set the signs of the rows from ``first`` on."""
        self._words[:, first : first + len(vectors)] = _signs(vectors).T

    def grow(self, rows: int, used: int) -> None:
        """Make room for so many rows in all."""
        larger = np.zeros((len(self._words), rows), dtype=np.uint64)
        larger[:, :used] = self._words[:, :used]
        self._words = larger

    def nearest(self, vector: Floats, count: int, fewest: int) -> NDArray[np.intp]:
        """Return at least ``fewest`` of the first ``count`` rows, those whose signs differ least, in their order."""
        asked = _signs(vector[np.newaxis])[0]
        differing = np.zeros(count, dtype=np.uint16)
        for line, word in zip(self._words, asked, strict=True):
            differing += np.bitwise_count(line[:count] ^ word)
        near_enough = np.searchsorted(np.cumsum(np.bincount(differing)), fewest)
        return np.flatnonzero(differing <= near_enough)


def _signs(vectors: Floats) -> Words:
    bits = np.packbits(vectors[:, :MOST_SIGNS] > 0, axis=1)
    whole = np.pad(bits, ((0, 0), (0, -bits.shape[1] % (WORD_BITS // 8))))
    return whole.view(np.uint64)
