"""Which messages only say what is not wanted, and which ask for something."""

import pytest

from agents.language.intent import read_intent
from agents.language.prohibitions import prohibition
from agents.language.situation import Situation

BRIEFED = Situation(last_agent="strategist", last_answer="Shall I draw up the plan?", brief_started=True)


@pytest.mark.parametrize(
    "text",
    ["no discounts and never say 'free'", "don't mention prices", "please avoid clichés", "no stock photos",
     "never promise results"],
)  # fmt: skip
def test_what_is_not_wanted_is_the_briefs(text: str) -> None:
    assert prohibition(text)
    assert read_intent(text, BRIEFED).agents == ("strategist",)


@pytest.mark.parametrize(
    "text",
    ["no, the 5th", "no thanks", "no idea", "don't schedule it", "no instagram", "never mind",
     "no emojis, and make it shorter",
     "why no discounts?", "no plan yet"],
)  # fmt: skip
def test_other_refusals_are_something_else(text: str) -> None:
    assert not prohibition(text)


def test_after_a_text_it_is_a_change_of_the_text() -> None:
    written = Situation(last_agent="writer", last_answer="Here is a draft.", brief_started=True, has_drafts=True)
    assert read_intent("don't mention prices", written).agents == ("writer",)


def test_people_named_for_themselves_are_the_briefs() -> None:
    assert read_intent("freelance designers and devs in germany", BRIEFED).agents == ("strategist",)
