"""Money adds up, whatever the amount, the currency and the split."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.money import EXPONENTS, SIGNS, Money

currencies = st.sampled_from([*EXPONENTS, *SIGNS, "AUD"])
amounts = st.integers(min_value=0, max_value=10**12)
weights = st.lists(st.integers(min_value=0, max_value=1000), min_size=1, max_size=12).filter(
    lambda parts: sum(parts) > 0
)


@given(amounts, currencies)
def test_major_units_come_back_as_the_same_money(minor: int, currency: str) -> None:
    money = Money(minor, currency)
    assert Money.of(money.major, currency) == money


@given(amounts, currencies, weights)
def test_shares_add_up_exactly_and_stay_within_one_unit_of_their_part(
    minor: int, currency: str, parts: list[int]
) -> None:
    shares = Money(minor, currency).share(parts)
    assert sum(share.minor for share in shares) == minor
    assert {share.currency for share in shares} == {currency}
    for share, weight in zip(shares, parts, strict=True):
        assert abs(Decimal(share.minor) - Decimal(minor) * weight / sum(parts)) < 1


@given(amounts, weights)
def test_a_larger_weight_never_gets_less(minor: int, parts: list[int]) -> None:
    shares = [share.minor for share in Money(minor, "GBP").share(parts)]
    for left, weight in enumerate(parts):
        for right, other in enumerate(parts):
            if weight > other:
                assert shares[left] >= shares[right]


@given(amounts, currencies)
def test_what_people_read_is_the_amount(minor: int, currency: str) -> None:
    money = Money(minor, currency)
    figure = str(money).removeprefix(SIGNS.get(currency, f"{currency} ")).replace(",", "")
    assert Decimal(figure) == money.major


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [
        ("1500", "gbp", "£1,500"),
        ("12.5", "EUR", "€12.50"),
        ("0", "USD", "$0"),
        ("120000", "JPY", "¥120,000"),
        ("1.234", "KWD", "KWD 1.234"),
        ("-3", "GBP", "-£3"),
    ],
)
def test_amounts_read_as_people_write_them(amount: str, currency: str, text: str) -> None:
    assert str(Money.of(amount, currency)) == text


@pytest.mark.parametrize(("amount", "minor"), [("0.005", 0), ("0.015", 2), ("0.025", 2), ("2.675", 268)])
def test_half_a_penny_is_rounded_to_even(amount: str, minor: int) -> None:
    assert Money.of(amount, "GBP").minor == minor
