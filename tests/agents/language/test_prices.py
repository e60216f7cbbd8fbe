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
