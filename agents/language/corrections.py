"""Changes of mind: what is taken back, and which field a correction without a name means."""

import re
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal

from agents.language.calendar_words import add_months
from agents.language.date_readers import count
from agents.language.numbers import NUMBER, number_value
from core.money import Money

_FIELD_WORDS = {
    "budget": r"budget",
    "voice": r"tone(?: of voice)?|voice",
    "event_date": r"date|event date",
    "location": r"location|place",
    "target_audience": r"(?:target )?audience|target group",
    "objective": r"goal|objective",
}
_CLEARED = {
    name: re.compile(
        rf"\b(?:forget(?: about)?|scrap|drop|remove|clear|ignore|delete|leave out|skip|never mind)\s(?:the |that |"
        rf"my |our )?(?:{words})(?!\w)(?! (?:of|to|is|and))"
        rf"|\bno (?:fixed |set )?(?:{words}) (?:yet|for now|any ?more)\b",
        re.IGNORECASE,
    )
    for name, words in _FIELD_WORDS.items()
}
_CORRECTING = re.compile(
    r"\b(?:make (?:it|that|this)|actually|no(?=[,. ])|not|instead|rather|i mean|i meant|sorry|change|correction|"
    r"should be|scratch that|raise|lower|reduce|"
    r"increase|bump|cut|wait|up it|up to|down to|let's say|let's do|let's make|let's go (?:for|with)|"
    r"go for (?=that\b|those\b|\d)|"
    r"that's the (?:goal|target)|only (?:let us|allow us|(?:have )?room for|fit|seat|take|hold|manage)|more like|"
    r"it's|aim(?: for)?|higher|"
    r"too (?:many|few|much|high|low|big|small|ambitious|optimistic)|unrealistic|optimistic|silly|"
    r"instead|tops|max|lieber|plutôt|mejor)\b",
    re.IGNORECASE,
)
_MEANT = re.compile(
    r"\b(?:i meant|i mean|actually(?: it's| in)?|not [\w -]+? but|it's(?: in)?|should be|make (?:it|that)|sorry|no|"
    r"rather|change (?:it|the location|location) to|location is|we're (?:actually )?in|"
    r"it's actually in)[,:]?\s+(?:in |not [A-Z]\w+,? (?:but )?|it's (?:in )?)?(?P<place>[A-ZÀ-Ž][\w'À-ž-]+(?:[ "
    r"-][A-ZÀ-Ž][\w'À-ž-]+){0,2})"
)
_PLACES_WORDS = (
    "instagram facebook linkedin twitter tiktok youtube email whatsapp pinterest threads monday tuesday "
    "wednesday thursday friday saturday sunday january february march april may june july august "
    "september october november december i dec jan feb nov oct sep sept mar apr jun jul aug christmas "
    "easter x halloween black the reels insta fb ig"
)
_NOT_A_PLACE = frozenset(_PLACES_WORDS.split())


def is_correction(text: str, known: Mapping[str, object]) -> bool:
    """Whether a message changes something already said."""
    return bool(known) and _CORRECTING.search(text) is not None


def cleared_fields(text: str) -> tuple[str, ...]:
    """Fields a message takes back without a new value."""
    return tuple(name for name, pattern in _CLEARED.items() if pattern.search(text))


