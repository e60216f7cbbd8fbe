"""What a question is after."""

from datetime import date

import pytest

from memory.cues import read_cues
from memory.query import read_question

SPEAKERS = {"nadia": 0, "owen": 1, "marsh": 1}
TODAY = date(2023, 5, 8)


def test_names_say_who_spoke_and_are_no_words() -> None:
    read = read_question("What did Nadia's sister bake?", SPEAKERS, TODAY)
    assert read.speakers == {0}
    assert read.words == ("sister", "bake")
    assert "Nadia" not in read.topic


def test_both_named_are_both_meant() -> None:
    assert read_question("How did Nadia meet Owen Marsh?", SPEAKERS, TODAY).speakers == {0, 1}


def test_a_question_of_names_alone_seeks_the_names() -> None:
    read = read_question("Nadia?", SPEAKERS, TODAY)
    assert read.words == ("nadia",)
    assert read.topic == "Nadia?"


@pytest.mark.parametrize(
    ("text", "time", "number"),
    [
        ("When did the shop open?", True, False),
        ("Since when does she sing?", True, False),
        ("In which year was it founded?", True, False),
        ("How long did it take?", True, True),
        ("How many cups were sold?", False, True),
        ("What percentage of buyers returned?", False, True),
        ("Where does he live?", False, False),
    ],
)
def test_the_kind_of_answer_is_read(text: str, time: bool, number: bool) -> None:
    read = read_question(text, SPEAKERS, TODAY)
    assert (read.wants_time, read.wants_number) == (time, number)


def test_days_are_read() -> None:
    assert len(read_question("What happened on 3 March 2022?", SPEAKERS, TODAY).days) == 1


def test_no_question_at_all_can_be_read() -> None:
    read = read_question("", {}, TODAY)
    assert (read.words, read.speakers, read.days) == ((), frozenset(), ())


@pytest.mark.parametrize(
    ("text", "time", "number", "asks", "substance"),
    [
        ("What about you?", False, False, True, 0),
        ("I sold twelve mugs yesterday.", True, True, False, 4),
        ("Great! How was the wedding?", False, False, True, 1),
        ("It opens at 9 am. Shall I come?", True, True, True, 2),
        ("", False, False, False, 0),
    ],
)
def test_cues_are_read(text: str, time: bool, number: bool, asks: bool, substance: int) -> None:
    cues = read_cues(text)
    assert (cues.time, cues.number, cues.asks, cues.substance) == (time, number, asks, substance)
