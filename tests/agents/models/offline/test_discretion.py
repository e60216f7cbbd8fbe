"""Secrets written into the chat: left out of brief, drafts and answers, and said so once."""

import json

import pytest

from tests.agents.models.offline.desk import Desk

KEY = "sk-abc123def456ghi789"


@pytest.mark.parametrize(
    ("text", "secrets"),
    [
        (f"My api key is {KEY}", [KEY]),
        ("our password is hunter2, card 4111 1111 1111 1111", ["hunter2", "4111"]),
        (f"We open a second bakery in Leeds, the api key is {KEY}, budget £1,500", [KEY]),
    ],
)
async def test_a_secret_is_neither_kept_nor_repeated_and_the_person_is_told(
    desk: Desk, text: str, secrets: list[str]
) -> None:
    replies = await desk.say(text)
    kept = json.dumps([desk.context, [(reply.text, reply.calls, reply.results) for reply in replies]])
    assert not [secret for secret in secrets if secret in kept]
    answers = "\n".join(reply.text for reply in replies)
    assert answers.count("secrets don't belong in the chat") == 1
    assert "Connections page" in answers
    if "£1,500" in text:
        assert desk.context["collected_info"]["budget_minor"] == 150_000
        assert desk.context["campaign_brief"]["product"] == "second bakery"


async def test_a_text_ordered_beside_a_secret_is_written_without_it(desk: Desk) -> None:
    replies = await desk.say(f"Write a LinkedIn post about our new bakery, api key is {KEY}", "strategist", "writer")
    later = await desk.say("make it shorter and mention the free parking", "writer")
    kept = json.dumps([(reply.text, reply.calls) for reply in (*replies, *later)])
    assert "bakery" in kept
    assert KEY not in kept
    assert kept.count("secrets don't belong in the chat") == 1, "only in the first answer to the message"
