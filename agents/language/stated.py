"""Where rules and tagger meet: which of the tagger's words make a field's value."""

import itertools
import re
from collections.abc import Sequence

from agents.language.subject import short_clean
from agents.language.tagger import Tagged

_MORE = 3
SURE = 0.5  # how likely words must be to state a fact where the rules say otherwise or nothing
_BACK = re.compile(
    r"\b(?:actually|no wait|wait|sorry|i mean|i meant|rather|scratch that|correction|make (?:it|that)|instead)\b",
    re.IGNORECASE,
)
_NOTHING = re.compile(
    r"(?:it|this|that|them|one|ones|something|anything|everything|nothing|stuff|things?)", re.IGNORECASE
)


def phrase(name: str, said: str, tagged: Sequence[Tagged]) -> str:
    """The words that state the field ``name``, without article and loose ends, or ""."""
    found = [one for one in tagged if one.name == name and one.likely >= SURE]
    found = [one for one in found if _told(said[one.start : one.end])]
    if not found:
        return ""
    best = max(found, key=lambda one: one.likely)
    for before, after in itertools.pairwise(found):
        if _BACK.search(said[before.end : after.start]):
            best = after
    return short_clean(said[best.start : best.end])


def longer(ruled: str, words: str) -> bool:
    """Whether the rules' words hold all of the tagger's and a few more, which then belong to them."""
    return words.lower() in ruled.lower() and len(ruled.split()) - len(words.split()) <= _MORE


def _told(words: str) -> bool:
    return len(words) > 1 and _NOTHING.fullmatch(words) is None and re.search(r"[^\W\d]", words) is not None
