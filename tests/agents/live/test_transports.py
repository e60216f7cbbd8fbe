"""What each transport does by itself: packets in order to everybody, and a word where some may be missing."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from agents.live.redis_stream import RedisTransport
from agents.live.transport import Transport
from core.clock import SystemClock
from core.errors import NotConfigured, Unavailable
from core.scope import Scope
from core.settings import Settings
from db.client import Database
from server.live_feed import build_relay
from tests.agents.live.conftest import PATIENCE_SECONDS
from tests.agents.turns.conftest import build_team
from tests.redis_server import RedisServer

COUNT = 40


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not true():
            await asyncio.sleep(0.005)


async def test_packets_come_to_every_process_in_order(transport: Callable[[], Transport]) -> None:
    here, there, sender = transport(), transport(), transport()
    heard: dict[int, list[bytes]] = {0: [], 1: []}
    for place, one in enumerate((here, there)):
        await one.start(heard[place].append, lambda: None)
    sent = [b'"%d"' % number for number in range(COUNT)]
    for packet in sent:
        await sender.send(packet)
    await until(lambda: len(heard[0]) + len(heard[1]) >= 2 * COUNT)
    assert heard == {0: sent, 1: sent}
    for one in (here, there, sender):
        await one.stop()


async def test_a_redis_that_comes_back_is_used_again_and_what_may_be_missing_is_said(tmp_path: Path) -> None:
    heard: list[bytes] = []
    missed: list[bool] = []
    async with RedisServer(tmp_path) as server:
        here, there = (RedisTransport(server.url, "house", SystemClock()) for _ in range(2))
        await here.start(heard.append, lambda: missed.append(True))
        await there.send(b"1")
        await until(lambda: heard == [b"1"])
        await server.kill()
        with pytest.raises(Unavailable):
            await there.send(b"lost")
        await server.start()
        await until(lambda: bool(missed))
        await there.send(b"2")
        await until(lambda: heard == [b"1", b"2"])
        await here.stop()
        await there.stop()


async def test_a_redis_that_is_away_is_told_in_words() -> None:
    with pytest.raises(NotConfigured, match="redis://host"):
        RedisTransport("not an address", "house", SystemClock())
    transport = RedisTransport("redis://127.0.0.1:1/0", "house", SystemClock())
    with pytest.raises(Unavailable, match="REDIS_URL"):
        await transport.check()
    await transport.stop()


async def test_one_process_by_itself_has_no_relay(database: Database, scope: Scope, redis: RedisServer) -> None:
    team = build_team(database, scope, None, SystemClock())
    alone = Settings.model_validate({"redis_url": redis.url, "mongodb_uri": ""})
    assert build_relay(alone, database, SystemClock(), team.turns) is None
    assert team.house.feed.elsewhere is None
    shared = alone.model_copy(update={"mongodb_uri": type(alone.redis_url)("mongodb://127.0.0.1")})
    relay = build_relay(shared, database, SystemClock(), team.turns)
    assert relay is not None
    assert team.house.feed.elsewhere is relay
    await relay.stop()
