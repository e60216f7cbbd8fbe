"""What a message says without a sentence: the thing, the business or the town as a bare piece of a list of facts."""

import re
from collections.abc import Iterator, Mapping

from agents.language.audience import names_people
from agents.language.businesses import BUSINESS_NOUNS, TRADES, is_business
from agents.language.channels import mentions
from agents.language.goals import WISHED
from agents.language.outlets import without_outlet
from agents.language.phrases import short_clean
from agents.language.subject import leading_fragment

_MOST = 12  # pieces looked at in one message
_PIECE = re.compile(r"[^,.;:!?\n()|/]+(?:\.(?=\d)[^,.;:!?\n()|/]*)*")
_KIND = re.compile(
    rf"(?:^|[,.;:!?\n(]\s*|\b(?:a|an|the|our|my|your|local|small|little|own|of|from|for|his|her|this|their|'s|here|"
    rf"new)\s)"
    rf"(?P<who>(?:(?!(?:new|second|third|next|my|our|the|a|an|for|in|on|and|to|of|is|are|was|we|i|it|at|with|"
    rf"that|who|or|but|by|from|like|as|other|every|any)\b)[\w&'-]+\s){{0,2}}?(?:{BUSINESS_NOUNS}|"
    rf"{TRADES}))(?![\w-])(?! (?:shop|studio|school|club|bar)\b)",
    re.IGNORECASE,
)
_TALK = re.compile(
    r"^(?:hi|hello|hey|hiya|morning|evening|good|dear|thanks|thank|cheers|regards|ok|okay|yes|no|so|well|right|sure|"
    r"sorry|please|pls|and|but|or|also|oh|um+|hmm+|anyway|honestly|nothing|something|everything|anything|maybe|"
    r"probably|not|just|only|facts?|brief|here|there|that|this|it|all|every|each|last|next|since|about|around|free|"
    r"for|in|on|at|to|by|with|starting|who|what|where|when|how|until|from|of|our|my|we|i|us|max|tops|ish|roughly|"
    r"approx|give or take|any ideas|"
    r"help|asap|details?)\b",
    re.IGNORECASE,
)
_VERB = re.compile(
    r"\b(?:want|wants|wanna|gonna|gotta|hit|reach|hoping|aiming|trying|looking|thinking|taken|love|need|needs|got|get|"
    r"gets|told|says|said|think|thinks|love|like|know|knows|hope|came|come|comes|"
    r"went|going|go|make|makes|made|do|does|did|sell|sells|open|opens|launch|launches|start|starts|end|ends|close|"
    r"closes|run|runs|spend|pay|put|let|see|say|ask|asked|help|works?|keep|take|took|give|gave|found|find|had|been|"
    r"being|mostly|mainly|aged?|years?|months?|weeks?|days?|hours?|am|pm|til|till|only|sign|left|moved|turned)\b",
    re.IGNORECASE,
)
_TOWN = re.compile(r"(?<=, )(?P<place>[A-ZÀ-Ž][a-zà-ž'-]{2,}(?:[ -][A-ZÀ-Ž][a-zà-ž'-]+){0,2})(?=\s*(?:[,.;]|$))")
_SIGNED = re.compile(
    r"\b(?:thanks|thank you|cheers|regards|best|hi|hello|hey|dear|love|sincerely|yours)\W*$", re.IGNORECASE
)


def find_kind(text: str) -> str:
    """A kind of business or trade named anywhere as the speaker's, where no sentence says whose it is."""
    for match in _KIND.finditer(text):
        before = text[max(0, match.start("who") - 24) : match.start("who")]
        if re.search(
            r"\b(?:open|launch|start|sell|promot|near|next to|beside|behind|opposite|above|at|into|every|like|to|"
            r"for)\w*\s(?:the |a |an |our |my |new )*$",
            before,
            re.IGNORECASE,
        ):
            continue
        return short_clean(match["who"])
    return ""


def pieces(left: str) -> Iterator[str]:
    """The pieces of a message between its punctuation, in order."""
    for number, match in enumerate(_PIECE.finditer(left)):
        if number >= _MOST:
            return
        if match.group().strip():
            yield match.group().strip()


def find_thing(left: str, taken: str, *, sure: bool) -> str:
    """The first piece that can be what is to be marketed: a plain phrase no other field has taken.

    Where it is not ``sure`` that the message is a brief, only a phrase of several words that opens it will do.
    """
    for number, piece in enumerate(pieces(left)):
        if not sure and (number or len(piece.split()) < 2):
            return ""
        what = "" if _TALK.match(piece) or len(piece.split()) > 9 else leading_fragment(piece)
        if not what or _VERB.search(what) or what.lower() in taken.lower() or names_people(what) or what[0].isdigit():
            continue
        if WISHED.match(what):
            continue
        if any(mentions(what)) or is_business(what) or re.fullmatch(rf"(?:{TRADES})", what, re.IGNORECASE):
            continue
        return what
    return ""


_FACTS = ("budget", "channels", "target_audience", "goal_value", "location")
_WORDS = ("target_audience", "location", "voice", "objective", "business")


def loose_thing(left: str, values: Mapping[str, object]) -> str:
    """The thing itself said without a verb, where enough of the facts read (``values``) show that this is a brief."""
    dated = any(name in values for name in ("event_date", "start_date", "end_date"))
    facts = dated + sum(name in values for name in _FACTS)
    taken = " ".join(str(values.get(name, "")) for name in _WORDS)
    return find_thing(left, taken, sure=facts > 1) if facts else ""


def find_town(left: str, taken: str) -> str:
    """A capitalised piece of a list of facts that nothing else explains."""
    for match in _TOWN.finditer(left):
        place = match["place"]
        if _SIGNED.search(left[max(0, match.start() - 14) : match.start() - 2]) or any(mentions(place)):
            continue
        if place.lower() not in taken.lower() and not _TALK.match(place) and not names_people(place):
            return place
    return ""


_NOTE = re.compile(
    r"\b(?:note(?: that)?|keep in mind(?: that)?|bear in mind(?: that)?|please remember(?: that)?|don't forget(?: "
    r"that)?|fyi|worth (?:knowing|mentioning)(?: that)?|"
    r"(?:please )?(?=(?:don't|do not|never) mention\b|avoid mentioning\b))[,:]?\s+(?P<note>[^.!?\n]{4,200})",
    re.IGNORECASE,
)


def find_note(text: str) -> str:
    """What a message asks to keep in mind, or ""."""
    match = _NOTE.search(text)
    return match["note"].strip() if match else ""


_WHO_DOES = re.compile(
    r"^(?:she|he|they|we|i|it)(?:'?s|'re|'m| is| are| am)? (?:now |also |just )?(?:doing|making|selling|offering|do|"
    r"make|sell|offer)\s",
    re.IGNORECASE,
)


_LED = re.compile(r"^(?:into|for|about|to|of|in|with) (?:our|the|my|a|an)\s", re.IGNORECASE)
_TRAILING = re.compile(r"(?:\s(?:this|next|every|on|at|from|in|for|with|and|the|until|by))+$", re.IGNORECASE)
_NO_THING = re.compile(
    r"grand|big|new|annual|recruiting|hiring|opening|launching|selling|promoting|looking|request|help", re.IGNORECASE
)


def thing_alone(words: str) -> str:
    """The product without who makes it (she's doing gel nails) and without where a text on it is to appear."""
    words = without_outlet(_LED.sub("", _WHO_DOES.sub("", words)))
    words = _TRAILING.sub("", words)
    return "" if _NO_THING.fullmatch(words) else words
