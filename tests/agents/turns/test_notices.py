"""What the house tells a conversation by itself: in its turn, once, and whatever happens meanwhile."""

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest

from agents.turns.notice import Notice
from agents.turns.notices import Notices
from agents.turns.run import LEASE
from core.campaign_progress import CampaignProgress
from core.clock import SystemClock
from core.events import Interrupt
from core.ids import derived_id, new_id
from core.scope import Scope
from db.client import Database
from db.conversations import CONVERSATIONS
from db.leases import Lease, lease_document
from db.messages import MESSAGES
from db.notices import NOTICES
from db.repository import Repository
from sandbox.model_server import ModelServer, Say
from tests.agents.turns.conftest import Team, build_team

PLAN = "strategist: make a campaign plan"
LONG = Say("word " * 10_000, pause=0.01)
PATIENCE_SECONDS = 60.0
ASKED = Interrupt("apr_1", "call_1", "campaign_plan", "Approve the plan.", {"posts": [1, 2]}, "hash", "2026-12-07")


@pytest.fixture
async def following(database: Database, scope: Scope, model: ModelServer) -> AsyncIterator[Team]:
    """The next process, on the same database."""
    made = build_team(database, scope, model.url, SystemClock())
    yield made
    await made.turns.stop()
    await made.house.models.close()


def notice(notice_id: str | None = None, **given: object) -> Notice:
    step = CampaignProgress("cmp_1", "step", "The team writes the posts.", {"count": 2})
    return Notice(notice_id or new_id("ntc"), "publisher", events=(step,), **given)  # type: ignore[arg-type]


async def until(team: Team, conversation: str, enough: Callable[[list[str]], bool]) -> list[str]:
    """Wait until the log is enough; return its events' names."""
    names: list[str] = []
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not enough(names):
            await asyncio.sleep(0.02)
            names = [wire.get("name") or wire["type"] for wire in await team.log(conversation)]
    return names


def runs(names: list[str]) -> list[str]:
    return [name for name in names if name in {"RUN_STARTED", "RUN_FINISHED", "campaign_progress", "user_message"}]


