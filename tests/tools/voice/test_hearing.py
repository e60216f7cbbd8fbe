"""What counts as a decision on the phone, and everything that does not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.voice.hearing import LEAST_CONFIDENCE, spoken, understand

CHALLENGE = "4719"


@pytest.mark.parametrize(
    "speech",
    [
        "approve four seven one nine",
        "Approve 4719.",
        "I approve, 4 7 1 9",
        "approved. 47 19",
        "Yes, approve this: four, seven, one, nine",
        "four seven one nine approve",
    ],
)
def test_a_word_for_it_with_the_digits_approves(speech: str) -> None:
    assert understand(speech, 0.9, "", CHALLENGE).decision == "approve"


@pytest.mark.parametrize(
    "speech", ["reject four seven one nine", "No, reject. 4719", "I decline 4 7 1 9, the price is off"]
)
def test_a_word_against_it_with_the_digits_rejects(speech: str) -> None:
    assert understand(speech, 0.9, "", CHALLENGE).decision == "reject"


@pytest.mark.parametrize(
    "speech",
    [
        "",
        "yes",
        "yes yes yes",
        "okay go ahead",
        "approve",
        "approve four seven one",
        "approve four seven one eight",
        "approve one nine four seven",
        "approve four seven one nine nine",
        "yes four seven one nine",
        "four seven one nine",
        "don't approve four seven one nine",
        "do not approve 4719",
        "I can't approve 4719",
        "approve four seven one nine, no wait",
        "approve 4719 but not the second one",
        "approve 4719 if the price is right",
        "approve or reject 4719",
        "I disapprove 4719",
        "approve four thousand seven hundred nineteen",
        "please leave a message after the tone. approve",
        "reject",
        "no",
    ],
)
def test_everything_else_decides_nothing(speech: str) -> None:
    found = understand(speech, 0.95, "", CHALLENGE)
    assert found.decision is None
    assert found.words


@pytest.mark.parametrize("confidence", [None, 0.0, LEAST_CONFIDENCE - 0.01])
def test_what_was_not_heard_well_decides_nothing(confidence: float | None) -> None:
    assert understand("approve 4719", confidence, "", CHALLENGE).decision is None


@pytest.mark.parametrize(
    ("keys", "decision"),
    [
        ("4719", "approve"),
        ("04719", "reject"),
        ("4718", None),
        ("471", None),
        ("47190", None),
        ("0", None),
        ("1", None),
    ],
)
def test_keys_have_to_be_the_digits(keys: str, decision: str | None) -> None:
    assert understand("", None, keys, CHALLENGE).decision == decision


@given(st.integers(min_value=1000, max_value=9999), st.text(max_size=60))
def test_no_words_without_the_digits_approve(challenge: int, speech: str) -> None:
    if str(challenge) not in "".join(character for character in speech if character.isdecimal()):
        found = understand(f"approve {speech}", 1.0, "", str(challenge))
        spelt = any(word in speech.lower() for word in ("one", "two", "three", "four", "five", "six", "seven", "eight"))
        assert found.decision is None or spelt


@given(st.integers(min_value=1000, max_value=9999))
def test_digits_read_one_by_one_are_heard(challenge: int) -> None:
    assert understand(f"approve {spoken(str(challenge))}", 1.0, "", str(challenge)).decision == "approve"
