"""Stretches of days as people name them: “last week”, “October”, “since the launch”, “the last 14 days”.

Weeks begin on Monday. “Last week” is the calendar week before this one, “the past week” the seven days up to today. A
month, quarter or year without a number is the latest one that has begun.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Literal, TypeAlias

Unit: TypeAlias = Literal["day", "week", "month", "quarter", "year"]

FORMS: Final = (
    "today, yesterday, this week, last week, last 30 days, October, October 2026, Q3, 2026, since the launch, "
    "all time, 2026-10-01 to 2026-10-31"
)
MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
NUMBERS: Final = {
    word: number
    for number, word in enumerate(
        ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"), 1
    )
} | {"fortnight": 14, "couple of": 2, "few": 3, "thirty": 30, "ninety": 90}
_LONG = r"january|february|march|april|may|june|july|august|september|october|november|december"
_MONTH = rf"(?:{_LONG}|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)"
_COUNT = r"\d{1,3}|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|couple of|few|thirty|ninety"
_DAY = r"\d{4}-\d{2}-\d{2}"


@dataclass(frozen=True, slots=True)
class Period:
    """From a day to a day, both included; None: from the first there is, or up to now."""

    since: date | None = None
    until: date | None = None

    def before(self) -> "Period | None":
        """Return the stretch of the same length just before; None where this one has no ends."""
        if self.since is None or self.until is None:
            return None
        length = self.until - self.since + timedelta(days=1)
        return Period(self.since - length, self.since - timedelta(days=1))


ALL: Final = Period()


def read_period(words: str, today: date, launch: date | None = None) -> Period:
    """Return the days that are meant; ``launch`` is when the campaign, or all of it, began.

    ValueError, with the forms that are understood, for anything else.
    """
    text = re.sub(r"\s+", " ", words.strip().lower().rstrip("?.!"))
    text = re.sub(r"^(?:(?:in|during|over|for|on|from|within|of)\s)?(?:the\s)?", "", text)
    for pattern, reader in _READERS:
        if found := re.fullmatch(pattern, text):
            return reader(found, today, launch)
    raise ValueError(f"{words[:60]!r} is not a period that is understood; there are for instance: {FORMS}")


def _fixed(found: re.Match[str], today: date, _: date | None) -> Period:
    word = found[0]
    if word == "yesterday":
        return Period(today - timedelta(days=1), today - timedelta(days=1))
    return Period(today, today) if word == "today" else ALL


def _calendar(found: re.Match[str], today: date, _: date | None) -> Period:
    unit: Unit = found["unit"]  # type: ignore[assignment]  # the pattern lists the units
    start = _start(today, unit)
    if found["which"] == "this" or found["which"] == "current":
        return Period(start, today)
    end = start - timedelta(days=1)
    return Period(_start(end, unit), end)


def _rolling(found: re.Match[str], today: date, _: date | None) -> Period:
    groups = found.groupdict()
    written = groups.get("count") or "one"
    count = int(written) if written.isdecimal() else NUMBERS[written]
    unit = (groups["unit"] or "day").rstrip("s")
    if unit == "fortnight":
        count, unit = 14 * count, "day"
    if unit in {"day", "week"}:
        days = count * (7 if unit == "week" else 1)
        return Period(today - timedelta(days=max(days, 1) - 1), today)
    months = count * {"month": 1, "quarter": 3, "year": 12}[unit]
    return Period(_months_back(today, months) + timedelta(days=1), today)


def _month(found: re.Match[str], today: date, _: date | None) -> Period:
    number = MONTHS.index(found["month"][:3]) + 1
    year = int(found["year"]) if found["year"] else today.year - (number > today.month)
    return _cut(Period(date(year, number, 1), _last_of(date(year, number, 1), 1)), today)


def _quarter(found: re.Match[str], today: date, _: date | None) -> Period:
    number = int(found["quarter"])
    year = int(found["year"]) if found["year"] else today.year - (number * 3 - 2 > today.month)
    start = date(year, number * 3 - 2, 1)
    return _cut(Period(start, _last_of(start, 3)), today)


def _year(found: re.Match[str], today: date, _: date | None) -> Period:
    year = int(found["year"])
    return _cut(Period(date(year, 1, 1), date(year, 12, 31)), today)


def _launched(_: re.Match[str], today: date, launch: date | None) -> Period:
    return Period(launch, today) if launch else ALL


def _since(found: re.Match[str], today: date, launch: date | None) -> Period:
    return Period(read_period(found["what"], today, launch).since, today)


def _days(found: re.Match[str], _: date, __: date | None) -> Period:
    first = date.fromisoformat(found["first"])
    last = date.fromisoformat(found["last"]) if found["last"] else first
    return Period(min(first, last), max(first, last))


def _months_of(found: re.Match[str], today: date, _: date | None) -> Period:
    first, last = read_period(found["first"], today), read_period(found["last"], today)
    if first.since and last.since and first.since > last.since:
        first = read_period(f"{found['first']} {last.since.year - 1}", today)
    return Period(first.since, last.until)


def _cut(period: Period, today: date) -> Period:
    """End a stretch that is still going on today."""
    if period.since and period.until and period.since <= today < period.until:
        return Period(period.since, today)
    return period


def _start(day: date, unit: Unit) -> date:
    match unit:
        case "week":
            return day - timedelta(days=day.weekday())
        case "month":
            return day.replace(day=1)
        case "quarter":
            return day.replace(month=day.month - (day.month - 1) % 3, day=1)
        case "year":
            return day.replace(month=1, day=1)
        case "day":
            return day


def _last_of(start: date, months: int) -> date:
    return _months_on(start, months) - timedelta(days=1)


def _months_on(start: date, months: int) -> date:
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    return date(year, month + 1, 1)


def _months_back(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    first = date(year, month + 1, 1)
    return first.replace(day=min(day.day, _last_of(first, 1).day))


_UNITS = r"days?|weeks?|months?|quarters?|years?|fortnights?"
_BEGINNING = r"launch|start|beginning|opening|kick-?off|go-live|we (?:launched|started|began)"
_READERS: Final[tuple[tuple[str, Callable[[re.Match[str], date, date | None], Period]], ...]] = (
    (r"today|yesterday|all(?: time)?|ever|so far|overall|everything|(?:the )?whole time|to date", _fixed),
    (r"(?P<which>this|current|last|previous) (?P<unit>week|month|quarter|year)", _calendar),
    (rf"(?:last|past|previous|latest)(?: (?P<count>{_COUNT}))? (?P<unit>{_UNITS})", _rolling),
    (rf"(?P<month>{_MONTH})(?:,? (?P<year>20\d\d))?", _month),
    (r"q(?P<quarter>[1-4])(?:,? (?P<year>20\d\d))?", _quarter),
    (r"(?P<year>20\d\d)", _year),
    (rf"(?:since|from) (?:the |our |its )?(?:very )?(?:{_BEGINNING})(?: (?:of|on) .*)?", _launched),
    (r"(?:since|after|from) (?P<what>.*?)(?: (?:on|onwards?))?", _since),
    (rf"(?P<first>{_DAY})(?:(?: ?(?:to|until|-|–|\.\.) ?| and )(?P<last>{_DAY}))?", _days),
    (rf"(?P<first>{_MONTH}(?: 20\d\d)?) ?(?:to|until|-|–) ?(?P<last>{_MONTH}(?: 20\d\d)?)", _months_of),
)
