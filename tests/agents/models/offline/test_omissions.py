"""Words a text is not to say, read from the message."""

import pytest

from agents.models.offline.omissions import left_out


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('it must not say "cheap"', ("cheap",)),
        ("don't mention the price", ("price",)),
        ("remove the word cheap and make it shorter", ("cheap",)),
        ("leave out the parking", ("parking",)),
        ("never use the word bargain", ("bargain",)),
        ("write a post without emojis", ()),
        ("drop the blog, use email instead", ()),
        ("remove the last sentence", ()),
        ("don't use instagram", ()),
        ("don't forget to mention parking", ()),
    ],
)
def test_unwanted_words_are_found_and_nothing_else(text: str, words: tuple[str, ...]) -> None:
    assert left_out(text) == words
