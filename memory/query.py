"""What a question is after: its words, who spoke, which days it means, and what kind of answer it wants."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from memory.dates import Span, asked_days
from memory.words import SILENT, words

_WHEN: Final = re.compile(
    r"^\W*(?:(?:since|until|till|by|from) )?when\b|\b(?:what|which) (?:year|month|date|day|time|week)\b|\bhow long\b"
)
_HOW_MANY: Final = re.compile(
    r"\bhow (?:many|much|often|old|long|far|big|large|high|fast|tall|expensive)\b"
    r"|\b(?:what|which) (?:share|percentage|percent|number|amount|price|cost|budget|rate)\b"
)


@dataclass(frozen=True, slots=True)
class Reading:
    """A question, read. ``speakers`` are those of the account whom it names; words and topic leave their names out."""

    words: tuple[str, ...]
    topic: str
    speakers: frozenset[int]
    wants_time: bool
    wants_number: bool
    days: tuple[Span, ...]


def read_question(text: str, speakers: Mapping[str, int], today: date) -> Reading:
    """Read a question asked on a day. ``speakers`` maps every word of a speaker's name to that speaker."""
    plain = text.casefold()
    said = words(plain)
    named = frozenset(speakers[word] for word in said if word in speakers)
    chosen = tuple(dict.fromkeys(word for word in said if word not in SILENT and word not in speakers))
    return Reading(
        words=chosen or tuple(dict.fromkeys(word for word in said if word in speakers)),
        topic=" ".join(part for part in text.split() if not named or not _names(part, speakers)) or text,
        speakers=named,
        wants_time=_WHEN.search(plain) is not None,
        wants_number=_HOW_MANY.search(plain) is not None,
        days=tuple(asked_days(plain, today)),
    )


def _names(part: str, speakers: Mapping[str, int]) -> bool:
    said = words(part)
    return bool(said) and all(word in speakers for word in said)
