"""Reads the rules people give in a sentence: words, claims, audiences, hours and amounts that are ruled out.

What is read here is held in code. A sentence that sounds like a rule and can't be held is named, so that nobody relies
on it. Nothing is ever allowed here: a text can only forbid.
"""

import re
from collections.abc import Iterable, Iterator
from copy import deepcopy
from dataclasses import asdict, dataclass, field
from typing import Final, TypeVar

from core.errors import ToolInputError
from core.money import Money
from db.approval_rules import MOST_MINOR, Guardrails
from tools.amounts import read_amount

DAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MONTHS: Final = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
SENTENCE: Final = re.compile(r"(?:(?<=[.;!?])\s+|\n+|;\s*|,?\s+\bbut\s+(?=never|not|no|don|do not|avoid|please))")
NEGATIVE: Final = (
    r"(?:never(?: ever)?|do not|don[’']?t|must not|mustn[’']?t|must never|may not|should not|shouldn[’']?t)"
)
QUOTE: Final = r"[\"“'‘][^\"”'’\n]{2,60}[\"”'’]"
QUOTED: Final = re.compile(QUOTE)
LISTED: Final = re.compile(rf"{QUOTE}|[^,]+?(?=\s*(?:,|\bor\b|\band\b|\bnor\b|$))", re.IGNORECASE)
SAYING: Final = re.compile(
    rf"\b(?:{NEGATIVE}\s+(?:say|write|use|mention)|avoid(?: using| saying| mentioning| writing)?)\s+"
    rf"(?P<marked>(?:the |these |any )?(?:words?|phrases?|terms?|expressions?)\s+)?(?:the )?(?P<what>.+)$",
    re.IGNORECASE,
)
PLAIN_SAYING: Final = re.compile(rf"\b{NEGATIVE}\s+(?:say|mention)\b", re.IGNORECASE)
CLAIMING: Final = re.compile(
    rf"\b(?:{NEGATIVE}\s+(?:claim|promise|guarantee|state|imply|suggest)|avoid(?: claiming| the claims?| promising))\s+"
    r"(?:that )?(?P<what>.+)$",
    re.IGNORECASE,
)
PREDICATE: Final = re.compile(
    r"^(?:(?:(?:we|it|they|our|the|this|these|ours)\b[^,]{0,40}?\s)?(?:are|is|be|was|were|being)|to be|we[’']re|"
    r"it[’']s)\s+",
    re.IGNORECASE,
)
SENDING: Final = re.compile(
    rf"\b(?:{NEGATIVE}\s+(?:e-?mail|mail|write to|send (?:anything |any mails? |any e-?mails? |mails? |e-?mails? )?to|"
    r"contact|message|target|include)|no (?:e-?mails?|mails?|messages?|newsletters?) to|exclude|leave out|keep out)\s+"
    r"(?P<what>.+)$",
    re.IGNORECASE,
)
ADDRESS: Final = re.compile(r"(?<![\w@.-])@?((?:[\w.+-]+@)?(?:[a-z0-9-]+\.)+[a-z]{2,24})(?![\w@-])", re.IGNORECASE)
CLOCK: Final = (
    r"(?:(?P<{0}_word>noon|midday|midnight)|(?P<{0}>\d{{1,2}})(?:[:.](?P<{0}_min>\d{{2}}))?\s*(?P<{0}_half>am|pm|a\.m\.|p\.m\.|"
    r"o[’']?clock|h(?:rs)?\b)?)(?!\s*(?:st|nd|rd|th|" + MONTHS + r"|days?|weeks?|months?|hours?|posts?|people|%|\d|/))"
)
UNSENT: Final = (
    rf"(?:\b{NEGATIVE}\s+(?:post|publish|send|e-?mail|mail|schedule|go live|go out|put)\b[^,;]{{0,40}}?|"
    r"\b(?:not|nothing(?: goes out| is sent| goes live)?|"
    r"no (?:posts?|e-?mails?|mails?|messages?|posting|sending)\b[^,;]{0,25}?))"
)
UNTIL: Final = re.compile(rf"{UNSENT}\s*\b(?:before|until|earlier than)\s+{CLOCK.format('b')}", re.IGNORECASE)
SINCE: Final = re.compile(rf"{UNSENT}\s*\b(?:after|later than|past)\s+{CLOCK.format('a')}", re.IGNORECASE)
ALSO_SINCE: Final = re.compile(rf"\b(?:or|nor|and)(?: not)? (?:after|later than)\s+{CLOCK.format('a')}", re.IGNORECASE)
BETWEEN: Final = re.compile(
    rf"{UNSENT}\s*\b(?:between|from)\s+{CLOCK.format('f')}\s*(?:and|to|until|till|[-–])\s*{CLOCK.format('t')}",
    re.IGNORECASE,
)
ONLY: Final = re.compile(
    r"\bonly\s+(?:post|publish|send|e-?mail|mail)?[^,;]{0,25}?\b(?:between|from)\s+"
    rf"{CLOCK.format('f')}\s*(?:and|to|until|till|[-–])\s*{CLOCK.format('t')}",
    re.IGNORECASE,
)
ON_DAYS: Final = re.compile(
    rf"{UNSENT}\s*\b(?:on|at|over|during)\s+(?:a |the )?(?P<days>(?:(?:{'|'.join(DAYS)})s?|week-?ends?)"
    rf"(?:\s*(?:,|or|and|nor)\s*(?:on )?(?:(?:{'|'.join(DAYS)})s?|week-?ends?))*)(?![^,;]{{0,20}}\d)",
    re.IGNORECASE,
)
SPENDING: Final = re.compile(
    rf"\b(?:no more than|not more than|at most|a maximum of|max(?:imum)?\.?|up to|{NEGATIVE}\s+(?:spend|pay|go)\s+"
    r"(?:more than|over|above))\s+(?P<amount>[^,;]{1,24}?)\s*(?:/|\b(?:a|an|per|each|every)\s)\s*"
    r"(?P<per>day|post|piece|item|text|e-?mail|week|month|click|hour)\b",
    re.IGNORECASE,
)
SOUNDS_LIKE: Final = re.compile(
    rf"\b{NEGATIVE}\s+(?:(?:say|mention|claim|promise|guarantee)\b|make\s+(?:any\s+)?[\w\s-]{{0,30}}claims?\b|"
    r"(?:e-?mail|contact|target|message|write to)\s+(?!(?:it|this|that|them|me|us|him|her|yet)\b)\w+|"
    r"(?:post|publish|show|use)\s+(?:anything about|about|pictures?|photos?|images?|videos?)\b|spend more than|"
    r"(?:post|publish|send)\s+(?:too|late|early)\b)|"
    r"\bno\s+(?:\w+\s+){0,2}claims\b|\b(?:off limits|under no circumstances|taboo)\b|"
    r"\b(?:posts?|e-?mails?|mails?)\s+(?:late at night|at night|in the night)\b",
    re.IGNORECASE,
)
OTHERS: Final = re.compile(
    r"\b(?:they|he|she|people|customers|competitors|others|i|you)\s+(?:never|don[’']?t|do not)\b|\bnever mind\b|"
    rf"\b{NEGATIVE}\s+(?:forget|worry|hesitate|need)\b|\b(?:why|can|could|if|when|because)\b[^,]*\b{NEGATIVE}\b",
    re.IGNORECASE,
)
OPEN_ENDED: Final = re.compile(
    r"^(?:anything|something|much|it|this|that|them|him|her|us|me|yet|so|too|any of|things?|more|"
    r"(?:existing|current|old|former|our|my|the|any|all)\s+(?:customers?|clients?|people|subscribers?|list)\b)\b",
    re.IGNORECASE,
)
TAIL: Final = re.compile(
    r"\s+(?:in|on|anywhere|ever|at all|again|please|when|because|since|as|for|if|unless|with|to|about|even)\b.*$",
    re.IGNORECASE,
)
T = TypeVar("T")
LONGEST: Final = 60
MOST_WORDS: Final = 5


