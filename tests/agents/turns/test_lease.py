"""The lease of a conversation between two processes: one begins, the other waits; whoever follows sees every event."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any

import pytest

from agents.turns.feed import Frame
from core.clock import SystemClock
from core.errors import NotFound
from core.ids import new_id
from core.scope import Scope
from db.client import Database
from db.conversations import CONVERSATIONS
from db.erasure import erase
from db.export import export
from db.leases import Lease, lease_document
from db.messages import MESSAGES
from db.repository import Repository
from sandbox.model_server import ModelServer, Say, Stall
from tests.agents.turns.conftest import Team, build_team

Kinds = Callable[[Sequence[Frame]], list[str]]
PLAN = "strategist: make a campaign plan"
OPENING = ["RUN_STARTED", "user_message", "route", "STEP_STARTED"]
ENDING = ["TEXT_MESSAGE_END", "STEP_FINISHED", "RUN_FINISHED"]
PATIENCE_SECONDS = 10.0
TURNS = 3


@pytest.fixture
async def other(database: Database, scope: Scope, model: ModelServer) -> AsyncIterator[Team]:
    """Another process on the same database."""
    made = build_team(database, scope, model.url, SystemClock(), owner="other")
    yield made
    await made.turns.stop()
    await made.house.models.close()


async def messages_of(team: Team, conversation_id: str) -> list[tuple[str, str]]:
    found = await Repository(team.house.database, MESSAGES, team.scope).find({"conversation_id": conversation_id})
    return [(message.role, message.status) for message in sorted(found, key=lambda message: message.timestamp)]


async def followed(team: Team, conversation_id: str, after: int, run_id: str) -> list[Frame]:
    frames: list[Frame] = []
    async with asyncio.timeout(PATIENCE_SECONDS):
        async for some in team.turns.follow(team.scope, conversation_id, after, run_id=run_id):
            frames += some
    return frames


async def test_what_a_process_remembers_of_a_conversation_may_be_out_of_date(
    team: Team, other: Team, model: ModelServer, kinds: Kinds
) -> None:
    model.add(Say("One."), Say("Two."), *[Say("Three.")] * 2)  # the early call of a turn that waits is thrown away
    conversation = await team.conversation()
    for process in (team, other, team):
        await process.say(conversation, PLAN)
        await process.at_rest(conversation)
    ends = [wire["metadata"]["content"] for wire in await team.log(conversation) if wire["type"] == "TEXT_MESSAGE_END"]
    assert ends == ["One.", "Two.", "Three."]
    assert await messages_of(team, conversation) == [("user", "done"), ("assistant", "done")] * 3


async def test_message_waits_for_the_turn_that_another_process_began_meanwhile(
    team: Team, other: Team, model: ModelServer
) -> None:
    model.add(*[Say("Here.")] * 4)
    conversation = await team.conversation()
    await team.say(conversation, PLAN)
    await team.at_rest(conversation)
    await asyncio.gather(
        *(process.turns.accept(process.scope, conversation, PLAN, new_id("msg")) for process in (other, team))
    )
    begun_and_ended: list[str] = []
    async with asyncio.timeout(PATIENCE_SECONDS):
        while begun_and_ended.count("RUN_FINISHED") < TURNS:
            await asyncio.sleep(0.02)
            begun_and_ended = [wire["type"] for wire in await team.log(conversation) if wire["type"].startswith("RUN_")]
    assert begun_and_ended == ["RUN_STARTED", "RUN_FINISHED"] * TURNS
    assert sorted(await messages_of(team, conversation)) == [("assistant", "done")] * 3 + [("user", "done")] * 3


async def test_message_another_process_has_answered_is_not_answered_again(
    team: Team, other: Team, model: ModelServer
) -> None:
    model.add(*[Say("Here.")] * 4)
    conversation = await team.conversation()
    first = await team.say(conversation, PLAN, "mine-1")
    await team.at_rest(conversation)
    again = await other.turns.accept(other.scope, conversation, PLAN, "mine-1")
    assert again.duplicate
    assert again.run_id == first[0].run_id
    head = await other.house.store.head(other.scope.user_id, conversation)
    assert head is not None
    assert head["run"] is None
    assert (await other.say(conversation, PLAN, "mine-2"))[-1].wire["type"] == "RUN_FINISHED"
    assert await messages_of(team, conversation) == [("user", "done"), ("assistant", "done")] * 2


@pytest.mark.parametrize("after", [0, 2, 4])
async def test_who_joins_in_mid_run_elsewhere_sees_what_the_run_began_with(
    team: Team, other: Team, model: ModelServer, kinds: Kinds, after: int
) -> None:
    model.add(Stall("", 0.6), Say("Here it is."))
    conversation = await team.conversation()
    accepted = await team.turns.accept(team.scope, conversation, PLAN, "mine-1")
    seen = await other.house.store.events_after(other.scope.user_id, conversation, after)
    assert [event.seq for event in seen] == list(range(after + 1, len(OPENING) + 1))
    here = asyncio.create_task(followed(team, conversation, after, accepted.run_id))
    assert kinds(await here) == [*OPENING[after:], *ENDING]
    await team.at_rest(conversation)
    assert kinds(await followed(other, conversation, after, accepted.run_id)) == [*OPENING[after:], *ENDING]
    assert len(await other.log(conversation)) == len([*OPENING, *ENDING])


async def test_run_taken_over_before_it_stored_more_goes_on_from_its_beginning(
    team: Team, database: Database, scope: Scope, model: ModelServer, kinds: Kinds
) -> None:
    model.add(Stall("", 5), Say("Here it is."))
    conversation = await team.conversation()
    accepted = await team.turns.accept(scope, conversation, PLAN, "mine-1")
    before = await team.house.store.events_after(scope.user_id, conversation, 0)
    await team.turns.stop()
    following = build_team(database, scope, model.url, SystemClock())
    assert await following.recovery.sweep() == 1
    frames = await followed(following, conversation, 0, accepted.run_id)
    assert kinds(frames) == [*OPENING, *ENDING]
    assert [frame.wire for frame in frames if frame.seq][: len(OPENING)] == [event.wire for event in before]
    await following.at_rest(conversation)
    await following.turns.stop()
    await following.house.models.close()


async def test_lease_whose_message_was_not_stored_shows_nothing(team: Team) -> None:
    conversation, store = await team.conversation(), team.house.store
    lease = Lease("lse_1", "run_1", "msg_1", "test", "boot", team.house.clock.now())
    opening: list[dict[str, Any]] = [{"type": "RUN_STARTED"}]
    await Repository(team.house.database, CONVERSATIONS, team.scope).update(
        conversation, {"run": lease_document(lease) | {"opening": opening}}
    )
    assert await store.events_after(team.scope.user_id, conversation, 0) == []


async def test_nothing_is_stored_in_a_conversation_that_another_process_has_erased(
    team: Team, other: Team, model: ModelServer
) -> None:
    model.add(*[Say("Here.")] * 2)
    conversation = await team.conversation()
    await team.say(conversation, PLAN)
    await team.at_rest(conversation)
    await erase(other.house.database, other.scope.user_id)
    with pytest.raises(NotFound):
        await team.turns.accept(team.scope, conversation, PLAN, new_id("msg"))
    assert [document async for document in export(other.house.database, other.scope)] == []
