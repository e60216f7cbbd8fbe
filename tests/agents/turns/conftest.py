"""A house over a real database with the real roster and tools, on a scripted model server reached over real HTTP."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

import pytest

from agents.language.situation import AGENTS, Reading, Situation
from agents.models.factory import build_models
from agents.roster import ROSTER
from agents.turns.decisions import Decisions
from agents.turns.feed import Frame
from agents.turns.house import House, build_house
from agents.turns.recovery import Recovery
from agents.turns.service import Turns
from core.clock import Clock, SystemClock
from core.errors import Conflict
from core.ids import new_id
from core.scope import Scope
from core.settings import Settings
from db.accounts import Accounts
from db.client import Database
from db.conversations import CONVERSATIONS, Conversation
from db.repository import Repository
from db.unfinished import UnfinishedWork
from db.users import User
from sandbox.model_server import ModelServer
from tools.catalogue import CATALOGUE as TOOLS
from tools.tool import Tool

Wire = dict[str, Any]


@dataclass(slots=True)
class Team:
    """One process's worth of the product, without its edges."""

    house: House
    turns: Turns
    decisions: Decisions
    recovery: Recovery
    scope: Scope

    async def conversation(self) -> str:
        """Start a conversation, in an account that is there."""
        with suppress(Conflict):
            person = User(user_id=self.scope.user_id, email=f"{self.scope.user_id}@shop.example")
            await Accounts(self.house.database).add(person)
        made = Conversation(conversation_id=new_id("cnv"), timezone="Europe/London")
        await Repository(self.house.database, CONVERSATIONS, self.scope).insert(made)
        return made.conversation_id

    async def say(self, conversation_id: str, content: str, client_id: str | None = None) -> list[Frame]:
        """Send a message and return the frames of its run."""
        frames: list[Frame] = []
        async for some in self.turns.say(self.scope, conversation_id, content, client_id or new_id("msg")):
            frames += some
        return frames

    async def at_rest(self, conversation_id: str) -> None:
        """Wait until the conversation's turn has given its lease back."""
        while self.turns.runs_here(conversation_id):
            await asyncio.sleep(0.005)

    async def log(self, conversation_id: str) -> list[Wire]:
        """Return every durable event, after checking that their numbers are 1 to n."""
        events: list[Wire] = []
        seq = 0
        while page := await self.house.store.events_after(self.scope.user_id, conversation_id, seq):
            assert [event.seq for event in page] == list(range(seq + 1, seq + 1 + len(page)))
            events += [event.wire for event in page]
            seq = page[-1].seq
        return events


def read_by_first_word(text: str, _situation: Situation) -> Reading:
    """Read the agent from the first word; anything else is uncertain."""
    word = text.split(":", maxsplit=1)[0]
    if word in AGENTS:
        return Reading((word,), 1.0, certain=True, kind="request", reason="it says so")
    return Reading(("strategist",), 0.4, certain=False, kind="request", reason="hard to tell")


def build_team(
    database: Database,
    scope: Scope,
    model_url: str | None,
    clock: Clock,
    owner: str = "test",
    more: tuple[Tool, ...] = (),
) -> Team:
    """Put a team together; without a ``model_url`` on the offline model. Every agent has ``more`` tools."""
    settings = Settings.model_validate(
        {
            "openai_api_key": "sk-test" if model_url else "",
            "openai_base_url": model_url or "",
            "model_timeout_seconds": 1,
        }
    )
    roster = tuple(replace(spec, tools=(*spec.tools, *more)) for spec in ROSTER)
    house = build_house(database, build_models(settings), clock, roster, [*TOOLS, *more], read_by_first_word)
    turns = Turns(house, owner)
    decisions = Decisions(house, turns)
    return Team(house, turns, decisions, Recovery(turns, decisions, UnfinishedWork(database), clock), scope)


@pytest.fixture
async def model() -> AsyncIterator[ModelServer]:
    """A model server whose script the test writes."""
    async with ModelServer() as server:
        yield server


@pytest.fixture
async def team(database: Database, scope: Scope, model: ModelServer) -> AsyncIterator[Team]:
    """A team on the scripted model server."""
    made = build_team(database, scope, model.url, SystemClock())
    yield made
    await made.turns.stop()
    await made.house.models.close()


@pytest.fixture
async def offline_team(database: Database, scope: Scope) -> AsyncIterator[Team]:
    """A team on the offline model."""
    made = build_team(database, scope, None, SystemClock())
    yield made
    await made.turns.stop()


@pytest.fixture
def kinds() -> Callable[[Sequence[Frame]], list[str]]:
    """Name the durable events among frames."""
    return lambda frames: [_name(frame.wire) for frame in frames if frame.seq is not None]


def _name(wire: Wire) -> str:
    return str(wire["name"]) if wire["type"] == "CUSTOM" else str(wire["type"])
