"""Tells what was recalled from what is new, so that a memory never feeds itself. Pure functions over word sequences."""

import re
from collections.abc import Iterable
from typing import Final

from memory.duplicates import content_words, numbers

RUN: Final = 3
ECHO: Final = 0.6
FEWEST_WORDS: Final = 5
_SENTENCE = re.compile(r"(?<=[.!?…])[\"”’')]*\s+|\n+")


def echoed(text: str, sources: Iterable[str]) -> float:
    """Return the share of a text (0 to 1) that stands in the sources, by runs of three meaningful words."""
    own = _runs(text)
    if not own:
        return 0.0
    known: set[tuple[str, ...]] = set()
    for source in sources:
        known |= _runs(source)
    return len(own & known) / len(own)


def is_echo(text: str, sources: Iterable[str]) -> bool:
    """Whether a text repeats the sources and brings nothing of its own: no number they lack, and mostly their words."""
    told = list(sources)
    known = frozenset[str]().union(*(numbers(source) for source in told)) if told else frozenset[str]()
    return numbers(text) <= known and echoed(text, told) >= ECHO


def fresh_part(text: str, sources: Iterable[str]) -> str:
    """Return the sentences of a text that the sources do not hold; nothing where what is left says too little."""
    told = list(sources)
    if not told:
        return text
    lines = [part for part in _SENTENCE.split(text) if part.strip()]
    kept = [part for part in lines if not is_echo(part, told)]
    if len(kept) == len(lines):
        return text
    rest = " ".join(part.strip() for part in kept)
    return rest if len(content_words(rest)) >= FEWEST_WORDS else ""


def _runs(text: str) -> set[tuple[str, ...]]:
    words = content_words(text)
    size = min(RUN, len(words))
    return {tuple(words[start : start + size]) for start in range(len(words) - size + 1)} if size else set()
