"""Dates a text names without meaning them: what a month is like, who is away at a feast, who takes over on a day."""

import re

from agents.language.dates import Found

_STATE = (
    r"(?:empty|quiet(?:er|est)?|dead|slow(?:er|est)?|busy|busier|busiest|booked(?: up| out| solid)?|full|sold out|"
    r"packed|hectic|mad|manic|crazy|chaos|rubbish|awful|terrible|grim|dire|bad|tough|hard|flat|down|low|slack|patchy|worst)"
)
_IS_LIKE = re.compile(
    r"(?:'s|\s(?:is|are|looks?|seems?|gets?|tends to be|can be|will be))(?: (?:still|usually|always|often|normally|"
    r"generally|typically|just|our|my|the|pretty|very|really|so|quite|a bit|already|looking|going to be|nearly|almost|"
    rf"half|far|too|way|completely|fully|totally|such|a))* {_STATE}\b(?! (?:enough|time for))",
    re.IGNORECASE,
)
_LIKE_IN = re.compile(
    r"(?:\b(?:we|i|they|it|things|sales|bookings|trade)(?:'re|'m|'s| are| am| is)|\b(?:always|usually|normally|often))"
    rf" (?:(?:always|usually|already|so|very|really|pretty|fully|completely|all|still|a bit) )*(?:{_STATE}|closed|shut|"
    r"away|on holiday|on leave)(?: (?:here|enough|anyway|for us))? (?:in|over|during|throughout|for|at|around|until|"
    r"till)(?: the| all)?\s*$",
    re.IGNORECASE,
)
_NOBODY = re.compile(
    r"\b(?:nobody|no one|no-one|hardly any(?:one|body)|few people)\s(?!(?:knows?|knew|has heard|heard|reali[sz]e|"
    r"seems?|is aware|yet)\b)[^.,;:!?\n]{2,40}\s(?:over|at|in|during|on|around|before|after|until|till)(?: the)?\s*$",
    re.IGNORECASE,
)
_AWAY = re.compile(
    r"\b(?:everyone|everybody|people|staff|(?:the )?schools?|(?:the )?kids|half (?:of )?\w+|they|customers|"
    r"clients|parents|we|i)(?:'s|'re|'m|'ll be| is| are| am| will be) (?:all |just |usually |always )*(?:away|"
    r"off|on holidays?|on leave|closed|shut|skint|broke|asleep)\b"
    r"[^.,;:!?\n]{0,12}\s(?:over|at|in|during|around|after|for|"
    r"between)(?: the)?\s*$",
    re.IGNORECASE,
)
_HANDED_OVER = re.compile(
    r"(?<!\bwe )(?<!\bi )(?:\b(?:tak(?:e|es|ing) over|hand(?:s|ing)? (?:it |this |things )?over(?: to \w+)?|"
    r"cover(?:s|ing)? for \w+|stand(?:s|ing)? in(?: for \w+)?|out of (?:the )?office|"
    r"on (?:annual |maternity |paternity |sick )?leave|joins? the team|your (?:new )?contact))"
    r"(?: (?:from|on|until|till|as of|starting|the))*\s*$",
    re.IGNORECASE,
)
_BEST_TIME = re.compile(
    r"(?: is|'s| are) (?:our|the|my) (?:busiest|biggest|quietest|slowest|best|worst|main|peak|strongest|weakest|top) "
    r"(?:week|month|weekend|day)\b",
    re.IGNORECASE,
)
_VACANT = re.compile(
    r"\b(?:places?|spaces?|rooms?|slots?|desks?|units?|beds?|pitches|vacanc(?:y|ies))(?: \w+){0,2}? (?:free|available|"
    r"vacant|left|empty|open)\s(?:from|in|for)?\s*$",
    re.IGNORECASE,
)


def idle(text: str, found: Found, *, others: bool) -> bool:
    """Whether a date only says what a time is like or who does what then; ``others``: the text names further dates."""
    opening = _OPENING.match(text, found.start)
    ahead = re.split(r"[.!?\n]", text[max(0, found.start - 90) : found.start] + (opening.group() if opening else ""))[
        -1
    ]
    after = text[found.end : found.end + 60]
    if found.last is not None and (_IS_LIKE.match(after) or _LIKE_IN.search(ahead)):
        return True
    if _NOBODY.search(ahead) or _AWAY.search(ahead) or _HANDED_OVER.search(ahead):
        return True
    return others and (_BEST_TIME.match(after) is not None or _VACANT.search(ahead) is not None)


_OPENING = re.compile(r"(?:on|in|over|during|for|from|until|till|by|before|throughout|all)(?: the)?\s", re.IGNORECASE)
