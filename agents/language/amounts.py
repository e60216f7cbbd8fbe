"""Amounts of money in a text, and which of them is the budget.

An amount without a currency takes the one already known, else that of the country the known location or the text
names, else USD. Of a range the upper end counts: a budget is what may be spent.
"""

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from itertools import islice
from typing import cast

from agents.language.currencies import CODES, COUNTRY, FAMILIES, NAMES, SIGNS
from agents.language.goals_apart import figure_apart
from agents.language.no_money import no_money
from agents.language.numbers import FIGURE, NUMBER, SCALE, SCALES, WORDS, figure_value, number_value, words_value
from agents.language.past_sums import gone
from agents.language.places import countries_of, country_of, country_of_place
from agents.language.prices import earned, is_price
from core.money import Money

MOST = 40  # sums and numbers looked at in one message
_SIGN = r"(?:(?:A|AU|C|CA|US|NZ|S|HK|NT|R|AUD|CAD)\$|\$(?:A|NZ|CA?)(?=\d)|(?:GH)?₵|[£€₹¥₩₺₦₪฿₱₫৳₴$])"
_CODE = r"(?:" + "|".join(CODES) + r")"
_NAME = "|".join(pattern for pattern, _ in NAMES)
_DIGITS = FIGURE.replace(r"(?<![\w.,])", "")
_AFTER = rf"(?:\s?{_SIGN}(?![\d])|\s?(?:{_CODE}|{_NAME})(?![\w]))"
_MONEY = re.compile(
    rf"(?<![\w])(?P<before>{_SIGN}|(?:{_CODE}|rs\.?|rp\.?|rm|chf|sfr\.?|fr\.|kr\.?|zł|r(?=\d)|rupees|[kut]sh\.?|tk\.?|dhs?\.?|"
    rf"(?-i:R)(?=\s\d)|(?-i:N)(?=\s?(?:\d{{1,3}}(?:,\d{{3}})+(?!\d)|\d{{4,}}|\d+(?:[.,]\d+)?[km]\b)))(?=\s?\d))\s?"
    rf"(?P<one>{_DIGITS})(?P<onescale>{SCALE})?(?:,-|\.-)?(?:\s?{_CODE}(?!\w))?"
    rf"|(?P<two>{FIGURE})(?P<twoscale>{SCALE}|\s?(?-i:T)(?=€|EUR\b))?(?:,-|\.-)?(?:\s(?:of|in))?(?P<after>{_AFTER})"
    rf"|(?P<words>{WORDS}|\b(?:an?|one) (?:hundred|thousand|grand)\b)(?P<named>\s(?:{_CODE}|{_NAME})(?!\w))"
    rf"|\b(?:an? )?(?P<note>tenner|fiver)\b"
    rf"|(?P<grand>{FIGURE}|\b(?:an?|one|two|three|four|five|six|seven|eight|nine|ten|fifteen|twenty|half a|"
    rf"a couple of|one and a half|two and a half)(?=[ -]grand)|\b\d+(?=[ -]?grand))[ -]?grand\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Amount:
    """A sum found in a text, with its place there. ``currency`` is "" where the text names none."""

    start: int
    end: int
    value: Decimal
    currency: str

    def money(self, fallback: str) -> Money:
        """The sum as money, in ``fallback`` where the text names no currency."""
        return Money.of(self.value, self.currency or fallback)


def known_currency(known: Mapping[str, object]) -> str:
    """The currency the conversation already uses, or ""."""
    for source in (known.get("currency"), known.get("budget")):
        if isinstance(source, Money):
            return source.currency
        named = cast("Mapping[str, object]", source).get("currency") if isinstance(source, Mapping) else source
        if isinstance(named, str) and named:
            if named.upper() in CODES:
                return named.upper()
            found = next(amounts(named), None)
            if found and found.currency:
                return found.currency
    return ""


def renamed_currency(text: str) -> str:
    """The currency a short message names without an amount (sorry, euros not pounds), or ""."""
    match = re.match(
        rf"^\W*(?:(?:sorry|no|actually|(?:that|it|this) should be|i meant?|it's|in|(?:the |our )?budget(?:'s| is)? in|"
        rf"that's|make it|"
        rf"make that|not \w+ but|rather|oh|and|ah|wait)\W+)*"
        rf"(?P<name>{_SIGN}(?=\W*(?:$|,|not\b|instead))|{_NAME}|(?:{_CODE})\b(?!\s\d))",
        text,
        re.IGNORECASE,
    )
    return _code(match["name"], text, {}) if match and len(text.split()) <= 7 else ""


_SPOKEN = re.compile(
    r"\b(?:euros?|eur|pounds sterling|quid|gbp|dollars|usd|bucks|rupees|swiss francs|chf|zloty|kronor|yen|aud|cad)\b",
    re.IGNORECASE,
)


def fallback_currency(text: str, known: Mapping[str, object]) -> str:
    """The currency of an amount that names none."""
    spoken = _SPOKEN.search(text)
    if spoken and (code := _code(spoken.group(), text, known)):
        return code
    if current := known_currency(known):
        return current
    named = next((a.currency for a in amounts(text) if a.currency), "")
    country = country_of_place(str(known.get("location") or "")) or country_of(text)
    return named or COUNTRY.get(country, "USD")


def amounts(text: str, known: Mapping[str, object] | None = None) -> Iterator[Amount]:
    """The sums in ``text`` that carry a currency or the word grand, in order; percentages and counts are none."""
    for match, value in _sums(text):
        yield Amount(match.start(), match.end(), value, _currency(match, text, known or {}))


@lru_cache(maxsize=64)
def _sums(text: str) -> tuple[tuple[re.Match[str], Decimal], ...]:
    found = ((match, _value(match)) for match in islice(_MONEY.finditer(text), MOST))
    return tuple((match, value) for match, value in found if value is not None and value <= 10**12)


_NOTES = {"tenner": Decimal(10), "fiver": Decimal(5)}


def _value(match: re.Match[str]) -> Decimal | None:
    if match["note"]:
        return _NOTES[match["note"].lower()]
    if match["grand"]:
        figure = match["grand"]
        base = (
            figure_value(figure) if figure[0].isdigit() else words_value(figure.lower().replace("one and a half", "1"))
        )
        if "and a half" in figure.lower():
            base = (words_value(figure.split()[0]) or Decimal(0)) + Decimal("0.5")
        return base * 1000 if base is not None else None
    if match["words"]:
        return words_value(match["words"])
    scale = (match["onescale"] or match["twoscale"] or "").strip(" .").lower()
    return figure_value(match["one"] or match["two"]) * ({**SCALES, "t": 1000}[scale] if scale else 1)


def _currency(match: re.Match[str], text: str, known: Mapping[str, object]) -> str:
    if match["grand"]:
        tail = re.match(rf"\s?(?:in )?({_NAME}|{_CODE})\b", text[match.end() : match.end() + 30], re.IGNORECASE)
        return _code(tail[1], text, known) if tail else ""
    if match["note"]:
        return "GBP"
    suffix = re.search(rf"({_CODE})$", match.group(), re.IGNORECASE)
    return _code(suffix[1] if suffix else match["before"] or match["after"] or match["named"], text, known)


_LETTERS = {"r": "ZAR", "R": "ZAR", "N": "NGN", "$A": "AUD", "$NZ": "NZD", "$C": "CAD", "$CA": "CAD"}


def _code(written: str, text: str, known: Mapping[str, object]) -> str:
    name = written.strip().lower().removesuffix(".") if written.strip() not in {"fr.", "Fr."} else "chf"
    code = name.upper() if name.upper() in CODES else SIGNS.get(name) or _named(name)
    code = _LETTERS.get(written.strip(), code)
    named = (country_of_place(str(known.get("location") or "")), *countries_of(text))
    local = [COUNTRY.get(one, "") for one in named]
    family = next((codes for names, codes in FAMILIES if name in names), frozenset[str]())
    return next((one for one in (known_currency(known), *local) if one in family), code)


def _named(name: str) -> str:
    return next((code for pattern, code in NAMES if re.fullmatch(pattern, name, re.IGNORECASE)), "")


_LEAD = re.compile(
    r"(?<!crowd)(?:budget|spend(?:ing)?|ad ?spend|presupuesto|invest(?:ing|ment)?|(?:can|could) afford|got|"
    r"put (?:in|down|aside|"
    r"up)?|make it|say|call it|stretch to|pot of|"
    r"set aside|allocated?|limit(?:ed)?|max(?:imum)?|cap(?:ped)?|costs? (?:no )?more than|budged|bugdet|buget|budjet|"
    r"budgt|money|funds?|funding|cash|kosten)",
    re.IGNORECASE,
)
_UNIT_AFTER = re.compile(
    r"^\s?(?:%|percent|per cent|[-–]?(?!(?:and|or|but|to|for|on|in|max|total|is|a|at|per|all|tops|ish|budget|please|"
    r"instead|rather|not|now|then|from|this|the|then|as|which|we|i|if|should|ok|altogether|overall|maximum|only|with|though|"
    r"i'd|as|roughly|or|max|plus|by|over|until|so|spread|each|would|will|just|limit|including|inc|incl|ex|excl|ready|"
    r"available|down|aside|up|ad|ads|spend|marketing|quid|right|because|since|maybe|probably|thanks|thx|pls|cheers|"
    r"mate|grand|k|can|"
    r"und|et|y|für|pour|para|max\.|or so|thereabouts|odd|let's|via|across|when|where|until|till)\b)[a-z]{2,})",
    re.IGNORECASE,
)
_HAVE = re.compile(
    r"\b(?:we|i)(?:'ve| have)(?: only)?(?: got)?(?: about| around| roughly| maybe| like)?\s$", re.IGNORECASE
)
_FRAGMENT = re.compile(
    r"(?:^|[,.;\n+]|\band|\bso|\bmax|\bup to|\babout|\baround|\broughly|\bapproximately|~|-)\s*$", re.IGNORECASE
)
_ENDS = re.compile(r"\s*(?:[.,;!\n]|$|tops\b|max\b|maximum\b|ish\b)")
_DATE_AFTER = re.compile(r"^\s?(?:[/:.-]\d|am\b|pm\b|st\b|nd\b|rd\b|th\b)", re.IGNORECASE)


def revenue_goals(text: str, known: Mapping[str, object]) -> Iterator[tuple[Amount, str]]:
    """The sums in ``text`` that are a target, with what they measure."""
    for amount in amounts(text, known):
        if (metric := earned(text, amount.start, amount.end)) is not None:
            yield amount, metric


def find_budget(text: str, known: Mapping[str, object], *, asked: str | None = None) -> Amount | None:
    """The budget stated in ``text``; asked for, a bare number is one too."""
    candidates = [a for a in amounts(text, known) if not no_budget(text, a, answer=asked == "budget")]
    if candidates and no_money(text) and not any(_near_lead(text, one) or _given(text, one) for one in candidates):
        candidates = []
    led = [a for a in candidates if _near_lead(text, a) or _HAVE.search(text[max(0, a.start - 30) : a.start])]
    alone = asked in {None, "budget"}
    bare = list(_bare(text, asked=asked == "budget", alone=alone, anywhere=not candidates))
    to_spend = [] if led or not candidates else _to_spend(text)
    chosen = led or to_spend or candidates or bare
    if not chosen:
        found = no_money(text, answer=asked == "budget")
        return Amount(found.start(), found.end(), Decimal(0), "") if found else None
    if paid := _instalments(text, [*candidates, *bare]):
        return paid
    best = chosen[-1] if _corrected(text, chosen) or _summed(text, chosen[-1]) else chosen[0]
    after = next((one for one in candidates if best.end <= one.start <= best.end + 40), best)
    best = after if _corrected(text, [best, after]) else best
    return _renamed(text, _upper(text, best, [*candidates, *bare]), known)


def _to_spend(text: str) -> list[Amount]:
    """The bare numbers in thousands that are to be spent: 29 dollars a month, and we have 3k to spend."""
    bare = _bare(text, asked=False, alone=False, anywhere=True)
    return [one for one in bare if one.value >= 1000 and _SPENT_ON.search(text[one.end : one.end + 30])]


def _given(text: str, amount: Amount) -> bool:
    return _GIVEN.search(text[max(0, amount.start - 30) : amount.start]) is not None


_GIVEN = re.compile(
    r"\b(?:gave|given|gives|give|donated|have|has|'ve|from|pays|paying|sponsors?|puts?)(?: (?:us|me|only|just|"
    r"about|in))*\s$",
    re.IGNORECASE,
)


def _renamed(text: str, amount: Amount, known: Mapping[str, object]) -> Amount:
    """With the currency that takes back the one said: 800 euros, sorry, pounds."""
    match = _RENAMED.match(text, amount.end)
    return Amount(amount.start, match.end(), amount.value, _code(match["name"], text, known)) if match else amount


_RENAMED = re.compile(
    rf"(?:[\s,.-]*\b(?:sorry|i mean|i meant|no|actually|make that|rather|wait|not)\b[\s,]*(?:(?:i mean|i meant|"
    rf"make that|no|sorry|in)[\s,]+)*|[.,;]\s(?=\w+\W*$))(?P<name>{_NAME}|(?:{_CODE}))\b(?!\s?\d)",
    re.IGNORECASE,
)


_SPENT_ON = re.compile(
    r"budget|to spend|spend\b|to play with|in the (?:kitty|pot|bank|tin|jar)|put by\b|"
    r"^\s?(?:(?:a|per|each|every) (?:month|week|day|quarter) )?(?:for|on|towards|behind) (?:the )?(?:paid )?(?:ads|"
    r"ad spend|"
    r"advertising|marketing|promotion|promo|it)\b"
)


def _near_lead(text: str, amount: Amount) -> bool:
    before = re.split(r"[.;!?\n]", text[max(0, amount.start - 45) : amount.start])[-1]
    after = re.split(r"[.;!?\n,]", text[amount.end : amount.end + 30])[0]
    return _LEAD.search(before) is not None or _SPENT_ON.search(after) is not None


def no_budget(text: str, amount: Amount, *, answer: bool) -> bool:
    """Whether a sum is a price, a target, or gone; ``answer``: it answers the question for the budget."""
    return is_price(text, amount.start, amount.end, answer=answer) or gone(text, amount.start, amount.end)


def _corrected(text: str, chosen: list[Amount]) -> bool:
    between = text[chosen[0].end : chosen[-1].start].lower()
    return (
        re.search(r"\b(?:actually|no wait|wait|sorry|i mean|make (?:it|that)|rather|correction|or rather)\b", between)
        is not None
    )


def _summed(text: str, last: Amount) -> bool:
    """Whether the last sum is what the others come to: 50 a week for 8 weeks, so 400."""
    lead = text[max(0, last.start - 24) : last.start]
    return (
        re.search(
            r"(?:\bso|\btotal(?: of)?|\baltogether|\bmakes|\bcomes to|=|\bin all)[\s:]*(?:about |around |that's )?$",
            lead,
            re.IGNORECASE,
        )
        is not None
    )


_LATER = re.compile(
    r"\s?(?:now|up ?front|straight away|today)(?: and|,| plus| then)+ (?:another |a further |the other )?",
    re.IGNORECASE,
)


def _instalments(text: str, found: Sequence[Amount]) -> Amount | None:
    """The sum of two that are to be spent one after the other: 200 now and 300 in March."""
    for first, last in itertools.pairwise(sorted(found, key=lambda one: one.start)):
        if first.end <= last.start and _LATER.fullmatch(text[first.end : last.start]):
            return Amount(first.start, last.end, first.value + last.value, first.currency or last.currency)
    return None


_UP_TO = re.compile(
    rf"\s?(?:-|to|bis)\s?(?P<top>{_DIGITS})(?P<k>k)?(?=\s*(?:[.,;!?)\n]|$|max|tops|ish|for\b|on\b|a\b|per\b|"
    r"budget|depending\b|or\b|if\b|at\b|but\b|all\b|and\b(?! £)|we\b|i\b|maybe\b))",
    re.IGNORECASE,
)


def _upper(text: str, best: Amount, others: list[Amount]) -> Amount:
    for other in others:
        gap = text[best.end : other.start]
        if best.end <= other.start and re.fullmatch(r"\s?(?:-|to|and|or|bis|~|up to)\s?", gap, re.IGNORECASE):
            joined = re.search(r"between\s*$", text[: best.start], re.IGNORECASE) or gap.strip().lower() != "and"
            if joined and other.value > best.value:
                return Amount(best.start, other.end, other.value, other.currency or best.currency)
    if further := _UP_TO.match(text, best.end):
        top = figure_value(further["top"]) * (SCALES["k"] if further["k"] else 1)
        if top > best.value:
            return Amount(best.start, further.end(), top, best.currency)
    return best


def _bare(text: str, *, asked: bool, alone: bool, anywhere: bool) -> Iterator[Amount]:
    apart = None if asked else figure_apart(text)  # more bookings, say 40: no sum
    for match in islice(NUMBER.finditer(text), MOST):
        value = number_value(match)
        if apart and apart[3][0] == match.start():
            continue
        tail = text[match.end() : match.end() + 24]
        if value is None or value < 10 or _DATE_AFTER.match(tail) or re.match(r"\s?(?:%|percent|per cent)", tail):
            continue
        amount = Amount(match.start(), match.end(), value, "")
        if gone(text, amount.start, amount.end) or any(
            one.start() < match.end() <= one.end() for one, _ in _sums(text)
        ):
            continue
        before, ends = text[: match.start()][-40:], _ENDS.match(tail) is not None
        limited = re.match(r"\s?(?:max|maximum|tops|at most)\b", tail, re.IGNORECASE) is not None
        lone = alone and (match["scale"] is not None or limited) and ends and _FRAGMENT.search(before) is not None
        led = anywhere and (lone or _near_lead(text, amount) or (ends and _HAVE.search(before) is not None))
        if (
            (led or asked)
            and not _UNIT_AFTER.match(tail)
            and not _dated(text, match)
            and not is_price(text, amount.start, amount.end)
        ):
            yield amount


def _dated(text: str, match: re.Match[str]) -> bool:
    before = text[max(0, match.start() - 12) : match.start()].lower()
    after = text[match.end() : match.end() + 8].lower()
    month = (
        r"\b(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|"
        r"oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)(?![a-z])\.?"
    )
    named = re.search(month + r"\s*$", before) or re.match(r"\s*(?:of\s+)?" + month, after)
    return named is not None or re.search(r"[/:.]$" if match["scale"] else r"[/:.-]$", before) is not None
