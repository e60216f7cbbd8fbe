"""Amounts of money as people write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import ToolInputError
from core.money import Money
from tools.amounts import read_amount, read_currency


@pytest.mark.parametrize(
    ("text", "minor", "currency"),
    [
        ("£1,500", 150_000, "GBP"),
        ("1500 GBP", 150_000, "GBP"),
        ("1.5k EUR", 150_000, "EUR"),
        ("€1.500,50", 150_050, "EUR"),
        ("1 500,50 €", 150_050, "EUR"),
        ("CHF 1'200", 120_000, "CHF"),
        ("₹1,50,000", 15_000_000, "INR"),
        ("¥30,000", 30_000, "JPY"),
        ("3000usd", 300_000, "USD"),
        ("$2m", 200_000_000, "USD"),
        ("about 500 quid", 50_000, "GBP"),
        ("2 000 złotych", 200_000, "PLN"),
        ("£1,000–£2,000", 200_000, "GBP"),
        ("£1-2k", 200_000, "GBP"),
        ("£1,500 for 3 weeks", 150_000, "GBP"),
        ("£5 for 200 people", 500, "GBP"),
        ("none", 0, "XXX"),
        ("no budget", 0, "XXX"),
        ("£0", 0, "GBP"),
    ],
)
def test_amounts_are_read(text: str, minor: int, currency: str) -> None:
    assert read_amount(text) == Money(minor, currency)


def test_a_known_currency_fills_in() -> None:
    assert read_amount("2000", "GBP") == Money(200_000, "GBP")
    assert read_amount("€2000", "GBP") == Money(200_000, "EUR")


@pytest.mark.parametrize("text", ["2000", "flexible", "£50 a day", "5 EUR per week", "£999999999999", ""])
def test_what_can_not_be_a_budget_says_what_to_do(text: str) -> None:
    with pytest.raises(ToolInputError, match=r"[.?]"):
        read_amount(text)


@given(
    st.integers(min_value=1, max_value=10**9),
    st.sampled_from(["GBP", "EUR", "USD", "JPY", "INR", "CHF", "PLN", "KRW", "SEK", "BHD"]),
)
def test_what_the_house_writes_it_reads_again(minor: int, currency: str) -> None:
    money = Money(minor, currency)
    if currency == "BHD" and minor % 1000:
        return
    assert read_amount(str(money)) == money


@given(st.text(max_size=60))
def test_no_text_breaks_the_reading(text: str) -> None:
    assert read_currency(text) is None or len(read_currency(text) or "") == 3
    try:
        amount = read_amount(text, "GBP")
    except ToolInputError:
        return
    assert amount.minor >= 0
