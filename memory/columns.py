"""What ranking reads of every memory of an account, in arrays that grow together: one slot a memory."""

from dataclasses import dataclass, field, fields
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from db.vector import Floats

Bits: TypeAlias = NDArray[np.bool_]
Small: TypeAlias = NDArray[np.int16]
Whole: TypeAlias = NDArray[np.int32]
Long: TypeAlias = NDArray[np.int64]
Seconds: TypeAlias = NDArray[np.float64]

FEWEST: Final = 16
NOBODY: Final = -1
NOWHERE: Final = -1


def _bits() -> Bits:
    return np.zeros(FEWEST, dtype=np.bool_)


def _small() -> Small:
    return np.full(FEWEST, NOBODY, dtype=np.int16)


def _whole() -> Whole:
    return np.full(FEWEST, NOWHERE, dtype=np.int32)


def _floats() -> Floats:
    return np.zeros(FEWEST, dtype=np.float32)


def _long() -> Long:
    return np.zeros(FEWEST, dtype=np.int64)


def _seconds() -> Seconds:
    return np.zeros(FEWEST, dtype=np.float64)


@dataclass(slots=True)
class Columns:
    """``alive`` is false once a memory was removed or replaced.

    ``before`` and ``after`` are the slots of the neighbouring messages, ``session`` numbers the stretches of talk.
    ``said`` is the time in seconds, ``day`` the same as ``date.toordinal`` counts. ``message`` is a message id's hash.
    """

    alive: Bits = field(default_factory=_bits)
    current: Bits = field(default_factory=_bits)
    time: Bits = field(default_factory=_bits)
    number: Bits = field(default_factory=_bits)
    asks: Bits = field(default_factory=_bits)
    kind: Small = field(default_factory=_small)
    speaker: Small = field(default_factory=_small)
    agent: Small = field(default_factory=_small)
    day: Whole = field(default_factory=_whole)
    conversation: Whole = field(default_factory=_whole)
    session: Whole = field(default_factory=_whole)
    before: Whole = field(default_factory=_whole)
    after: Whole = field(default_factory=_whole)
    length: Floats = field(default_factory=_floats)
    substance: Floats = field(default_factory=_floats)
    importance: Floats = field(default_factory=_floats)
    success: Floats = field(default_factory=_floats)
    said: Seconds = field(default_factory=_seconds)
    message: Long = field(default_factory=_long)
    count: int = 0

    @property
    def held_bytes(self) -> int:
        """How much memory the arrays take."""
        return sum(getattr(self, name).nbytes for name in _ARRAYS)

    def grow(self, more: int) -> int:
        """Make room for ``more`` slots; return the first of them."""
        first = self.count
        self.count += more
        room = len(self.alive)
        if self.count > room:
            for name in _ARRAYS:
                old: NDArray[Any] = getattr(self, name)
                new: NDArray[Any] = np.full(max(self.count, room * 3 // 2), _EMPTY.get(name, 0), dtype=old.dtype)
                new[:first] = old[:first]
                setattr(self, name, new)
        return first

    def keep(self, slots: NDArray[np.intp], new_slots: Whole) -> None:
        """Drop every other slot; ``new_slots`` says where each went, and with it its neighbours."""
        for name in _ARRAYS:
            kept = getattr(self, name)[slots]
            if name in {"before", "after"}:
                kept = np.where(kept >= 0, new_slots[kept], NOWHERE)
            setattr(self, name, kept)
        self.count = len(slots)


_ARRAYS: Final = tuple(entry.name for entry in fields(Columns) if entry.name != "count")
_EMPTY: Final[dict[str, int]] = dict.fromkeys(
    ("kind", "speaker", "agent", "day", "conversation", "session", "before", "after"), NOWHERE
)
