"""BM25 in arrays gives what the formula gives, however the texts came in."""

import math
from collections import Counter
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from memory.bm25 import LENGTH_WEIGHT, LIKE_WEIGHT, SATURATION, Postings, norms
from memory.lexicon import Meaning

Texts = list[list[int]]
texts = st.lists(st.lists(st.integers(0, 12), max_size=8), min_size=1, max_size=30)


def exactly(*numbers: int) -> list[Meaning]:
    return [Meaning(np.array([number], np.uint32), np.array([1.0], np.float32)) for number in numbers]


def dampening(given_texts: Texts) -> np.ndarray:
    return norms(np.array([len(text) for text in given_texts], dtype=np.float32))


def by_formula(given_texts: Texts, question: Sequence[int]) -> list[float]:
    mean = max(sum(map(len, given_texts)) / len(given_texts), 1.0)
    found: list[float] = []
    for text in given_texts:
        counts, score = Counter(text), 0.0
        for number in question:
            holding = sum(number in other for other in given_texts)
            if counts[number]:
                rarity = math.log(1 + (len(given_texts) - holding + 0.5) / (holding + 0.5))
                damp = SATURATION * (1 - LENGTH_WEIGHT + LENGTH_WEIGHT * len(text) / mean)
                score += rarity * counts[number] * (SATURATION + 1) / (counts[number] + damp)
        found.append(score)
    return found


@given(texts, st.lists(st.integers(0, 14), unique=True, min_size=1, max_size=4))
@settings(max_examples=60, deadline=None)
def test_scores_are_those_of_the_formula(given_texts: Texts, question: list[int]) -> None:
    postings = Postings()
    postings.add(range(len(given_texts)), given_texts)
    scores, _ = postings.score(exactly(*question), dampening(given_texts))
    assert scores.tolist() == pytest.approx(by_formula(given_texts, question), abs=1e-4)


@given(texts, st.lists(st.integers(1, 7), min_size=1))
@settings(max_examples=40, deadline=None)
def test_it_does_not_matter_in_which_portions_texts_come(given_texts: Texts, portions: list[int]) -> None:
    whole, parts = Postings(), Postings()
    whole.add(range(len(given_texts)), given_texts)
    start = 0
    while start < len(given_texts):
        size = portions[start % len(portions)]
        parts.add(range(start, min(start + size, len(given_texts))), given_texts[start : start + size])
        start += size
    question = exactly(*range(13))
    assert np.allclose(
        whole.score(question, dampening(given_texts))[0], parts.score(question, dampening(given_texts))[0], atol=1e-4
    )


def test_of_words_alike_the_best_counts_and_less_than_the_word_itself() -> None:
    given_texts = [[1], [2], [3], [1, 2, 3]]
    postings = Postings()
    postings.add(range(4), given_texts)
    alike = Meaning(np.array([1, 2, 3], np.uint32), np.array([1.0, 0.9, 0.6], np.float32))
    scores, total = postings.score([alike], dampening(given_texts))
    itself, close, distant, all_three = scores.tolist()
    assert itself > close > distant > 0
    assert close == pytest.approx(itself * 0.9 * LIKE_WEIGHT, rel=1e-4)
    assert all_three <= itself
    assert total > 0


def test_slots_that_are_dropped_are_not_found_and_others_keep_their_score() -> None:
    given_texts = [[1, 2], [2], [1], [3]]
    postings = Postings()
    postings.add(range(4), given_texts)
    postings.move(np.array([-1, 0, 1, 2], dtype=np.int32))
    left = given_texts[1:]
    scores, _ = postings.score(exactly(1, 2), dampening(left))
    assert scores.tolist() == pytest.approx(by_formula(left, [1, 2]), abs=1e-4)


def test_nothing_asked_and_nothing_there_score_nothing() -> None:
    empty = Postings()
    assert empty.score(exactly(1), np.zeros(0, np.float32))[0].tolist() == []
    empty.add([0], [[]])
    assert empty.score(exactly(1), np.ones(1, np.float32))[0].tolist() == [0.0]
    empty.add([1], [[1]])
    scores, total = empty.score([], np.ones(2, np.float32))
    assert (scores.tolist(), total) == ([0.0, 0.0], 0.0)
