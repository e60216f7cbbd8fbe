"""What the workflow engine keeps, on SQLite and on PostgreSQL: workflows go on after a stop and repeat nothing.

Their steps run on the house's loop, they wait for hints, and what is forgotten is kept nowhere.
"""

import asyncio
import threading
from collections.abc import AsyncGenerator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from psycopg.sql import SQL, Identifier
from sqlalchemy import MetaData, create_engine, select

from core.clock import ManualClock, SystemClock
from core.errors import Unavailable
from core.ids import new_id
from db.client import Database
from workflows.runtime.engine import Engine, engine_url
from workflows.runtime.timekeeper import DurableTime
from workflows.runtime.workers import DEAD_AFTER, Workers

FAST = 0.05


class House:
    """Counts what workflows do here."""

    def __init__(self) -> None:
        self.done: list[str] = []
        self.failures = 0

    async def note(self, what: str) -> str:
        assert threading.current_thread() is threading.main_thread()
        if self.failures:
            self.failures -= 1
            raise Unavailable
        self.done.append(what)
        return what

    async def until(self, what: str) -> None:
        while what not in self.done:
            await asyncio.sleep(0.01)

    def on(self, engine: Engine) -> Engine:
        async def errand(name: str) -> None:
            await engine.step("begin", self.note, f"{name} begun")
            slots = [engine.slot() for _ in range(3)]
            await asyncio.gather(*(slot.run("part", self.note, f"{name} {n}") for n, slot in enumerate(slots)))
            await DurableTime(SystemClock()).wait_until(engine, None)
            await engine.step("end", self.note, f"{name} ended")

        engine.register("errand", errand)
        return engine


@pytest.fixture
def house() -> House:
    return House()


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where the engine keeps its state: each store, empty."""
    if request.param == "sqlite":
        return engine_url("", tmp_path)
    server, name = str(request.getfixturevalue("postgres_uri")), new_id("wfl")
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(SQL("CREATE DATABASE {}").format(Identifier(name)))
    return engine_url(server.replace("/postgres?", f"/{name}?", 1), tmp_path)


@pytest.fixture
async def engine(house: House, url: str) -> AsyncGenerator[Engine]:
    made = house.on(Engine(url, "ins_here", look_seconds=FAST))
    yield made
    await made.stop()


async def test_workflow_goes_on_after_a_stop_and_repeats_nothing(house: House, engine: Engine) -> None:
    for _ in range(3):
        await engine.start("errand", "wfl_1", "a")
    await house.until("a 2")
    await asyncio.sleep(4 * FAST)
    await engine.stop()
    await engine.launch()
    await engine.hint("wfl_1")
    await house.until("a ended")

    assert house.done[0] == "a begun"
    assert sorted(house.done) == ["a 0", "a 1", "a 2", "a begun", "a ended"]


async def test_hint_before_the_wait_is_not_lost_and_one_for_nobody_does_no_harm(house: House, engine: Engine) -> None:
    await engine.start("errand", "wfl_1", "a")
    await engine.hint("wfl_1")
    await engine.hint("wfl_unknown")
    await house.until("a ended")
    assert sorted(house.done) == ["a 0", "a 1", "a 2", "a begun", "a ended"]


async def test_database_that_is_away_for_a_while_fails_no_workflow(house: House, engine: Engine) -> None:
    house.failures = 3
    await engine.start("errand", "wfl_1", "a")
    await engine.hint("wfl_1")
    await house.until("a ended")
    assert house.failures == 0
    assert house.done.count("a ended") == 1


async def test_work_of_a_dead_worker_is_taken_over_once(
    house: House, engine: Engine, url: str, database: Database, clock: ManualClock
) -> None:
    gone = house.on(Engine(url, "ins_gone", look_seconds=FAST))
    await Workers(database, gone, clock).beat()
    await gone.start("errand", "wfl_1", "a")
    await house.until("a 2")
    await gone.stop()
    workers = Workers(database, engine, clock)
    await workers.beat()
    assert await workers.reap() == 0
    clock.advance(DEAD_AFTER + timedelta(seconds=1))
    await workers.beat()

    assert [await workers.reap(), await workers.reap()] == [1, 0]

    await engine.hint("wfl_1")
    await house.until("a ended")
    assert house.done.count("a begun") == 1


async def test_forgotten_workflow_is_broken_off_and_nothing_of_it_is_kept(url: str) -> None:
    engine = Engine(url, "ins_here", look_seconds=FAST)
    begun, never, after = asyncio.Event(), asyncio.Event(), list[str]()

    async def writes(what: str) -> str:
        return f"draft about {what}"

    async def long(what: str) -> str:
        begun.set()
        await never.wait()
        after.append(what)
        return what

    async def errand(name: str) -> None:
        await engine.step("write", writes, name)
        await engine.step("long", long, name)
        after.append(name)

    engine.register("errand", errand)
    assert await engine.forget(["wfl_1"]) == 0, "nothing is kept before the first launch"
    assert await engine.purge(datetime.now(UTC)) == 0
    await engine.start("errand", "wfl_1", "rye loaves")
    await engine.start("errand", "wfl_2", "croissants")
    await asyncio.wait_for(begun.wait(), 60)
    while engine.queued or engine.running < 2:
        await asyncio.sleep(FAST)

    assert await engine.forget(["wfl_1", "wfl_never"]) == 1
    never.set()
    while engine.running or await engine.unfinished():
        await asyncio.sleep(FAST)

    assert after == ["croissants", "croissants"]
    assert await engine.purge(datetime.now(UTC) - timedelta(days=1)) == 0
    assert _kept(url) == {"wfl_2"}
    assert await engine.purge(datetime.now(UTC) + timedelta(days=1)) == 1
    assert _kept(url) == set()
    await engine.stop()


def _kept(url: str) -> set[str]:
    """Return of which workflows anything is kept, in any table."""
    store = create_engine(url.replace("postgresql://", "postgresql+psycopg://", 1))
    tables = MetaData()
    with store.connect() as connection:
        for schema in ("dbos", None) if store.dialect.name == "postgresql" else (None,):
            tables.reflect(connection, schema=schema)
        rows = [row for table in tables.sorted_tables for row in connection.execute(select(table))]
    store.dispose()
    assert tables.tables
    return {workflow_id for workflow_id in ("wfl_1", "wfl_2") for row in rows if workflow_id in row}
