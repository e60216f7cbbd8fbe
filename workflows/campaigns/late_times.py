"""When texts go out whose times have passed before they were ready: apart from each other, as they were meant to be."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta, tzinfo
from typing import Final

LEAD: Final = timedelta(minutes=10)
LATER: Final = timedelta(hours=1)


def times_for(
    meant: Sequence[tuple[str, datetime]],
    taken: Mapping[str, Collection[date]],
    now: datetime,
    end: datetime,
    zone: tzinfo,
) -> list[datetime]:
    """Return when posts go out, each given as channel and the time it was meant for, in the order of these times.

    One that is late goes out in an hour if its channel has no other post on that day of the customer's (``taken`` are
    the days it has), else at its own time of day on the next day without one, up to ``end``. Where there is no such day
    left, they go out hours apart.
    """
    days = {channel: set(given) for channel, given in taken.items()}
    for channel, moment in meant:
        if not is_late(moment, now):
            days.setdefault(channel, set()).add(moment.astimezone(zone).date())
    found: list[datetime] = []
    crowded: dict[str, int] = {}
    for channel, moment in meant:
        if not is_late(moment, now):
            found.append(moment)
            continue
        used = days.setdefault(channel, set())
        free = (one for one in _candidates(moment, now, end, zone) if one.astimezone(zone).date() not in used)
        at = next(free, None)
        if at is None:
            crowded[channel] = crowded.get(channel, 0) + 1
            at = soon(now) + crowded[channel] * LATER
        used.add(at.astimezone(zone).date())
        found.append(at)
    return found


def is_late(moment: datetime, now: datetime) -> bool:
    """Whether a time has passed, or is too near to be asked for."""
    return moment < now + LEAD


def _candidates(meant: datetime, now: datetime, end: datetime, zone: tzinfo) -> Iterable[datetime]:
    yield soon(now)
    hour, day = meant.astimezone(zone).timetz(), now.astimezone(zone).date()
    while (at := datetime.combine(day, hour)) < end:
        if at >= now + LATER:
            yield at
        day += timedelta(days=1)


def soon(now: datetime) -> datetime:
    """Return when what is late may go out at the earliest: a person has an hour to look at it."""
    return (now + LATER).replace(second=0, microsecond=0)
