"""Nine o'clock is nine o'clock, whatever the clocks do."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InvalidInput
from workflows.jobs.recurrence import next_due

ZONES = ("Europe/London", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "UTC", "America/St_Johns")


@given(
    zone=st.sampled_from(ZONES),
    after=st.datetimes(datetime(2026, 1, 1), datetime(2029, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - st asks
)
def test_nine_in_the_morning_is_nine_every_day_of_the_year(zone: str, after: datetime) -> None:
    due = next_due("0 9 * * *", zone, after)
    here = due.astimezone(ZoneInfo(zone))
    assert (here.hour, here.minute) == (9, 0)
    assert timedelta(0) < due - after <= timedelta(hours=25, minutes=30)


def test_both_sides_of_the_change_in_spring_and_autumn() -> None:
    days = [datetime(2026, 3, 28, 12, tzinfo=UTC), datetime(2026, 10, 24, 12, tzinfo=UTC)]
    assert [next_due("0 9 * * *", "Europe/London", day).hour for day in days] == [8, 9]
    assert next_due("0 9 * * *", "Europe/London", datetime(2026, 3, 27, 12, tzinfo=UTC)).hour == 9


def test_skipped_time_is_due_right_after_the_gap_and_doubled_time_once() -> None:
    gap = next_due("30 1 * * *", "Europe/London", datetime(2026, 3, 28, 12, tzinfo=UTC))
    assert gap == datetime(2026, 3, 29, 1, 0, tzinfo=UTC)
    first = next_due("30 1 * * *", "Europe/London", datetime(2026, 10, 24, 12, tzinfo=UTC))
    assert next_due("30 1 * * *", "Europe/London", first) == datetime(2026, 10, 26, 1, 30, tzinfo=UTC)


def test_every_half_hour_goes_on_in_steady_steps_through_the_change() -> None:
    moment = datetime(2026, 10, 25, 0, 0, tzinfo=UTC)
    for _ in range(8):
        following = next_due("*/30 * * * *", "Europe/London", moment)
        assert following - moment == timedelta(minutes=30)
        moment = following


@pytest.mark.parametrize(
    ("cron", "zone"), [("0 25 * * *", "UTC"), ("soon", "UTC"), ("0 9 * * *", "Mars/Base"), ("", "")]
)
def test_what_is_no_schedule_is_refused_in_words(cron: str, zone: str) -> None:
    with pytest.raises(InvalidInput, match=r"is no|There is no"):
        next_due(cron, zone, datetime(2026, 1, 1, tzinfo=UTC))
