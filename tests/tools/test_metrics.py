"""The arithmetic of figures."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.metrics import ALIASES, METRICS, Row, as_number, metric_name, work_out

COUNTS = st.integers(0, 10**7)


def post(row_id: str = "pst_1", **figures: int) -> Row:
    acted = [value for name, value in figures.items() if name in {"likes", "comments", "shares"}]
    figures |= {"engagement": sum(acted)} if acted else {}
    counted = {name: Decimal(value) for name, value in figures.items()}
    return Row(row_id, "post", date(2026, 11, 1), "instagram", None, counted, None)


def ads(currency: str | None = "GBP", **figures: int) -> Row:
    counted = {name: Decimal(value) for name, value in figures.items()}
    return Row("ana_1", "day", date(2026, 11, 1), "ads", None, counted, None, currency)


@given(st.lists(st.tuples(COUNTS, COUNTS, COUNTS, COUNTS), min_size=1, max_size=8))
def test_engagement_rate_is_interactions_by_views_in_percent(stored: list[tuple[int, int, int, int]]) -> None:
    rows = [post(f"pst_{i}", likes=a, comments=b, shares=c, views=d) for i, (a, b, c, d) in enumerate(stored)]
    figure = work_out(METRICS["engagement_rate"], rows)
    views = sum(row[3] for row in stored)
    assert len(figure.sources) == len(stored)
    if views == 0:
        assert figure.value is None
    else:
        expected = Decimal(100 * sum(sum(row[:3]) for row in stored)) / views
        assert figure.value is not None
        assert abs(figure.value - expected) <= Decimal("0.00005")


@pytest.mark.parametrize(
    ("metric", "row", "value"),
    [
        ("ctr", post(clicks=5, impressions=200), 0.025),
        ("cpc", ads(ad_spend=1_000, ad_clicks=40), 0.25),
        ("cpa", ads(ad_spend=1_000, ad_conversions=4), 2.5),
        ("cpc", ads("JPY", ad_spend=1_000, ad_clicks=40), 25),
        ("roas", ads(ad_revenue=4_500, ad_spend=1_500), 3),
        ("ad_spend", ads(ad_spend=1_234), 12.34),
        ("likes", post(likes=7), 7),
    ],
)
def test_figures_follow_their_formula(metric: str, row: Row, value: float) -> None:
    figure = work_out(METRICS[metric], [row])
    assert as_number(figure.value) == value
    assert figure.sources == (row.row_id,)
    assert figure.aggregation


@pytest.mark.parametrize(
    ("metric", "row"),
    [
        ("engagement_rate", post(likes=3, comments=0, shares=0, views=0)),
        ("ctr", post(clicks=5, impressions=0)),
        ("cpc", ads(ad_spend=100, ad_clicks=0)),
        ("cpa", ads(ad_spend=100, ad_conversions=0)),
        ("roas", ads(ad_revenue=0, ad_spend=0)),
    ],
)
def test_a_zero_denominator_gives_nothing_but_names_its_rows(metric: str, row: Row) -> None:
    figure = work_out(METRICS[metric], [row])
    assert figure.value is None
    assert figure.sources == (row.row_id,)
    assert "is 0" in figure.aggregation


def test_rows_that_lack_a_figure_are_not_used() -> None:
    figure = work_out(METRICS["ctr"], [post("pst_1", clicks=5, impressions=100), post("pst_2", posts=1)])
    assert figure.sources == ("pst_1",)
    assert work_out(METRICS["ctr"], [post("pst_2", posts=1)]).sources == ()


def test_different_currencies_are_not_added_up() -> None:
    figure = work_out(METRICS["ad_spend"], [ads("GBP", ad_spend=100), ads("EUR", ad_spend=100)])
    assert figure.value is None
    assert "several currencies" in figure.aggregation


@given(st.sampled_from(sorted(METRICS)), st.lists(st.integers(0, 10**6), min_size=1, max_size=6))
def test_totals_do_not_depend_on_the_order(name: str, values: list[int]) -> None:
    metric = METRICS[name]
    names = (*metric.top, *((metric.bottom,) if metric.bottom else ()))
    rows = [
        Row(f"r{i}", metric.kinds[0], date(2026, 11, 1), "x", None, dict.fromkeys(names, Decimal(value)), None, "GBP")
        for i, value in enumerate(values)
    ]
    assert work_out(metric, rows).value == work_out(metric, rows[::-1]).value


def test_common_names_are_understood() -> None:
    assert metric_name("CTR") == "ctr"
    assert metric_name("Engagement Rate") == "engagement_rate"
    assert metric_name("click-through rate") == "ctr"
    assert metric_name("happiness") is None
    assert set(ALIASES.values()) <= set(METRICS)
    assert not set(ALIASES) & set(METRICS)
