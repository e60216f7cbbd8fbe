"""A process that ends after a tool has done its work and before its result is stored: done once, and told."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest

from agents.turns.service import Turns
from core.clock import Clock
from core.errors import Unavailable
from core.ids import new_id
from core.scope import Scope
from db.client import Database
from db.content_library import CONTENT_LIBRARY
from db.conversations import CONVERSATIONS
from db.repository import Repository
from db.turn_store import TurnStore
from sandbox.model_server import ModelServer
from sandbox.planning_model import BRIEF, WRITE, answer, reply
from tests.agents.turns.conftest import Team, build_team

PATIENCE_SECONDS = 20.0
DRAFTS = {BRIEF: 0, WRITE: 2}

Raw = dict[str, Any]


class DyingStore(TurnStore):
    """Stores so many of a run's writes, and none after that."""

    left = 0

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self.gone = asyncio.Event()

    async def write(self, *arguments: Any, **named: Any) -> bool:
        """Write, or be gone."""
        if self.left == 0:
            self.gone.set()
            raise Unavailable("gone")
        self.left -= 1
        return await super().write(*arguments, **named)


@pytest.fixture
async def model() -> AsyncIterator[ModelServer]:
    async with ModelServer(reply) as server:
        yield server


def dying(team: Team, writes: int) -> tuple[Turns, asyncio.Event]:
    """The team's turns over a store that dies."""
    store = DyingStore(team.house.database)
    store.left = writes
    return Turns(replace(team.house, store=store), "test"), store.gone


@pytest.mark.parametrize("writes", range(4))
@pytest.mark.parametrize("content", [BRIEF, WRITE])
async def test_effect_is_not_doubled_and_its_news_not_lost(
    database: Database, scope: Scope, model: ModelServer, clock: Clock, content: str, writes: int
) -> None:
    first, second = (build_team(database, scope, model.url, clock) for _ in range(2))
    conversation_id, client_id = await first.conversation(), new_id("cli")
    turns, gone = dying(first, writes)
    accepted = await turns.accept(scope, conversation_id, content, client_id)
    ended = asyncio.create_task(turns.result(scope, conversation_id, accepted))
    noticed = asyncio.create_task(gone.wait())
    await asyncio.wait([ended, noticed], return_when=asyncio.FIRST_COMPLETED)
    for task in (ended, noticed):
        task.cancel()
    await turns.stop()

    await second.recovery.sweep()
    again = await second.turns.accept(scope, conversation_id, content, client_id)
    async with asyncio.timeout(PATIENCE_SECONDS):
        result = await second.turns.result(scope, conversation_id, again)
        await second.at_rest(conversation_id)
    assert result.status == "success"
    assert [message["content"] for message in result.messages] == [answer(content)]
    assert await Repository(database, CONTENT_LIBRARY, scope).count({}) == DRAFTS[content]
    events = await second.log(conversation_id)
    calls = [event["toolCallId"] for event in events if event["type"] == "TOOL_CALL_RESULT"]
    assert len(calls) == len(set(calls)) == max(DRAFTS[content], 1)
    conversation = await Repository(database, CONVERSATIONS, scope).get(conversation_id)
    told = [event["snapshot"] for event in events if event["type"] == "STATE_SNAPSHOT"]
    if content == BRIEF:
        assert told[-1] == conversation.context.model_dump()
    for team in (first, second):
        await team.turns.stop()
        await team.house.models.close()
