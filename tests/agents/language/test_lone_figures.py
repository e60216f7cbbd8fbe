"""Figures, sums and days beside the ones that count: prices, what there is, days of other things."""

from collections.abc import Mapping
from datetime import date

import pytest

from agents.language.brief import read_brief
from core.money import Money

TODAY = date(2026, 11, 20)


def read(text: str, asked: str | None = None, known: Mapping[str, object] | None = None) -> Mapping[str, object]:
    """The values read from a message."""
    return read_brief(text, today=TODAY, asked=asked, known=known or {}).values


@pytest.mark.parametrize(
    ("text", "budget"),
    [
        ("we open the ice cream van again on 1 April, 99s are £2.80, Skegness", None),
        ("launching a set lunch at £16 on Monday, Instagram, £750/month", Money(75000, "GBP")),
        ("winter boots at €89, stock 14,000 pairs. €35,000 on Meta ads", Money(3500000, "EUR")),
        ("the stall cost me £380, only £40 left for ads", Money(4000, "GBP")),
        ("No budget has been discussed yet for the spring auction", None),
        ("hog roast in Halifax, Nova Scotia, I can spend $60", Money(6000, "CAD")),
        ("biltong shop, Pretoria, got R 5 000", Money(500000, "ZAR")),
    ],
)
def test_the_budget_is_told_from_prices_and_costs(text: str, budget: Money | None) -> None:
    assert read(text).get("budget") == budget


@pytest.mark.parametrize(
    ("asked", "text", "expected"),
    [
        ("product", "its a menopause workshop, £25, run by a nurse", {"budget": None}),
        ("product", "£60", {"budget": Money(6000, "GBP")}),
        ("goal_value", "£2k if we're lucky", {"goal_value": 2000, "budget": None}),
        ("goal_value", "if i got 3 i'd be made up", {"goal_value": 3}),
        ("channels", "80 bookings", {"goal_value": 80, "goal_metric": "bookings"}),
        ("product", "100 customers on the day", {"goal_value": 100, "product": None}),
        ("objective", "families", {"target_audience": "families", "objective": None}),
        ("channels", "whats app and FB", {"channels": ["whatsapp", "facebook"]}),
        ("event_date", "google", {"channels": ["google_ads"]}),
    ],
)
def test_an_answer_may_give_another_fact_than_the_one_asked_for(
    asked: str, text: str, expected: Mapping[str, object]
) -> None:
    values = read(text, asked)
    assert {name: values.get(name) for name in expected} == expected


@pytest.mark.parametrize(
    ("known", "text", "expected"),
    [
        ({"end_date": "2026-12-24"}, "push it to 31 dec", {"end_date": date(2026, 12, 31)}),
        ({"start_date": "2027-01-04"}, "cant do the 4th, the 11th instead", {"start_date": date(2027, 1, 11)}),
        ({"event_date": "2027-04-22"}, "please bring the event forward by two days", {"event_date": date(2027, 4, 20)}),
        ({"goal_value": 12}, "12 was too optimistic, 8", {"goal_value": 8}),
        ({"channels": ["email", "facebook"]}, "The client has closed its Facebook page", {"channels": ["email"]}),
        ({"channels": ["facebook", "instagram"]}, "too many channels just do instagram", {"channels": ["instagram"]}),
    ],
)
def test_a_correction_means_what_is_known(
    known: Mapping[str, object], text: str, expected: Mapping[str, object]
) -> None:
    values = read(text, known=known)
    assert {name: values.get(name) for name in expected} == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("its on for the 5th and 6th", {"start_date": date(2026, 12, 5), "end_date": date(2026, 12, 6)}),
        ("sheep shearing, the weekend of the 24th april", {"start_date": date(2027, 4, 24)}),
        ("uniform swap on Saturday 16 January 9 till 12", {"event_date": date(2027, 1, 16)}),
        ("we'd wanna start january 4th", {"start_date": date(2027, 1, 4)}),
        ("3 new retainers before July", {"end_date": date(2027, 6, 30)}),
        ("I left my job in March after 14 years", {}),
        ("Friday and Saturday nights are packed", {}),
        ("occupancy Mon-Thu was 52 %", {}),
        ("the Sunday matinee series", {}),
        ("launches 15 March, embargo until 12 March", {"event_date": date(2027, 3, 15)}),
        ("our season's April to September.", {}),
    ],
)
def test_days_of_other_things_are_no_dates_of_the_campaign(text: str, expected: Mapping[str, date]) -> None:
    values = read(text)
    dates = {name: values.get(name) for name in ("event_date", "start_date", "end_date") if name in values}
    assert {name: day for name, day in dates.items() if name in expected} == expected
    assert expected or not dates
