"""A whole turn on an OpenAI-compatible server over real HTTP: what is stored, streamed and counted."""

import json
from collections.abc import Callable, Sequence

import pytest

from agents.turns.feed import Frame
from core.errors import InvalidInput, LimitReached, NotFound
from core.ids import new_id
from core.scope import Scope
from db.campaigns import CAMPAIGNS
from db.content_library import CONTENT_LIBRARY
from db.repository import Repository
from sandbox.model_server import BreakOff, Call, ModelServer, Refuse, Say, Stall
from tests.agents.turns.conftest import Team

Kinds = Callable[[Sequence[Frame]], list[str]]
PLAN = "strategist: make a campaign plan"
UNSURE = "hm, could be something, or maybe the other way round?"
BRIEF = ("update_brief", json.dumps({"product": "trail shoes", "budget": "£1,500"}))
SIXTY = " ".join(f"word{number}" for number in range(60))


def text_of(frames: Sequence[Frame]) -> str:
    """Assemble the last answer as a client does."""
    text = ""
    for frame in frames:
        if frame.wire["type"] == "TEXT_MESSAGE_START":
            text = ""
        elif frame.wire["type"] == "TEXT_MESSAGE_CONTENT":
            text += frame.wire["delta"]
    return text


async def test_turn_streams_and_stores_the_same(team: Team, model: ModelServer, kinds: Kinds) -> None:
    model.add(Call((BRIEF,)), Say(SIXTY))
    conversation = await team.conversation()
    frames = await team.say(conversation, PLAN)
    assert kinds(frames) == [
        "RUN_STARTED", "user_message", "route", "STEP_STARTED", "TOOL_CALL_START", "TOOL_CALL_ARGS", "TOOL_CALL_END",
        "TOOL_CALL_RESULT", "STATE_SNAPSHOT", "TEXT_MESSAGE_END", "STEP_FINISHED", "RUN_FINISHED",
    ]  # fmt: skip
    assert text_of(frames) == SIXTY
    stored = await team.house.store.messages_of_run(team.scope.user_id, conversation, frames[0].run_id)
    assert [(message["role"], message["content"]) for message in stored] == [("user", PLAN), ("assistant", SIXTY)]
    assert [frame.wire for frame in frames if frame.seq is not None] == await team.log(conversation)


async def test_turn_costs_what_the_contract_says(team: Team, model: ModelServer) -> None:
    conversation = await team.conversation()
    model.add(Say("first"))
    await team.say(conversation, PLAN)
    await team.at_rest(conversation)
    model.add(Call((BRIEF,)), Say(SIXTY, pause=0.005))
    calls = len(model.requests)
    counter = team.house.database.round_trips
    before = counter.count()
    at_first_token = None
    frames: list[Frame] = []
    async for some in team.turns.say(team.scope, conversation, PLAN, new_id("msg")):
        frames += some
        if at_first_token is None and any(frame.wire["type"] == "TEXT_MESSAGE_CONTENT" for frame in some):
            at_first_token = counter.count() - before
    await team.at_rest(conversation)
    assert at_first_token is not None
    assert at_first_token <= 4
    assert counter.count() - before <= 10
    assert len(model.requests) - calls == 2


async def test_uncertain_route_is_decided_by_the_model(team: Team, model: ModelServer, kinds: Kinds) -> None:
    model.add(Call((("route", json.dumps({"agents": ["writer", "nobody"], "reason": "copy"})),)), Say("Here it is."))
    frames = await team.say(await team.conversation(), UNSURE)
    route = next(frame.wire["value"] for frame in frames if frame.wire.get("name") == "route")
    assert (route["agents"], route["method"]) == (["writer"], "model")
    assert kinds(frames).index("route") < kinds(frames).index("STEP_STARTED") < kinds(frames).index("TEXT_MESSAGE_END")


async def test_unusable_route_falls_back_to_the_local_reading(team: Team, model: ModelServer) -> None:
    model.add(Call((("route", '{"agents": 7'),)), Say("Hello."))
    frames = await team.say(await team.conversation(), UNSURE)
    route = next(frame.wire["value"] for frame in frames if frame.wire.get("name") == "route")
    assert route["method"] == "local"
    assert text_of(frames) == "Hello."


