"""Which dates of a text are dates of the campaign, and in which role."""

from datetime import date

import pytest

from agents.language.brief import read_brief
from agents.language.when import find_when

TODAY = date(2026, 11, 20)


@pytest.mark.parametrize(
    "text",
    [
        "I'll send the numbers tomorrow",
        "we pitched on Monday and won",
        "we launched our app in March and people like it",
        "sales were up in October",
        "my flight is delayed so I'll be in touch on Wednesday",
        "a locksmith, open 24/7",
        "last Christmas we sold 300",
        "schedule the first two for Monday morning",
        "following up on Friday's chat",
    ],
)
def test_dates_of_talk_and_of_the_past_are_none_of_the_campaign(text: str) -> None:
    when = find_when(text, TODAY, asked=None, known={})
    assert (when.event_date, when.start_date, when.end_date) == (None, None, None)


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("the week of the 9th", date(2026, 12, 7), date(2026, 12, 13)),
        ("week commencing 11 January", date(2027, 1, 11), date(2027, 1, 17)),
        ("in May and June", date(2027, 5, 1), date(2027, 6, 30)),
        ("between January and March", date(2027, 1, 1), date(2027, 3, 31)),
        ("the sale goes live 27 Nov and runs till 6 Dec", date(2026, 11, 27), date(2026, 12, 6)),
    ],
)
def test_spans_said_in_other_ways(text: str, first: date, last: date) -> None:
    when = find_when(text, TODAY, asked=None, known={})
    assert (when.start_date, when.end_date) == (first, last)


@pytest.mark.parametrize(
    "text",
    ["orders close 28 February", "closing date 28 February", "extend it to 28 February", "now until 28 February"],
)
def test_closing_words_make_an_end(text: str) -> None:
    assert find_when(text, TODAY, asked=None, known={}).end_date == date(2027, 2, 28)


def test_a_day_told_stands_before_the_quarter_it_lies_in() -> None:
    when = find_when("the Q2 launch is confirmed for April 22", TODAY, asked=None, known={})
    assert (when.event_date, when.start_date) == (date(2027, 4, 22), None)


@pytest.mark.parametrize(
    ("text", "known", "field", "value"),
    [
        ("make that postgraduates", {"target_audience": "students"}, "target_audience", "postgraduates"),
        ("double it", {"budget": {"minor": 100000, "currency": "GBP"}}, "budget", "£2,000"),
    ],
)
def test_a_bare_correction_means_the_only_thing_known(
    text: str, known: dict[str, object], field: str, value: str
) -> None:
    assert str(read_brief(text, today=TODAY, known=known).values[field]) == value


def test_a_question_with_a_brief_in_it_is_read() -> None:
    text = "What about promoting our gift vouchers on Instagram from 1 December to 24 December with £200?"
    values = read_brief(text, today=TODAY).values
    assert (values["channels"], str(values["budget"])) == (["instagram"], "£200")
    assert read_brief("would 20 January be too early?", today=TODAY).values == {}
