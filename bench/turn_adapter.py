"""The product as one more system of a turn benchmark: routing, one tool, a streamed answer, state on the database.

The form is that of a benchmark which loads a module with ``NAME``, ``PATTERN`` and ``build(base_url, model, db)`` and
calls the ``turn(thread, text, on_token)`` it returns. The tools are those of the benchmark itself, so that every system
does the same work. ``db`` only says whether anything is to be kept: here everything always is.
"""

import importlib
import tempfile
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from pathlib import Path

from pydantic import BaseModel, Field

from agents.language.intent import read_intent
from agents.models.factory import Models, build_models
from agents.spec import AgentSpec
from agents.supervisor import Reader
from agents.turns.feed import Channel, Feed
from agents.turns.house import House, build_house
from agents.turns.service import Turns
from bench.processes import pin_elsewhere
from core.clock import SystemClock
from core.events import Event, TextDelta
from core.ids import new_id
from core.scope import Scope
from core.settings import Settings
from db.catalogue import CATALOGUE
from db.client import Database
from db.conversations import Conversation
from db.embedded import EmbeddedServer
from db.encryption import FieldCipher
from db.sync import synchronise
from server.garbage import look_less_often, never_look_among_these
from server.logs import configure_logs
from tools.tool import Effect, Tool, ToolContext, tool

NAME = "marketing-minds"
PATTERN = "local route or model, tool loop in a graph node, durable events"

OnToken = Callable[[str], None]
TurnFunction = Callable[[str, str, OnToken], Awaitable[str]]


class BriefParams(BaseModel):
    """What the strategist's tool takes."""

    campaign_id: str = Field(description="the campaign")
    goal: str = Field(description="what the campaign should reach")
    budget: int = Field(description="budget in euro")


class DraftParams(BaseModel):
    """What the writer's tool takes."""

    campaign_id: str = Field(description="the campaign")
    channel: str = Field(description="the channel the text is for")
    text: str = Field(description="the copy")


class PostParams(BaseModel):
    """What the publisher's tool takes."""

    campaign_id: str = Field(description="the campaign")
    channel: str = Field(description="the channel to post on")
    when: str = Field(description="date and time")


class MetricsParams(BaseModel):
    """What the analyst's tool takes."""

    campaign_id: str = Field(description="the campaign")
    days: int = Field(description="how many days back")


def bench_tools(functions: dict[str, Callable[..., str]]) -> dict[str, Tool]:
    """Make the benchmark's four functions tools of ours."""

    @tool(Effect.WRITE)
    async def create_brief(_ctx: ToolContext, params: BriefParams) -> str:
        """Create or update the campaign brief."""
        return functions["strategist"](**params.model_dump())

    @tool(Effect.WRITE)
    async def save_draft(_ctx: ToolContext, params: DraftParams) -> str:
        """Save a draft of marketing copy."""
        return functions["writer"](**params.model_dump())

    @tool(Effect.WRITE)
    async def schedule_post(_ctx: ToolContext, params: PostParams) -> str:
        """Schedule a post on a channel."""
        return functions["publisher"](**params.model_dump())

    @tool(Effect.READ)
    async def get_metrics(_ctx: ToolContext, params: MetricsParams) -> str:
        """Read the metrics of a campaign."""
        return functions["analyst"](**params.model_dump())

    return {"strategist": create_brief, "writer": save_draft, "publisher": schedule_post, "analyst": get_metrics}


class Bench:
    """A house on an embedded database of its own, and one conversation a thread."""

    def __init__(
        self, house: House, database: Database, server: EmbeddedServer, folder: tempfile.TemporaryDirectory[str]
    ) -> None:
        self.feed = HeardFeed()
        self.house = replace(house, feed=self.feed)
        self.database = database
        self.server = server
        self._folder = folder
        self.turns = Turns(self.house, "bench")
        user_id = new_id("usr")
        self.scope = Scope(user_id, user_id, "user")
        self._conversations: dict[str, str] = {}

    async def conversation(self, thread: str) -> str:
        """Return the conversation of a thread, made on first use."""
        if thread not in self._conversations:
            made = await self.turns.open(self.scope, Conversation(conversation_id=new_id("cnv")))
            self._conversations[thread] = made.conversation_id
        return self._conversations[thread]

    async def turn(self, thread: str, text: str, on_token: OnToken) -> str:
        """Run one turn as a client of the process sees it, and return the answer's text."""
        new = None if thread in self._conversations else Conversation(conversation_id=new_id("cnv"))
        conversation_id = new.conversation_id if new else await self.conversation(thread)
        self._conversations[thread] = conversation_id
        self.feed.channel(conversation_id).on_token = on_token
        answer = ""
        async for frames in self.turns.say(self.scope, conversation_id, text, new_id("msg"), new):
            for frame in frames:
                if frame.wire["type"] == "TEXT_MESSAGE_END":
                    answer = frame.wire["metadata"]["content"]
                elif frame.wire["type"] == "RUN_ERROR":
                    raise RuntimeError(frame.wire["message"])
        return answer

    async def stop(self) -> None:
        """End the turns that still run, the connections, and the database."""
        await self.turns.stop()
        await self.house.models.close()
        await self.database.close()
        await self.server.close()
        self._folder.cleanup()


class HeardChannel(Channel):
    """A channel that tells every piece of text at the moment the model gives it, before pieces share a frame."""

    on_token: OnToken | None = None

    def emit(self, event: Event, run_id: str) -> None:
        """Tell the piece, then do as every channel does."""
        if self.on_token and isinstance(event, TextDelta):
            self.on_token(event.delta)
        super().emit(event, run_id)


class HeardFeed(Feed):
    """A feed of heard channels."""

    def channel(self, conversation_id: str) -> HeardChannel:
        """Return the conversation's channel."""
        found = self._channels.get(conversation_id)
        if not isinstance(found, HeardChannel):
            found = self._channels[conversation_id] = HeardChannel()
        return found


async def start(
    models: Models,
    functions: dict[str, Callable[..., str]],
    prompts: Sequence[str],
    reader: Reader = read_intent,
    *,
    counted: bool = True,
) -> Bench:
    """Start the embedded database in a folder of its own and put a house of four agents on it."""
    folder = tempfile.TemporaryDirectory(prefix="bench-")
    server = EmbeddedServer(Path(folder.name))
    uri = await server.start()
    if server.pid:
        pin_elsewhere(server.pid)
    clock = SystemClock()
    cipher = FieldCipher([FieldCipher.new_key()])
    database = await Database.connect(uri, "bench", clock=clock, cipher=cipher, counted=counted)
    await synchronise(database, CATALOGUE)
    tools = bench_tools(functions)
    roster = tuple(AgentSpec(name, name.title(), "", name, name, (tools[name],)) for name in prompts)
    return Bench(build_house(database, models, clock, roster, tools.values(), reader), database, server, folder)


async def build(base_url: str, model: str, db: str | None) -> TurnFunction:  # noqa: ARG001 - the benchmark's form
    """Return the turn function the benchmark measures."""
    configure_logs("WARNING")
    benchmark = importlib.import_module("common")  # the benchmark's own module, there when it loads this one
    chosen = {"openai_api_key": "sk-bench", "openai_base_url": base_url, "model_fast": model, "model_careful": model}
    models = build_models(Settings.model_validate(chosen))
    bench = await start(models, benchmark.TOOLS, list(benchmark.AGENTS), counted=False)
    look_less_often()
    never_look_among_these()
    return bench.turn
