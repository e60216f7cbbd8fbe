"""Goals whose figure stands apart from what it counts: more valuations, 30 by May; ten booked and five more."""

import re
from functools import lru_cache

from agents.language.numbers import FIGURE, NUMBER, SCALE, WORDS, number_value, whole

_SOFTLY = (
    r"(?:about|ideally|say|maybe|at least|around|roughly|hopefully|minimum|min|up to|perhaps|probably|i'd say|"
    r"let's say|"
    r"as many as|something like)"
)
_APART = re.compile(
    r"\b(?:more|extra|additional|new|want|wants|need|needs|like|love|looking for|after|find|recruit|get)\s"
    r"(?:(?:more|some|new|extra|other|local|to (?:get|have|find|see|recruit|attract))\s)*"
    r"(?P<metric>(?:(?!(?:to|the|a|an|on|in|for|from|and|with|of|by|at)\b)[a-z][\w'-]*\s)?(?!this\b|us\b|was\b|is\b|"
    r"as\b|its\b)"
    r"[a-z][\w'-]{2,}s|people)(?![\w'-])(?P<gap>[^.;!?\n\d£$€₹,]{0,30}?)(?:,|\s-|:|\s\()\s"
    rf"(?P<softly>(?:{_SOFTLY}\s)*)(?P<number>(?:{FIGURE})(?:{SCALE})?|{WORDS})(?![\d%])"
    r"(?:(?P<after>\s(?:in all|altogether|of (?:them|those)|by|before|until|this|an? (?:week|month|day|night|year)|"
    r"per|or so|"
    r"would|please|minimum|in total|total|if possible|ideally|to start|more)\b)|(?=\s*(?:$|[.,;)!?])))",
    re.IGNORECASE,
)
_NO_AIM = re.compile(
    r"(?:emails|posts|reels|videos|stories|ads|images|photos|pictures|ideas|options|versions|days|weeks|months|hours|"
    r"minutes|"
    r"years|captions|drafts|lines|words|articles|tweets|hashtags|pounds|euros|dollars|bucks|rooms|prices|places|"
    r"details|"
    r"works|always|things|socials|channels)$",
    re.IGNORECASE,
)
_TARGET = re.compile(
    rf"(?P<number>(?:{FIGURE})(?:{SCALE})?|{WORDS})\s(?:is|would be|will be|'s) (?:the|our|my) (?:target|goal|aim|"
    rf"number)\b|"
    rf"\bfrom (?:about |around )?(?:{FIGURE})(?:{SCALE})? [a-z]+s (?:up )?to (?:about |around |at least )?"
    rf"(?P<reached>(?:{FIGURE})(?:{SCALE})?)(?=\s*(?:$|[.,;!?]|by\b|before\b|this\b))",
    re.IGNORECASE,
)
_EARLIER = re.compile(
    rf"(?:(?:{FIGURE})|{WORDS})\s(?:[a-z][\w'-]*\s)?(?P<thing>(?!(?:years|months|weeks|days|hours|minutes|pounds|"
    rf"euros)\b)"
    r"[a-z][\w'-]{2,}s|people)\b",
    re.IGNORECASE,
)
_NAMED_BEFORE = re.compile(r"(?:^|[.;\n/|])\s*(?P<thing>[a-z][a-z -]{2,20}s)\s?(?:,|:|=|->?)\s?$", re.IGNORECASE)


_WISH = re.compile(
    r"^(?:wants?|needs?|like|love|looking for|after|find|recruit|get)\s(?:to (?:get|have|find|see|recruit|attract) )?",
    re.IGNORECASE,
)


@lru_cache(maxsize=64)
def figure_apart(text: str) -> tuple[str, str, int, tuple[int, int]] | None:
    """The goal in words, what it counts ("" for a target alone), the figure and its place."""
    for match in _APART.finditer(text):
        softly, after = match["softly"], match["after"]
        value = _value(match["number"])
        if value is None or not (softly or after) or _NO_AIM.search(match["metric"]):
            continue
        words = _WISH.sub("", text[match.start() : match.end("number")])
        return words, re.sub(r"^(?:new|more) ", "", match["metric"]), value, match.span("number")
    target = _TARGET.search(text)
    name = "number" if target and target["number"] else "reached"
    value = _value(target[name]) if target else None
    return (target.group(), "", value, target.span(name)) if target and value is not None else None


def counted_before(text: str, start: int, end: int) -> str:
    """What a figure counts where only the words before it say so: nine lessons in, need another 12; leads: 40."""
    if named := _NAMED_BEFORE.search(text, 0, start):
        return named["thing"].strip()
    further = re.match(r"\s(?:more|extra|further)\b", text[end:], re.IGNORECASE)
    if not further and not re.search(r"\b(?:another|a further)\s$", text[:start], re.IGNORECASE):
        return ""
    earlier = list(_EARLIER.finditer(text, 0, start))
    return earlier[-1]["thing"] if earlier else ""


def _value(words: str) -> int | None:
    number = NUMBER.fullmatch(words)
    value = number_value(number) if number else None
    return whole(value) if value is not None else None
