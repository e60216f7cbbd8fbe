"""Cancelling while a write is stored but not yet acknowledged: nothing of it is lost, written over or told twice."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest

from agents.turns.service import Turns
from bench.talker import Place
from core.clock import Clock
from core.ids import new_id
from core.scope import Scope
from db.client import Database
from db.conversations import CONVERSATIONS
from db.repository import Repository
from db.turn_store import TurnStore
from sandbox.model_server import ModelServer
from sandbox.planning_model import CHAT, WRITE, reply
from tests.agents.turns.conftest import Team, build_team

PATIENCE_SECONDS = 15.0
WRITES_OF_A_TURN = 6

Raw = dict[str, Any]


class LateStore(TurnStore):
    """Acknowledges one of its writes only when told to; ``left`` counts down to it."""

    left = 0

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self.stored = asyncio.Event()
        self.acknowledge = asyncio.Event()

    async def write(self, *arguments: Any, **named: Any) -> bool:
        """Write, then say so, or be late in saying so."""
        released = await super().write(*arguments, **named)
        await self._perhaps_late()
        return released

    async def _perhaps_late(self) -> None:
        self.left -= 1
        if self.left == 0:
            self.stored.set()
            await self.acknowledge.wait()


@pytest.fixture
async def model() -> AsyncIterator[ModelServer]:
    async with ModelServer(lambda request: reply(request, pause=0.002)) as server:
        yield server


@pytest.fixture
async def late(database: Database, scope: Scope, model: ModelServer, clock: Clock) -> AsyncIterator[Team]:
    team = build_team(database, scope, model.url, clock)
    house = replace(team.house, store=LateStore(database))
    team.house, team.turns = house, Turns(house, "late")
    yield team
    await team.turns.stop()
    await team.house.models.close()


@pytest.mark.parametrize("write", range(1, WRITES_OF_A_TURN + 1))
async def test_cancel_while_a_write_is_not_acknowledged(late: Team, write: int) -> None:
    store = late.house.store
    assert isinstance(store, LateStore)
    conversation_id, client_id, place = await late.conversation(), new_id("cli"), Place()
    saying = asyncio.create_task(late.say(conversation_id, WRITE, client_id))
    store.left = write
    held = asyncio.create_task(store.stored.wait())
    await asyncio.wait([saying, held], return_when=asyncio.FIRST_COMPLETED)
    cancelling = asyncio.create_task(late.turns.cancel(late.scope, conversation_id))
    await asyncio.wait([cancelling], timeout=0.05)
    store.acknowledge.set()
    async with asyncio.timeout(PATIENCE_SECONDS):
        await cancelling
        for frame in await saying:
            place.take({"event": frame.wire} | ({} if frame.seq is None else {"seq": frame.seq}))
        await late.at_rest(conversation_id)
        frames = await late.say(conversation_id, CHAT, new_id("cli"))
    held.cancel()
    assert place.problems == []
    events = await late.log(conversation_id)
    assert events[: len(place.events)] == place.events
    assert [event["type"] for event in events].count("RUN_FINISHED") == 2
    assert frames[-1].wire["type"] == "RUN_FINISHED"
    conversation = await Repository(late.house.database, CONVERSATIONS, late.scope).get(conversation_id)
    assert conversation.last_seq <= len(events)
