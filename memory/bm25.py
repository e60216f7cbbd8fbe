"""BM25 over one account, in arrays: postings by word number, added in segments; words alike count in part."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Final

import numpy as np
from numpy.typing import NDArray

from db.vector import Floats
from memory.lexicon import Meaning, Numbers

Slots = NDArray[np.int32]
Keys = NDArray[np.uint64]

SATURATION: Final = 0.7
LENGTH_WEIGHT: Final = 0.5
# A word alike counts this share of its likeness.
LIKE_WEIGHT: Final = 0.7
# A segment is merged into the one before it once it has grown to this share of it.
MERGE_SHARE: Final = 8
SLOT_BITS: Final = np.uint64(32)
MOST_COUNTED: Final = 255


@dataclass(frozen=True, slots=True)
class Segment:
    """Postings in order of word number, then slot: ``slots[starts[i]:starts[i + 1]]`` hold the word ``numbers[i]``."""

    numbers: Numbers
    starts: NDArray[np.int64]
    slots: Slots
    counts: NDArray[np.uint8]

    @property
    def held_bytes(self) -> int:
        """How much memory it takes."""
        return self.numbers.nbytes + self.starts.nbytes + self.slots.nbytes + self.counts.nbytes


class Postings:
    """Which slots hold which words, and how often."""

    def __init__(self) -> None:
        self._segments: list[Segment] = []

    @property
    def held_bytes(self) -> int:
        """How much memory the postings take."""
        return sum(segment.held_bytes for segment in self._segments)

    def add(self, slots: Sequence[int], texts: Sequence[Sequence[int]]) -> None:
        """Add texts, each as the numbers of its words, under slots that were never used before."""
        lengths = [len(text) for text in texts]
        numbers = np.fromiter(chain.from_iterable(texts), dtype=np.uint64, count=sum(lengths))
        owners = np.repeat(np.asarray(slots, dtype=np.uint64), lengths)
        keys, counts = np.unique((numbers << SLOT_BITS) | owners, return_counts=True)
        if len(keys):
            self._segments.append(_segment(keys, np.minimum(counts, MOST_COUNTED).astype(np.uint8)))
        while len(self._segments) > 1 and len(self._segments[-1].slots) * MERGE_SHARE >= len(self._segments[-2].slots):
            later, earlier = self._segments.pop(), self._segments.pop()
            self._segments.append(_merged([earlier, later]))

    def move(self, new_slots: Slots) -> None:
        """Rename every slot to ``new_slots[slot]``; those that become negative are dropped."""
        if not self._segments:
            return
        whole = _merged(self._segments)
        keys = _keys(whole)
        moved = new_slots[whole.slots]
        kept = moved >= 0
        renamed = (keys[kept] >> SLOT_BITS << SLOT_BITS) | moved[kept].astype(np.uint64)
        order = np.argsort(renamed)
        self._segments = [_segment(renamed[order], whole.counts[kept][order])] if len(order) else []

    def score(self, question: Sequence[Meaning], norms: Floats) -> tuple[Floats, float]:
        """Return the score of every slot, and the most that a text holding every word of the question once could get.

        ``norms`` are the slots' length norms, ``SATURATION * (1 - b + b * length / mean)``.
        """
        slots = len(norms)
        if not question or not self._segments:
            return np.zeros(slots, dtype=np.float32), 0.0
        sizes = [len(meaning.numbers) for meaning in question]
        numbers = np.concatenate([meaning.numbers for meaning in question])
        weights = np.concatenate([meaning.likeness for meaning in question]) * np.float32(LIKE_WEIGHT)
        firsts = np.cumsum([0, *sizes[:-1]])
        weights[firsts] = 1.0
        owners = np.repeat(np.arange(len(question)), sizes)
        places = [_places(segment, numbers) for segment in self._segments]
        found = np.sum([ends - begins for begins, ends in places], axis=0)
        rarity = np.where(found > 0, np.log1p((slots - found + 0.5) / (found + 0.5)), 0.0).astype(np.float32)
        best = np.zeros(len(question) * slots, dtype=np.float32)
        for segment, (begins, ends) in zip(self._segments, places, strict=True):
            _collect(segment, begins, ends, owners, weights * rarity, norms, best)
        total = np.where(found[firsts] > 0, rarity[firsts], np.maximum.reduceat(rarity, firsts)).sum()
        scores: Floats = best.reshape(len(question), slots).sum(axis=0)
        return scores, float(total)


def norms(lengths: Floats) -> Floats:
    """Return how much the length of each text dampens the count of its words."""
    mean = max(float(lengths.mean()), 1.0) if len(lengths) else 1.0
    return (SATURATION * (1 - LENGTH_WEIGHT + LENGTH_WEIGHT * lengths / mean)).astype(np.float32)


def _collect(
    segment: Segment,
    begins: NDArray[np.int64],
    ends: NDArray[np.int64],
    owners: NDArray[np.int64],
    weights: Floats,
    dampening: Floats,
    best: Floats,
) -> None:
    """Raise ``best[owner * slots + slot]`` to what each posting gives: of words alike the best counts, not the sum."""
    sizes = ends - begins
    total = int(sizes.sum())
    if not total:
        return
    flat = np.repeat(begins - (np.cumsum(sizes) - sizes), sizes) + np.arange(total)
    slots = segment.slots[flat]
    counts = segment.counts[flat].astype(np.float32)
    given = np.repeat(weights, sizes) * counts * (SATURATION + 1) / (counts + dampening[slots])
    np.maximum.at(best, np.repeat(owners, sizes) * len(dampening) + slots, given.astype(np.float32))


def _places(segment: Segment, numbers: Numbers) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    place = np.minimum(np.searchsorted(segment.numbers, numbers), len(segment.numbers) - 1)
    there = segment.numbers[place] == numbers
    return np.where(there, segment.starts[place], 0), np.where(there, segment.starts[place + 1], 0)


def _segment(keys: Keys, counts: NDArray[np.uint8]) -> Segment:
    numbers, begins = np.unique((keys >> SLOT_BITS).astype(np.uint32), return_index=True)
    starts = np.append(begins, len(keys)).astype(np.int64)
    return Segment(numbers, starts, (keys & np.uint64(0xFFFFFFFF)).astype(np.int32), counts)


def _keys(segment: Segment) -> Keys:
    numbers = np.repeat(segment.numbers.astype(np.uint64), np.diff(segment.starts))
    return (numbers << SLOT_BITS) | segment.slots.astype(np.uint64)


def _merged(segments: Sequence[Segment]) -> Segment:
    keys = np.concatenate([_keys(segment) for segment in segments])
    order = np.argsort(keys, kind="stable")
    return _segment(keys[order], np.concatenate([segment.counts for segment in segments])[order])