@dataclass(slots=True)
class Held:
    """Guardrails while they are being read."""

    words: list[str] = field(default_factory=list[str])
    claims: list[str] = field(default_factory=list[str])
    audiences: list[str] = field(default_factory=list[str])
    quiet_from: int | None = None
    quiet_to: int | None = None
    quiet_days: list[int] = field(default_factory=list[int])
    most_minor: int | None = None
    most_a_day_minor: int | None = None


@dataclass(slots=True)
class SpokenRules:
    """The rules read from a text: what is held in code, each sentence that holds one, and those that can't be held."""

    rails: Guardrails = field(default_factory=Guardrails)
    sentences: list[str] = field(default_factory=list[str])
    unread: list[str] = field(default_factory=list[str])


def read_rules(*texts: str, currency: str | None = None) -> SpokenRules:
    """Return the rules in these texts. An amount in another currency than ``currency`` can't be held."""
    told, held = SpokenRules(), Held()
    for sentence in dict.fromkeys(_sentences(texts)):
        before = deepcopy(held)
        if sentence.endswith("?") or OTHERS.search(sentence):
            continue
        for read in (_words, _claims, _audiences, _hours, _days):
            read(sentence, held)
        spoilt = _spend(sentence, held, currency)
        if held != before:
            told.sentences.append(sentence)
        elif spoilt or (SOUNDS_LIKE.search(sentence) and not _known(sentence)):
            told.unread.append(sentence)
    told.rails = Guardrails.model_validate(asdict(held))
    return told


