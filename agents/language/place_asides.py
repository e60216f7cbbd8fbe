"""Places a text names that are not where the campaign is: where somebody lives or was, what a thing is about."""

import re

from agents.language.given_names import GIVEN_NAMES

_OURS = (
    r"(?:boss|founder|owner|director|manager|ceo|cmo|cfo|cousin|brother|sister|son|daughter|mum|mom|dad|mother|father|"
    r"parents|uncle|aunt(?:ie)?|nan|gran|grandma|grandad|grandson|granddaughter|friend|mate|colleague|auditor|"
    r"accountant|printer|supplier|landlord|neighbour|ex|nephew|niece|wife|husband|doctor|dentist|in-laws|head office|"
    r"team)"
)
_MADE_THERE = re.compile(
    r"\b(?:set|born|trained|studied|filmed|shot|raised|grew up|lived|imported|comes?|originally|holidays?|written) "
    r"(?:in|from|around|near)\s(?:the )?$|\b(?:university|bank|college|republic|museum|institute|church|friends) of\s$",
    re.IGNORECASE,
)
_PERSON_THERE = re.compile(
    rf"\b(?:(?:my|our|his|her|their|your)\s(?:[\w-]+ ){{0,2}}?{_OURS}|the (?:builder|guide|printer|plumber|supplier|"
    rf"landlord|"
    r"bloke|fella|guy|lad|woman|man|people))(?:'s|,? (?:who|that)(?: is|'s| has)?)?"
    r"(?: (?:is|are|was|were|lives?|works?|stays?|moved|now|still|stuck|away|based|all|over|out|up|down))*"
    r" (?:in|from|near|at|to)\s(?:the )?$",
    re.IGNORECASE,
)
_LEARNT_THERE = re.compile(
    r"\b(?:is doing|is studying|studies|reads) [\w-]+ at\s(?:the )?$|\b(?:went to|studied|trained|(?:was|am|is|"
    r"were) at (?:college|uni\w*|school)|"
    r"(?:\w+ )?years (?:selling|"
    r"working|at|with|as)|spent \w+ years|worked for|degree|diploma|msc|phd)\b[^.;!?\n]{0,30}\b(?:in|at|"
    r"from)\s(?:the )?$",
    re.IGNORECASE,
)
_ON_THE_WAY = re.compile(
    r"\b(?:dial+ing in from|calling (?:in )?from|flying (?:in |out )?(?:to|from)|(?:get|gets|got|getting|come|are|is|"
    r"am|'re|"
    r"'m|'s) back from|on holidays? in|on (?:their|our|my|her|his) honeymoon in|visiting|stuck in|"
    r"at an? (?:workshop|conference|wedding|meeting|funeral|trade fair|seminar)(?: \w+)? in|been to \w+ in|"
    r"(?:signal|wifi|weather|traffic|reception)\b[^.;!?\n]{0,20}\b(?:in|at))\s(?:the )?$",
    re.IGNORECASE,
)
_AWAY = re.compile(
    r"\b(?P<who>[a-z]+)(?:'s|'re|'m|'ll be| is| are| am| will be)(?: (?:away|over|out|off))? (?:in|at)\s(?:the )?$",
    re.IGNORECASE,
)
_FOR_A_WHILE = re.compile(
    r"[\w' -]{0,20}? (?:till|until|til|for (?:the|a) (?:day|week|weekend|fortnight|month)|on holiday|on business|"
    r"airport)\b",
    re.IGNORECASE,
)
_EVENT = re.compile(
    r"\b(?:had|took|ran|were at|was at|went to|tried|been to|exhibited|did)\b[^.;!?\n]{0,60}\b(?:stand|stall|booth|"
    r"market|fair|"
    r"show|expo|conference|festival|pop-?up|exhibition)\b",
    re.IGNORECASE,
)
_LAST = re.compile(
    r"\b(?:last (?:year|month|week|time|spring|summer|autumn|winter|christmas)|(?:years|months) ago|in (?:19|"
    r"20)\d\d)\b",
    re.IGNORECASE,
)
_ABOUT = re.compile(
    r"\b(?:(?:(?:about|on|of|to|for|people|those|anyone) (?:moving|relocating|emigrating)|flights?|ferr(?:y|ies)|"
    r"(?:coach |day |boat |weekend |school )?trips?|"
    r"coaches|"
    r"excursions?|outings?|pilgrimages?) to(?: \w+){0,4}?(?: (?:in|at|of))?|(?:moving|retiring|emigrating) (?:in|"
    r"abroad to)|"
    r"\b(?:guide|book|novel|podcast|memoir|course|talk|film|documentary) (?:to|about|on)(?: \w+){0,3}?(?: (?:in|to|"
    r"of))?)"
    r"\s(?:the )?$",
    re.IGNORECASE,
)
_LEAVING = re.compile(
    r"\b(?:leav(?:e|es|ing)|depart(?:s|ing)?|sets? off|setting off|pick(?:s|ing)?[- ]?ups?)(?: (?:from|in|at))*\s"
    r"(?P<place>[A-ZÀ-Ž][\w'À-ž-]+(?:\s[A-ZÀ-Ž][\w'À-ž-]+){0,2})"
)
_TRIP = re.compile(r"\b(?:trips?|coach|tours?|excursions?|outings?|cruises?|ferry|rides?)\b", re.IGNORECASE)


def elsewhere(text: str, start: int) -> bool:
    """Whether the place named at ``start`` is only where something was made or somebody is, or a thing's subject."""
    ahead, after = re.split(r"[.;!?\n]", text[max(0, start - 90) : start])[-1], text[start : start + 60]
    patterns = (_MADE_THERE, _PERSON_THERE, _LEARNT_THERE, _ON_THE_WAY, _ABOUT)
    if any(pattern.search(ahead) for pattern in patterns):
        return True
    away = _AWAY.search(ahead) if _FOR_A_WHILE.match(after) else None
    if away and (away["who"].lower() in GIVEN_NAMES or away["who"].lower() in {"she", "he", "they", "i"}):
        return True
    sentence = ahead + re.split(r"[.;!?\n]", text[start : start + 100])[0]
    return _EVENT.search(sentence) is not None and _LAST.search(sentence) is not None


def left_from(text: str) -> tuple[int, int, str] | None:
    """The place a trip sets off from, which is where its people are."""
    match = _LEAVING.search(text) if _TRIP.search(text) else None
    return (match.start("place"), match.end("place"), match["place"]) if match else None


_FROM = re.compile(r"\b(?:into|to|from|through|out of)\s(?:the )?$", re.IGNORECASE)


def comes_from(text: str, start: int) -> bool:
    """Whether people go to or come from the place named there: downsizers from Surrey."""
    return _FROM.search(text[max(0, start - 14) : start]) is not None


_NONE = re.compile(
    r"\b(?:(?:don't|dont|do not|haven't|havent|have not|hasn't|isn't|aren't|not) (?:\w+ ){0,3}?(?:have|got|found|"
    r"fixed|decided|set|"
    r"chosen|know|place|premises|anywhere|yet)|(?:there's|theres|there is|we have|we've|have|with|is)? ?no (?:real |"
    r"fixed |"
    r"physical |one |particular )?(?:place|premises|shop|venue|location|address|building|base)|nowhere|"
    r"still looking|looking for a)\b",
    re.IGNORECASE,
)


def says_none(text: str) -> bool:
    """Whether an answer to the question for the place says that there is none."""
    return _NONE.search(text) is not None
