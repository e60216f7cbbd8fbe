"""Days that a text names, as spans of day numbers: "9 May 2023", "last week", "two months ago", "in summer 2022"."""

import re
from calendar import monthrange
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

_MONTHS: Final = (
    "january february march april may june july august september october november december".split()  # noqa: SIM905
)
_DAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_SEASONS: Final = {"spring": 3, "summer": 6, "autumn": 9, "fall": 9}
_COUNTS: Final = {
    word: number
    for number, word in enumerate("zero one two three four five six seven eight nine ten eleven twelve".split())  # noqa: SIM905
} | {"a": 1, "an": 1, "couple of": 2, "few": 3}
_MONTH: Final = rf"(?P<month>{'|'.join(_MONTHS)}|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)\.?"
_YEAR: Final = r"(?P<year>(?:19|20)\d\d)"
_COUNT: Final = rf"(?P<count>\d{{1,3}}|{'|'.join(_COUNTS)})"

# How many years back and ahead a month without a year may mean in a question.
YEARS_BACK: Final = 8
YEARS_AHEAD: Final = 1
HALF_A_YEAR: Final = 183
# Words without which no pattern below can match; most texts have none of them.
_HINT: Final = re.compile(
    rf"\b(?:{'|'.join(_MONTHS)}|{'|'.join(_DAYS)}|{'|'.join(_SEASONS)}|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec"
    r"|(?:19|20)\d\d|yesterday|today|tonight|tomorrow|(?:last|this|next|past|coming) (?:night|week|weekend|month|year)"
    r"|ago|(?:day|week|month|year)s?)\b"
)


@dataclass(frozen=True, slots=True)
class Span:
    """From one day to another, both included, counted as ``date.toordinal`` does."""

    first: int
    last: int


def named_days(text: str, today: date) -> list[Span]:
    """Return the days a text names, seen from ``today``; a month without a year is the nearest one."""
    return [_nearest(spans, today) for spans in _found(text, today)]


def asked_days(question: str, today: date) -> list[Span]:
    """Return the days a question may mean; a month without a year may be any of the last years."""
    return [span for spans in _found(question, today) for span in spans]


def _found(text: str, today: date) -> Iterator[list[Span]]:
    plain = text.casefold()
    if not _HINT.search(plain):
        return
    taken: list[tuple[int, int]] = []
    for needs, pattern, read in _PATTERNS:
        if not any(part in plain for part in needs):
            continue
        for match in pattern.finditer(plain):
            if all(match.end() <= start or match.start() >= end for start, end in taken):
                try:
                    spans = read(match, today)
                except (ValueError, OverflowError):
                    continue
                taken.append(match.span())
                yield spans