def rules_apart(text: str) -> tuple[list[str], str]:
    """Return the sentences of a message that are rules, or sound like one, and the message without them."""
    told = read_rules(text)
    rules = [*told.sentences, *told.unread]
    if not rules:
        return [], text
    return rules, " ".join(part.strip() for part in SENTENCE.split(text) if _trimmed(part) not in rules)


def in_words(rails: Guardrails, currency: str) -> list[str]:
    """Return what guardrails hold as sentences people approve."""
    said = [f"No text holds the word “{word}”." for word in rails.words]
    said += [f"No text claims “{claim}”." for claim in rails.claims]
    said += [f"Nothing is sent to {audience}." for audience in rails.audiences]
    if rails.quiet_from is not None and rails.quiet_to is not None:
        said.append(
            f"Nothing goes out from {rails.quiet_from}:00 to {rails.quiet_to}:00, unless you approve that time."
        )
    if rails.quiet_days:
        days = ", ".join(DAYS[day].capitalize() for day in sorted(rails.quiet_days))
        said.append(f"Nothing goes out on {days}, unless you approve that time.")
    if rails.most_minor is not None:
        said.append(f"No single charge is above {Money(rails.most_minor, currency)}.")
    if rails.most_a_day_minor is not None:
        said.append(f"No more than {Money(rails.most_a_day_minor, currency)} is spent in a day.")
    return said


def _sentences(texts: Iterable[str]) -> Iterator[str]:
    for text in texts:
        for part in SENTENCE.split(text):
            if sentence := _trimmed(part):
                yield sentence


def _trimmed(part: str) -> str:
    return " ".join(part.split()).strip(" ,-•*")


def _known(sentence: str) -> bool:
    """Whether a sentence, that adds nothing, is a rule all the same: one that is held already."""
    again = Held()
    for read in (_words, _claims, _audiences, _hours, _days):
        read(sentence, again)
    return again != Held()


def _add(held: list[T], new: Iterable[T]) -> None:
    held.extend(one for one in new if one not in held)


def _words(sentence: str, rails: Held) -> None:
    if (found := SAYING.search(sentence)) is None:
        return
    what, marked = found["what"], bool(found["marked"])
    if quoted := QUOTED.match(what.strip()):
        _add(rails.words, [one[1:-1] for one in QUOTED.findall(_list_of_quotes(what, quoted))])
    elif marked or PLAIN_SAYING.search(sentence):
        _add(rails.words, _plain(what))


