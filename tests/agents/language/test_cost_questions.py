"""Which questions are about what the campaign is going to cost, and who answers them."""

import pytest

from agents.language.cost_questions import cost_question
from agents.language.intent import read_intent
from agents.language.situation import Situation


@pytest.mark.parametrize(
    "text",
    ["what would it cost us all in?", "how much will that cost?", "What will the campaign cost",
     "how expensive is that?",
     "how much is the whole thing?", "what does all of that come to", "estimate the costs please"],
)  # fmt: skip
def test_the_cost_ahead_is_asked(text: str) -> None:
    assert cost_question(text)
    for speaker in ("writer", "publisher", "analyst", "strategist"):
        planned = Situation(last_agent=speaker, brief_started=True, has_plan=True)
        assert read_intent(text, planned).agents == ("strategist",)


@pytest.mark.parametrize(
    "text",
    ["what did it cost?", "what would it cost me per visitor?", "how much have we spent", "what do you cost?",
     "how much did each booking cost", "the ads cost too much"],
)  # fmt: skip
def test_other_money_is_not(text: str) -> None:
    assert not cost_question(text)
