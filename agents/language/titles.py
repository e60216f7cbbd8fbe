"""The title of what is marketed, where a message gives it in quotes behind the thing: our webinar "Taxes made easy"."""

import re
from typing import Final

_QUOTED: Final = re.compile(r"[\"“„](?P<title>[^\"“”„\n]{2,80}?)[,.]?[\"”“]")
_NEAR: Final = 48
_BREAK: Final = re.compile(r"[.!?;\n]")
_OF_OTHERS: Final = re.compile(
    r"\b(?:said|says?|saying|write|use|using|mention|words?|phrase|tone|voice|subject|headline|hashtag|like|not|never|"
    r"avoid|call it|button)\b[^\"“„]*$",
    re.IGNORECASE,
)


def with_title(text: str, thing: str) -> str:
    """Return the thing with its title in quotes, where the text gives one shortly behind it; else the thing."""
    name = re.split(r"(?:\s+(?:called|named|titled))?\s*[\"“„]", thing, maxsplit=1)[0]
    if not name:
        return thing
    if name != (ended := name.rstrip(".!?;")):
        return ended
    place = text.lower().find(name.lower())
    if place < 0:
        return thing
    start = place + len(name)
    for found in _QUOTED.finditer(text, start):
        between = text[start : found.start()]
        if len(between) > _NEAR or _BREAK.search(between) or _OF_OTHERS.search(between):
            return thing
        return f"{name} “{found['title'].strip()}”"
    return thing
