"""What opens something is cut out with the words that lead up to it; the rest of a message stays."""

import pytest

from memory.discretion import kinds_in, without_what_opens


@pytest.mark.parametrize(
    ("text", "left", "kinds"),
    [
        ("My api key is sk-abc123…", "", ("API key",)),
        ("our password is hunter2, card 4111 1111 1111 1111", "", ("password", "card number")),
        (
            "Our Instagram password is hunter2 please write a post about our bakery in Leeds",
            "please write a post about our bakery in Leeds",
            ("password",),
        ),
        (
            "Write a post about our bakery with api key sk-abc123def456ghi789, budget £500",
            "Write a post about our bakery, budget £500",
            ("API key",),
        ),
        (
            "Card number 4111 1111 1111 1111, exp 12/28. We open on 3 December",
            "We open on 3 December",
            ("card number",),
        ),
    ],
)
def test_a_secret_goes_and_the_rest_stays(text: str, left: str, kinds: tuple[str, ...]) -> None:
    assert without_what_opens(text).lstrip(". ") == left
    assert kinds_in(text) == kinds


@pytest.mark.parametrize(
    "text",
    [
        "Donations to IBAN DE89 3704 0044 0532 0130 00, thank you",
        "Shop now: https://example.org/sale?code=WELCOME10",
        "We sell keys, tokens and cards to 200 visitors; call 0113 496 0000",
    ],
)
def test_what_people_publish_stays(text: str) -> None:
    assert without_what_opens(text) == text
    assert kinds_in(text) == ()
