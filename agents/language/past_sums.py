"""Sums that are not there to spend now: spent, earned or asked before, taken back, or somebody else's."""

import re

_CLAUSE = re.compile(
    r"[.;!?\n]|\b(?:but|so|now|and|this (?:year|time))\b|"
    r",\s(?:(?:we|i|there)(?: (?=have\b|got\b)|(?='ve\b|'s\b))|(?=have\b|got\b))"
)
_PAST = re.compile(
    r"\b(?:last (?:year|time|month|summer|winter|autumn|spring|christmas)|in (?:19|20)\d\d|previously|used to|spent|"
    r"lost|wasted|blew|took|paid|cost (?:us|me)|set (?:us|me) back|ago|charged|quoted|owe|owed|usually|normally|"
    r"typically|averaged?|earned|made|sold for)\b"
)
_OFFERED = re.compile(
    r"\b(?:quotes?|estimates?|bids?|tenders?|invoices?)\b(?:(?!\b(?:budget|spend|have|got|us|me)\b|'ve\b)[^.;!?\n]){0,30}"
    r"\b(?:over|at|of|in|around|about|from|between|above|under|was|were|is|are|all|said|and|to|or)\s*$"
)
_OTHERS = re.compile(
    r"\b(?:(?:competitors?|competition|rivals?|they|he|she|"
    r"(?:the )?(?:other|another|one|last|old|previous|big)s?(?: \w+)?|agenc(?:y|ies)|freelancers?|consultants?)"
    r"(?: (?:agenc(?:y|ies)|company|firm|guy|lot|place|shop))?"
    r"(?: (?:are|is|was|were|has|have|had|all|each|just|only|now|already|probably|even))*"
    r" (?:asked|asks|asking|wanted|charges?|charging)|"
    r"(?:competitors?|competition|rivals?|"
    r"(?:big|other) (?:\w+ )?(?:chains?|brands?|shops?|agenc(?:y|ies)|firms?|companies))"
    r"(?: (?:are|is|was|were|have|all|each|just|now|probably|must))* (?:be )?(?:spends?|spending|pays?|paying|puts?))"
    r"(?: (?:for|us|me|about|around|over|at least|up to|in|like|a))*\s*$"
)
_DISMISSED = re.compile(
    r"\s?(?:is|was|would be|sounds|seems|feels)\s(?:\w+ )?(?:madness|mad|too|crazy|wrong|a (?:mistake|typo|slip|lot)|"
    r"ridiculous|insane|silly|old|last|not|out|over|more than|nuts|unrealistic|excessive)\b|\s?(?:last|the last) "
    r"(?:year|time|month)\b"
)
_TAKEN_BACK = re.compile(r"(?:\bnot|instead of|rather than|and not|n't|was|from)\s*(?:a |an |the )?$")


def gone(text: str, start: int, end: int) -> bool:
    """Whether a sum was spent, earned or said before, or is what others ask or spend."""
    ahead, after = text[max(0, start - 70) : start].lower(), text[end : end + 40].lower()
    clause = _CLAUSE.split(ahead)[-1]
    if re.match(r"\s?(?:is |are )?left\b", after):
        return False
    if _PAST.search(clause) and "same as" not in ahead:
        return True
    if of_others(text, start) or _DISMISSED.match(after):
        return True
    if not _TAKEN_BACK.search(ahead[-14:]):
        return False
    return not re.search(r"\bfrom\s*$", ahead) or re.match(r"\s?(?:to|up to)\b", after) is not None


def of_others(text: str, start: int) -> bool:
    """Whether the sum that begins at ``start`` is what others ask, offer or spend."""
    ahead = text[max(0, start - 70) : start].lower()
    return (
        _OFFERED.search(re.split(r"[.;!?\n]", ahead)[-1]) is not None
        or _OTHERS.search(_CLAUSE.split(ahead)[-1]) is not None
    )
