"""Text as a reader sees it, so that a rule can't be walked around by how a word is written."""

import re
import unicodedata
from functools import lru_cache
from typing import Final

from memory.words import inflections_of_one

INVISIBLE: Final = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]"
)
WORD: Final = re.compile(r"\w+")
# A word this short has no other form here; of a longer one this much is there in every form of it.
SHORT: Final = 3
BEGINNING: Final = 3
LOOKALIKES: Final = str.maketrans("аеорсухікѕјԁɡһոԛԝαορντυικΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "aeopcyxiksjdghnqwaopvtuikABEZHIKMNOPTYX")


def plainly(text: str) -> str:
    """Return a text in lower case, with compatible and look-alike letters as plain ones and one space between words."""
    seen = unicodedata.normalize("NFKC", INVISIBLE.sub("", text)).translate(LOOKALIKES)
    without_marks = "".join(c for c in unicodedata.normalize("NFD", seen) if not unicodedata.combining(c))
    return re.sub(r"\s+", " ", without_marks.casefold()).strip()


def names(text: str, phrase: str) -> bool:
    """Whether a phrase stands in a text as whole words, in whatever inflection; ``text`` is plain already."""
    wanted = plainly(phrase)
    if not wanted:
        return False
    words = WORD.findall(wanted)
    found = _pattern(wanted).finditer(text)
    return any(all(map(inflections_of_one, words, match.groups())) for match in found)


@lru_cache(maxsize=2_000)
def _pattern(wanted: str) -> re.Pattern[str]:
    """Return what finds words that begin like those of a phrase, with what stands between them, wherever they begin."""
    parts = [
        f"({re.escape(part[:BEGINNING])}{re.escape(part[BEGINNING:]) if len(part) <= SHORT else chr(92) + 'w*'})"
        if WORD.fullmatch(part)
        else re.escape(part)
        for part in re.split(r"(\w+)", wanted)
        if part
    ]
    return re.compile(rf"(?<!\w)(?={''.join(parts)}(?!\w))")
