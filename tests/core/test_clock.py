"""Both clocks tell aware UTC times that MongoDB can store."""

from datetime import UTC, datetime, timedelta

import pytest

from core.clock import Clock, ManualClock, SystemClock

START = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)


@pytest.mark.parametrize("clock", [SystemClock(), ManualClock(START)])
def test_now_is_utc_in_whole_milliseconds(clock: Clock) -> None:
    now = clock.now()
    assert now.utcoffset() == timedelta(0)
    assert now.microsecond % 1000 == 0


def test_the_system_clock_never_runs_ahead() -> None:
    assert SystemClock().now() <= datetime.now(UTC)


def test_a_manual_clock_moves_only_when_it_is_moved() -> None:
    clock = ManualClock(START)
    assert clock.now() == clock.now() == START
    clock.advance(timedelta(hours=2))
    assert clock.now() == START + timedelta(hours=2)
