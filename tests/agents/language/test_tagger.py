import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.language.nouns import noun_class
from agents.language.tagger import EXACT, GUESSES, LABELS, SIZE, Hint, features, tag
from agents.language.tokens import looks, tokens

TEXT = "We make prosthetic legs and want to talk to physiotherapists, LinkedIn, £4k"


def test_every_word_keeps_its_place() -> None:
    assert all(TEXT[start:end] == word for start, end, word in tokens(TEXT))


def test_facts_are_found_with_their_places() -> None:
    tags = tag(TEXT, None, [Hint(TEXT.index("£4k"), len(TEXT), "sum")])
    found = {one.name: TEXT[one.start : one.end] for one in tags.found}
    assert found["product"] == "prosthetic legs"
    assert found["target_audience"] == "physiotherapists"
    assert found["budget"] == "£4k"
    assert tags.share(TEXT.index("£4k"), len(TEXT), "budget") > 0.5


def test_the_same_text_is_tagged_the_same() -> None:
    assert tag(TEXT, None, []).found == tag(TEXT, None, []).found


def test_nothing_is_found_in_nothing() -> None:
    assert tag("", None, []).found == ()
    assert tag("", None, []).share(0, 1, "budget") == 0.0


@settings(deadline=None, max_examples=60)
@given(st.text(max_size=300), st.sampled_from([None, "budget", "product"]), st.sampled_from((*EXACT, *GUESSES)))
def test_any_text_is_tagged_within_its_bounds(text: str, asked: str | None, name: str) -> None:
    tags = tag(text, asked, [Hint(0, len(text), name)])
    assert all(0 <= one.start < one.end <= len(text) and 0 <= one.likely <= 1 for one in tags.found)


def test_the_chances_of_a_word_add_up() -> None:
    shares = tag(TEXT, None, []).shares
    assert shares is not None
    assert shares.shape[1] == len(LABELS)
    assert np.allclose(shares.sum(axis=1), 1, atol=1e-4)


def test_features_depend_on_the_question_and_the_hints() -> None:
    said = tokens("about 300")
    plain = features(said, None, [])
    assert plain.max() < SIZE
    assert (plain != features(said, "budget", [])).any()
    assert (plain != features(said, None, [Hint(6, 9, "sum")])).any()


def test_a_word_looks_the_same_each_time() -> None:
    assert (looks("Bakery") == looks("Bakery")).all()


def test_plurals_stand_for_what_their_singular_does() -> None:
    assert [noun_class(word) for word in ("nurses", "families", "knives", "shoes", "xyzzy")] == [
        "person",
        "person",
        "goods",
        "goods",
        "",
    ]
