"""Formulas hold for any figures: nothing divides by zero, shares stay shares, the usual post scores 50."""

from decimal import Decimal
from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.figures.formulas import (
    FEWEST_COMPARABLE,
    MOST_COMPARABLE,
    PLACES,
    change,
    conversion_rate,
    cpa,
    cpc,
    ctr,
    engagement,
    engagement_rate,
    ratio,
    roas,
    roi,
    score,
)

counts = st.integers(0, 10**12)
maybe = st.none() | counts
histories = st.lists(counts, min_size=FEWEST_COMPARABLE, max_size=60)


def test_examples_as_the_definitions_have_them() -> None:
    assert engagement_rate(engagement(30, 5, 5), 1_000) == 4
    assert ctr(12, 2_400) == Decimal("0.005")
    assert conversion_rate(3, 12) == Decimal("0.25")
    assert cpc(40_000, 200) == 200
    assert cpa(40_000, 4) == 10_000
    assert roas(60_000, 40_000) == Decimal("1.5")
    assert roi(60_000, 40_000) == Decimal("0.5")
    assert change(80, 100) == 25
    assert change(-4, -2) == 50


@pytest.mark.parametrize("formula", [engagement_rate, ctr, conversion_rate, cpc, cpa, roas, roi])
@given(top=maybe)
def test_nothing_below_the_line_gives_none(formula: object, top: int | None) -> None:
    assert callable(formula)
    assert formula(top, 0) is None
    assert formula(top, None) is None
    assert formula(None, 7) is None


@given(top=counts, bottom=st.integers(1, 10**12))
def test_ratio_is_exact_to_four_places(top: int, bottom: int) -> None:
    found = ratio(top, bottom)
    assert found is not None
    assert abs(found * bottom - top) <= PLACES / 2 * bottom


@given(likes=maybe, comments=maybe, shares=maybe)
def test_engagement_adds_up_what_is_told(likes: int | None, comments: int | None, shares: int | None) -> None:
    told = [count for count in (likes, comments, shares) if count is not None]
    assert engagement(likes, comments, shares) == (sum(told) if told else None)


@given(value=counts, earlier=histories)
def test_score_lies_between_0_and_100_and_rises_with_the_figure(value: int, earlier: list[int]) -> None:
    found, better = score(value, earlier), score(value * 2 + 1, earlier)
    assert better is not None
    assert found is None or 0 <= found <= better <= 100


@given(earlier=st.lists(st.integers(1, 10**9), min_size=FEWEST_COMPARABLE, max_size=60))
def test_usual_post_scores_50_against_the_last_30(earlier: list[int]) -> None:
    usual = Decimal(median(earlier[-MOST_COMPARABLE:]))
    assert score(usual, earlier) == 50
    assert score(usual * 2, earlier) == 67


@given(value=counts, earlier=st.lists(counts, max_size=FEWEST_COMPARABLE - 1))
def test_too_few_comparable_posts_give_no_score(value: int, earlier: list[int]) -> None:
    assert score(value, earlier) is None


def test_a_post_without_figure_and_an_account_without_any_have_no_score() -> None:
    assert score(None, [1] * 9) is None
    assert score(0, [0] * 9) is None
    assert score(3, [0] * 9) == 100
