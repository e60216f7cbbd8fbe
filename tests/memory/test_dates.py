"""Days that texts name."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memory.dates import asked_days, named_days

TODAY = date(2023, 5, 8)


def days(text: str) -> list[tuple[str, str]]:
    return [
        (date.fromordinal(span.first).isoformat(), date.fromordinal(span.last).isoformat())
        for span in named_days(text, TODAY)
    ]


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("I went there yesterday", "2023-05-07", "2023-05-07"),
        ("on 7 May 2023", "2023-05-07", "2023-05-07"),
        ("July 4, 2022 it was", "2022-07-04", "2022-07-04"),
        ("the 9th of July", "2023-07-09", "2023-07-09"),
        ("2023-05-09", "2023-05-09", "2023-05-09"),
        ("last week we met", "2023-05-01", "2023-05-07"),
        ("this weekend", "2023-05-13", "2023-05-14"),
        ("two weeks ago", "2023-04-21", "2023-04-27"),
        ("in three months", "2023-07-22", "2023-08-21"),
        ("last Friday", "2023-05-05", "2023-05-05"),
        ("next Monday", "2023-05-15", "2023-05-15"),
        ("last month", "2023-04-01", "2023-04-30"),
        ("next year", "2024-01-01", "2024-12-31"),
        ("last summer", "2022-06-01", "2022-08-31"),
        ("in summer 2021", "2021-06-01", "2021-08-31"),
        ("in June", "2023-06-01", "2023-06-30"),
        ("in November", "2022-11-01", "2022-11-30"),
        ("since 2019", "2019-01-01", "2019-12-31"),
        ("February 2024", "2024-02-01", "2024-02-29"),
    ],
)
def test_a_day_is_read(text: str, first: str, last: str) -> None:
    assert days(text) == [(first, last)]


@pytest.mark.parametrize("text", ["", "we may go", "march on", "the year", "marathon day", "12 2023"])
def test_what_names_no_day_gives_none(text: str) -> None:
    assert days(text) == []


def test_several_days_are_read_once_each() -> None:
    assert len(days("On 3 March 2023 we opened, and last week we closed.")) == 2


def test_a_question_about_a_month_may_mean_any_year() -> None:
    found = {date.fromordinal(span.first).year for span in asked_days("What happened in June?", TODAY)}
    assert {2021, 2022, 2023} <= found


def test_a_question_about_a_year_means_that_year() -> None:
    (span,) = asked_days("What happened in June 2021?", TODAY)
    assert date.fromordinal(span.first) == date(2021, 6, 1)


@given(st.text(max_size=200), st.dates())
def test_any_text_on_any_day_can_be_read(text: str, today: date) -> None:
    assert all(span.first <= span.last for span in named_days(text, today))


@given(st.dates(min_value=date(1990, 1, 1), max_value=date(2090, 1, 1)))
def test_a_written_date_is_that_day(day: date) -> None:
    assert days(f"it was on {day.day} {day:%B} {day.year}") == [(day.isoformat(), day.isoformat())]