def _nearest(spans: list[Span], today: date) -> Span:
    here = today.toordinal()
    return min(spans, key=lambda span: abs((span.first + span.last) // 2 - here))


def _day(match: re.Match[str], today: date) -> list[Span]:
    month, number = _month(match["month"]), int(match["day"])
    return [_one(date(year, month, number)) for year in _years(match["year"], today)]


def _whole_month(match: re.Match[str], today: date) -> list[Span]:
    month = _month(match["month"])
    return [_months(year, month, 1) for year in _years(match["year"], today)]


def _season(match: re.Match[str], today: date) -> list[Span]:
    return [_months(year, _SEASONS[match["season"]], 3) for year in _years(match["year"], today)]


def _year(match: re.Match[str], today: date) -> list[Span]:  # noqa: ARG001  # every reader has the same form
    return [_months(int(match["year"]), 1, 12)]


def _written(match: re.Match[str], today: date) -> list[Span]:  # noqa: ARG001  # every reader has the same form
    return [_one(date(int(match["year"]), int(match["number"]), int(match["day"])))]


def _near_day(match: re.Match[str], today: date) -> list[Span]:
    offset = {"yesterday": -1, "last night": -1, "tomorrow": 1}.get(match[0], 0)
    return [_one(today + timedelta(days=offset))]


def _ago(match: re.Match[str], today: date) -> list[Span]:
    count = _COUNTS.get(match["count"]) or int(match["count"])
    days = {"day": 1, "week": 7, "month": 30, "year": 365}[match["unit"]] * count
    middle = today - timedelta(days=days) if match["ago"] else today + timedelta(days=days)
    slack = {"day": 0, "week": 3, "month": 15, "year": 120}[match["unit"]]
    return [Span(middle.toordinal() - slack, middle.toordinal() + slack)]


def _relative_unit(match: re.Match[str], today: date) -> list[Span]:
    step = {"last": -1, "this": 0, "next": 1, "past": -1, "coming": 1}[match["which"]]
    unit = match["unit"]
    monday = today - timedelta(days=today.weekday())
    if unit == "week":
        start = (monday + timedelta(weeks=step)).toordinal()
        return [Span(start, start + 6)]
    if unit == "weekend":
        start = (monday + timedelta(weeks=step, days=5)).toordinal()
        return [Span(start, start + 1)]
    if unit == "month":
        index = today.year * 12 + today.month - 1 + step
        return [_months(index // 12, index % 12 + 1, 1)]
    if unit == "year":
        return [_months(today.year + step, 1, 12)]
    return _relative_name(unit, step, today)


def _relative_name(unit: str, step: int, today: date) -> list[Span]:
    if unit in _DAYS:
        distance = (_DAYS.index(unit) - today.weekday()) % 7
        return [_one(today + timedelta(days=(distance or 7) if step > 0 else distance - 7 if step or distance else 0))]
    month = _SEASONS.get(unit) or _month(unit)
    year = today.year + max(0, step)
    if step < 0 and month >= today.month:
        year -= 1
    return [_months(year, month, 3 if unit in _SEASONS else 1)]


def _weekday(match: re.Match[str], today: date) -> list[Span]:
    distance = (_DAYS.index(match["weekday"]) - today.weekday()) % 7
    return [_one(today + timedelta(days=distance)), _one(today + timedelta(days=distance - 7))]


def _one(day: date) -> Span:
    return Span(day.toordinal(), day.toordinal())


def _months(year: int, month: int, count: int) -> Span:
    index = year * 12 + month - 1 + count - 1
    last_year, last_month = index // 12, index % 12 + 1
    last = date(last_year, last_month, monthrange(last_year, last_month)[1])
    return Span(date(year, month, 1).toordinal(), last.toordinal())


def _month(name: str) -> int:
    return next(number for number, month in enumerate(_MONTHS, 1) if month.startswith(name[:3]))


def _years(named: str | None, today: date) -> list[int]:
    if named:
        return [int(named)]
    return list(range(today.year - YEARS_BACK, today.year + YEARS_AHEAD + 1))


_Reader = Callable[[re.Match[str], date], list[Span]]
_DAY: Final = r"(?P<day>[12]\d|3[01]|0?[1-9])(?:st|nd|rd|th)?"
_CENTURIES: Final = ("19", "20")
_OF_MONTHS: Final = tuple(name[:3] for name in _MONTHS)
# Each with parts of which a text has to hold at least one: looking for them is quicker than the pattern.
_PATTERNS: Final[list[tuple[tuple[str, ...], re.Pattern[str], _Reader]]] = [
    (("-",), re.compile(rf"\b{_YEAR}-(?P<number>0[1-9]|1[0-2])-{_DAY}\b"), _written),
    (_OF_MONTHS, re.compile(rf"\b{_DAY}(?: of)? {_MONTH}(?:,? {_YEAR})?\b"), _day),
    (_OF_MONTHS, re.compile(rf"\b{_MONTH} {_DAY}\b(?:,? {_YEAR}\b)?"), _day),
    (tuple(_SEASONS), re.compile(rf"\b(?P<season>{'|'.join(_SEASONS)})(?: of|,)? (?P<year>(?:19|20)\d\d)\b"), _season),
    (_CENTURIES, re.compile(rf"\b{_MONTH}(?: of|,)? {_YEAR}\b"), _whole_month),
    (
        ("last ", "this ", "next ", "past ", "coming "),
        re.compile(
            rf"\b(?P<which>last|this|next|past|coming) "
            rf"(?P<unit>weekend|week|month|year|{'|'.join([*_DAYS, *_MONTHS, *_SEASONS])})\b"
        ),
        _relative_unit,
    ),
    ((" ago",), re.compile(rf"\b{_COUNT} (?P<unit>day|week|month|year)s? (?P<ago>ago)\b"), _ago),
    (("in ",), re.compile(rf"\bin {_COUNT} (?P<unit>day|week|month|year)s?(?P<ago>)\b"), _ago),
    (
        ("yesterday", "night", "today", "tomorrow"),
        re.compile(r"\b(?:yesterday|last night|today|tonight|tomorrow)\b"),
        _near_day,
    ),
    (_OF_MONTHS, re.compile(rf"\b(?:in|of|since|until|by|early|mid|late|end of) {_MONTH}(?P<year>)\b"), _whole_month),
    (("on ",), re.compile(rf"\bon (?P<weekday>{'|'.join(_DAYS)})\b"), _weekday),
    (_CENTURIES, re.compile(rf"\b(?:in|of|since|until|during) {_YEAR}\b"), _year),
]
