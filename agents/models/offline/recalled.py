"""What memory tells the offline model: usual channels, voice, audience, standing wishes. What is said now wins."""

import re
from collections.abc import Mapping
from typing import Any, Final

from agents.language.channels import mentions
from agents.models.offline.phrasing import channel
from agents.models.offline.reading import Turn
from agents.models.offline.values import text
from agents.models.offline.voices import voices_in
from memory.campaign_facts import base_of
from memory.extraction_subjects import known_subject, own_subject

_AUDIENCE: Final = re.compile(
    r"\b(?:audience(?: is|:)|customers? (?:are|is)|clients? (?:are|is)|we (?:\w+ )?(?:sell to|target|serve|"
    r"cater (?:to|for)))\s+"
    r"(?:mostly |mainly |usually )?(?P<who>[^.;!?]{3,80})",
    re.IGNORECASE,
)
_IN_OTHER_WORDS: Final = {
    "closed": "closing days",
    "opening": "opening hours",
    "place": "location",
    "buyers": "target audience",
}
_ASKED: Final = re.compile(
    r"^(?:(?:hi|hello|hey|ok|okay|so|and|but|please|tell me|can you tell me|do you (?:still )?(?:know|remember))\b\W*)*"
    r"(?:(?:what|who|when|where|which|how (?:much|many|high|long|big))(?:'s|'re| is| are)? "
    r"(?:our|my) (?P<noun>[\w' -]{2,50}?)"
    r"(?: again| please| now| currently| right now| is| are)?"
    r"|(?P<opening>(?:when|what time|until when) (?:do|are) we (?:open|close)(?: up)?)"
    r"|(?P<closed>(?:when|what days?|which days?) (?:are|do) we (?:closed?|shut)(?: on \w+days?)?)"
    r"|(?P<place>where (?:are|is) (?:we|our (?:shop|store|business|office))(?: based| located)?)"
    r"|(?P<buyers>who (?:do we (?:sell to|serve|target)|buys (?:from us|our products))))\s*\?*$",
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


def known_answer(turn: Turn) -> str:
    """What is remembered of the fact about the business that a message asks for, with where it is from."""
    asked = _ASKED.match(turn.text.strip().replace("’", "'"))
    if asked is None:
        return ""
    noun = asked["noun"] or next(subject for form, subject in _IN_OTHER_WORDS.items() if asked[form])
    subject = known_subject(noun)
    name = subject.name if subject else own_subject(noun) or noun
    facts = [item for item in turn.memory if _holds(item)]
    of_all = [item for item in facts if item.get("about") == name][:1]
    # What each campaign has of its own is told of each, where the business has none besides.
    told = of_all or [item for item in facts if name and base_of(text(item.get("about"))) == name]
    return "\n".join(
        f"{text(item.get('says'))} _({text(item.get('source'))}, {text(item.get('age'))})_" for item in told
    )


def _holds(item: Mapping[str, Any]) -> bool:
    return item.get("kind") == "fact" and not item.get("no_longer_true_since")


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
