"""The texts the tagger learns from are well formed, and the same from the same seed."""

import random
from pathlib import Path

import pytest

from scripts.brief_grammar import Grammar, generated
from scripts.brief_variations import Facts, varied
from scripts.marked_briefs import MARKS, marked, marks
from scripts.train_tagger import DATA, MARKED, lines_of, sentence

FILES = tuple(DATA / f"{name}.txt" for name in (*(f"brief_marked{name}" for name in MARKED), "brief_marked_tuned"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_mark_of_a_file_is_known_and_closed(path: Path) -> None:
    for line in lines_of([path]):
        parts = marks(line)
        assert "]" not in parts.text, line
        assert all(mark in MARKS for _, _, mark, _ in parts.found), line


def test_a_marked_line_says_its_text_situation_and_fields() -> None:
    example = marked("@budget {location=Leeds} | about [$:£1,500], for [p:a fair=fair] || channels=email+blog")
    assert example.text == "about £1,500, for a fair"
    assert (example.asked, example.known) == ("budget", {"location": "Leeds"})
    assert example.expect == {
        "budget": {"minor": 150000, "currency": "GBP"},
        "product": "fair",
        "channels": ["email", "blog"],
    }
    assert [example.text[start:end] for start, end, _ in example.spans] == ["£1,500", "a fair"]


def test_generated_lines_are_the_same_for_a_seed_and_well_formed() -> None:
    lines = generated(200, 4)
    assert lines == generated(200, 4)
    assert all("{" not in marks(line).text and mark in MARKS for line in lines for _, _, mark, _ in marks(line).found)


def test_variations_keep_the_marks() -> None:
    line = "we sell [p:wool hats] to [a:golfers] in [l:Oban]"
    made = varied(line, Facts(Grammar(), [line]), random.Random(1), 6)
    assert all([mark for _, _, mark, _ in marks(one).found] == ["p", "a", "l"] for one in made)


def test_a_line_becomes_words_with_labels() -> None:
    example = sentence(marks("we sell [p:wool hats] to [a:golfers]"))
    assert example is not None
    assert len(example.labels) == len(example.features) == 6
    assert (example.labels > 0).sum() == 3