def _list_of_quotes(what: str, first: re.Match[str]) -> str:
    listed = re.match(rf"\s*{QUOTE}(?:\s*(?:,\s*(?:or|and|nor)?|or|and|nor)\s*{QUOTE})*", what, re.IGNORECASE)
    return listed[0] if listed else first[0]


def _claims(sentence: str, rails: Held) -> None:
    if (found := CLAIMING.search(sentence)) is None:
        return
    what = found["what"].strip()
    if QUOTED.match(what):
        _add(rails.claims, [one[1:-1] for one in QUOTED.findall(what)])
    else:
        _add(rails.claims, _plain(PREDICATE.sub("", what)))


def _plain(what: str) -> list[str]:
    """Return the words or phrases of a plain list, ``cheap, bargain or “low cost”``; nothing where it is none."""
    listed = TAIL.sub("", what.rstrip(" .!;:"))
    found: list[str] = []
    for part in LISTED.findall(listed):
        one = re.sub(r"^(?:or|and|nor)\b\s*", "", part.strip(), flags=re.IGNORECASE).strip(" \"“”'‘’.!")
        if 1 < len(one) <= LONGEST and len(one.split()) <= MOST_WORDS and not OPEN_ENDED.match(one):
            found.append(one)
    return found


def _audiences(sentence: str, rails: Held) -> None:
    if found := SENDING.search(sentence):
        _add(rails.audiences, [address.lower().rstrip(".") for address in ADDRESS.findall(found["what"])])


def _hours(sentence: str, rails: Held) -> None:
    if found := BETWEEN.search(sentence):
        _quiet(rails, _hour(found, "f"), _hour(found, "t", late=True))
    elif found := ONLY.search(sentence):
        _quiet(rails, _hour(found, "t"), _hour(found, "f", late=True))
    else:
        until, since = UNTIL.search(sentence), SINCE.search(sentence)
        since = since or (ALSO_SINCE.search(sentence) if until else None)
        end = _hour(until, "b", late=True) if until else None
        start = _hour(since, "a") if since else None
        if end is not None:
            _quiet(rails, rails.quiet_from if start is None else start, end)
        elif start is not None:
            _quiet(rails, start, rails.quiet_to)


def _quiet(rails: Held, start: int | None, end: int | None) -> None:
    """Hold an interval; an open end is the day's."""
    if start is None and end is None:
        return
    rails.quiet_from, rails.quiet_to = (0 if start is None else start % 24), (24 if end is None else end)


def _hour(found: re.Match[str], name: str, *, late: bool = False) -> int | None:
    """Return the whole hour of a time; part of an hour counts to the stricter side: the next one where quiet ends."""
    if word := found[f"{name}_word"]:
        return 12 if word.lower() != "midnight" else 24 if late else 0
    hour, minutes, half = int(found[name]), int(found[f"{name}_min"] or 0), (found[f"{name}_half"] or "").lower()
    if half.startswith("p") and hour < 12:
        hour += 12
    elif half.startswith("a") and hour == 12:
        hour = 0
    if hour > 24 or minutes > 59:
        return None
    return min(24, hour + 1) if late and minutes else hour


def _days(sentence: str, rails: Held) -> None:
    if found := ON_DAYS.search(sentence):
        named = found["days"].lower()
        _add(rails.quiet_days, [number for number, day in enumerate(DAYS) if day in named])
        _add(rails.quiet_days, [5, 6] if "week" in named else [])


def _spend(sentence: str, rails: Held, currency: str | None) -> bool:
    """Hold a limit on what is spent at once or in a day; whether there is one that can't be held."""
    if (found := SPENDING.search(sentence)) is None:
        return False
    try:
        money = read_amount(found["amount"], currency)
    except ToolInputError:
        return True
    per = found["per"].lower()
    if (
        money.minor > MOST_MINOR
        or (currency and money.currency != currency)
        or per in {"week", "month", "click", "hour"}
    ):
        return True
    if per == "day":
        rails.most_a_day_minor = min(money.minor, rails.most_a_day_minor or money.minor)
    else:
        rails.most_minor = min(money.minor, rails.most_minor or money.minor)
    return False
