"""Tells what was recalled from what is new, so that a memory never feeds itself. Pure functions over word sequences."""

import re
from collections.abc import Iterable
from typing import Final

from memory.duplicates import content_words, numbers

RUN: Final = 3
ECHO: Final = 0.6
FEWEST_WORDS: Final = 5
_SENTENCE = re.compile(r"(?<=[.!?…])[\"”’')]*\s+|\n+")


class Known:
    """What is known already, read once to compare many texts with."""

    def __init__(self, sources: Iterable[str]) -> None:
        self._runs: set[tuple[str, ...]] = set()
        self._numbers: set[str] = set()
        for source in sources:
            self._runs |= _runs(source)
            self._numbers |= numbers(source)

    def share(self, text: str) -> float:
        """Return how much of a text (0 to 1) stands in what is known, by runs of three meaningful words."""
        own = _runs(text)
        return len(own & self._runs) / len(own) if own else 0.0

    def holds(self, text: str) -> bool:
        """Whether the whole of a text stands in what is known."""
        return numbers(text) <= self._numbers and self.share(text) == 1.0

    def covers(self, text: str) -> bool:
        """Whether a text brings nothing of its own: no number that is not known, and mostly known words."""
        return numbers(text) <= self._numbers and self.share(text) >= ECHO


def echoed(text: str, sources: Iterable[str]) -> float:
    """Return the share of a text (0 to 1) that stands in the sources."""
    return Known(sources).share(text)


def is_echo(text: str, sources: Iterable[str]) -> bool:
    """Whether a text repeats the sources and brings nothing of its own."""
    return Known(sources).covers(text)


def fresh_part(text: str, sources: Iterable[str]) -> str:
    """Return the sentences of a text that the sources do not hold; nothing where what is left says too little."""
    known = Known(sources)
    lines = [part for part in _SENTENCE.split(text) if part.strip()]
    kept = [part for part in lines if not known.covers(part)]
    if len(kept) == len(lines):
        return text
    rest = " ".join(part.strip() for part in kept)
    return rest if len(content_words(rest)) >= FEWEST_WORDS else ""


def _runs(text: str) -> set[tuple[str, ...]]:
    words = content_words(text)
    size = min(RUN, len(words))
    return {tuple(words[start : start + size]) for start in range(len(words) - size + 1)} if size else set()
