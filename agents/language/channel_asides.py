"""Channels a text names without choosing them: put off till later, seen there, somebody else's, tried in vain."""

import re

_WHO = (
    r"(?:(?:my|his|her|our|the|a|another|their) )?(?:niece|nephew|wife|husband|son|daughter|brother|sister|cousin|mum|"
    r"mom|dad|boss|kids?|grandson|granddaughter|grandkids|neighbou?r|friend|mate|partner|girlfriend|boyfriend|flatmate|"
    r"competitors?|competition|rivals?|ex)"
)
_SEEN = re.compile(
    r"(?<!\bbe )(?<!\bget )(?<!\bbeen )(?<!\bto )\b(?:saw|seen|heard|spotted|watched|came across)\b"
    r"[^.;!?\n]{0,45}\b(?:on|via|through)(?: the)?\s*$",
    re.IGNORECASE,
)
_THEIRS = re.compile(
    rf"\b{_WHO}(?:'s| is| are| has| have| uses?| lives?| spends?| got| who)(?: (?:all over|big on|always|"
    r"hacked|banned|on|a|an|good at|using|into|just|only|really|never off|hooked on|her|his|their|own|got|all|life|"
    r"lives|days?|time))*\s*$",
    re.IGNORECASE,
)
_LOST = re.compile(
    r"\b(?:hacked on|banned (?:from|on)|blocked (?:from|on)|locked out of)(?: our| my)?\s*$", re.IGNORECASE
)
_UNREAD = re.compile(
    r"\b(?:(?:don't|dont|do not|doesn't|does not|never|hardly|rarely|not) (?:even |really |ever )?(?:read|open|look at|"
    r"check|trust|answer|understand|reading|having|opening)(?: (?:their|the|any|our))?|"
    r"(?:nobody|no one|no-one|hardly anyone|few)\b[^.,;:!?\n]{0,30})\s*$",
    re.IGNORECASE,
)
_BUSY = re.compile(
    r"\b(?:see|sees|get|gets|receives?|drown(?:ing|s)? in|swamped with|flooded with)\s(?:\d+|hundreds of|so many|too "
    r"many|a lot of|enough)\s*$",
    re.IGNORECASE,
)
_IN_VAIN = re.compile(
    r"(?: (?:ads?|posts?|campaigns?|page|stuff|thing))? (?:flopped|failed|bombed|did (?:nothing|sod all)|(?:didn't|"
    r"did not|"
    r"never) (?:work|do|bring|get)\w*|(?:was|were) an? (?:total |complete )?(?:waste|flop|disaster|failure)|"
    r"(?:brought|got|gave) (?:us |me )?nothing)\b",
    re.IGNORECASE,
)
_TRIED = re.compile(r"\b(?:did|tried|used|ran|had|paid for)(?: (?:some|a few|the|our|a))?\s*$", re.IGNORECASE)
_ONCE = re.compile(
    r"(?: \w+)? (?:last (?:year|time|month|spring|summer|autumn|winter|season|christmas)|before\b(?! \w+day)|"
    r"in 20\d\d|ages ago|a while ago|years ago)[^.;!?\n]{0,12}",
    re.IGNORECASE,
)
_CLAIMED = re.compile(
    r"\b(?:says?|said|thinks?|reckons?|insists?|swears?|tells? (?:me|us)|told (?:me|us))\b[^.,;:!?\n]{0,40}$",
    re.IGNORECASE,
)
_BUT_WE = re.compile(
    r"[^.,;:!?\n]{0,20}(?:[,;.]| -|(?= but\b)) ?(?:but )?(?:we|i)(?:'d rather| want| would rather| prefer| only|"
    r" don't)\b",
    re.IGNORECASE,
)
_PUT_OFF = re.compile(
    r"\b(?:hold(?:ing)? off (?:on|with)|park(?:ing)?|postpone|put off|eventually|at some point|some ?day|one day|"
    r"down the (?:line|road)|in (?:a |the )?(?:second phase|phase (?:2|two))|in the (?:distant )?future)"
    r"(?: (?:a|an|the|our|also|do|try|doing|trying|use|using|add|adding|start|starting|we|want|might|could))*\s*$",
    re.IGNORECASE,
)
_PERHAPS = re.compile(
    r"\b(?:maybe|perhaps|possibly|probably|(?:might|may|could)(?: \w+){0,2})(?: (?:a|an|the|our|also|try|add))*\s*$",
    re.IGNORECASE,
)
_LATER = re.compile(
    r"(?: (?:ads?|posts?|too|as well))?,? (?:later(?: on)?(?! (?:today|this|in the|that))|next (?:year|time|month|"
    r"quarter|season|"
    r"spring|summer|autumn|winter)|(?:some|one) ?day|at some point|in the (?:future|new year|spring|summer|autumn|"
    r"winter)|down the (?:line|road)|eventually|another time|when (?:we|i|there)|once (?:we|i|there)|if (?:it|we|"
    r"there))\b",
    re.IGNORECASE,
)
_WAITS = re.compile(
    r"(?:'s| is| are)? (?:can wait|(?:(?:isn't|aren't|not) (?:a|our|the) |no )(?:big |high )?priority|another time|"
    r"(?:some|one) ?day|eventually|at some point|once we (?:can|have)|when we can|down the (?:line|road)|not yet)\b",
    re.IGNORECASE,
)
_LEAVE = re.compile(r"\b(?:leave|keep|save)(?: the| our)?\s*$", re.IGNORECASE)
_FOR_LATER = re.compile(r"(?: \w+)? (?:for (?:later|next|another)|until|till|out for now)\b", re.IGNORECASE)


def _around(text: str, start: int, end: int) -> tuple[str, str]:
    return re.split(r"[.;!?\n]", text[max(0, start - 70) : start])[-1], text[end : end + 60]


def in_passing(text: str, start: int, end: int) -> bool:
    """Whether the channel named there is only talked about: seen there, somebody else's, or tried before."""
    before, after = _around(text, start, end)
    if any(pattern.search(before) for pattern in (_SEEN, _THEIRS, _LOST, _BUSY)):
        return True
    if _TRIED.search(before) and _ONCE.match(after):
        return True
    return _CLAIMED.search(before) is not None and _BUT_WE.match(after) is not None


def set_aside(text: str, start: int, end: int) -> bool:
    """Whether the channels named there, one or several joined, are left for later or said to be of no use."""
    before, after = _around(text, start, end)
    if _UNREAD.search(before) or _IN_VAIN.match(after):
        return True
    if _PUT_OFF.search(before) or _WAITS.match(after):
        return True
    if _LEAVE.search(before) and _FOR_LATER.match(after):
        return True
    return _PERHAPS.search(before) is not None and _LATER.match(after) is not None
