"""Two server processes on one database: who watches one sees the turn that the other runs, even if that is killed."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import orjson
import pytest
from websockets.asyncio.client import ClientConnection

from bench.product import Product
from bench.talker import Place, Talker
from core.ids import new_id
from db.client import Database
from sandbox.model_server import ModelServer
from sandbox.planning_model import BRIEF, CHAT, PLAN, reply
from tests.conftest import ENCRYPTION_KEY
from tests.redis_server import RedisServer

PATIENCE_SECONDS = 240.0


@dataclass(frozen=True)
class Pair:
    """Two servers, and a client of each."""

    here: Product
    there: Product
    watcher: Talker
    speaker: Talker


@pytest.fixture(params=["mongodb", "redis"])
async def pair(
    request: pytest.FixtureRequest, mongo_uri: str, database: Database, tmp_path: Path
) -> AsyncGenerator[Pair]:
    """Two servers with one database, without and with Redis."""
    async with AsyncExitStack() as stack:
        model = await stack.enter_async_context(ModelServer(lambda asked: reply(asked, pause=0.1)))
        settings = {
            "MONGODB_URI": mongo_uri,
            "MM_MONGODB_DATABASE": database.name,
            "MM_SECRET_KEY": "k" * 40,
            "MM_ENCRYPTION_KEYS": ENCRYPTION_KEY,
        }
        if request.param == "redis":
            settings["REDIS_URL"] = (await stack.enter_async_context(RedisServer(tmp_path))).url
        here = Product(tmp_path / "here", model.url, settings | {"MM_WORKER": "false"})
        there = Product(tmp_path / "there", model.url, settings)
        for product in (here, there):
            stack.push_async_callback(product.stop)
            await product.launch()
        for product in (here, there):
            await product.ready()
        http = await stack.enter_async_context(aiohttp.ClientSession())
        watcher, speaker = (
            Talker(http, lambda product=product: product.address, lambda product=product: product.token)  # type: ignore[misc]
            for product in (here, there)
        )
        yield Pair(here, there, watcher, speaker)


class Watching:
    """A client that stays connected."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self.place = Place()

    async def until(self, enough: Callable[[Place], bool]) -> None:
        """Listen until it is enough."""
        while not enough(self.place):
            self.place.take(orjson.loads(await self._socket.recv()))


async def say(socket: ClientConnection) -> str:
    client_id = new_id("cli")
    said = {"type": "message", "content": CHAT, "client_message_id": client_id}
    await socket.send(orjson.dumps(said).decode())
    return client_id


@pytest.mark.alone
async def test_a_turn_whose_process_is_killed_comes_to_its_end_for_who_watches_elsewhere(pair: Pair) -> None:
    conversation = await pair.watcher.conversation()
    async with asyncio.timeout(PATIENCE_SECONDS), pair.watcher.socket(conversation, 0) as socket:
        watching = Watching(socket)
        place = watching.place
        async with pair.speaker.socket(conversation, 0) as speaking:
            first = await say(speaking)
            await watching.until(lambda seen: first in seen.over)
            second = await say(speaking)
            await watching.until(lambda seen: len(seen.first_pieces) == 2)
            assert len(place.ended) == 1, "an answer of another process is seen as it is written"
        await pair.there.kill()
        await watching.until(lambda seen: second in seen.over)

    assert place.problems == []
    assert [wire["type"] for wire in place.events].count("RUN_FINISHED") == 2
    stored = await pair.watcher.everything(f"/api/v1/conversations/{conversation}/messages")
    answers = [message["content"] for message in stored if message["role"] == "assistant"]
    assert sorted(answers) == sorted(place.ended.values())
    replayed = await pair.watcher.replayed(conversation, place.seq)
    assert replayed.events == place.events


@pytest.mark.alone
async def test_a_campaign_run_elsewhere_is_seen_here_and_goes_on_with_a_decision_from_here(pair: Pair) -> None:
    """The one that serves here runs no workflows; whoever is connected here sees what the other's worker does."""
    conversation = await pair.speaker.conversation()
    for words in (BRIEF, PLAN):
        await pair.speaker.turn(conversation, Place(), words)
    (campaign,) = await pair.speaker.everything("/api/v1/campaigns")
    async with asyncio.timeout(PATIENCE_SECONDS), pair.watcher.socket(conversation, 0) as socket:
        watching = Watching(socket)
        place = watching.place

        await pair.speaker.call("POST", f"/api/v1/campaigns/{campaign['campaign_id']}/launch", {})

        await watching.until(lambda seen: bool(interrupts(seen)))
        (asked,) = await pair.watcher.everything("/api/v1/approvals")
        decision = {"decision": "approve", "payload_hash": asked["payload_hash"]}
        await pair.watcher.call("POST", f"/api/v1/approvals/{asked['approval_id']}/decision", decision)
        await watching.until(lambda seen: len([one for one in told(seen) if one == "campaign_progress"]) >= 3)
        assert place.problems == []
        assert interrupts(place)[0]["id"] == asked["approval_id"]
    replayed = await pair.speaker.replayed(conversation, place.seq)
    assert replayed.events[: len(place.events)] == place.events


def told(place: Place) -> list[str]:
    return [wire["name"] for wire in place.events if wire["type"] == "CUSTOM"]


def interrupts(place: Place) -> list[dict[str, Any]]:
    outcomes = [wire["outcome"] for wire in place.events if wire["type"] == "RUN_FINISHED"]
    return [item for outcome in outcomes for item in outcome.get("interrupts", ())]
