"""Secrets are found in the forms people paste them in, and ordinary words are left alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memory.secrets import find_secrets, is_card_number, is_iban, without_secrets

SECRET = [
    ("our API key is sk-proj-abc123DEF456ghi789jkl012", "API key"),
    ("My password is hunter2", "password"),
    ("the wifi password for guests is Croissant99", "password"),
    ("pay with 4111 1111 1111 1111, exp 12/27", "card number"),
    ("IBAN DE89 3704 0044 0532 0130 00", "IBAN"),
    ("IBAN: GB82WEST12345698765432 please use it", "IBAN"),
    ("Authorization: Bearer abcdef1234567890ABCDEF", "bearer token"),
    ("postgres://admin:s3cret@db.example.com:5432/shop", "address with credentials"),
    ("-----BEGIN RSA PRIVATE KEY-----\nMIIEow\n-----END RSA PRIVATE KEY-----", "private key"),
    ("ghp_abcdefghijklmnopqrstuvwxyz0123456789", "token"),
    ("AKIAIOSFODNN7EXAMPLE", "API key"),
    ("aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "API key"),
    ("login: admin / pass123!", "password"),
    ("the PIN is 4821", "PIN"),
    ("https://example.com/cb?access_token=abcd1234efgh", "token"),
    ("sort code 12-34-56, account number 12345678", "account number"),
    ("Passwort: Geheim123", "password"),
    ("the token: Zx81kKq2LpQ9", "token"),
]
ORDINARY = [
    "Our opening hours are 9 to 5, and the password reset page is broken.",
    "The password is wrong, please send a new one.",
    "The secret to good bread is time. The secret is patience.",
    "A budget of 8,000 for 200 visitors on 3 December 2026.",
    "Call 0113 496 0000 or +44 20 7946 0958.",
    "campaign cmp_0198f6c2a1b07c3d8e4f5a6b7c8d9e0f",
    "order number 1234567890123",
    "#SmallBusinessSaturdayLeedsBakeryOpening2026",
    "https://www.example.com/blog/2026/11/how-we-bake-sourdough-bread-every-morning-at-4am",
    "Our key message: warm and local. A token of appreciation is a free coffee.",
    "ISBN 978-3-16-148410-0",
    "550e8400-e29b-41d4-a716-446655440000",
]


@pytest.mark.parametrize(("text", "kind"), SECRET)
def test_secret_is_found_and_named(text: str, kind: str) -> None:
    assert kind in {secret.kind for secret in find_secrets(text)}


@pytest.mark.parametrize("text", ORDINARY)
def test_ordinary_words_are_left_alone(text: str) -> None:
    assert without_secrets(text).text == text


def test_what_stands_around_a_secret_is_kept() -> None:
    cleaned = without_secrets(
        "Please connect the newsletter tool, the API key is sk_live_4eC39HqLyjWDarjtT1zdp7dc, by Friday"
    )

    assert cleaned.text == "Please connect the newsletter tool, the API key is [API key removed], by Friday"
    assert cleaned.removed == ("API key",)


def test_nothing_is_kept_where_the_secret_was_all_there_was() -> None:
    assert without_secrets("my password is hunter2").text == ""


def test_cleaning_twice_changes_nothing() -> None:
    once = without_secrets("The campaign tool needs this: password is hunter2 and the token: Zx81kKq2LpQ9 as well").text

    assert without_secrets(once).text == once


@given(st.lists(st.integers(0, 9), min_size=12, max_size=17))
def test_exactly_one_check_digit_makes_a_card_number(digits: list[int]) -> None:
    start = "4" + "".join(str(digit) for digit in digits)
    valid = [last for last in range(10) if is_card_number(f"{start}{last}")]

    assert len(valid) == 1


def test_iban_with_a_changed_digit_is_none() -> None:
    assert is_iban("DE89 3704 0044 0532 0130 00")
    assert not is_iban("DE89 3704 0044 0532 0130 01")


@given(st.text(max_size=300))
def test_no_text_breaks_the_reader(text: str) -> None:
    for secret in find_secrets(text):
        assert 0 <= secret.start < secret.end <= len(text)