async def pending(team: Team, conversation: str) -> list[str]:
    """Return what waits for a decision once the conversation is at rest."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            head = await team.house.store.head(team.scope.user_id, conversation)
            assert head is not None
            if head["run"] is None:
                return [item["approval_id"] for item in head["pending_approvals"]]
            await asyncio.sleep(0.02)


async def unheard(team: Team) -> int:
    return await Repository(team.house.database, NOTICES, team.scope).count({"status": "pending"})


TURN = ["RUN_STARTED", "user_message", "RUN_FINISHED"]
TOLD = ["RUN_STARTED", "campaign_progress", "RUN_FINISHED"]


async def test_notice_waits_behind_a_turn_however_long_that_takes(team: Team, model: ModelServer) -> None:
    model.add(LONG, Say("And here."))
    conversation = await team.conversation()
    await team.turns.accept(team.scope, conversation, PLAN, "mine-1")
    notices, told = Notices(team.turns), notice(text="Nothing starts until you approve it.", interrupt=ASKED)
    for one in (notice(), told, told):
        assert await notices.tell(team.scope, conversation, one)
    assert team.turns.runs_here(conversation), "nobody waits for the turn"
    await team.turns.accept(team.scope, conversation, PLAN, "mine-2")
    assert await team.turns.cancel(team.scope, conversation)
    names = await until(team, conversation, lambda names: names.count("RUN_FINISHED") == 4)
    assert runs(names) == [*TURN, *TOLD, *TOLD, *TURN]
    assert await pending(team, conversation) == ["apr_1"]
    await team.at_rest(conversation)
    settled = notice(settled=("apr_1",))
    assert await notices.tell(team.scope, conversation, settled)
    assert await notices.tell(team.scope, conversation, settled)
    assert (await pending(team, conversation), await unheard(team)) == ([], 0)
    assert runs(await until(team, conversation, bool))[-3:] == TOLD
    found = await Repository(team.house.database, MESSAGES, team.scope).find({"role": "assistant"})
    assert [message.content for message in found].count(told.text) == 1


async def test_notice_is_told_by_the_next_process_after_the_turn_it_waited_for(
    team: Team, following: Team, scope: Scope, model: ModelServer
) -> None:
    model.add(LONG, Say("Here."))
    conversation = await team.conversation()
    await team.turns.accept(scope, conversation, PLAN, "mine-1")
    await Notices(team.turns).tell(scope, conversation, notice(interrupt=ASKED))
    await team.turns.stop()
    await following.recovery.sweep()
    names = await until(following, conversation, lambda names: names.count("RUN_FINISHED") == 2)
    assert runs(names) == [*TURN, *TOLD]
    assert await pending(following, conversation) == ["apr_1"]
    assert await following.recovery.sweep() == 0


async def test_notice_nobody_began_to_tell_is_told_by_recovery(team: Team) -> None:
    conversation = await team.conversation()
    await team.house.notices.put(team.scope, notice(interrupt=ASKED).stored(conversation))
    assert await team.recovery.sweep() == 1
    assert runs(await until(team, conversation, bool)) == TOLD
    assert await pending(team, conversation) == ["apr_1"]
    assert await team.recovery.sweep() == 0


async def begun(team: Team, conversation: str) -> str:
    """Leave a notice behind as a process that was killed before it wrote anything of it."""
    told = notice()
    await team.house.notices.put(team.scope, told.stored(conversation))
    run_id = derived_id("run", told.notice_id)
    long_ago = team.house.clock.now() - LEASE
    lease = Lease("lse_gone", run_id, told.notice_id, "gone", "boot", long_ago, "notice")
    assert await team.house.store.claim(team.scope.user_id, conversation, lease)
    return run_id


async def test_notice_is_finished_over_numbers_somebody_else_has_used(team: Team, model: ModelServer) -> None:
    conversation = await team.conversation()
    model.add(Say("Here."), Say("Here."))
    await team.say(conversation, PLAN)
    await team.at_rest(conversation)
    await Repository(team.house.database, CONVERSATIONS, team.scope).change(conversation, {"last_seq": 0})
    run_id = await begun(team, conversation)
    assert await team.recovery.sweep() == 1
    names = await until(team, conversation, lambda names: names.count("RUN_FINISHED") == 2)
    assert runs(names) == [*TURN, *TOLD]
    events = await team.house.store.events_after(team.scope.user_id, conversation, 0)
    assert [event.run_id for event in events][-3:] == [run_id] * 3


async def test_turn_over_numbers_somebody_else_has_used_is_answered(
    team: Team, following: Team, model: ModelServer
) -> None:
    """A leftover of another run where this one's events should be is not taken for its own."""
    conversation = await team.conversation()
    assert await Notices(team.turns).tell(team.scope, conversation, notice())
    await Repository(team.house.database, CONVERSATIONS, team.scope).change(conversation, {"last_seq": 0})
    model.add(*[Say("Here.")] * 3)
    accepted = await team.turns.accept(team.scope, conversation, PLAN, "mine-1")
    await team.turns.stop()
    head = await team.house.store.head(team.scope.user_id, conversation)
    assert head
    assert head["run"]["run_id"] == accepted.run_id
    assert await following.recovery.sweep() == 1
    names = await until(following, conversation, lambda names: names.count("RUN_FINISHED") == 2)
    assert names[-3:] == ["TEXT_MESSAGE_END", "STEP_FINISHED", "RUN_FINISHED"]


async def test_notice_of_a_conversation_that_is_gone_is_not_kept(team: Team) -> None:
    conversation = await team.conversation()
    await Repository(team.house.database, CONVERSATIONS, team.scope).delete(conversation)
    assert not await Notices(team.turns).tell(team.scope, conversation, notice())
    assert await unheard(team) == 0
    assert await team.recovery.sweep() == 0


@pytest.mark.parametrize("text", ["", "Nothing starts until you approve it."])
async def test_lease_of_a_notice_that_is_not_there_is_given_back(team: Team, text: str) -> None:
    conversation = await team.conversation()
    lease = Lease("lse_1", "run_1", "msg_1", "test", "boot", team.house.clock.now() - LEASE)
    run = lease_document(lease, 1)
    if text:
        now = team.house.clock.now()
        answer = {"message_id": "msg_1", "conversation_id": conversation, "role": "assistant", "content": text}
        kept = {"user_id": team.scope.user_id, "timestamp": now, "created_at": now, "updated_at": now}
        await team.house.store.enqueue(answer | kept | {"status": "done", "metadata": {}, "kind": "message"})
    else:
        run["kind"] = "notice"
    await Repository(team.house.database, CONVERSATIONS, team.scope).change(conversation, {"run": run})
    assert await team.recovery.sweep() == 1
    head = await team.house.store.head(team.scope.user_id, conversation)
    assert head
    assert head["run"] is None
    assert await team.log(conversation) == []
