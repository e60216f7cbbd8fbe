"""A worker is stopped for longer than its lease in mid-work and goes on after: its post is out once all the same."""

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path

import pytest

from bench.delivery_kills import free_port
from bench.delivery_shop import PLATFORMS, Shop, prepare_sandbox
from bench.delivery_worker import Place, Process, work
from core.clock import SystemClock
from core.ids import new_id
from db.client import Database
from db.deliveries import DELIVERIES, Delivery
from db.encryption import FieldCipher
from db.repository import Repository
from db.sync import synchronise
from sandbox.faults import Fault
from sandbox.server import Sandbox

PATIENCE_SECONDS = 120.0
TEXT = "Bread from a worker that fell asleep"


@pytest.mark.alone
@pytest.mark.parametrize("stopped_at", ["/wp/v2/tags", "/wp/v2/posts"])
async def test_stopped_worker_posts_nothing_twice_when_it_goes_on(
    mongo_uri: str, tmp_path: Path, stopped_at: str
) -> None:
    tokens = await prepare_sandbox(tmp_path / "journal")
    key = FieldCipher.new_key()
    database = await Database.connect(mongo_uri, new_id("test"), clock=SystemClock(), cipher=FieldCipher([key]))
    await synchronise(database)
    async with Sandbox(tmp_path / "journal", port=free_port()) as sandbox:
        shop = Shop(database, sandbox.url, sandbox.mail.port)
        await shop.connect(tokens)
        place = Place(
            mongo_uri, database.name, key, {name: f"{sandbox.url}/{name}" for name in PLATFORMS}, timeout=30.0
        )
        twin = sandbox.twins["wordpress"]
        twin.faults.add(Fault(method="POST", path=stopped_at, late=2.0))
        first, second = Process(work, lambda: (place, "first")), Process(work, lambda: (place, "second"))
        first.start()
        try:
            at = database.clock.now() + timedelta(seconds=1)
            await shop.approve("wordpress", [TEXT], publish_at=at, name="asleep", hashtags=("#Bread",))
            await until(lambda: _awaits(lambda: not len(twin.faults)))
            os.kill(first.pid, signal.SIGSTOP)
            second.start()
            await until(lambda: _is(database, shop, "published"))
            os.kill(first.pid, signal.SIGCONT)
            await asyncio.sleep(3.0)
            assert len([row for row in twin.published() if TEXT in row["text"]]) == 1
            assert await _is(database, shop, "published")
        finally:
            await first.kill()
            await second.kill()
            await database.close()


async def until(happened: Callable[[], Awaitable[bool]]) -> None:
    """Wait until something has happened."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not await happened():
            await asyncio.sleep(0.02)


async def _awaits(happened: Callable[[], bool]) -> bool:
    return happened()


async def _is(database: Database, shop: Shop, state: str) -> bool:
    found: list[Delivery] = await Repository(database, DELIVERIES, shop.scope).find({})
    return [one.state for one in found] == [state]
