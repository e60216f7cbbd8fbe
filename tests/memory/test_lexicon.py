"""Words have numbers, and those alike are found."""

import numpy as np
import pytest

from memory import lexicon
from memory.embedders.wordllama import WordLlamaEmbedder
from memory.lexicon import Lexicon


def alike(words: Lexicon, word: str, *others: str) -> list[bool]:
    """Whether each of the others counts as like the word."""
    found = set(words.meaning(word).numbers.tolist())
    return [words.numbers(other)[0] in found for other in others]


def test_forms_of_a_word_share_a_number_and_silent_words_have_none() -> None:
    words = Lexicon()
    assert words.numbers("The bakeries baked") == words.numbers("bakery, bakes")
    assert words.numbers("what is the") == []


def test_words_that_mean_alike_are_found(embedder: WordLlamaEmbedder) -> None:
    words = Lexicon(embedder.embed_now)
    words.numbers("cat automobile laptop kitten guitar")
    assert alike(words, "car", "automobile", "guitar") == [True, False]


def test_words_seen_later_are_found_too(embedder: WordLlamaEmbedder) -> None:
    words = Lexicon(embedder.embed_now)
    words.numbers("guitar")
    assert len(words.meaning("car").numbers) == 1
    words.numbers("automobile")
    assert alike(words, "car", "automobile") == [True]


def test_a_word_is_like_itself_most(embedder: WordLlamaEmbedder) -> None:
    words = Lexicon(embedder.embed_now)
    (own,) = words.numbers("car")
    words.numbers("automobile vehicle truck")
    meaning = words.meaning("cars")
    assert meaning.numbers[0] == own
    assert meaning.likeness[0] == 1.0
    assert (meaning.likeness[1:] < 1.0).all()
    assert len(set(meaning.numbers.tolist())) == len(meaning.numbers)


def test_without_vectors_a_word_is_like_itself_alone() -> None:
    words = Lexicon()
    words.numbers("automobile car")
    assert words.meaning("car").numbers.tolist() == words.numbers("car")


def test_a_word_never_seen_has_a_number_of_its_own() -> None:
    words = Lexicon()
    assert words.meaning("zeppelin").numbers[0] >= lexicon.BEYOND


def test_a_full_lexicon_still_finds_words_by_themselves() -> None:
    words = Lexicon()
    for number in range(lexicon.MOST_WORDS + 5):
        words.numbers(f"w{number:x}q")
    words.numbers("zeppelin")
    assert words.numbers("zeppelins") == words.meaning("zeppelin").numbers.tolist()
    assert np.unique(words.numbers("zeppelin walrus teapot")).size == 3


@pytest.mark.parametrize("text", ["🥐", "x" * 10_000, "日本語", "\ud800", "a1b2c3"])
def test_strange_words_have_numbers(text: str, embedder: WordLlamaEmbedder) -> None:
    words = Lexicon(embedder.embed_now)
    numbers = words.numbers(text)
    words.prepare()
    assert numbers == words.numbers(text)
