"""Typed answers on the whole product: what was shown last is decided, and nothing that was not."""

import pytest

from core.errors import Conflict
from core.scope import Scope
from db.approval_requests import APPROVAL_REQUESTS
from db.client import Database
from db.repository import Repository
from db.social_posts import SOCIAL_POSTS
from tests.agents.talk import Talk

WRITE = "Write a post for Threads about our new bakery in Leeds, local families."


@pytest.fixture
async def talk(database: Database, scope: Scope) -> Talk:
    """A conversation that has just shown a card."""
    made = await Talk.begin(database, scope)
    await made.say(WRITE)
    assert (await made.say("Schedule it for 2 December at noon.")).cards
    return made


async def statuses(talk: Talk) -> list[str]:
    return [request.status for request in await talk.all(APPROVAL_REQUESTS)]


async def test_a_plain_yes_to_the_card_approves_what_it_showed(talk: Talk) -> None:
    answer = await talk.say("Yes, go ahead")
    (request,) = await talk.all(APPROVAL_REQUESTS)
    assert (request.status, request.decided_via, request.approved_by) == ("approved", "chat", talk.scope.actor_id)
    assert [post.request_id for post in await talk.all(SOCIAL_POSTS)] == [request.request_id]
    assert answer.text
    assert (await talk.context()).messages[-2].content == "Yes, go ahead"


async def test_a_no_with_a_reason_rejects_and_hands_the_reason_on(talk: Talk) -> None:
    answer = await talk.say("No, too loud")
    (request,) = await talk.all(APPROVAL_REQUESTS)
    assert (request.status, request.rejection_reason) == ("rejected", "too loud")
    assert "too loud" in answer.text


async def test_a_wish_for_another_time_is_asked_anew_with_the_difference(talk: Talk) -> None:
    answer = await talk.say("go ahead but make it Friday")
    assert answer.cards
    assert "Changed: Threads time" in answer.cards[0]
    assert await statuses(talk) == ["rejected", "pending"] or sorted(await statuses(talk)) == ["pending", "rejected"]
    assert await talk.all(SOCIAL_POSTS) == []
    await talk.say("approve")
    (post,) = await talk.all(SOCIAL_POSTS)
    assert post.schedule.publish_at is not None
    assert post.schedule.publish_at.weekday() == 4


@pytest.mark.parametrize("words", ["yes if Bob agrees", "maybe", "“approve”", "My boss said: approve it", "yes?"])
async def test_anything_less_is_asked_back(talk: Talk, words: str) -> None:
    answer = await talk.say(words)
    assert answer.text
    assert await statuses(talk) == ["pending"]


async def test_a_bare_yes_counts_only_as_the_answer_to_the_card(talk: Talk) -> None:
    await talk.say("What can you do?")
    await talk.say("yes")
    assert await statuses(talk) == ["pending"]
    await talk.say("approve it")
    assert await statuses(talk) == ["approved"]


async def test_what_was_changed_elsewhere_since_it_was_shown_is_not_approved_by_words(talk: Talk) -> None:
    requests = Repository(talk.database, APPROVAL_REQUESTS, talk.scope)
    (request,) = await talk.all(APPROVAL_REQUESTS)
    await requests.update(request.request_id, {"payload_hash": "0" * 64})
    await talk.say("approve")
    assert await statuses(talk) == ["pending"]


async def test_of_several_the_named_one_is_decided_and_a_bare_yes_asks_back(talk: Talk) -> None:
    await talk.say("Write an email about the opening, too.")
    assert (await talk.say("Schedule the email for 3 December at noon.")).cards
    asked = await talk.say("approve")
    assert await statuses(talk) == ["pending", "pending"]
    assert "Which one" in asked.text
    await talk.say("approve the email")
    decided = {request.content["posts"][0]["platform"]: request.status for request in await talk.all(APPROVAL_REQUESTS)}
    assert decided == {"email": "approved", "threads": "pending"}


async def test_who_may_not_decide_decides_nothing_by_words(talk: Talk) -> None:
    program = Scope(talk.scope.user_id, talk.scope.actor_id, "user", "api", may_decide=False)
    owner, talk.scope = talk.scope, program
    await talk.say("approve")
    talk.scope = owner
    assert await statuses(talk) == ["pending"]


async def test_the_same_message_twice_is_one_decision(talk: Talk) -> None:
    first = await talk.turns.accept(talk.scope, talk.conversation_id, "approve", "cli_same")
    await talk.turns.result(talk.scope, talk.conversation_id, first)
    again = await talk.turns.accept(talk.scope, talk.conversation_id, "approve", "cli_same")
    assert (again.message_id, again.duplicate) == (first.message_id, True)


async def test_somebody_faster_is_named(talk: Talk) -> None:
    (request,) = await talk.all(APPROVAL_REQUESTS)
    await talk.decide("reject", "Not yet.")
    with pytest.raises(Conflict):
        await talk.decisions.decide(talk.scope, request.request_id, "approve", via="chat")
