"""Days, weeks and months of a calendar as a page lays them out: which entries stand in which cell. Pure functions."""

from calendar import monthrange
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final, Literal
from zoneinfo import ZoneInfo

from tools.calendar_entries import CalendarEntry, CampaignSpan

View = Literal["month", "week", "agenda"]
WEEK: Final = 7
AGENDA_DAYS: Final = 30
SHOWN_IN_MONTH: Final = 3
MOST_SPANS: Final = 3


@dataclass(frozen=True, slots=True)
class Cell:
    """One day: its entries by time. ``outside``: it belongs to the month before or after."""

    day: date
    entries: Sequence[CalendarEntry]
    outside: bool
    today: bool

    @property
    def shown(self) -> Sequence[CalendarEntry]:
        """What a month shows of the day."""
        return self.entries if len(self.entries) <= SHOWN_IN_MONTH + 1 else self.entries[:SHOWN_IN_MONTH]

    @property
    def more(self) -> int:
        """How many a month does not show."""
        return len(self.entries) - len(self.shown)


@dataclass(frozen=True, slots=True)
class Bar:
    """A campaign in a week: from which to which column (1 to 7), and whether it begins and ends there."""

    span: CampaignSpan
    first: int
    last: int
    begins: bool
    ends: bool


@dataclass(frozen=True, slots=True)
class Week:
    """Seven days from Monday, and the campaigns that run in them; ``hidden`` is how many are not shown."""

    cells: Sequence[Cell]
    bars: Sequence[Bar]
    hidden: int


@dataclass(frozen=True, slots=True)
class Stretch:
    """What a view shows: from a day on and before another, and where the views before and after begin."""

    view: View
    anchor: date
    first: date
    last: date
    back: date
    ahead: date

    def instants(self, zone: ZoneInfo) -> tuple[datetime, datetime]:
        """Return the stretch in time; it ends before the second."""
        return _midnight(self.first, zone), _midnight(self.last + timedelta(days=1), zone)


def stretch_of(view: View, anchor: date) -> Stretch:
    """Return the days a view shows: a month in whole weeks, the week or the 30 days from a day on."""
    if view == "week":
        first = anchor - timedelta(days=anchor.weekday())
        week = timedelta(days=WEEK)
        return Stretch(view, anchor, first, first + week - timedelta(days=1), first - week, first + week)
    if view == "agenda":
        length = timedelta(days=AGENDA_DAYS)
        return Stretch(view, anchor, anchor, anchor + length - timedelta(days=1), anchor - length, anchor + length)
    start = anchor.replace(day=1)
    end = anchor.replace(day=monthrange(anchor.year, anchor.month)[1])
    first = start - timedelta(days=start.weekday())
    last = end + timedelta(days=WEEK - 1 - end.weekday())
    return Stretch(view, anchor, first, last, (start - timedelta(days=1)).replace(day=1), end + timedelta(days=1))


def laid_out(
    stretch: Stretch, entries: Iterable[CalendarEntry], spans: Iterable[CampaignSpan], today: date, zone: ZoneInfo
) -> list[Week]:
    """Return the weeks of a stretch; of an agenda, its days as they come."""
    days: dict[date, list[CalendarEntry]] = defaultdict(list)
    for entry in entries:
        days[entry.at.astimezone(zone).date()].append(entry)
    running = sorted(spans, key=lambda span: (span.first, span.campaign_id))
    weeks: list[Week] = []
    first = stretch.first
    while first <= stretch.last:
        dates = [first + timedelta(days=number) for number in range(WEEK)]
        cells = [
            Cell(day, days[day], stretch.view == "month" and day.month != stretch.anchor.month, day == today)
            for day in dates
            if day <= stretch.last
        ]
        bars = [bar for span in running if (bar := _bar(span, dates[0], dates[-1]))]
        weeks.append(Week(cells, bars[:MOST_SPANS], max(len(bars) - MOST_SPANS, 0)))
        first += timedelta(days=WEEK)
    return weeks


def _bar(span: CampaignSpan, monday: date, sunday: date) -> Bar | None:
    if span.last < monday or span.first > sunday:
        return None
    first, last = max(span.first, monday), min(span.last, sunday)
    return Bar(span, first.weekday() + 1, last.weekday() + 1, first == span.first, last == span.last)


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)
