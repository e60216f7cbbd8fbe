"""What each form of a date means: one reader a form, each from its match and the day it is read on."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TypeAlias

from agents.language.calendar_words import FEASTS, MONTHS, WEEKDAYS, add_months, month_end, nth_weekday, us_mothers_day
from agents.language.numbers import UNITS

Span: TypeAlias = tuple[date | None, date | None]
_NTH = {
    "first": 1, "1st": 1, "second": 2, "2nd": 2, "third": 3, "3rd": 3, "fourth": 4, "4th": 4, "fifth": 5, "5th": 5,
    "last": -1, "final": -1,
}  # fmt: skip
_ORDINALS_WORDS = (
    "zeroth first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth "
    "fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth twenty-first "
    "twenty-second twenty-third twenty-fourth twenty-fifth twenty-sixth twenty-seventh twenty-eighth "
    "twenty-ninth thirtieth thirty-first"
)
ORDINALS = _ORDINALS_WORDS.split()


@dataclass(frozen=True, slots=True)
class Frame:
    """What a date is read against."""

    today: date
    american: bool
    anchor: date | None  # a date already known: "no, the 5th" keeps its month


Reader = Callable[[re.Match[str], Frame], Span | None]


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
    if word in {"premier", "primo", "primero"}:
        return 1
    return ORDINALS.index(word) if word in ORDINALS else int(re.sub(r"\D", "", word))


def _dated(day: int, month: int, year: int | None, frame: Frame) -> date | None:
    return _safe(year, month, day) if year else upcoming(month, day, frame.today)


def day_month(match: re.Match[str], frame: Frame) -> Span | None:
    """3 December, Dec 3rd."""
    found = _dated(_day(match["d"]), _month(match["m"]), _year(match), frame)
    return (found, None) if found else None


def days_month(match: re.Match[str], frame: Frame) -> Span | None:
    """3-5 December."""
    last = _dated(_day(match["e"]), _month(match["m"]), _year(match), frame)
    first = _safe(last.year, last.month, _day(match["d"])) if last else None
    return (first, last) if first and last and first < last else None


def iso_day(match: re.Match[str], frame: Frame) -> Span | None:
    """2026-12-03."""
    del frame
    found = _safe(int(match["y"]), int(match["m"]), int(match["d"]))
    return (found, None) if found else None


def numeric_day(match: re.Match[str], frame: Frame) -> Span | None:
    """3/12/2026, 3.12."""
    one, two = int(match["a"]), int(match["b"])
    if match.group() == "24/7":
        return None  # round the clock
    year = int(match["y"]) if match["y"] else None
    year = year + 2000 if year is not None and year < 100 else year
    order = [(one, two), (two, one)]
    if match.group().rstrip(".").count(".") == 1:
        order.pop()  # a single dot stands between day and month, or hours and minutes
    elif frame.american:
        order.reverse()
    found = next((f for d, m in order if 1 <= m <= 12 and (f := _dated(d, m, year, frame))), None)
    return (found, None) if found else None


_WORDS_TOO = frozenset({"sat", "sun", "wed", "mon", "fri", "thu", "tue", "lunes", "martes"})  # also everyday words


def weekday_day(match: re.Match[str], frame: Frame) -> Span | None:
    """Friday, next Friday, Friday week."""
    wanted = WEEKDAYS[match["w"].lower().rstrip(".")]
    ahead = (wanted - frame.today.weekday()) % 7
    which = (match["which"] or "").lower().strip()
    if which in {"last", "past"} or (match["w"] in _WORDS_TOO and which in {"", "the", "until", "till", "by"}):
        return None
    if which == "next" or which.startswith("nächst"):
        monday = frame.today + timedelta(7 - frame.today.weekday())
        return monday + timedelta(wanted), None
    if which == "this":
        return frame.today + timedelta(ahead), None
    ahead = ahead or 7
    extra = (14 if "fortnight" in match["week"].lower() else 7) if match["week"] else 0
    return frame.today + timedelta(ahead + extra), None


def near_day(match: re.Match[str], frame: Frame) -> Span | None:
    """Today, tomorrow, the day after."""
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


def _base(match: re.Match[str], frame: Frame) -> date:
    """The day a distance counts from: today, tomorrow, or a weekday."""
    word = (match.groupdict().get("base") or "").lower().rstrip(".")
    if word in WEEKDAYS:
        return frame.today + timedelta((WEEKDAYS[word] - frame.today.weekday()) % 7 or 7)
    return frame.today + timedelta({"tomorrow": 1, "yesterday": -1}.get(word, 0))


def ahead_of_today(match: re.Match[str], frame: Frame) -> Span | None:
    """In three weeks."""
    number, unit = count(match["n"]), match["unit"].lower()
    since = _base(match, frame)
    if unit.startswith(("month", "monat", "mois", "mes")):
        found = add_months(since, int(number)) if number >= 1 else since + timedelta(15)
    elif unit.startswith(("year", "jahr", "an", "año")):
        found = add_months(since, int(number * 12))
    else:
        size = next((d for name, d in _DAYS.items() if unit.startswith(name)), 7)
        found = since + timedelta(round(number * size))
    return found, None


def weekend_span(match: re.Match[str], frame: Frame) -> Span | None:
    """This or next weekend."""
    saturday = frame.today + timedelta((5 - frame.today.weekday()) % 7 if frame.today.weekday() != 6 else -1)
    if (match["which"] or "").lower().strip() == "next":
        saturday += timedelta(7)
    return saturday, saturday + timedelta(1)


def next_span(match: re.Match[str], frame: Frame) -> Span | None:
    """Next week, this quarter: the whole of it. A year is only a span where one is planned for."""
    lead = match.string[max(0, match.start() - 14) : match.start()]
    if match["unit"].lower() == "year" and not re.search(
        r"\b(?:for|all|over|during|throughout|run)\s+$", lead, re.IGNORECASE
    ):
        return None
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


def _named_month(match: re.Match[str], frame: Frame) -> tuple[int, int] | None:
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


def part_of_month(match: re.Match[str], frame: Frame) -> Span | None:
    """Mid January, the end of the month."""
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


def nth_in_month(match: re.Match[str], frame: Frame) -> Span | None:
    """The second Saturday in May, the first week of May."""
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


def quarter_span(match: re.Match[str], frame: Frame) -> Span | None:
    """Q1, the end of Q2."""
    quarter = int(match["q"] or _NTH[(match["qn"] or "first").lower()])
    year = _year(match) or frame.today.year
    last = month_end(year, quarter * 3)
    if not _year(match) and last < frame.today:
        year, last = year + 1, month_end(year + 1, quarter * 3)
    first, side = date(year, quarter * 3 - 2, 1), (match["side"] or "").lower()
    if side.startswith("end"):
        return last, None
    return (first, None) if side.startswith(("start", "beginning")) else (first, last)


def month_alone(match: re.Match[str], frame: Frame) -> Span | None:
    """In December: the whole of it."""
    if match["of"] == "Mayo":
        return None  # the county: the Spanish month has no capital
    if match["of"] in {"may", "march"} and re.match(
        r"\s(?:i|we|you|it|they|for|the|"
        "on)\b",
        match.string[match.end() :],
    ):
        return None  # the words, not the months
    named = _named_month(match, frame)
    return (date(*named, 1), month_end(*named)) if named else None


def months_span(match: re.Match[str], frame: Frame) -> Span | None:
    """March to May."""
    last = _month(match["m2"])
    between = match.string[: match.start()].lower().endswith("between ")
    if match["both"] and not between and last % 12 != (_month(match["m"]) + 1) % 12:
        return None  # March and June: two months, and not what lies between them
    year = _year(match) or frame.today.year
    if not _year(match) and month_end(year, last) < frame.today:
        year += 1
    first = date(year if _month(match["m"]) <= last else year - 1, _month(match["m"]), 1)
    return first, month_end(year, last)


def ordinal_day(match: re.Match[str], frame: Frame) -> Span | None:
    """The 5th: of the known month, else the next one."""
    day = _day(match["d"])
    if frame.anchor and (found := _safe(frame.anchor.year, frame.anchor.month, day)) and found >= frame.today:
        return found, None
    first = frame.today.replace(day=1)
    options = (_safe((m := add_months(first, step)).year, m.month, day) for step in range(4))
    return next((f for f in options if f and f >= frame.today), None), None


def day_of_month(match: re.Match[str], frame: Frame) -> Span | None:
    """The 25th of next month."""
    first = add_months(frame.today.replace(day=1), 1 if match["which"].lower() == "next" else 0)
    found = _safe(first.year, first.month, _day(match["d"]))
    return (found, None) if found else None


def ordinal_days(match: re.Match[str], frame: Frame) -> Span | None:
    """The 5th and 6th: of the known month, else of the next one."""
    first, _ = ordinal_day(match, frame) or (None, None)
    last = _safe(first.year, first.month, _day(match["e"])) if first else None
    return (first, last) if first and last and last > first else None


def no_day(match: re.Match[str], frame: Frame) -> Span | None:
    """Words of time that name no day."""
    del match, frame
    return None, None


def feast_day(match: re.Match[str], frame: Frame) -> Span | None:
    """Black Friday, Easter."""
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


def counted_ahead(match: re.Match[str], frame: Frame) -> Span | None:
    """In three weeks, in any of the languages read."""
    if match["n2"]:
        number = {"zwei": 2, "deux": 2, "dos": 2}.get(match["n2"].lower(), 3)
        unit = match["unit"].lower()
        if unit.startswith(("monat", "mois", "mes")):
            return add_months(frame.today, number), None
        size = 1 if unit.startswith(("tag", "jour", "día")) else 7
        return frame.today + timedelta(number * size), None
    return ahead_of_today(match, frame)


def week_on_day(match: re.Match[str], frame: Frame) -> Span | None:
    """A week on Friday, two weeks tomorrow."""
    since = frame.today + timedelta({"tomorrow": 1}.get(match.groupdict().get("base") or "", 0))
    if word := match.groupdict().get("w"):
        since += timedelta((WEEKDAYS[word.lower().rstrip(".")] - frame.today.weekday()) % 7 or 7)
    size = 14 if (match.groupdict().get("unit") or "").startswith("fort") else 7
    return since + timedelta(round(size * count(match["n"] or "one"))), None


def day_next_week(match: re.Match[str], frame: Frame) -> Span | None:
    """Thursday next week."""
    monday = frame.today + timedelta(7 - frame.today.weekday())
    return monday + timedelta(WEEKDAYS[match["w"].lower().rstrip(".")]), None