async def test_chained_agents_answer_one_after_the_other(team: Team, model: ModelServer, kinds: Kinds) -> None:
    route = ("route", json.dumps({"agents": ["strategist", "writer"], "reason": "both"}))
    model.add(Call((route,)), Say("The plan."), Say("The posts."))
    conversation = await team.conversation()
    frames = await team.say(conversation, UNSURE)
    steps = [frame.wire["stepName"] for frame in frames if frame.wire["type"] == "STEP_STARTED"]
    assert steps == ["strategist", "writer"]
    ends = [frame.wire["metadata"]["content"] for frame in frames if frame.wire["type"] == "TEXT_MESSAGE_END"]
    assert ends == ["The plan.", "The posts."]
    assert model.requests[-1]["messages"][-1]["content"] == "The plan."
    assert kinds(frames)[-1] == "RUN_FINISHED"


async def test_parallel_tool_calls_all_run(team: Team, model: ModelServer, scope: Scope) -> None:
    drafts = tuple(
        ("save_draft", json.dumps({"platform": platform, "content_type": "social_post", "text": f"On {platform}"}))
        for platform in ("instagram", "facebook", "linkedin")
    )
    model.add(Call(drafts), Say("Three drafts."))
    await team.say(await team.conversation(), "writer: draft a friendly launch post")
    stored = await Repository(team.house.database, CONTENT_LIBRARY, scope).find({})
    assert sorted(str(draft.platform) for draft in stored) == ["facebook", "instagram", "linkedin"]
    results = [message for message in model.requests[-1]["messages"] if message["role"] == "tool"]
    assert len(results) == 3


@pytest.mark.parametrize("arguments", ['{"product": ', "[1, 2]", '{"nonsense": true}', '{"budget": {"$ne": null}}'])
async def test_malformed_arguments_come_back_as_words(team: Team, model: ModelServer, arguments: str) -> None:
    model.add(Call((("update_brief", arguments),)), Call((BRIEF,)), Say("Noted."))
    conversation = await team.conversation()
    frames = await team.say(conversation, PLAN)
    results = [frame.wire for frame in frames if frame.wire["type"] == "TOOL_CALL_RESULT"]
    assert [result["metadata"]["ok"] for result in results] == [False, True]
    assert "error" in json.loads(results[0]["content"])
    assert text_of(frames) == "Noted."


async def test_unknown_tool_is_named_to_the_model(team: Team, model: ModelServer) -> None:
    model.add(Call((("launch_rocket", "{}"),)), Say("I can't."))
    frames = await team.say(await team.conversation(), PLAN)
    result = next(frame.wire for frame in frames if frame.wire["type"] == "TOOL_CALL_RESULT")
    assert "no tool 'launch_rocket'" in result["content"]


async def test_endless_tool_calls_are_stopped(team: Team, model: ModelServer) -> None:
    model.add(*[Call((BRIEF,)) for _ in range(20)])
    frames = await team.say(await team.conversation(), PLAN)
    assert "more steps than one turn allows" in text_of(frames)
    assert len(model.requests) <= 8


async def test_busy_model_is_waited_for(team: Team, model: ModelServer) -> None:
    model.add(Refuse(429, headers={"Retry-After": "0"}), Refuse(500), Say("At last."))
    frames = await team.say(await team.conversation(), PLAN)
    assert text_of(frames) == "At last."
    assert len(model.requests) == 3


