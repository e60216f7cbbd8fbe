"""Words of a text as search sees them."""

import pytest

from memory.words import SILENT, stem, words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Dad's café sold 8,000 cups", ["dad", "cafe", "sold", "8000", "cups"]),
        ("It rose 3.5 % in Q2", ["it", "rose", "3.5", "in", "q", "2"]),
        ("O’Brien doesn’t like it", ["o", "brien", "doesn", "t", "like", "it"]),
        ("FÜẞE über Straße", ["fusse", "uber", "strasse"]),
        ("", []),
        ("?! …", []),
    ],
)
def test_words_are_found(text: str, expected: list[str]) -> None:
    assert words(text) == expected


@pytest.mark.parametrize(
    "forms",
    [
        ("go", "goes", "went", "gone", "going"),
        ("buy", "bought", "buying"),
        ("bakery", "bakeries"),
        ("child", "children", "kids", "kid"),
        ("photo", "photographs", "pictures", "pics"),
        ("mum", "mother", "moms"),
        ("live", "lives", "lived", "living"),
        ("colour", "color", "colours"),
    ],
)
def test_forms_of_a_word_share_a_stem(forms: tuple[str, ...]) -> None:
    assert len({stem(form) for form in forms}) == 1


@pytest.mark.parametrize("pair", [("universe", "university"), ("new", "news"), ("sale", "salt"), ("policy", "police")])
def test_other_words_keep_theirs(pair: tuple[str, str]) -> None:
    assert stem(pair[0]) != stem(pair[1])


def test_silent_words_hold_no_topic() -> None:
    assert {"the", "what", "did", "we"} <= SILENT
    assert not {"budget", "sale", "monday", "not-a-word"} & SILENT
