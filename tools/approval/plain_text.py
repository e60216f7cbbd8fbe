"""Text as a reader sees it, so that a rule can't be walked around by how a word is written."""

import re
import unicodedata
from typing import Final

INVISIBLE: Final = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]"
)
LOOKALIKES: Final = str.maketrans("аеорсухікѕјԁɡһոԛԝαορντυικΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "aeopcyxiksjdghnqwaopvtuikABEZHIKMNOPTYX")


def plainly(text: str) -> str:
    """Return a text in lower case, with compatible and look-alike letters as plain ones and one space between words."""
    seen = unicodedata.normalize("NFKC", INVISIBLE.sub("", text)).translate(LOOKALIKES)
    without_marks = "".join(c for c in unicodedata.normalize("NFD", seen) if not unicodedata.combining(c))
    return re.sub(r"\s+", " ", without_marks.casefold()).strip()


def names(text: str, phrase: str) -> bool:
    """Whether a phrase stands in a text as whole words; ``text`` is plain already."""
    wanted = plainly(phrase)
    return bool(wanted) and re.search(rf"(?<!\w){re.escape(wanted)}(?!\w)", text) is not None
