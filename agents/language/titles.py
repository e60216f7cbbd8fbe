"""The title of what is marketed, where a message gives it in quotes behind the thing: our webinar "Taxes made easy"."""

import re
from typing import Final

_QUOTED: Final = re.compile(r"[\"“„](?P<title>[^\"“”„\n]{2,80}?)[,.]?[\"”“]")
_CALLED: Final = re.compile(
    r"\b(?:(?:[Ii]t|[Tt]his|[Tt]hat|[Tt]he (?:class|event|course|show|workshop|webinar|series|evening|day|product|"
    r"thing|night|programme|program|tour|talk))(?:'s| is| will be) (?:called|named|titled)|"
    r"[Ww]e(?:'re| will|'ll)? call(?:ing)? it) "
    r"(?P<name>[\"“]?[A-Z0-9][^\s,.;:!?\"”]*(?:\s(?:of|the|and|for|&|in|to|[A-Z0-9][^\s,.;:!?\"”]*)){0,6})"
)
_NEAR: Final = 48
_BREAK: Final = re.compile(r"[.!?;\n]")
_OF_OTHERS: Final = re.compile(
    r"\b(?:said|says?|saying|write|use|using|mention|words?|phrase|tone|voice|subject|headline|hashtag|like|not|never|"
    r"avoid|call it|button)\b[^\"“„]*$",
    re.IGNORECASE,
)


def titled(text: str, found: object, known: object) -> str:
    """Return the thing a message speaks of with the name it gives it; else what was ``found`` in the message.

    ``known`` is what was spoken of before.
    """
    thing = found if isinstance(found, str) else ""
    before = known if isinstance(known, str) else ""
    return with_name(text, thing or before) or with_title(text, thing)


def with_name(text: str, thing: str) -> str:
    """Return the thing with the name the text says it has, "it's called Sunday Flow"; nothing if it says none."""
    found = _CALLED.search(text)
    name = found["name"].strip(' "“”.,;!') if found else ""
    bare = re.split(r"\s*[\"“„]", thing, maxsplit=1)[0]
    return f"{bare} “{name}”" if name and bare and name.lower() not in bare.lower() else ""


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
