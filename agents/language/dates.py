"""Calendar dates in a text, relative to a given today: single days, and spans that a word names (a month, a weekend).

Day comes before month (3/12 is 3 December) unless impossible or the text looks American. A date without a year is
the next one from today on.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from agents.language.calendar_words import FEASTS, MONTHS, WEEKDAYS, add_months, month_end, nth_weekday, us_mothers_day
from agents.language.numbers import UNITS

_M = "(?:" + "|".join(sorted((re.escape(n) for n in MONTHS), key=len, reverse=True)) + r")(?![\w])\.?"
_D = "(?:" + "|".join(sorted((re.escape(n) for n in WEEKDAYS), key=len, reverse=True)) + r")(?![\w])\.?"
_NUM = r"(?P<n>\d{1,3}|an?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|a couple(?: of)?|half a|fourteen)"
_YEAR = r"(?:,?\s(?:of )?(?P<y>20\d\d)(?!\d)|\s'(?P<yy>\d\d)\b)?"
_ORD = r"(?:st|nd|rd|th|\.(?=\s))?"
_NTH = {
    "first": 1, "1st": 1, "second": 2, "2nd": 2, "third": 3, "3rd": 3, "fourth": 4, "4th": 4, "fifth": 5, "5th": 5,
    "last": -1, "final": -1,
}  # fmt: skip
_ORDINALS = (
    "zeroth first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth "
    "sixteenth seventeenth eighteenth nineteenth twentieth twenty-first twenty-second twenty-third twenty-fourth twenty-fifth "
    "twenty-sixth twenty-seventh twenty-eighth twenty-ninth thirtieth thirty-first"
).split()
_ORDINAL_WORD = "|".join(sorted(_ORDINALS[1:], key=len, reverse=True))


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


@dataclass(frozen=True, slots=True)
class _Frame:
    today: date
    american: bool
    anchor: date | None  # a date already known: "no, the 5th" keeps its month


Reader = Callable[[re.Match[str], _Frame], tuple[date | None, date | None] | None]


def _safe(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def upcoming(month: int, day: int, today: date) -> date | None:
    """The next such day from ``today`` on; 29 February waits for a leap year."""
    for year in range(today.year, min(today.year + 9, 9999)):
        found = _safe(year, month, day)
        if found and found >= today:
            return found
    return None


def _year(match: re.Match[str]) -> int | None:
    if match["y"]:
        return int(match["y"])
    return 2000 + int(match["yy"]) if match["yy"] else None


def _month(word: str) -> int:
    return MONTHS[word.lower().rstrip(".")]


def _day(word: str) -> int:
    word = word.lower().replace(" ", "-")
    return _ORDINALS.index(word) if word in _ORDINALS else int(re.sub(r"\D", "", word))


def _dated(day: int, month: int, year: int | None, frame: _Frame) -> date | None:
    return _safe(year, month, day) if year else upcoming(month, day, frame.today)


def _day_month(match: re.Match[str], frame: _Frame) -> tuple[date | None, date | None] | None:
    found = _dated(_day(match["d"]), _month(match["m"]), _year(match), frame)
    return (found, None) if found else None


def _days_month(match: re.Match[str], frame: _Frame) -> tuple[date | None, date | None] | None:
    last = _dated(_day(match["e"]), _month(match["m"]), _year(match), frame)
    first = _safe(last.year, last.month, _day(match["d"])) if last else None
    return (first, last) if first and last and first < last else None


def _iso(match: re.Match[str], frame: _Frame) -> tuple[date | None, date | None] | None:
    del frame
    found = _safe(int(match["y"]), int(match["m"]), int(match["d"]))
    return (found, None) if found else None


def _numeric(match: re.Match[str], frame: _Frame) -> tuple[date | None, date | None] | None:
    one, two = int(match["a"]), int(match["b"])
    year = int(match["y"]) if match["y"] else None
    year = year + 2000 if year is not None and year < 100 else year
    order = [(one, two), (two, one)]
    if frame.american:
        order.reverse()
    found = next((f for d, m in order if 1 <= m <= 12 and (f := _dated(d, m, year, frame))), None)
    return (found, None) if found else None


_WORDS_TOO = frozenset({"sat", "sun", "wed", "mon", "fri", "thu", "tue", "lunes", "martes"})  # also everyday words


def _weekday(match: re.Match[str], frame: _Frame) -> tuple[date | None, date | None] | None:
    wanted = WEEKDAYS[match["w"].lower().rstrip(".")]
    ahead = (wanted - frame.today.weekday()) % 7
    which = (match["which"] or "").lower().strip()
    if which in {"last", "past"} or (match["w"] in _WORDS_TOO and which in {"", "the", "until", "till", "by"}):
        return None
    if which == "next":
        monday = frame.today + timedelta(7 - frame.today.weekday())
        return monday + timedelta(wanted), None
    if which == "this":
        return frame.today + timedelta(ahead), None
    ahead = ahead or 7
    extra = 7 if match["week"] else 0
    return frame.today + timedelta(ahead + extra), None


def _near(match: re.Match[str], frame: _Frame) -> tuple[date | None, date | None] | None:
    words = match.group().lower()
    if re.match(r"the day after|day after|übermorgen|pasado|après-demain", words):
        return frame.today + timedelta(2), None
    return frame.today + timedelta(0 if re.match(r"today|tonight|heute|hoy|aujourd", words) else 1), None


_DAYS = {
    "day": 1,
    "week": 7,
    "wk": 7,
    "fortnight": 14,
    "tag": 1,
    "woche": 7,
    "semaine": 7,
    "semana": 7,
    "día": 1,
    "jour": 1,
}


def count(word: str) -> float:
    """The number a small count means: 3, three, a couple of, half a."""
    word = word.lower().strip()
    if word.isdigit():
        return int(word)
    if word.startswith("a couple"):
        return 2
    if word.startswith("half"):
        return 0.5
    return UNITS.get(word, {"zwei": 2, "drei": 3, "deux": 2, "trois": 3, "dos": 2, "tres": 3}.get(word, 1))


def _ahead(match: re.Match[str], frame: _Frame) -> tuple[date | None, date | None] | None:
    number, unit = count(match["n"]), match["unit"].lower()
    if unit.startswith(("month", "monat", "mois", "mes")):
        found = add_months(frame.today, int(number)) if number >= 1 else frame.today + timedelta(15)
    elif unit.startswith(("year", "jahr", "an", "año")):
        found = add_months(frame.today, int(number * 12))
    else:
        size = next((d for name, d in _DAYS.items() if unit.startswith(name)), 7)
        found = frame.today + timedelta(round(number * size))
    return found, None


def _weekend(match: re.Match[str], frame: _Frame) -> tuple[date | None, date | None] | None:
    saturday = frame.today + timedelta((5 - frame.today.weekday()) % 7 if frame.today.weekday() != 6 else -1)
    if (match["which"] or "").lower().strip() == "next":
        saturday += timedelta(7)
    return saturday, saturday + timedelta(1)


def _next_span(match: re.Match[str], frame: _Frame) -> tuple[date | None, date | None] | None:
    step = 1 if match["which"].lower() in {"next", "coming", "following", "nächste", "nächsten"} else 0
    unit = match["unit"].lower()
    if unit.startswith(("week", "woche")):
        monday = frame.today - timedelta(frame.today.weekday()) + timedelta(7 * step)
        return monday, monday + timedelta(6)
    if unit.startswith("month"):
        first = add_months(frame.today.replace(day=1), step)
        return first, month_end(first.year, first.month)
    if unit.startswith("quarter"):
        first = add_months(date(frame.today.year, (frame.today.month - 1) // 3 * 3 + 1, 1), 3 * step)
        last = add_months(first, 2)
        return first, month_end(last.year, last.month)
    return date(frame.today.year + step, 1, 1), date(frame.today.year + step, 12, 31)


def _named_month(match: re.Match[str], frame: _Frame) -> tuple[int, int] | None:
    words = match["of"].lower()
    if re.match(r"next month", words):
        first = add_months(frame.today.replace(day=1), 1)
        return first.year, first.month
    if re.match(r"(?:the |this )?month", words):
        return frame.today.year, frame.today.month
    if re.match(r"(?:the |this |next )?year|(?:20\d\d)$", words):
        year = frame.today.year + (1 if "next" in words else 0)
        return (int(words) if words.isdigit() else year), 12
    if not match["m"]:
        return None
    month = _month(match["m"])
    ends = month_end(frame.today.year, month) if month != 2 else date(frame.today.year, 2, 28)
    return _year(match) or (frame.today.year if ends >= frame.today else frame.today.year + 1), month


def _part_of_month(match: re.Match[str], frame: _Frame) -> tuple[date | None, date | None] | None:
    if re.match(r"(?:the |this |next )?week$", match["of"].lower()):
        monday = frame.today - timedelta(frame.today.weekday()) + timedelta(7 if "next" in match["of"].lower() else 0)
        return monday + timedelta({"e": 4, "m": 2}.get(match["part"].lower().removeprefix("the ")[0], 0)), None
    named = _named_month(match, frame)
    if named is None:
        return None
    year, month = named
    part = match["part"].lower().replace("the ", "")
    whole_year = "year" in match["of"].lower() or match["of"].isdigit()
    if re.match(r"end|ende|fin|final|close", part):
        return month_end(year, month), None
    if re.match(r"mid|middle|mitte|half", part):
        return (date(year, 6, 30) if whole_year else date(year, month, 15)), None
    if re.match(r"late", part):
        return date(year, month, 20), month_end(year, month)
    if re.match(r"early", part):
        return date(year, month, 1), (date(year, 3, 31) if whole_year else date(year, month, 10))
    return date(year, 1 if whole_year else month, 1), None


def _nth_in_month(match: re.Match[str], frame: _Frame) -> tuple[date | None, date | None] | None:
    named = _named_month(match, frame)
    if named is None:
        return None
    (year, month), nth, what = named, _NTH[match["nth"].lower()], match["what"].lower().rstrip(".")
    if what in WEEKDAYS:
        found = nth_weekday(year, month, WEEKDAYS[what], nth)
        if found < frame.today and not match["y"] and month >= 1 and match["m"]:
            found = nth_weekday(year + 1, month, WEEKDAYS[what], nth)
        return found, None
    if what == "weekend":
        saturday = nth_weekday(year, month, 5, nth)
        return saturday, saturday + timedelta(1)
    if what == "day":
        return (
            date(year, month, 1) if nth == 1 else month_end(year, month) if nth < 0 else date(year, month, nth)
        ), None
    if what == "half":
        return (
            (date(year, month, 1), date(year, month, 15))
            if nth == 1
            else (date(year, month, 16), month_end(year, month))
        )
    first = month_end(year, month) - timedelta(6) if nth < 0 else date(year, month, min(1 + 7 * (nth - 1), 22))
    return first, min(first + timedelta(6), month_end(year, month))


def _quarter(match: re.Match[str], frame: _Frame) -> tuple[date | None, date | None] | None:
    quarter = int(match["q"] or _NTH[(match["qn"] or "first").lower()])
    year = _year(match) or frame.today.year
    last = month_end(year, quarter * 3)
    if not _year(match) and last < frame.today:
        year, last = year + 1, month_end(year + 1, quarter * 3)
    first, side = date(year, quarter * 3 - 2, 1), (match["side"] or "").lower()
    if side.startswith("end"):
        return last, None
    return (first, None) if side.startswith(("start", "beginning")) else (first, last)


def _month_alone(match: re.Match[str], frame: _Frame) -> tuple[date | None, date | None] | None:
    named = _named_month(match, frame)
    return (date(*named, 1), month_end(*named)) if named else None


def _ordinal(match: re.Match[str], frame: _Frame) -> tuple[date | None, date | None] | None:
    day = _day(match["d"])
    if frame.anchor and (found := _safe(frame.anchor.year, frame.anchor.month, day)) and found >= frame.today:
        return found, None
    first = frame.today.replace(day=1)
    options = (_safe((m := add_months(first, step)).year, m.month, day) for step in range(4))
    return next((f for f in options if f and f >= frame.today), None), None


def _vague(match: re.Match[str], frame: _Frame) -> tuple[date | None, date | None] | None:
    del match, frame
    return None, None


def _feast(match: re.Match[str], frame: _Frame) -> tuple[date | None, date | None] | None:
    words = match["feast"].lower()
    falls = next((f for pattern, f in FEASTS if re.fullmatch(pattern, words)), None)
    if falls is None:
        return None
    if frame.american and re.match(r"mother", words):
        falls = us_mothers_day
    year = _year(match)
    found = (
        falls(year) if year else next((f for y in (0, 1) if (f := falls(frame.today.year + y)) >= frame.today), None)
    )
    if found and re.search(r"weekend$", words) and words.startswith("black"):
        return found, found + timedelta(3)
    return (found, None) if found else None


_WD = rf"(?:{_D},?\s(?:the\s)?)?"
_OF = rf"(?P<of>(?:(?:the |this |next )?(?:month|year|week)(?!\w)|(?P<m>{_M}))){_YEAR}"
_FEASTS = "|".join(pattern for pattern, _ in FEASTS)
# What makes a feast an adjective: the Christmas menu says nothing about the day.
_FESTIVE = (
    r"(?<!friday)(?<!monday)(?<!day)\s(?:menu|concert|sale|market|campaign|party|parties|collection|box(?:es)?|cakes?|offers?|range|cards?|hampers?|gifts?|special|edition|fair|show|ball|play|pop-?up|resolutions?|windows?|decorations?|panto|lights|trees?|"
    r"cookies|jumpers?|stock|dinner|lunch|brunch|drinks?|deals?|promo(?:tion)?|push|post|posts|email|newsletter|stall|products?|bundle|workshop|wreaths?|event|eggs?|hunt|camp|class|craft|bookings|treats|run|walk)\b"
)
_RULES: tuple[tuple[re.Pattern[str], Reader, bool], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), reader, relative)
    for pattern, reader, relative in (
        (r"(?<![\d/.-])(?P<y>20\d\d)[-/](?P<m>\d{1,2})[-/](?P<d>\d{1,2})(?!\d)", _iso, False),
        (rf"\b(?P<feast>{_FEASTS})(?!\w)(?!{_FESTIVE}){_YEAR}", _feast, True),
        (rf"\b(?:the )?(?P<nth>first|1st|second|2nd|third|3rd|fourth|4th|last|final) (?P<what>{_D}|weekend|week|day|half) "
         rf"(?:of|in) {_OF}", _nth_in_month, True),
        (rf"\b(?P<part>(?:the )?(?:end|beginning|start|middle|close)|mid|early|late|ende|mitte|anfang|fin|half)[ -](?:of |de "
         rf"|des )?{_OF}", _part_of_month, True),
        (rf"(?<![\w/.]){_WD}(?P<d>\d{{1,2}}){_ORD}\s?(?:-|to|until|till|through|bis|and|&|/|al?|au)\s?(?:the )?{_WD}"
         rf"(?P<e>\d{{1,2}}){_ORD}(?: of| de)?\s?(?P<m>{_M}){_YEAR}", _days_month, False),
        (rf"\b(?P<m>{_M})\s(?:the )?(?P<d>\d{{1,2}}){_ORD}\s?(?:-|to|until|till|through|thru|and|&)\s?(?:the )?"
         rf"(?P<e>\d{{1,2}}){_ORD}(?![\d%]|\s?(?:k|visitors|people|sign))" + _YEAR, _days_month, False),
        (rf"(?<![\w/.,£$€₹]){_WD}(?P<d>\d{{1,2}}){_ORD}(?: of| de| day of)?[ -]?(?P<m>{_M}){_YEAR}", _day_month, False),
        (rf"\b{_WD}(?P<m>{_M})[ -]?(?:the )?(?P<d>\d{{1,2}}){_ORD}(?![\d%k,.:]\d|\d|%|k\b|\s?(?:am|pm)\b){_YEAR}", _day_month, False),
        (rf"\b{_WD}(?:the )?(?P<d>{_ORDINAL_WORD}) of (?P<m>{_M}){_YEAR}", _day_month, False),
        (rf"\b(?P<m>{_M}) (?:the )?(?P<d>{_ORDINAL_WORD})\b{_YEAR}", _day_month, False),
        (rf"\b{_D},?\s(?:the\s)?(?P<d>\d{{1,2}}(?:st|nd|rd|th))(?!\w)", _ordinal, True),
        (r"(?<![\w/.£$€₹-])(?P<a>\d{1,2})(?:/(?P<b>\d{1,2})(?:/(?P<y>20\d\d|\d\d))?)(?![\w/%])(?!\s?(?:off|price|of the))", _numeric, False),
        (r"(?<![\w/.£$€₹-])(?P<a>\d{1,2})[.-](?P<b>\d{1,2})[.-](?P<y>20\d\d|\d\d)(?![\w/-])", _numeric, False),
        (r"(?<![\w/.£$€₹,-])(?P<a>\d{1,2})\.(?P<b>\d{1,2})\.(?P<y>(?!))?(?!\d)", _numeric, False),
        (rf"\b(?P<side>end|start|beginning)?(?: of )?\b(?:q(?P<q>[1-4])|(?:the )?(?P<qn>first|second|third|fourth|last) quarter)"
         rf"(?:\s?/\s?|\s?'|\s)?(?:of )?(?:(?P<y>20\d\d)|(?P<yy>\d\d)(?!\d))?\b", _quarter, False),
        (r"\b(?:the )?day after tomorrow\b|\bübermorgen\b|\bpasado mañana\b|\btomorr?ow\b|\btommorr?ow\b|\btmrw\b|\btmr\b|\btomoz\b|"
         r"\btoday\b|\btonight\b|\bheute\b|\baujourd'hui\b|\bhoy\b|\bdemain\b", _near, True),
        (rf"\b(?:in|within|auf|dans|en|inside|over the next|in the next|in about|in around) (?:the next )?(?:about |just |under |exactly )?"
         rf"(?:{_NUM}|(?P<n2>zwei|drei|deux|trois|dos|tres))[ -](?P<unit>days?|weeks?|wks?|months?|years?|fortnights?|tagen|wochen|"
         rf"monaten|jours|semaines|mois|semanas|días|meses)(?:'s? time)?\b", lambda m, f: _counted(m, f), True),
        (rf"\b{_NUM} (?P<unit>days?|weeks?|wks?|months?|years?|fortnights?) (?:from (?:now|today)|away|out|time)\b", _ahead, True),
        (rf"\b(?P<week2>a week on|week on) (?P<w>{_D})(?P<which>(?!))?(?P<week>)", lambda m, f: _week_on(m, f), True),
        (rf"\b(?:(?P<which>this|next|on|coming|this coming|last|past|by|until|till|the)\s)?(?P<w>{_D})(?P<week>\s(?:week(?!\w)|after next))?(?!\w)",
         _weekday, True),
        (r"\b(?:(?P<which>this|next|the|coming|this coming|following)\s)?(?<!opening )weekend\b(?! (?:of|in) \w)", _weekend, True),
        (r"\b(?P<which>next|this|coming|following|the coming|nächste[nr]?)\s(?P<unit>week|month|quarter|year|woche)\b", _next_span, True),
        (rf"\b(?:(?:in|during|this|throughout|for|all of|over|of|until|till|by|from|before|late in|im|en|through|around|since|about|next|for all of|whole of|and|to|between|-) "
         rf"|^\W*(?:maybe |sometime |probably |ideally )?)(?P<of>(?P<m>{_M})){_YEAR}(?!\s?\d|\s(?:be|i|we|you|it|have|need|as|for)\b)", _month_alone, False),
        (rf"\b(?:the|on|to|until|till|by|no,?|not|it's|is|actually|from)\s(?:the )?(?P<d>\d{{1,2}}(?:st|nd|rd|th))(?!\w)(?!\s(?!(?:and|or|not|of|at|"
         rf"please|instead|then|if|for|with|to|is|in|i|we|sorry|works|would|not|until|till|-|as|so|works|would|because|rather|now)\b)\w)", _ordinal, True),
        (r"^\W*(?P<d>\d{1,2}(?:st|nd|rd|th))(?!\w)(?=\W*$|\W+(?:instead|please|not|actually|works|sorry)\b)", _ordinal, True),
        (r"\b(?:in (?:a few|a couple|several|some) (?:days|weeks|months)|(?:in |this |next |over |during |by )?(?:the )?(?:early |late |mid-?)?"
         r"(?:spring|summer|autumn|winter)(?: 20\d\d)?(?= |[,.;!]|$)(?! (?:menu|sale|collection|range|drinks?|box|course|camp|party|fair|school|fete|ball"
         r"|edition|special|line|dress|coats?|programme|festival|market|garden|cocktail|salads?|class|classes|roll|onion|tour|series|internship))"
         r"|asap|as soon as possible|straight ?away|immediately|right away|over the (?:opening|launch|holiday|bank holiday) (?:weekend|season|period)"
         r"|(?:the )?opening weekend|ongoing|all year(?: round)?|open-ended|(?:the )?festive season|over the holidays|the holidays|half term)", _vague, False),
    )
)  # fmt: skip


def _counted(match: re.Match[str], frame: _Frame) -> tuple[date | None, date | None] | None:
    if match["n2"]:
        number = {"zwei": 2, "deux": 2, "dos": 2}.get(match["n2"].lower(), 3)
        unit = match["unit"].lower()
        if unit.startswith(("monat", "mois", "mes")):
            return add_months(frame.today, number), None
        size = 1 if unit.startswith(("tag", "jour", "día")) else 7
        return frame.today + timedelta(number * size), None
    return _ahead(match, frame)


def _week_on(match: re.Match[str], frame: _Frame) -> tuple[date | None, date | None] | None:
    wanted = WEEKDAYS[match["w"].lower().rstrip(".")]
    ahead = (wanted - frame.today.weekday()) % 7 or 7
    return frame.today + timedelta(ahead + 7), None


_AMERICAN = re.compile(
    rf"\$(?!a)|\b(?:usd|bucks|dollars)\b|\b(?:jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)[a-z]*\.? \d{{1,2}}\b",
    re.IGNORECASE,
)


def looks_american(text: str, currency: str = "", country: str = "") -> bool:
    """Whether 3/12 in this text is more likely 12 March."""
    return country == "US" or currency == "USD" or (country == "" and _AMERICAN.search(text) is not None)


def find_dates(text: str, today: date, *, american: bool = False, anchor: date | None = None) -> list[Found]:
    """Every date and named span in ``text``, in order, none overlapping another."""
    frame = _Frame(today, american, anchor)
    return sorted(_scan(text, frame), key=lambda found: found.start)


def _scan(text: str, frame: _Frame) -> Iterator[Found]:
    taken = bytearray(len(text))
    for pattern, reader, relative in _RULES:
        for match in pattern.finditer(text):
            if match.end() == match.start() or any(taken[match.start() : match.end()]):
                continue
            try:
                read = reader(match, frame)
            except (ValueError, OverflowError):
                continue
            if read is None or (read == (None, None) and reader is not _vague):
                continue
            taken[match.start() : match.end()] = b"\x01" * (match.end() - match.start())
            yield Found(match.start(), match.end(), read[0], read[1], relative)
