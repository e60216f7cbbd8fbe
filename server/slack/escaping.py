"""Between plain text and Slack's own marks: nothing that was written becomes a mention, and none of theirs is lost."""

import re
from html import unescape
from typing import Final

ENTITIES: Final = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
SPECIAL: Final = re.compile("[&<>]")
# Slack takes these for everybody in a channel where it looks for names itself.
CROWDS: Final = re.compile(r"@(?=(?:channel|everyone|here|group)\b)", re.IGNORECASE)
UNSEEN: Final = "\u2060"
REFERENCE: Final = re.compile(r"<([^<>]*)>")
CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


def escaped(text: str) -> str:
    """Return text as Slack shows it word for word; nobody is called by it."""
    return CROWDS.sub(f"@{UNSEEN}", SPECIAL.sub(lambda found: ENTITIES[found[0]], text))


def plain_text(slack: str, self_id: str = "") -> str:
    """Return what a person wrote, as they see it: references by their names, and without calling ourselves."""

    def named(found: re.Match[str]) -> str:
        target, _, label = found[1].partition("|")
        if self_id and target == f"@{self_id}":
            return ""
        if target.startswith("@"):
            return f"@{label or target[1:]}"
        if target.startswith("#"):
            return f"#{label or target[1:]}"
        if target.startswith("!"):
            return label or f"@{target[1:].partition('^')[0]}"
        address = target.removeprefix("mailto:")
        return address if not label or label in {address, target} else f"{label} ({address})"

    return CONTROL.sub("", unescape(REFERENCE.sub(named, slack))).strip()