_SCALED = (
    (re.compile(r"\b(?:double|twice)\s(?:the |our |my )?budget\b", re.IGNORECASE), Decimal(2)),
    (
        re.compile(r"\b(?:halve|half|cut)\s(?:the |our |my )?budget(?: in half)?\b(?! to| by)", re.IGNORECASE),
        Decimal("0.5"),
    ),
    (re.compile(r"\btriple\s(?:the |our |my )?budget\b", re.IGNORECASE), Decimal(3)),
    (
        re.compile(r"\bbudget(?:'s| is| has| was| got)?(?: been)? (?:cut in half|halved)\b", re.IGNORECASE),
        Decimal("0.5"),
    ),
    (re.compile(r"\bbudget(?:'s| is| has| was| got)?(?: been)? doubled\b", re.IGNORECASE), Decimal(2)),
)
_BY = re.compile(
    r"^\W*(?:(?:ok|and|please|can you|let's|we can)\W+)*add (?:(?:another|a further|an extra) [£$€]?|[£$€])\d[\d.,]*k?"
    r"(?: [a-z]+)?\W*$|\b(?:add(?:ing)?\b.*\bto (?:the |our )?budget|"
    r"(?:increase|raise|up|bump|reduce|lower|cut)\b.*\bbudget by|"
    r"\b(?:got|have|found|there's|has|added|gave us|given us) (?:another|an extra|a "
    r"further|an additional) [£$€₹]\d[\d.,]*k?"
    r"(?!.*\b(?:total|altogether|so it's|makes)\b)|budget\b.*\b(?:up|down) by|(?:off|from) the budget)\b"
    r"|\b(?:put|throw|stick)\b[^.!?]{0,30}\d[^.!?]{0,20}\b(?:into|in|onto|on|towards) (?:the |our |my )?"
    r"(?:budget|pot)\b"
    r"|\btop(?:ping)?(?: up)? (?:the |our |my )?budget(?: up)? (?:with|by)\b"
    r"|[£$€₹]\d[\d.,]*k? more\b(?! (?:than|expensive|each|per)\b)",
    re.IGNORECASE,
)
_LESS = re.compile(r"\b(?:take|cut|reduce|lower|drop|subtract|minus|down|off)\b", re.IGNORECASE)


_ALONE = re.compile(
    r"^\W*(?:(?:ok|actually|let's|please|just|can we|could you|sorry)\W+)*(?P<verb>double|triple|halve) (?:it|"
    r"that)\W*$",
    re.IGNORECASE,
)


_IT_BY = re.compile(
    r"^\W*(?:(?:ok|actually|let's|please|just|can we|can you|could you|sorry)\W+)*"
    r"(?:increase|raise|up|bump|reduce|lower|cut|drop) (?:it|that) by\b",
    re.IGNORECASE,
)


_PER_CENT = re.compile(r"\b(\d{1,3}(?:\.\d+)?) ?(?:%|per ?cent\b)", re.IGNORECASE)


def is_relative(text: str) -> bool:
    """Whether a message changes the budget by a sum or a factor, in place of naming it."""
    return _BY.search(text) is not None or any(pattern.search(text) for pattern, _ in _SCALED)


def scaled_budget(text: str, before: Money | None, named: Money | None, *, only: bool = False) -> Money | None:
    """The budget after doubling, halving, or adding a sum to what it was before; None where nothing is said so.

    ``only``: no other figure is known that a bare "double it" could mean.
    """
    if before is None:
        return None
    if only and (alone := _ALONE.match(text)):
        factor = {"double": Decimal(2), "triple": Decimal(3)}.get(alone["verb"].lower(), Decimal("0.5"))
        return Money.of(before.major * factor, before.currency)
    for pattern, factor in _SCALED:
        if pattern.search(text):
            return Money.of(before.major * factor, before.currency)
    if not (_BY.search(text) or (only and _IT_BY.match(text))):
        return None
    if share := _PER_CENT.search(text):
        named = Money.of(before.major * Decimal(share[1]) / 100, before.currency)
    if named is None:
        value = next((v for m in NUMBER.finditer(text) if (v := number_value(m)) is not None), None)
        if value is None:
            return None
        named = Money.of(value, before.currency)
    change = -named.minor if _LESS.search(text) else named.minor
    return Money(max(0, before.minor + change), before.currency)


