"""Estimates add up, more work never costs less, and prices are the operator's to change."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import NotConfigured
from core.ids import derived_id
from core.money import NO_CURRENCY, Money
from db.client import Database
from db.repository import Repository
from db.system_config import SYSTEM_CONFIG
from tools.platforms.catalogue import BY_NAME
from tools.spending.estimates import budget_advice, estimate, quick_estimate
from tools.spending.prices import ITEMS, KEY, READER, STATED, stated_prices, unit_prices

PIECES = st.dictionaries(st.sampled_from(ITEMS), st.integers(0, 500))
PRICES = stated_prices()


@given(PIECES, st.sampled_from(sorted(STATED)))
def test_lines_add_up_and_advice_covers_them(pieces: dict[str, int], currency: str) -> None:
    made = estimate(pieces, currency, PRICES)
    assert made.total.minor == sum(part.quantity * part.unit_minor for part in made.parts)
    advice = budget_advice(made)
    assert made.total.minor + advice.reserve.minor == advice.least.minor <= advice.recommended.minor


@given(st.lists(st.sampled_from(sorted(BY_NAME)), min_size=1, max_size=6), st.integers(1, 90), st.integers(1, 14))
def test_a_longer_campaign_never_costs_less(channels: list[str], days: int, a_week: int) -> None:
    costs = [quick_estimate(channels, days + more, "GBP", PRICES, a_week).total.minor for more in (0, 7)]
    assert 0 < costs[0] < costs[1]


def test_a_campaign_of_thirty_days_by_hand() -> None:
    made = quick_estimate(["instagram", "twitter", "email"], 30, "GBP", PRICES)
    assert {part.item: (part.quantity, part.amount_minor) for part in made.parts} == {
        "email": (9, 810),
        "social_post": (18, 1080),
    }
    assert made.total == Money(1890, "GBP")
    advice = budget_advice(made)
    assert (advice.least.minor, advice.recommended.minor) == (2079, 9450)


def test_without_a_currency_nothing_is_charged_and_an_unknown_one_is_told() -> None:
    assert quick_estimate(["email"], 30, NO_CURRENCY, PRICES).total.minor == 0
    with pytest.raises(NotConfigured, match="XTS"):
        quick_estimate(["email"], 30, "XTS", PRICES)


async def test_prices_are_stated_once_and_then_the_operators(database: Database) -> None:
    assert (await unit_prices(database)).of("email", "GBP") == 90
    config = Repository(database, SYSTEM_CONFIG, READER)
    await config.update(derived_id("cfg", KEY), {"value.prices.GBP.email": 120})
    assert (await unit_prices(database)).of("email", "GBP") == 120