@pytest.mark.parametrize(
    ("faults", "words"),
    [
        ([Refuse(429, headers={"Retry-After": "600"})], "busy. Try again in 600 s"),
        ([Refuse(500)] * 3, "failed (500)"),
        ([BreakOff("Half an ans")] * 3, "broke"),
        ([Stall("Half an", 3)] * 3, "silent for 1 s"),
        ([Refuse(401, "Incorrect API key provided: sk-test")], "refused the key"),
        ([Refuse(400, "context too long, key sk-abcdef123456")], "context too long"),
    ],
)
async def test_failed_model_says_why_and_a_retry_works(
    team: Team, model: ModelServer, kinds: Kinds, faults: list[Refuse], words: str
) -> None:
    model.add(*faults)
    conversation, client_id = await team.conversation(), new_id("msg")
    frames = await team.say(conversation, PLAN, client_id)
    error = frames[-1].wire
    assert error["type"] == "RUN_ERROR"
    assert words in error["message"]
    assert "sk-" not in error["message"]
    found = await team.house.store.message_of_client(team.scope.user_id, conversation, client_id)
    assert found is not None
    assert (found["content"], found["status"]) == (PLAN, "failed")
    model.add(Call((BRIEF,)), Say("Now it works."))
    again = await team.say(conversation, PLAN, client_id)
    assert kinds(again)[-1] == "RUN_FINISHED"
    assert text_of(again) == "Now it works."
    log = await team.log(conversation)
    assert sum(1 for wire in log if wire["type"] == "RUN_FINISHED") == 1


async def test_broken_stream_starts_the_answer_anew(team: Team, model: ModelServer) -> None:
    model.add(BreakOff("This will be lost and"), Say("This stays."))
    conversation = await team.conversation()
    frames = await team.say(conversation, PLAN)
    assert text_of(frames) == "This stays."
    assert (
        next(wire for wire in await team.log(conversation) if wire["type"] == "TEXT_MESSAGE_END")["metadata"]["content"]
        == "This stays."
    )


async def test_retry_after_a_tool_ran_does_not_double_its_effect(team: Team, model: ModelServer, scope: Scope) -> None:
    draft = ("save_draft", json.dumps({"platform": "instagram", "content_type": "social_post", "text": "Hello"}))
    conversation, client_id = await team.conversation(), new_id("msg")
    asked = "writer: draft a friendly launch post"
    model.add(Call((draft,)), Refuse(400))
    assert (await team.say(conversation, asked, client_id))[-1].wire["type"] == "RUN_ERROR"
    model.add(Call((draft,)), Say("Saved."))
    assert text_of(await team.say(conversation, asked, client_id)) == "Saved."
    assert await Repository(team.house.database, CONTENT_LIBRARY, scope).count({}) == 1


async def test_text_before_a_tool_call_stays_in_the_answer(team: Team, model: ModelServer) -> None:
    model.add(Call((BRIEF,), text="Let me note that."), Say("Noted."))
    frames = await team.say(await team.conversation(), PLAN)
    assert text_of(frames) == "Let me note that.\n\nNoted."


async def test_plan_of_another_tenant_is_not_found(team: Team, model: ModelServer, other_scope: Scope) -> None:
    model.add(Say("x"))
    conversation = await team.conversation()
    with pytest.raises(NotFound):
        await team.turns.accept(other_scope, conversation, PLAN, "m1")
    assert await Repository(team.house.database, CAMPAIGNS, other_scope).count({}) == 0


@pytest.mark.parametrize("content", ["", "   ", "x" * 40_000, "a\x00b", "bell \x07", "\ud800"])
async def test_unusable_message_is_refused_and_nothing_stored(team: Team, content: str) -> None:
    conversation = await team.conversation()
    with pytest.raises(InvalidInput):
        await team.turns.accept(team.scope, conversation, content, "m1")
    assert await team.log(conversation) == []


async def test_too_many_waiting_messages_are_refused(team: Team, model: ModelServer) -> None:
    model.add(*[Stall("…", 3)] * 30)
    conversation = await team.conversation()
    for number in range(21):
        await team.turns.accept(team.scope, conversation, PLAN, f"m{number}")
    with pytest.raises(LimitReached):
        await team.turns.accept(team.scope, conversation, PLAN, "one too many")


async def test_a_message_sent_again_later_asks_no_model(team: Team, model: ModelServer) -> None:
    model.add(Say("Here is my answer."))
    conversation = await team.conversation()
    frames = await team.say(conversation, PLAN, "mine-1")
    await team.at_rest(conversation)
    again = await team.turns.accept(team.scope, conversation, PLAN, "mine-1")
    assert again.duplicate
    assert again.run_id == frames[0].run_id
    assert len(model.requests) == 1
