"""Requests about memory are told from everything else people say."""

import pytest

from agents.language.intent import read_intent
from agents.language.memory_requests import memory_request
from agents.language.situation import Situation

REQUESTS = [
    ("What do you know about us?", "known", ""),
    ("hey, what do you remember about our business", "known", ""),
    ("What have you learned about us so far?", "known", ""),
    ("show me your memory", "known", ""),
    ("what do you know about our opening hours?", "about", "our opening hours"),
    ("do you remember our delivery fee?", "about", "our delivery fee"),
    ("what was our budget before?", "about", "budget before"),
    ("forget that", "forget", ""),
    ("please forget that our budget is 5000", "forget", "our budget is 5000"),
    ("Forget about our opening hours", "forget", "our opening hours"),
    ("delete the budget from your memory", "forget", "the budget"),
    ("That's wrong, our opening hours are 8 to 4", "correct", "our opening hours are 8 to 4"),
    ("Why did you say that?", "why", ""),
    ("why did you suggest Instagram?", "why", ""),
    ("where did you get that from?", "why", ""),
    ("How do you know that?", "why", ""),
    ("stop remembering", "off", ""),
    ("don't remember this conversation", "off", ""),
    ("switch memory back on", "on", ""),
    ("Remember that we never use emojis", "remember", "we never use emojis"),
    ("Remember: our hashtag is #crumb", "remember", "our hashtag is #crumb"),
]
OTHERS = [
    "What do you know so far?",
    "forget email",
    "forget it",
    "Forget the Tuesday offer",
    "delete the post",
    "remove the second post from the calendar",
    "Why is reach down?",
    "Please remember to post it on Friday",
    "Remember when we opened?",
    "Write a post about why people say that bread is life",
    "What can you do?",
    "our budget is £5,000",
    "remember " * 200,
]


@pytest.mark.parametrize(("text", "kind", "rest"), REQUESTS)
def test_request_is_read_with_what_it_is_about(text: str, kind: str, rest: str) -> None:
    request = memory_request(text)

    assert request is not None
    assert (request.kind, request.rest) == (kind, rest)


@pytest.mark.parametrize("text", OTHERS)
def test_other_talk_is_no_request(text: str) -> None:
    assert memory_request(text) is None


@pytest.mark.parametrize(("text", "_kind", "_rest"), REQUESTS)
def test_requests_are_the_strategists_whoever_spoke_last(text: str, _kind: str, _rest: str) -> None:
    reading = read_intent(text, Situation(last_agent="publisher", pending_approvals=1))

    assert reading.agents == ("strategist",)
    assert reading.certain


def test_everywhere_is_heard() -> None:
    request = memory_request("switch memory off everywhere")

    assert request is not None
    assert request.everywhere