_UNITS = {"day": 1, "week": 7, "wk": 7, "fortnight": 14}
_COUNT = r"an?|one|two|three|four|six|\d{1,2}|a couple of"
_MOVED = re.compile(
    rf"(?:\b(?P<n1>{_COUNT}) (?P<u1>day|week|wk|fortnight|month)s? (?P<side>later|earlier)\b"
    r"|\b(?P<verb>push|move|put|shift|bring|pull|postpone|delay)(?:ed|d|ing)?\b"
    r"(?: (?:it|that|this|things|everything|(?:the|our) [\w-]+(?: (?!back|forward|out)[\w-]+)?))?(?: all)?"
    rf"(?: (?P<to>back|forward|forwards|out))? (?:by )?(?P<n2>{_COUNT}) (?P<u2>day|week|fortnight|month)s?\b)",
    re.IGNORECASE,
)


def moved_day(text: str, before: date | None, told: date | None = None) -> date | None:
    """The day a correction moves the known one to: make it a week later, bring it forward two days.

    Where a day is ``told`` too it must be the same day of the week: one day earlier, so the Friday.
    """
    match = _MOVED.search(text) if before else None
    if match is None or before is None or len(text.split()) > 14:
        return None
    sooner = (match["side"] or "").lower() == "earlier" or (match["to"] or "").lower().startswith("forward")
    if match["verb"] and not match["to"] and match["verb"].lower() not in {"postpone", "delay"}:
        return None
    number = count(match["n1"] or match["n2"]) * (-1 if sooner else 1)
    unit = (match["u1"] or match["u2"]).lower()
    moved = add_months(before, int(number)) if unit == "month" else before + timedelta(round(number * _UNITS[unit]))
    return moved if told is None or told.weekday() == moved.weekday() else None


def scaled_goal(text: str, before: object) -> int | None:
    """The figure to reach after doubling or halving what it was."""
    match = re.search(r"\b(double|halve|triple|half)\s(?:the |our |my )?(?:goal|target)\b", text, re.IGNORECASE)
    if match is None or not isinstance(before, int):
        return None
    return int(before * {"double": 2, "triple": 3}.get(match[1].lower(), 0.5))


_MEANT_PEOPLE = re.compile(
    r"^\W*(?:(?:sorry|actually|no|ok|oh|well|hmm)\W+)*(?:make (?:it|that)|i meant?|i mean|change (?:it|that) to|"
    r"let's (?:do|say|target|"
    r"aim (?:at|for))|better|rather|only|just|more like) (?P<who>[^\W\d][^\d,.;!?]{2,50}?)(?: instead| please| then|"
    r" after all)?\W*$",
    re.IGNORECASE,
)


def meant_people(text: str, known: Mapping[str, object]) -> str:
    """The people a correction names where people are all that is known in words: make that postgraduates."""
    others = any(known.get(name) for name in ("product", "location", "voice", "objective", "business", "channels"))
    match = _MEANT_PEOPLE.match(text) if known.get("target_audience") and not others else None
    return match["who"] if match and len(match["who"].split()) <= 5 else ""


_INSTEAD = re.compile(
    r"^\W*(?:(?:sorry|actually|no|ok|oh|well|hmm|make it|it's|for|target|let's say)\W+)*"
    r"(?P<who>[^\W\d][^\d,.;!?]{2,50}?),? "
    r"(?:instead of|rather than|not) (?:the |my |our )?(?P<old>[^\d,.;!?]{3,50})\W*$",
    re.IGNORECASE,
)


def people_instead(text: str, known: Mapping[str, object]) -> str:
    """The people who take the place of those known: students instead of families."""
    match = _INSTEAD.match(text)
    before = str(known.get("target_audience") or "").lower()
    return match["who"] if match and before and match["old"].lower().strip() in before else ""


def meant_place(text: str, known: Mapping[str, object]) -> str:
    """The place a correction names where a place is already known: I meant Bradford."""
    if not known.get("location"):
        return ""
    match = _MEANT.search(text)
    if not match or match["place"].split()[0].lower() in _NOT_A_PLACE or len(text) > 80:
        return ""
    return match["place"]
