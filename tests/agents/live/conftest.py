"""Several processes' worth of the product over one database, with a live feed between them over each transport."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass

import pytest

from agents.live.change_stream import ChangeStreamTransport
from agents.live.redis_stream import RedisTransport
from agents.live.relay import Relay
from agents.live.transport import Transport
from agents.turns.feed import Frame
from core.clock import SystemClock
from core.errors import Unavailable
from core.scope import Scope
from db.client import Database
from db.last_numbers import LastNumbers
from db.live_packets import LivePackets
from sandbox.model_server import ModelServer
from tests.agents.turns.conftest import Team, build_team
from tests.redis_server import RedisServer

PATIENCE_SECONDS = 60.0
LOOK_SECONDS = 0.3


class Road:
    """A transport that counts what goes out, and loses some of it, or all, when a test says so."""

    def __init__(self, real: Transport) -> None:
        self._real = real
        self.sent: list[bytes] = []
        self.loses: Callable[[bytes], bool] = lambda _: False
        self.closed = False

    async def start(self, heard: Callable[[bytes], None], missed: Callable[[], None]) -> None:
        await self._real.start(heard, missed)

    async def send(self, packet: bytes) -> None:
        if self.closed:
            raise Unavailable
        self.sent.append(packet)
        if not self.loses(packet):
            await self._real.send(packet)

    async def check(self) -> None:
        await self._real.check()

    async def stop(self) -> None:
        await self._real.stop()


@dataclass(slots=True)
class Place:
    """A process: its team, and its side of the feed."""

    team: Team
    relay: Relay
    road: Road

    def follow(self, conversation_id: str, after: int = 0, run_id: str | None = None) -> "Seen":
        """Begin to follow a conversation as a client of this process does."""
        return Seen(self.team, conversation_id, after, run_id)


class Seen:
    """What a client sees."""

    def __init__(self, team: Team, conversation_id: str, after: int, run_id: str | None) -> None:
        self.frames: list[Frame] = []
        self._changed = asyncio.Event()
        self._task = asyncio.create_task(self._follow(team, conversation_id, after, run_id))

    async def _follow(self, team: Team, conversation_id: str, after: int, run_id: str | None) -> None:
        async for frames in team.turns.follow(team.scope, conversation_id, after, run_id=run_id):
            self.frames += frames
            self._changed.set()

    async def until(self, enough: Callable[["Seen"], bool]) -> "Seen":
        """Wait until it is enough."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not enough(self):
                self._changed.clear()
                await self._changed.wait()
        return self

    async def leave(self) -> None:
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    @property
    def numbers(self) -> list[int]:
        return [frame.seq for frame in self.frames if frame.seq is not None]

    @property
    def kinds(self) -> list[str]:
        return [frame.wire["type"] for frame in self.frames]

    @property
    def text(self) -> str:
        """The text as it stands: a start begins it anew."""
        said = ""
        for frame in self.frames:
            if frame.wire["type"] == "TEXT_MESSAGE_START":
                said = ""
            said += frame.wire.get("delta", "")
        return said

    @property
    def over(self) -> bool:
        return "RUN_FINISHED" in self.kinds


@pytest.fixture
async def model() -> AsyncIterator[ModelServer]:
    """A model server whose script the test writes."""
    async with ModelServer() as server:
        yield server


@pytest.fixture(scope="session")
async def redis(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[RedisServer]:
    """One Redis per test process."""
    async with RedisServer(tmp_path_factory.mktemp("redis")) as server:
        yield server


@pytest.fixture(params=["mongodb", "redis"])
def transport(request: pytest.FixtureRequest, database: Database) -> Callable[[], Transport]:
    """Make the transport of one more process."""
    if request.param == "mongodb":
        return lambda: ChangeStreamTransport(LivePackets(database))
    server: RedisServer = request.getfixturevalue("redis")
    return lambda: RedisTransport(server.url, database.name, SystemClock())


@pytest.fixture
async def process(
    database: Database, scope: Scope, model: ModelServer, transport: Callable[[], Transport]
) -> AsyncIterator[Callable[[str], Awaitable[Place]]]:
    """Start one more process."""
    async with AsyncExitStack() as stack:

        async def started(name: str) -> Place:
            team = build_team(database, scope, model.url, SystemClock(), owner=name)
            road = Road(transport())
            relay = Relay(road, team.house.feed, LastNumbers(database), look_seconds=LOOK_SECONDS)
            relay.stop_turn = team.turns.stop_here
            stack.push_async_callback(team.house.models.close)
            stack.push_async_callback(relay.stop)
            stack.push_async_callback(team.turns.stop)
            await relay.start()
            return Place(team, relay, road)

        yield started
