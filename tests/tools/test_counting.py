"""Text lengths as services count them."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.counting import (
    display_width,
    emoji_as_bytes,
    is_gsm,
    longest_line,
    sms_segments,
    sms_units,
    utf8_bytes,
    utf16_units,
    x_weighted,
)

PLAIN = st.text(st.characters(codec="ascii", categories=("L", "N", "Zs"), exclude_characters="0123456789"))
ANY = st.text(st.characters(codec="utf-8"))
COUNTERS = (x_weighted, emoji_as_bytes, utf16_units, utf8_bytes, display_width, longest_line, sms_units)


@pytest.mark.parametrize(
    ("text", "weight"),
    [
        ("", 0),
        ("café", 4),
        ("cafe\u0301", 4),
        ("日本語", 6),
        ("👾", 2),
        ("🙋🏽", 2),
        ("👨‍🎤", 2),
        ("👨‍👩‍👧‍👦", 2),
        ("🇬🇧", 2),
        ("🇬🇧🇫🇷", 4),
        ("1️⃣", 2),
        ("❤️", 2),
        ("Привет", 6),
        ("…", 2),
        ("“quoted”", 8),
        ("https://example.com", 23),
        ("https://example.com/a/very/long/path?with=query&more=1", 23),
        ("see https://a.io/x. Done", 4 + 23 + 6),
        ("(https://a.io/x)", 25),
        ("bakery.co.uk", 23),
        ("example.com/menu", 23),
        ("e.g. this, i.e. that", 20),
        ("mail me at a@b.com", 18),
        ("3.5 kg at 10.30", 15),
        ("a https://x.com b https://y.com", 2 + 23 + 3 + 23),
    ],
)
def test_x_counts_links_emoji_and_scripts_by_weight(text: str, weight: int) -> None:
    assert x_weighted(text) == weight


@given(PLAIN)
def test_plain_latin_text_counts_its_characters_everywhere(text: str) -> None:
    assert {counter(text) for counter in (x_weighted, emoji_as_bytes, utf16_units, utf8_bytes, display_width)} == {
        len(text)
    }


@given(ANY)
def test_counts_are_never_negative_and_weights_at_most_double(text: str) -> None:
    assert all(counter(text) >= 0 for counter in COUNTERS)
    assert x_weighted(text) <= 23 * max(1, len(unicodedata.normalize("NFC", text)))
    assert len(text) <= utf16_units(text) <= utf8_bytes(text) * 1 if text else utf16_units(text) == 0


@given(ANY, st.integers(min_value=1, max_value=200))
def test_a_long_plain_tail_adds_its_length(text: str, more: int) -> None:
    assert x_weighted(f"{text} ") + more == x_weighted(f"{text} {'é' * more}")


@pytest.mark.parametrize(("text", "count"), [("hi", 2), ("hi 🎉", 7), ("👍🏽", 8), ("日本", 2)])
def test_threads_counts_emoji_as_their_bytes(text: str, count: int) -> None:
    assert emoji_as_bytes(text) == count


@pytest.mark.parametrize(
    ("text", "segments"),
    [
        ("", 1),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("ż" * 70, 1),
        ("ż" * 71, 2),
        ("a" * 159 + "🎉", 3),
    ],
)
def test_sms_segments_follow_the_alphabet(text: str, segments: int) -> None:
    assert sms_segments(text) == segments


@given(ANY, ANY)
def test_sms_segments_never_fall_when_text_is_added(first: str, second: str) -> None:
    assert sms_segments(first + second) >= sms_segments(first)


@given(ANY)
def test_one_foreign_character_changes_the_alphabet_of_all(text: str) -> None:
    assert not is_gsm(text + "ż")


def test_wide_characters_count_two_for_google_ads() -> None:
    assert display_width("東京 shop") == 9
    assert longest_line("short\na longer line\n") == 13
