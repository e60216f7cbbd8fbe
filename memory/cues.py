"""What a text offers to somebody who seeks an answer in it: a time, a number, a question, anything at all."""

import re
from dataclasses import dataclass
from typing import Final

from memory.words import SILENT, words

_SENTENCE: Final = re.compile(r"[^.!?]+[.!?]*")
_TIME: Final = re.compile(
    r"\b(?:yesterday|today|tonight|tomorrow|last|next|ago|weekend|morning|evening|(?:mon|tues|wednes|thurs|fri|satur|sun)day"
    r"|january|february|march|april|may|june|july|august|september|october|november|december|since|until"
    r"|(?:week|month|year|day)s?|\d+(?:st|nd|rd|th)|recently|(?:19|20)\d\d|\d{1,2}(?::\d\d)? ?[ap]m)\b"
)
_NUMBER: Final = re.compile(
    r"\d|\b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|(?:thir|four|fif|six|seven|eigh|nine)teen"
    r"|(?:twen|thir|for|fif|six|seven|eigh|nine)ty|hundreds?|thousands?|millions?|half|third|quarter|dozen|percent|twice"
    r"|once|couple|several)\b"
)
LONGEST_READ: Final = 4000


@dataclass(frozen=True, slots=True)
class Cues:
    """``substance`` counts the words that say something outside of questions."""

    time: bool
    number: bool
    asks: bool
    substance: int


def read_cues(text: str, said: int | None = None) -> Cues:
    """Read a text's cues; of a long text its beginning. ``said`` is how many of its words say something, if known."""
    plain = text[:LONGEST_READ].casefold()
    if said is None or "?" in plain or len(text) > LONGEST_READ:
        told = " ".join(part for part in _SENTENCE.findall(plain) if not part.rstrip().endswith("?"))
        said = sum(word not in SILENT for word in words(told))
    return Cues(
        time=_TIME.search(plain) is not None,
        number=_NUMBER.search(plain) is not None,
        asks=plain.rstrip().endswith("?"),
        substance=said,
    )
