"""Two wordings of one thing are one memory; another number, or a no, is another thing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memory.duplicates import better_wording, digest, groups, numbers, same_thing


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Our opening hours are 9 to 5.", "our opening hours: 9 to 5"),
        ("We never use emojis in our posts", "We never use emojis in posts."),
        ("The budget is £8,000.", "the budget is £8000"),
        ("Our customers are young families from Leeds", "our customers: young families in Leeds"),
    ],
)
def test_two_wordings_say_the_same(first: str, second: str) -> None:
    assert same_thing(first, second)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("The budget is £8,000.", "The budget is £5,000."),
        ("We use emojis in our posts", "We don't use emojis in our posts"),
        ("Our opening hours are 9 to 5", "Our opening hours are 9 to 6"),
        ("Our customers are young families", "Our customers are students"),
    ],
)
def test_another_value_is_another_thing(first: str, second: str) -> None:
    assert not same_thing(first, second)


def test_digest_looks_past_case_spaces_and_signs() -> None:
    assert digest("Our  HOURS: 9 – 5!") == digest("our hours 9 5")
    assert digest("Our hours 9 5") != digest("Our hours 9 6")
    assert digest("🎉") != digest("🎂")


def test_wording_that_says_more_is_kept() -> None:
    assert better_wording("We sell bread.", "We sell sourdough bread.") == "We sell sourdough bread."
    assert better_wording("We sell sourdough bread.", "we sell bread") == "We sell sourdough bread."


def test_numbers_are_read_without_their_commas() -> None:
    assert numbers("£8,000 for 1.5 days at 9:30") == {"8000", "1.5", "9:30"}


def test_groups_hold_what_says_the_same_and_nothing_else() -> None:
    texts = [
        "We open at 9",
        "Our customers are young families from Leeds",
        "we open at 9.",
        "We open at 8",
        "our customers: young families in Leeds",
        "Something else altogether",
    ]

    assert groups(texts, texts) == [[texts[0], texts[2]], [texts[1], texts[4]]]


@given(st.lists(st.sampled_from(["a b c", "A, b c", "bread rolls", "rolls, bread", "nine 9", ""]), max_size=12))
def test_no_item_is_in_two_groups(texts: list[str]) -> None:
    places = [place for group in groups(range(len(texts)), texts) for place in group]

    assert len(places) == len(set(places))
