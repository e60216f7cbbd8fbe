"""Periods as people name them come out as the days they mean."""

from contextlib import suppress
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.figures.periods import ALL, Period, read_period

TODAY = date(2026, 11, 20)  # a Friday


@pytest.mark.parametrize(
    ("words", "since", "until"),
    [
        ("today", "2026-11-20", "2026-11-20"),
        ("yesterday", "2026-11-19", "2026-11-19"),
        ("this week", "2026-11-16", "2026-11-20"),
        ("last week", "2026-11-09", "2026-11-15"),
        ("the past week", "2026-11-14", "2026-11-20"),
        ("last 7 days", "2026-11-14", "2026-11-20"),
        ("over the last two weeks", "2026-11-07", "2026-11-20"),
        ("last fortnight", "2026-11-07", "2026-11-20"),
        ("last month", "2026-10-01", "2026-10-31"),
        ("past month", "2026-10-21", "2026-11-20"),
        ("last quarter", "2026-07-01", "2026-09-30"),
        ("this year", "2026-01-01", "2026-11-20"),
        ("last year", "2025-01-01", "2025-12-31"),
        ("in October?", "2026-10-01", "2026-10-31"),
        ("November", "2026-11-01", "2026-11-20"),
        ("december", "2025-12-01", "2025-12-31"),
        ("Feb 2024", "2024-02-01", "2024-02-29"),
        ("Q3", "2026-07-01", "2026-09-30"),
        ("Q4 2025", "2025-10-01", "2025-12-31"),
        ("2026", "2026-01-01", "2026-11-20"),
        ("since the launch", "2026-11-03", "2026-11-20"),
        ("since launch", "2026-11-03", "2026-11-20"),
        ("since October", "2026-10-01", "2026-11-20"),
        ("since 2026-11-05", "2026-11-05", "2026-11-20"),
        ("2026-10-01 to 2026-10-09", "2026-10-01", "2026-10-09"),
        ("October to November", "2026-10-01", "2026-11-20"),
        ("November to January 2026", "2025-11-01", "2026-01-31"),
    ],
)
def test_words_become_days(words: str, since: str, until: str) -> None:
    found = read_period(words, TODAY, launch=date(2026, 11, 3))
    assert found == Period(date.fromisoformat(since), date.fromisoformat(until))


@pytest.mark.parametrize("words", ["all time", "so far", "since the launch"])
def test_no_bounds_where_none_are_meant(words: str) -> None:
    assert read_period(words, TODAY) == ALL


@given(words=st.text(max_size=60))
def test_any_text_is_a_period_or_refused(words: str) -> None:
    with suppress(ValueError):
        period = read_period(words, TODAY)
        assert period.since is None or period.until is None or period.since <= period.until


@given(start=st.dates(date(2020, 1, 1), date(2030, 1, 1)), days=st.integers(1, 400))
def test_stretch_before_is_as_long_and_ends_the_day_before(start: date, days: int) -> None:
    period = Period(start, start + timedelta(days=days - 1))
    before = period.before()
    assert before is not None
    assert before.until == start - timedelta(days=1)
    assert before.since == start - timedelta(days=days)
    assert Period(None, start).before() is None
