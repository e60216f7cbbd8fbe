"""A process that ends in the middle of a write to several collections: what is there of it is gone on with, once."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from agents.turns.notice import Notice
from agents.turns.notices import Notices
from bench.talker import Place
from core.campaign_progress import CampaignProgress
from core.clock import Clock
from core.errors import Unavailable
from core.events import Interrupt
from core.ids import new_id
from core.scope import Scope
from db.client import Database
from db.content_library import CONTENT_LIBRARY
from db.encryption import FieldCipher
from db.messages import MESSAGES
from db.repository import Repository
from db.writes import Write
from sandbox.model_server import ModelServer
from sandbox.planning_model import CHAT, WRITE, answer, reply
from tests.agents.turns.conftest import Team, build_team
from tests.conftest import ENCRYPTION_KEY

PATIENCE_SECONDS = 20.0
WRITES_OF_A_TURN = 6
LARGEST_WRITE = 3


class CutDatabase(Database):
    """Carries out only the first operations of one of its bulk writes; after that it is gone."""

    def cut(self, write: int, operations: int) -> None:
        """Say in which of the writes to come, and after how many of its operations."""
        self._writes_left, self._operations_kept, self.gone = write, operations, asyncio.Event()

    async def write(self, *writes: Write) -> int:
        """Write all, some or nothing."""
        if self.gone.is_set():
            raise Unavailable("gone")
        self._writes_left -= 1
        if self._writes_left > 0:
            return await super().write(*writes)
        self.gone.set()
        if kept := writes[: self._operations_kept]:
            await super().write(*kept)
        raise Unavailable("gone")


@pytest.fixture
async def model() -> AsyncIterator[ModelServer]:
    async with ModelServer(reply) as server:
        yield server


@pytest.fixture
async def cut_database(database: Database, mongo_uri: str, clock: Clock) -> AsyncIterator[CutDatabase]:
    connected = await CutDatabase.connect(mongo_uri, database.name, clock=clock, cipher=FieldCipher([ENCRYPTION_KEY]))
    assert isinstance(connected, CutDatabase)
    yield connected
    await connected.close()


async def checked(team: Team, conversation_id: str, client_id: str, content: str) -> None:
    """Wait for the end of the message's turn, then compare everything."""
    place = Place()
    async with asyncio.timeout(PATIENCE_SECONDS):
        async for frames in team.turns.follow(team.scope, conversation_id, 0):
            for frame in frames:
                place.take({"event": frame.wire} | ({} if frame.seq is None else {"seq": frame.seq}))
            if client_id in place.over:
                break
        await team.at_rest(conversation_id)
    assert place.problems == []
    assert place.over[client_id]["type"] == "RUN_FINISHED"
    assert [event["type"] for event in await team.log(conversation_id)] == [event["type"] for event in place.events]
    asked = [event for event in place.events if event["type"] == "RUN_STARTED"]
    assert len(asked) == 1
    stored = await Repository(team.house.database, MESSAGES, team.scope).find({"conversation_id": conversation_id})
    assert [message.client_message_id for message in stored if message.role == "user"] == [client_id]
    assert {message.status for message in stored if message.role == "user"} == {"done"}
    assert [message.content for message in stored if message.role == "assistant"] == [answer(content)]
    drafts = await Repository(team.house.database, CONTENT_LIBRARY, team.scope).count({})
    assert drafts == (2 if content == WRITE else 0)


@pytest.mark.parametrize("operations", range(LARGEST_WRITE + 1))
@pytest.mark.parametrize(
    ("content", "write"), [(CHAT, 1), (CHAT, 2), *((WRITE, write) for write in range(1, WRITES_OF_A_TURN + 1))]
)
async def test_next_process_goes_on_with_what_was_cut_off(
    database: Database,
    cut_database: CutDatabase,
    scope: Scope,
    model: ModelServer,
    clock: Clock,
    content: str,
    operations: int,
    write: int,
) -> None:
    cut_database.cut(write, operations)
    first = build_team(cut_database, scope, model.url, clock)
    conversation_id, client_id = await first.conversation(), new_id("cli")
    saying = asyncio.create_task(first.say(conversation_id, content, client_id))
    gone = asyncio.create_task(cut_database.gone.wait())
    await asyncio.wait([saying, gone], return_when=asyncio.FIRST_COMPLETED)
    for task in (saying, gone):
        task.cancel()
    await asyncio.gather(saying, gone, return_exceptions=True)
    await first.turns.stop()
    await first.house.models.close()

    second = build_team(database, scope, model.url, clock)
    await second.recovery.sweep()
    await second.turns.accept(scope, conversation_id, content, client_id)
    await checked(second, conversation_id, client_id, content)
    again = new_id("cli")
    frames = await second.say(conversation_id, CHAT, again)
    assert frames[-1].wire["type"] == "RUN_FINISHED"
    assert await second.recovery.sweep() == 0
    await second.turns.stop()
    await second.house.models.close()


