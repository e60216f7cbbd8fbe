"""The words of this process: a number for every word, and which words mean something alike.

Numbers hold within the process only. The lexicon is bounded: words beyond its limit are still found, by themselves.
"""

import threading
import zlib
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from db.vector import Floats, products
from memory.words import SILENT, stem, words

Numbers = NDArray[np.uint32]
WordVectors = Callable[[Sequence[str]], Floats]

MOST_WORDS: Final = 60_000
BEYOND: Final = 1 << 31
# The first dimensions of the local embedder's vectors tell words apart as well as all of them do.
DIMENSIONS: Final = 64
ALIKE: Final = 0.5
MOST_ALIKE: Final = 48
REMEMBERED: Final = 8192
SHORTEST: Final = 3


@dataclass(frozen=True, slots=True)
class Meaning:
    """A word of a question: the number of the word itself, then those alike, each with how alike it is (0 to 1)."""

    numbers: Numbers
    likeness: Floats


@dataclass(slots=True)
class _Known:
    """What is known of a word's likes so far: among the first ``upto`` words of the lexicon."""

    vector: Floats
    upto: int
    numbers: Numbers
    likeness: Floats
    meaning: Meaning | None = None


class Lexicon:
    """Numbers words by their stem. ``vectors`` embeds single words; without it a word is like itself alone."""

    def __init__(self, vectors: WordVectors | None = None) -> None:
        self._vectors = vectors
        self._lock = threading.Lock()
        self._of_word: dict[str, int] = {}
        self._of_stem: dict[str, int] = {}
        self._first_seen: list[str] = []
        self._table: Floats = np.zeros((256, DIMENSIONS), dtype=np.float32)
        self._embedded = 0
        self._known: OrderedDict[str, _Known] = OrderedDict()
        self._warm = vectors is None

    @property
    def warm(self) -> bool:
        """Whether the vectors are loaded. The first time takes longer than anybody should have to wait for."""
        return self._warm

    def numbers(self, text: str) -> list[int]:
        """Return the numbers of a text's words that say something, in order."""
        known = self._of_word
        found: list[int] = []
        for word in words(text):
            if word not in SILENT:
                number = known.get(word)
                found.append(self._new(word) if number is None else number)
        return found

    def meaning(self, word: str) -> Meaning:
        """Return a question's word with the words alike that were seen so far."""
        root = stem(word)
        own = self._of_stem.get(root)
        own = _beyond(root) if own is None else own
        likes = self._likes(word, root)
        if likes.meaning is None or likes.meaning.numbers[0] != own:
            others = likes.numbers != own
            likes.meaning = Meaning(
                np.concatenate(([own], likes.numbers[others])).astype(np.uint32),
                np.concatenate(([1.0], likes.likeness[others])).astype(np.float32),
            )
        return likes.meaning

    def prepare(self) -> None:
        """Embed the words that are new, so that no question has to wait for it. May run in a thread."""
        with self._lock:
            if self._vectors is not None and not self._warm:
                self._vectors(["word"])
            self._embed_new()
            self._warm = True

    def _new(self, word: str) -> int:
        root = stem(word)
        with self._lock:
            number = self._of_stem.get(root)
            if number is None:
                if len(self._first_seen) >= MOST_WORDS:
                    return _beyond(root)
                number = len(self._first_seen)
                self._of_stem[root] = number
                self._first_seen.append(word)
            if len(self._of_word) < 2 * MOST_WORDS:
                self._of_word[word] = number
        return number

    def _likes(self, word: str, root: str) -> _Known:
        with self._lock:
            self._embed_new()
            known = self._known.pop(root, None)
            if known is None:
                known = _Known(self._embed([word])[0], 0, np.zeros(0, np.uint32), np.zeros(0, np.float32))
            if known.upto < self._embedded:
                self._look_further(known)
            self._known[root] = known
            if len(self._known) > REMEMBERED:
                self._known.popitem(last=False)
        return known

    def _look_further(self, known: _Known) -> None:
        similar = products(self._table[known.upto : self._embedded], known.vector)
        near = np.flatnonzero(similar > ALIKE)
        if not len(near):
            known.upto = self._embedded
            return
        numbers = np.concatenate((known.numbers, (near + known.upto).astype(np.uint32)))
        likeness = np.concatenate((known.likeness, similar[near].astype(np.float32)))
        if len(numbers) > MOST_ALIKE:
            best = np.argpartition(-likeness, MOST_ALIKE)[:MOST_ALIKE]
            numbers, likeness = numbers[best], likeness[best]
        known.numbers, known.likeness, known.upto, known.meaning = numbers, likeness, self._embedded, None

    def _embed_new(self) -> None:
        count = len(self._first_seen)
        if self._embedded == count:
            return
        if count > len(self._table):
            grown = np.zeros((max(count, 2 * len(self._table)), DIMENSIONS), dtype=np.float32)
            grown[: self._embedded] = self._table[: self._embedded]
            self._table = grown
        self._table[self._embedded : count] = self._embed(self._first_seen[self._embedded : count])
        self._embedded = count

    def _embed(self, chosen: Sequence[str]) -> Floats:
        rows = np.zeros((len(chosen), DIMENSIONS), dtype=np.float32)
        spoken = [place for place, word in enumerate(chosen) if len(word) >= SHORTEST and word.isalpha()]
        if self._vectors is None or not spoken:
            return rows
        rows[spoken] = self._vectors([chosen[place] for place in spoken])[:, :DIMENSIONS]
        lengths = np.linalg.norm(rows, axis=1, keepdims=True)
        np.divide(rows, lengths, out=rows, where=lengths > 0)
        return rows


def _beyond(root: str) -> int:
    """Number a word that the lexicon has no room for, or has not seen; two may share a number, which is rare."""
    return BEYOND | zlib.crc32(root.encode("utf-8", "surrogatepass")) >> 1
