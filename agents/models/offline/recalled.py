"""What memory tells the offline model: usual channels, voice, audience, standing wishes. What is said now wins."""

import re
from typing import Final

from agents.language.channels import mentions
from agents.models.offline.phrasing import channel
from agents.models.offline.reading import Turn
from agents.models.offline.values import text
from agents.models.offline.voices import voices_in

_AUDIENCE: Final = re.compile(
    r"\b(?:audience(?: is|:)|customers? (?:are|is)|clients? (?:are|is)|we (?:\w+ )?(?:sell to|target|serve|"
    r"cater (?:to|for)))\s+"
    r"(?:mostly |mainly |usually )?(?P<who>[^.;!?]{3,80})",
    re.IGNORECASE,
)
_NO: Final = re.compile(r"\b(?:no|never|not|don't|without|avoid|stop)\b", re.IGNORECASE)


def remembered(turn: Turn, subject: str) -> str:
    """What is remembered on a subject and still holds; nothing where it was said in this conversation."""
    for item in turn.memory:
        past = item.get("no_longer_true_since") or "this conversation" in text(item.get("source"))
        if item.get("about") == subject and not past:
            return text(item.get("says"))
    return ""


def usual_channels(turn: Turn) -> tuple[str, ...]:
    """The channels this business uses, as remembered."""
    found = (mention.channel for mention in mentions(remembered(turn, "channels")) if mention.wanted)
    return tuple(dict.fromkeys(found))


def usual_voice(turn: Turn) -> tuple[str, ...]:
    """The voice this business writes in, as remembered."""
    return voices_in(remembered(turn, "tone of voice"))


def refuses(turn: Turn, thing: str) -> bool:
    """Whether somebody has said for good that they want no such thing in their texts."""
    return any(
        item.get("about") == thing and item.get("kind") == "standing wish" and _NO.search(text(item.get("says")))
        for item in turn.memory
    )


def offered(turn: Turn, field: str) -> str:
    """A question that offers what is remembered instead of asking anew; nothing where nothing is."""
    if field == "channels" and (names := usual_channels(turn)):
        listed = _listed([channel(name) for name in names])
        return f"You have used {listed} before. I'd suggest {listed}. Shall I put those down?"
    if field == "target_audience" and (found := _AUDIENCE.search(remembered(turn, "target audience"))):
        who = found["who"].strip()
        return f"Before, it was for {who}. I'd suggest {who}. Shall I put that down?"
    return ""


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