@pytest.mark.parametrize("operations", range(LARGEST_WRITE + 1))
async def test_same_process_goes_on_when_its_database_is_back(
    database: Database, cut_database: CutDatabase, scope: Scope, model: ModelServer, clock: Clock, operations: int
) -> None:
    cut_database.cut(1, operations)
    team = build_team(cut_database, scope, model.url, clock)
    conversation_id, client_id = await team.conversation(), new_id("cli")
    with pytest.raises(Unavailable):
        await team.turns.accept(scope, conversation_id, WRITE, client_id)
    cut_database.cut(1000, 0)
    await team.recovery.sweep()
    await team.turns.accept(scope, conversation_id, WRITE, client_id)
    await checked(team, conversation_id, client_id, WRITE)
    await team.turns.stop()
    await team.house.models.close()


class Told:
    """A notice that asks for something in words, as a campaign's step tells it."""

    asked = Interrupt("apr_1", "call_1", "campaign_plan", "Approve the plan.", {"posts": 2}, "hash", "2026-12-07")

    def __init__(self, text: str) -> None:
        step = CampaignProgress("cmp_1", "step", "The team writes the posts.")
        self.notice = Notice(new_id("ntc"), "publisher", (step,), text, self.asked)


@pytest.mark.parametrize("operations", range(5))
@pytest.mark.parametrize("text", ["", "Nothing starts until you approve it."])
@pytest.mark.parametrize("waits", [False, True])
async def test_next_process_finishes_a_notice_that_was_cut_off(
    database: Database,
    cut_database: CutDatabase,
    scope: Scope,
    model: ModelServer,
    clock: Clock,
    operations: int,
    text: str,
    *,
    waits: bool,
) -> None:
    """A notice and the message behind it come once each, whatever of the notice was stored."""
    first, second = (build_team(one, scope, model.url, clock) for one in (cut_database, database))
    conversation_id, client_id = await first.conversation(), new_id("cli")
    notice = Told(text).notice
    cut_database.cut(1, operations)
    telling = asyncio.create_task(Notices(first.turns).tell(scope, conversation_id, notice))
    await cut_database.gone.wait()
    if waits:
        await second.turns.accept(scope, conversation_id, CHAT, client_id)
    await first.turns.stop()
    await asyncio.gather(telling, return_exceptions=True)
    await first.house.models.close()

    await second.recovery.sweep()
    if not waits:
        await second.turns.accept(scope, conversation_id, CHAT, client_id)
    await checked_behind(second, conversation_id, notice)
    assert await second.recovery.sweep() == 0
    await second.turns.stop()
    await second.house.models.close()


async def checked_behind(team: Team, conversation_id: str, notice: Notice) -> None:
    """Wait for the notice and the turn behind it, then compare everything."""
    log: list[dict[str, Any]] = []
    async with asyncio.timeout(PATIENCE_SECONDS):
        while sum(wire["type"] == "RUN_FINISHED" for wire in log) < 2:
            await asyncio.sleep(0.01)
            log = await team.log(conversation_id)
        await team.at_rest(conversation_id)
    assert [wire["type"] for wire in log].count("RUN_STARTED") == 2
    assert [wire["name"] for wire in log if wire["type"] == "CUSTOM"] == ["campaign_progress", "user_message", "route"]
    found = await Repository(team.house.database, MESSAGES, team.scope).find({"conversation_id": conversation_id})
    said = sorted(message.content for message in found if message.role == "assistant")
    assert said == sorted([*[notice.text] * bool(notice.text), answer(CHAT)])
    assert [message.status for message in found] == ["done"] * len(found)
    head = await team.house.store.head(team.scope.user_id, conversation_id)
    assert head is not None
    assert [item["approval_id"] for item in head["pending_approvals"]] == ["apr_1"]
    assert (head["run"], head["last_seq"], head["message_count"]) == (None, len(log), len(found))
