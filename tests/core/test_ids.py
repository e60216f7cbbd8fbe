"""Ids sort by time, and a derived id belongs to its cause."""

from hypothesis import given
from hypothesis import strategies as st

from core.ids import derived_id, is_public_id, new_id

prefixes = st.from_regex(r"[a-z]{2,4}", fullmatch=True)
causes = st.lists(st.text(st.characters(exclude_characters="\x1f", exclude_categories=["Cs"])), min_size=1, max_size=4)


def test_new_ids_are_unique_and_sort_in_the_order_they_were_made() -> None:
    made = [new_id("cmp") for _ in range(2000)]
    assert made == sorted(made)
    assert len(set(made)) == len(made)


@given(prefixes)
def test_a_new_id_has_the_public_form(prefix: str) -> None:
    assert is_public_id(new_id(prefix))


@given(prefixes, causes, causes)
def test_derived_ids_are_equal_exactly_when_their_causes_are(prefix: str, one: list[str], other: list[str]) -> None:
    assert (derived_id(prefix, *one) == derived_id(prefix, *other)) == (one == other)
    assert is_public_id(derived_id(prefix, *one))


def test_derived_id_keeps_its_value_between_versions() -> None:
    assert derived_id("pst", "run_1", "call_1", "1") == "pst_4f6246682b43cdced4d548eee7dbb2e0"


@given(st.text(max_size=50))
def test_text_that_is_no_id_is_told_apart(text: str) -> None:
    assert is_public_id(text) == (
        "_" in text
        and text.partition("_")[0].isascii()
        and text.partition("_")[0].isalpha()
        and text.partition("_")[0].islower()
        and 2 <= len(text.partition("_")[0]) <= 4
        and len(text.partition("_")[2]) == 32
        and set(text.partition("_")[2]) <= set("0123456789abcdef")
    )


def test_an_id_with_a_newline_behind_it_is_refused() -> None:
    assert not is_public_id(new_id("usr") + "\n")
