"""Figures with a thing that are nothing to reach: what a picture shows, for whom an offer is limited, how it stands."""

import re

_SHOWN = re.compile(
    r"\b(?:(?:photos?|pictures?|pics?|images?|shots?|snaps?|videos?|reels?|clips?|logos?|drafts?|versions?|captions?|"
    r"posts?|"
    r"stories|texts?|headlines?|flyers?|posters?) (?:with|of|where|showing|saying|in which|that (?:has|shows|says)|"
    r"says?|"
    r"shows?|has|have)|\bone (?:with|where|that (?:has|shows|says)))(?: (?:the|our|all|those|these|only|about))*\s*$",
    re.IGNORECASE,
)
_FIRST = re.compile(r"\b(?P<wanted>[a-z']+)?\s?(?:\b(?:the|our|my)\s)?\bfirst\s$", re.IGNORECASE)
_WANTED = frozenset(
    ["want", "wants", "need", "needs", "get", "find", "win", "reach", "for", "up", "recruit", "attract", "like", "sell"]
)
_LIMITED = re.compile(
    r"\b(?:free|off|gets?|receives?|discount|gifts?|half[- ]price|win|complimentary|bonus|vouchers?|early bird)\b|%",
    re.IGNORECASE,
)


def is_aside(text: str, start: int, end: int) -> bool:
    """Whether the figure there says what a picture shows, or to how many an offer is limited."""
    before = re.split(r"[.,;!?\n]", text[max(0, start - 60) : start])[-1]
    if _SHOWN.search(before):
        return True
    first = _FIRST.search(before)
    if first is None:
        return False
    sought = (first["wanted"] or "").lower()
    if sought in _WANTED and not (sought == "for" and not re.search(r"\blooking for\b", before, re.IGNORECASE)):
        return False
    sentence = (
        re.split(r"[.;!?\n]", text[max(0, start - 80) : start])[-1] + re.split(r"[.;!?\n]", text[start : end + 60])[0]
    )
    return _LIMITED.search(sentence) is not None
