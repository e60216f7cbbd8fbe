"""Sums that are no budget."""

from datetime import date
from decimal import Decimal

import pytest

from agents.language.amounts import find_budget, revenue_goals
from agents.language.brief import read_brief
from agents.language.goals import find_goal
from core.money import Money


@pytest.mark.parametrize(
    "text",
    ["entry is £5", "£12 each", "prizes worth £100", "target £3,500", "we want to reach £1,000", "£800 target"],
)
def test_prices_and_targets_are_no_budget(text: str) -> None:
    assert find_budget(text, {}) is None


@pytest.mark.parametrize(
    ("text", "pounds"),
    [
        ("£900 each month", 900),
        ("last year it was £3k but now only £1,800", 1800),
        ("£200 now and another £300 in March", 500),
        ("a target audience of families, £400", 400),
    ],
)
def test_what_may_be_spent_is_the_budget(text: str, pounds: int) -> None:
    found = find_budget(text, {})
    assert found is not None
    assert found.money("USD") == Money.of(pounds, "GBP")


def test_a_target_sum_is_the_goal_and_says_what_it_measures() -> None:
    assert [(amount.value, metric) for amount, metric in revenue_goals("£90k in revenue", {})] == [
        (Decimal(90000), "revenue")
    ]
    goal = find_goal("raise money for the roof, target £3,500, no budget", {})
    assert goal is not None
    assert goal.value == 3500


@pytest.mark.parametrize(
    "said",
    [
        "local families, and there's £1,500 for it. Instagram please",
        "local families, £1,500 for it, Instagram please",
        "local families, £1,500, Instagram please",
    ],
)
def test_a_sum_beside_an_answer_about_people_is_the_budget(said: str) -> None:
    read = read_brief(said, today=date(2026, 11, 20), asked="target_audience", known={"product": "second bakery"})
    assert str(read.values["budget"]) == "£1,500"


def test_a_price_in_an_answer_about_people_stays_theirs() -> None:
    said = "students who pay £20 a month"
    read = read_brief(said, today=date(2026, 11, 20), asked="target_audience", known={"product": "second bakery"})
    assert dict(read.values) == {"target_audience": said}


@pytest.mark.parametrize(
    "text",
    [
        "we had three quotes back, all around £900",
        "the two estimates came in at £1,200 and £1,500",
        "the last agency asked for £600 a month",
        "our rivals are spending 20k a month",
        "a big chain must be spending £50k on this",
        "that leaflet drop set us back £340",
    ],
)
def test_what_others_ask_or_spend_is_no_budget(text: str) -> None:
    assert "budget" not in read_brief(text, today=date(2026, 11, 20)).values


@pytest.mark.parametrize(
    ("text", "pounds"),
    [
        ("we want 30 quote requests a month, £500 for google ads", 500),
        ("quotes were between £400 and £700, our budget is £450", 450),
        ("we lost £400 on radio, have £250 now", 250),
        ("they asked for £900 but we've got £600", 600),
        ("spend is £1,200... correction, £1,400", 1400),
        ("a budget of £300, no wait, £350", 350),
        ("budget £400 for ads and £90 for flyers", 400),
    ],
)
def test_beside_what_others_ask_the_own_sum_is_the_budget(text: str, pounds: int) -> None:
    assert read_brief(text, today=date(2026, 11, 20)).values["budget"] == Money.of(pounds, "GBP")
