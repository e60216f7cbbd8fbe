"""Posts that are late keep apart: from each other and from what their channel has on those days anyway."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from workflows.campaigns.late_times import times_for

ZONE = ZoneInfo("Europe/London")
NOW = datetime(2026, 12, 9, 12, 0, 30, tzinfo=UTC)
END = datetime(2026, 12, 20, 23, 0, tzinfo=UTC)


def at(day: int, hour: int = 10) -> datetime:
    return datetime(2026, 12, day, hour, tzinfo=UTC)


def test_the_first_late_post_goes_out_soon_and_the_others_on_the_days_after_it() -> None:
    late = [("instagram", at(3)), ("instagram", at(5)), ("instagram", at(7, 18)), ("linkedin", at(7))]
    soon = at(9, 13)
    assert times_for(late, {}, NOW, END, ZONE) == [soon, at(10), at(11, 18), soon]


def test_days_on_which_the_channel_has_a_post_are_left_out() -> None:
    wanted = [("instagram", at(3)), ("instagram", at(4)), ("instagram", at(11))]
    taken = {"instagram": {date(2026, 12, 9), date(2026, 12, 10)}, "linkedin": {date(2026, 12, 12)}}
    assert times_for(wanted, taken, NOW, END, ZONE) == [at(12), at(13), at(11)]


def test_what_is_in_time_keeps_its_time() -> None:
    assert times_for([("instagram", at(10)), ("instagram", at(10, 18))], {}, NOW, END, ZONE) == [at(10), at(10, 18)]


def test_without_days_left_they_go_out_hours_apart() -> None:
    late = [("instagram", at(day)) for day in range(3, 8)]
    given = times_for(late, {}, NOW, at(10, 23), ZONE)
    assert given == [at(9, 13), at(10), at(9, 14), at(9, 15), at(9, 16)]


def test_a_time_of_day_is_the_customers_across_a_change_of_clocks() -> None:
    now = datetime(2026, 10, 24, 9, tzinfo=UTC)
    late = [("email", datetime(2026, 10, 20, 9, tzinfo=UTC)), ("email", datetime(2026, 10, 21, 9, tzinfo=UTC))]
    (_, second) = times_for(late, {}, now, now + timedelta(days=9), ZONE)
    assert (second.astimezone(UTC), second.astimezone(ZONE).hour) == (datetime(2026, 10, 25, 10, tzinfo=UTC), 10)
