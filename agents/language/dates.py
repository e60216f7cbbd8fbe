"""Calendar dates in a text, relative to a given today: single days, and spans that a word names (a month, a weekend).

Day comes before month (3/12 is 3 December) unless impossible or the text looks American. A date without a year is
the next one from today on.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache

from agents.language.calendar_words import FEASTS, MONTHS, WEEKDAYS, add_months
from agents.language.date_readers import (
    ORDINALS,
    Frame,
    Reader,
    ahead_of_today,
    count,
    counted_ahead,
    day_month,
    day_next_week,
    day_of_month,
    days_month,
    feast_day,
    iso_day,
    month_alone,
    months_span,
    near_day,
    next_span,
    no_day,
    nth_in_month,
    numeric_day,
    ordinal_day,
    ordinal_days,
    part_of_month,
    quarter_span,
    week_on_day,
    weekday_day,
    weekend_span,
)
from agents.language.period_ends import unit_end

_M = "(?:" + "|".join(sorted((re.escape(n) for n in MONTHS), key=len, reverse=True)) + r")(?![\w])\.?"
_D = "(?:" + "|".join(sorted((re.escape(n) for n in WEEKDAYS), key=len, reverse=True)) + r")(?![\w])\.?"
_N = (
    r"(?:\d{1,3}|a couple(?: of)?|half a|an?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|"
    r"fourteen)"
)
_NUM = rf"(?P<n>{_N})"
_YEAR = r"(?:,?\s(?:of )?(?P<y>20\d\d)(?!\d)|\s'(?P<yy>\d\d)\b)?"
_ORD = r"(?:st|nd|rd|th|\.(?=\s))?"
_TH = "(?:st|nd|rd|th)"
_ORDINAL_WORD = "|".join(sorted(ORDINALS[1:], key=len, reverse=True))


@dataclass(frozen=True, slots=True)
class Found:
    """A date, or a span from ``first`` to ``last``, with its place in the text.

    ``first`` is None for words of time that name no day (in the spring, in a few weeks). ``relative`` says that the
    words mean something else on another day, so that the day is worth adding to them.
    """

    start: int
    end: int
    first: date | None
    last: date | None = None
    relative: bool = False


_WD = rf"(?:{_D},?\s(?:the\s)?)?"
_OF = rf"(?P<of>(?:(?:the |this |next )?(?:month|year|week)(?!\w)|(?P<m>{_M}))){_YEAR}"
_FEASTS = "|".join(pattern for pattern, _ in FEASTS)
# What makes a feast an adjective: the Christmas menu says nothing about the day.
_FESTIVE = (
    r"(?<!friday)(?<!monday)(?<!day)\s(?:menu|concert|sale|market|campaign|party|parties|collection|box(?:es)?|"
    r"cakes?|offers?|range|cards?|hampers?|gifts?|special|edition|fair|show|ball|play|pop-?up|resolutions?|"
    r"windows?|"
    r"decorations?|panto|lights|trees?|"
    r"cookies|jumpers?|stock|dinner|lunch|brunch|drinks?|deals?|promo(?:tion)?|push|post|posts|email|newsletter|"
    r"stall|products?|bundle|workshop|wreaths?|event|eggs?|hunt|camp|class|craft|bookings|treats|run|walk)\b"
)
_RULES: tuple[tuple[re.Pattern[str], Reader, bool], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), reader, relative)
    for pattern, reader, relative in (
        (r"(?<![\d/.-])(?P<y>20\d\d)[-/](?P<m>\d{1,2})[-/](?P<d>\d{1,2})(?!\d)", iso_day, False),
        (rf"\b(?P<feast>{_FEASTS})(?!'?\w)(?!{_FESTIVE}){_YEAR}", feast_day, True),
        (
            (
                rf"\b(?:the )?(?P<nth>first|1st|second|2nd|third|3rd|fourth|4th|last|final) (?P<what>{_D}|"
                rf"weekend|week|"
            rf"day|half) "
         rf"(?:of|in) {_OF}"), nth_in_month, True),
        (
            (
                rf"\b(?P<part>(?:the )?(?:end|beginning|start|middle|close)|mid|early|late|ende|mitte|anfang|"
                rf"fin|half)[ "
            rf"-](?:of |de "
         rf"|des )?{_OF}(?!\s(?:the\s)?\d{{1,2}}(?:st|nd|rd|th)?(?![\d%k]))"), part_of_month, True),
        (
            (r"(?:(?<=\bby )|(?<=\bbefore )|(?<=\buntil )|(?<=\btill )|(?<=\bat )|(?<=\bto )|(?<=\bthe ))"
             r"(?:(?P<unit>year|quarter|month)(?:'?s)?[- ]end|EO(?P<short>[YQM]))"
             r"(?!\w| (?:\w+ )?(?:accounts?|sales?|party|parties|clearance|review|returns?|reports?|"
             r"audits?|deals?|offers?))"),
         unit_end, True),
        ((
            rf"(?<![\w/.])(?:{_D}\s?(?:-|to|&|and)\s?)?{_WD}(?P<d>\d{{1,2}}){_ORD}(?:,\s(?:the )?\d{{1,2}}{_ORD})*,?"
            rf"\s?(?:-|to|until|till|through|bis|and|und|et|y|&|/|"
            rf"al?|au)\s?(?:the )?{_WD}"
         rf"(?P<e>\d{{1,2}}){_ORD}(?: of| de)?\s?(?P<m>{_M}){_YEAR}"), days_month, False),
        (rf"\b(?P<d>\d{{1,2}}){_ORD} or (?:the )?\d{{1,2}}{_ORD}(?: of)? (?P<m>{_M}){_YEAR}", day_month, False),
        (rf"(?<!\d )(?<!\d)(?<!\dst )(?<!\dnd )(?<!\drd )(?<!\dth )(?<!th of )\b(?P<m>{_M})\s(?:the )?"
         rf"(?P<d>\d{{1,2}}){_ORD}\s?(?:-|to|until|till|through|thru|and|&)\s?(?:the )?"
         rf"(?P<e>\d{{1,2}}){_ORD}(?![\d%]|\s?(?:k|visitors|people|sign))" + _YEAR, days_month, False),
        (
            rf"(?<![\w/.,£$€₹]){_WD}(?P<d>\d{{1,2}}){_ORD}(?: of| de| day of)?[ -]?(?P<m>{_M}){_YEAR}",
            day_month, False),
        (
            (rf"\b{_WD}(?P<m>{_M})[ -]?(?:the )?(?P<d>\d{{1,2}}){_ORD}(?![\d%k,.:]\d|\d|%|k\b|\s?(?:am|"
            rf"pm)\b){_YEAR}"), day_month, False),
        (rf"\b{_WD}(?:the )?(?P<d>{_ORDINAL_WORD}) of (?P<m>{_M}){_YEAR}", day_month, False),
        (rf"\b(?:le |il |el )?(?P<d>1er|1º|premier|primo|primero)\s(?:de )?(?P<m>{_M}){_YEAR}", day_month, False),
        (rf"\b(?P<m>{_M}) (?:the )?(?P<d>{_ORDINAL_WORD})\b{_YEAR}", day_month, False),
        (rf"\b(?:the )?(?P<a>\d{{1,2}}){_TH} of (?:the )?(?P<b>\d{{1,2}}){_TH}(?P<y>(?!))?(?!\w)", numeric_day, False),
        ((rf"\b(?:{_D},?\s)?(?:the\s)?(?P<d>\d{{1,2}}{_TH})\s?(?:and|&|-|–|to)\s?(?:the\s)?(?:{_D},?\s(?:the\s)?)?"
         rf"(?P<e>\d{{1,2}}{_TH})(?!\w)(?!\s(?:of|{_M}))"), ordinal_days, True),
        (rf"\b{_D},?\s(?:the\s)?(?P<d>\d{{1,2}}(?:st|nd|rd|th))(?!\w)", ordinal_day, True),
        (
            (
                rf"(?<![\w/.£$€₹-]){_WD}(?P<a>\d{{1,2}})(?:/(?P<b>\d{{1,2}})(?:/(?P<y>20\d\d|"
                r"\d\d))?)(?![\w/%])(?!\s?(?:off|price|"
            r"of the))"), numeric_day, False),
        (r"(?<![\w/.£$€₹-])(?P<a>\d{1,2})[.-](?P<b>\d{1,2})[.-](?P<y>20\d\d|\d\d)(?![\w/-])", numeric_day, False),
        (r"(?<![\w/.£$€₹,-])(?P<a>\d{1,2})\.(?P<b>\d{1,2})\.(?P<y>(?!))?(?!\d)", numeric_day, False),
        (
            (r"\b(?P<side>end|start|beginning)?(?: of )?\b(?:q(?P<q>[1-4])|(?:the )?(?P<qn>first|second|third|"
            r"fourth|last) quarter)"
         r"(?:\s?/\s?|\s?'|\s)?(?:of )?(?:(?P<y>20\d\d)|(?P<yy>\d\d)(?!\d))?\b"), quarter_span, False),
        (
            (rf"\b(?P<n>{_N}|(?=fortnight)) ?(?P<unit>days?|weeks?|wks?|months?|years?|"
             rf"fortnights?) (?:from (?P<base>now|today|tomorrow|yesterday|{_D})|away|out|"
            rf"time)\b"), ahead_of_today, True),
        (rf"\b(?:(?P<n>{_N}) )?(?P<unit>weeks?|fortnight) on (?P<w>{_D})", week_on_day, True),
        (rf"\b(?P<n>{_N}) weeks? (?P<base>today|tomorrow)\b", week_on_day, True),
        (rf"\b(?P<w>{_D}),? (?:of )?next week\b", day_next_week, True),
        (rf"\bnext week,? (?:on )?(?P<w>{_D})", day_next_week, True),
        (rf"\b(?:the )?(?P<d>\d{{1,2}}){_TH} of (?P<which>next|this) month\b", day_of_month, True),
        (
            (r"\b(?:the )?day after tomorrow\b|\bübermorgen\b|\bpasado mañana\b|\btomorr?ow\b|\btommorr?ow\b|"
            r"\btmrw\b|\b2mor?rr?o?w?\b|\b2moz\b|\btmoro\b|\btmr\b|\btomoz\b|"
         r"\btoday\b|\btonight\b|\bheute\b|\baujourd'hui\b|\bhoy\b|\bdemain\b"), near_day, True),
        (
            (rf"\b(?:in|within|auf|dans|en|inside|over the next|in the next|in about|in around) (?:the next "
            rf")?(?:about |just |under |exactly )?"
         rf"(?:{_NUM}|(?P<n2>zwei|drei|deux|trois|dos|tres))[ -](?P<unit>days?|weeks?|wks?|months?|years?|"
         rf"fortnights?|tagen|wochen|"
         rf"monaten|jours|semaines|mois|semanas|días|meses)(?:'s? time)?\b"), counted_ahead, True),
        (
            (rf"\b(?:(?P<which>this|next|nächste[nr]?|kommende[nr]?|on|coming|this coming|last|past|by|until|till|"
            rf"the)\s)?(?P<w>{_D})(?P<week>\s(?:week(?!\w)|after next|fortnight))?(?!\w)"),
         weekday_day, True),
        (
            (r"(?:\b(?P<which>this|next|the|coming|this coming|following)\s|^\W*|\b(?:on|at|"
             r"over) )(?<!opening )weekend\b(?! (?:of|"
            r"in) \w| (?:workshops?|courses?|class(?:es)?|breaks?|markets?|getaways?|trips?|retreats?|rates?|guests?|"
            r"visitors|sessions?|tours?|camps?|stays?|programme|passes|bookings?|trade|crowds?|shifts?|tickets?|walks?|"
            r"specials?|deals?|events|brunch(?:es)?|trippers|sailors|warriors)\b)"), weekend_span, True),
        (
            (r"\b(?P<which>next|this|coming|following|the coming|nächste[nr]?)\s(?P<unit>week|month|quarter|year|"
            r"woche)\b"), next_span, True),
        (
            (rf"\b(?P<m>{_M})\s?(?:-|to|until|till|through|bis|à|a|(?P<both>and|&|und|et|"
            rf"y))\s?(?P<m2>{_M}){_YEAR}(?!\s?\d)"),
            months_span, False,
        ),
        (
            rf"(?:^|[,;:\n]|\.\s)\s*(?P<of>(?P<m>{_M})){_YEAR}(?=\s*(?:[,;.\n]|$))", month_alone, False,
        ),
        (rf"\b(?P<of>(?P<m>{_M})){_YEAR}(?=\sonwards?\b)", month_alone, False),
        (
            (
                rf"\b(?:(?:in|during|this|throughout|for|all of|all|runs|is|over|of|until|till|by|from|before|late in|"
                rf"im|en|fill|remplir|pour|through|"
            rf"around|since|about|next|for all of|whole of|and|to|between|-|"
            rf"a(?= (?:gennaio|febbraio|marzo|aprile|maggio|giugno|luglio|agosto|settembre|ottobre|novembre|"
            rf"dicembre))) "
         rf"|^\W*(?:maybe |sometime |probably |ideally )?)(?P<of>(?P<m>{_M})){_YEAR}(?!\s?\d|\s(?:be|have|need|as|"
         rf"half)\b)"), month_alone, False),
        (
            (r"\b(?:the|on|to|until|till|by|no,?|not|it's|is|actually|from)\s(?:the )?(?P<d>\d{1,2}(?:st|nd|rd|"
            r"th))(?!\w)(?!\s(?!(?:and|or|not|of|at|"
         r"please|instead|then|if|for|with|to|is|in|i|we|sorry|actually|though|but|when|after|before|this|next|should|will|"
         r"was|can|could|they|he|she|you|it|too|works|would|not|until|till|-|as|so|works|would|"
         r"because|rather|now|already|latest)\b)\w)"), ordinal_day, True),
        (
            r"^\W*(?P<d>\d{1,2}(?:st|nd|rd|th))(?!\w)(?=\W*$|\W+(?:instead|please|not|actually|works|sorry)\b)",
            ordinal_day, True),
        (
            (r"\b(?:in (?:a few|a couple|several|some) (?:days|weeks|months)|(?:in |this |next |over |during |by "
            r")?(?:the )?(?:early |late |mid-?)?"
         r"(?:spring|summer|autumn|winter)(?: 20\d\d)?(?= |[,.;!]|$)(?! (?:menu|sale|collection|range|drinks?|"
         r"box|"
         r"course|camp|party|fair|school|fete|ball"
         r"|edition|special|line|dress|coats?|programme|festival|market|garden|cocktail|salads?|class|classes|"
         r"roll|"
         r"onion|tour|series|internship|lectures?|term|catalogue|trips?|shows?|exhibition|concerts?|lookbook|drop|"
         r"retreats?|reading|intake|staff|visitors|guests|holidays?|breaks?|gala|tyres?|boots?|wear|clothing|walks?|"
         r"tours|"
         r"workshops?|lessons|schools?|club|games|bulbs|flowers|clean(?:ing)?|services?|solstice|programs?|schedule|"
         r"lineup|courses|camps|coat|jackets?|boxes|stock|shoes|hours|dinner|lunch|tasting|picnic|celebration))"
         r"|asap|as soon as possible|straight ?away|immediately|right away|over the (?:opening|launch|holiday|"
         r"bank "
         r"holiday) (?:weekend|season|period)"
         r"|(?:the )?opening weekend|ongoing|all year(?: round)?|open-ended|(?:the )?festive season|over the "
         r"holidays|the holidays|half term)"), no_day, False),
    )
)  # fmt: skip


_AMERICAN = re.compile(
    r"\$(?!a)|\b(?:usd|bucks|dollars)\b|\b(?:jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)[a-z]*\.? \d{1,2}\b",
    re.IGNORECASE,
)


def looks_american(text: str, currency: str = "", country: str = "") -> bool:
    """Whether 3/12 in this text is more likely 12 March."""
    return country == "US" or currency == "USD" or (country == "" and _AMERICAN.search(text) is not None)


def find_dates(text: str, today: date, *, american: bool = False, anchor: date | None = None) -> list[Found]:
    """Every date and named span in ``text``, in order, none overlapping another."""
    return list(_dates(text, Frame(today, american, anchor)))


@lru_cache(maxsize=64)
def _dates(text: str, frame: Frame) -> tuple[Found, ...]:
    found = [
        _whole_week(text, _offset(text, found)) for found in sorted(_scan(text, frame), key=lambda found: found.start)
    ]
    return tuple(_next_year(text, item, frame) for item in _weekdays_beside(text, found))


def _next_year(text: str, found: Found, frame: Frame) -> Found:
    """27 November next year."""
    match = _NEXT_YEAR.match(text, found.end) if found.first and not found.last and not found.relative else None
    if match is None or found.first is None or found.first.year > frame.today.year:
        return found
    return replace(found, end=match.end(), first=add_months(found.first, 12))


_NEXT_YEAR = re.compile(r" (?:of )?next year\b", re.IGNORECASE)


def _weekdays_beside(text: str, found: list[Found]) -> list[Found]:
    """The Sunday after Easter, the Friday before it: a weekday counted from the day that follows it."""
    kept: list[Found] = []
    for item in found:
        last = kept[-1] if kept else None
        beside = re.fullmatch(r"\s(before|after|following)\s(?:the )?", text[last.end : item.start]) if last else None
        if last and last.first and beside and item.first and not last.last and not item.last and last.relative:
            ahead = (last.first.weekday() - item.first.weekday()) % 7 or 7
            day = item.first + timedelta(ahead if beside[1] != "before" else (ahead - 7 or -7))
            kept[-1] = Found(last.start, item.end, day, None, True)
        else:
            kept.append(item)
    return kept


_AWAY = re.compile(
    rf"(?P<span>\b(?:the|for the|over the|in the|during the) (?:last )?)?(?<![\w.,])(?:{_NUM} |(?<=the )(?=day|week))"
    r"(?P<unit>day|week|month|fortnight)s? (?P<side>before|ahead of|prior to|after|following)\s(?:the )?$",
    re.IGNORECASE,
)


def _offset(text: str, found: Found) -> Found:
    """The day some weeks before or after the one found; with an article (the three weeks before), the time between."""
    away = _AWAY.search(text, max(0, found.start - 50), found.start) if found.first else None
    if away is None or found.first is None:
        return found
    number, unit = count(away["n"] or "one"), away["unit"].lower()
    sign = -1 if away["side"].lower() in {"before", "ahead of", "prior to"} else 1
    if unit == "month":
        day = add_months(found.first, sign * int(number))
    else:
        day = found.first + timedelta(round(sign * number * {"day": 1, "week": 7, "fortnight": 14}[unit]))
    if away["span"] and not (away["n"] is None and unit == "day"):
        return Found(away.start(), found.end, min(day, found.first), max(day, found.first), found.relative)
    return Found(away.start(), found.end, day, None, True)


_WEEK = re.compile(
    r"(?:\b(?:the )?(?:week|wk) (?P<of>of|commencing|beginning|starting|from)|\bw/c)\s(?:on )?(?:monday )?(?:the )?$",
    re.IGNORECASE,
)


_WEEKEND_OF = re.compile(r"\b(?:the )?weekend (?:of|around)\s(?:the )?$", re.IGNORECASE)


def _whole_week(text: str, found: Found) -> Found:
    """The week of the 9th, week commencing 9 March: seven days, of which the one named is the first or any."""
    around = _WEEKEND_OF.search(text, max(0, found.start - 40), found.start) if found.first and not found.last else None
    if around and found.first:
        saturday = found.first - timedelta((found.first.weekday() - 5) % 7)
        return Found(around.start(), found.end, saturday, saturday + timedelta(1), found.relative)
    led = _WEEK.search(text, max(0, found.start - 40), found.start) if found.first and not found.last else None
    if led is None or found.first is None:
        return found
    named = (led["of"] or "").lower() == "of"
    first = found.first - timedelta(found.first.weekday() if named else 0)
    return Found(led.start(), found.end, first, first + timedelta(6), found.relative)


def _scan(text: str, frame: Frame) -> Iterator[Found]:
    taken = bytearray(len(text))
    for pattern, reader, relative in _RULES:
        for match in pattern.finditer(text):
            if match.end() == match.start() or any(taken[match.start() : match.end()]):
                continue
            try:
                read = reader(match, frame)
            except (ValueError, OverflowError):
                continue
            if read is None or (read == (None, None) and reader is not no_day):
                continue
            taken[match.start() : match.end()] = b"\x01" * (match.end() - match.start())
            yield Found(match.start(), match.end(), read[0], read[1], relative)
