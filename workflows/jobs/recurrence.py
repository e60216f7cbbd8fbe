"""When a recurring job is due next: cron expressions read as a clock on the wall of a timezone shows the time."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cronsim import CronSim, CronSimError

from core.errors import InvalidInput


def next_due(expression: str, timezone: str, after: datetime) -> datetime:
    """Return the first time after ``after``, in UTC.

    9:00 is 9:00 on both sides of a change of the clocks. A time that is skipped in spring is due right after the gap, a
    time that comes twice in autumn is due once; what recurs every hour or more often goes on in steady steps.
    Raises InvalidInput for what is no cron expression, no timezone, or never due.
    """
    try:
        place = ZoneInfo(timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise InvalidInput(
            f"There is no timezone {timezone!r}. Use a name such as 'Europe/London'.", field="timezone"
        ) from error
    try:
        found = next(CronSim(expression, after.astimezone(place)), None)
    except CronSimError as error:
        raise InvalidInput(
            f"{expression!r} is no cron expression. It takes five fields, such as '0 9 * * 1-5'.",
            field="cron_expression",
        ) from error
    if found is None:
        raise InvalidInput(f"{expression!r} is never due.", field="cron_expression")
    return found.astimezone(UTC)
