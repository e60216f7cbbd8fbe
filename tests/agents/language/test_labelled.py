"""Facts with their names before them."""

import pytest

from agents.language.labelled import labelled


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        (
            "Brand: Halden Oats. Product: oat drink. Audience: commuters, mostly young. Tone: dry, no puns",
            {
                "business": "Halden Oats",
                "product": "oat drink",
                "target_audience": "commuters, mostly young",
                "voice": "dry, no puns",
            },
        ),
        ("who = night nurses / what = sleep masks", {"target_audience": "night nurses", "product": "sleep masks"}),
        ("Business - Tidewater\nOffer - antifouling\nCustomers - yacht owners", {"business": "Tidewater"}),
        ("Market: Belgium", {"location": "Belgium"}),
        ("Market: plant lovers", {"target_audience": "plant lovers"}),
        ("Duration: 8 weeks", {"timeline": "8 weeks"}),
        ("ICP: 3PL operators", {"target_audience": "3PL operators"}),
    ],
)
def test_words_after_a_name_are_that_fact(text: str, facts: dict[str, str]) -> None:
    assert facts.items() <= {name: words for name, words, _ in labelled(text)}.items()


@pytest.mark.parametrize(
    "text",
    ["Target: 200 sign-ups", "Where: Instagram and email", "Audience: tbc", "Goal: £5,000", "Event: Saturday", "a - b"],
)
def test_figures_channels_days_and_blanks_are_no_such_fact(text: str) -> None:
    assert list(labelled(text)) == []
