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
        "February is always dead for us",
        "January's usually quiet here",
        "bookings for May are down",
        "we're fully booked in August",
        "we're shut over Christmas",
        "nobody buys skates at Easter",
        "the schools are off at Easter",
        "not during Ramadan, please",
        "I'm handing over to Jo on 3 December",
        "out of office until 4 January",
        "Sam joins the team on 1 December, so loop him in",
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
        ("exhibition in March, from the 3rd to the 15th", date(2027, 3, 3), date(2027, 3, 15)),
        ("we're on in February: the 11th to the 14th", date(2027, 2, 11), date(2027, 2, 14)),
        ("fair next month, on the 4th and 5th", date(2026, 12, 4), date(2026, 12, 5)),
        ("July is the month we want to fill", date(2027, 7, 1), date(2027, 7, 31)),
        ("più prenotazioni a maggio", date(2027, 5, 1), date(2027, 5, 31)),
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


@pytest.mark.parametrize(
    ("text", "name", "day"),
    [
        ("a concert in April, doors on the 9th", "event_date", date(2027, 4, 9)),
        ("400 orders before year-end", "end_date", date(2026, 12, 31)),
        ("ten deals by EOY", "end_date", date(2026, 12, 31)),
        ("all of it done by month end", "end_date", date(2026, 11, 30)),
        ("We do pottery evenings. They start on 5 January", "event_date", date(2027, 1, 5)),
        ("Our posts are ready. They start on 5 January", "start_date", date(2027, 1, 5)),
        ("choir rehearsals start again on 9 January", "event_date", date(2027, 1, 9)),
        ("Sat 20/2", "event_date", date(2027, 2, 20)),
        ("it stops on the 30th though", "end_date", date(2026, 11, 30)),
        ("we close on the 30th when the market ends", "end_date", date(2026, 11, 30)),
        ("4 rooms available from March, all gone by the end of January please", "end_date", date(2027, 1, 31)),
        ("Easter is our biggest weekend, 90 bookings by 12 March", "end_date", date(2027, 3, 12)),
        ("Halloween party, 80 guests by the 28th, 200 over the weekend", "end_date", date(2026, 11, 28)),
    ],
)
def test_a_day_takes_the_role_its_sentence_gives_it_and_no_other_is_read(text: str, name: str, day: date) -> None:
    when = find_when(text, TODAY, asked=None, known={})
    told = {"event_date": when.event_date, "start_date": when.start_date, "end_date": when.end_date}
    assert {one: found for one, found in told.items() if found} == {name: day}


def test_short_year_end_words_are_no_day_where_they_describe_a_thing() -> None:
    when = find_when("we do the year-end accounts of small firms", TODAY, asked=None, known={})
    assert when.end_date is None


def test_a_week_may_be_written_short() -> None:
    known = {"event_date": "2027-02-12"}
    assert read_brief("1 wk later pls", today=TODAY, known=known).values["event_date"] == date(2027, 2, 19)
