"""What the server needs is asked by name: a store that is away makes it not ready, and no address of it is told."""

from dataclasses import replace
from datetime import timedelta

import httpx
import pytest
from pydantic import SecretStr

from agents.live.redis_stream import RedisTransport
from agents.live.relay import Relay
from core.clock import ManualClock
from core.settings import Settings
from db.last_numbers import LastNumbers
from memory.indexes.pgvector import PgVectorIndex
from server.app import create_app
from server.services import Services
from workflows.runtime.engine import Engine

NOWHERE = "127.0.0.1:1"


@pytest.fixture
def lacking(services: Services, settings: Settings, clock: ManualClock) -> Services:
    """A server whose PostgreSQL and Redis are away."""
    postgres, redis = f"postgresql://mm:hidden@{NOWHERE}/mm", f"redis://:hidden@{NOWHERE}/0"
    transport = RedisTransport(redis, "house", clock)
    given = {
        "redis_url": SecretStr(redis),
        "database_url": SecretStr(postgres),
        "postgres_uri": SecretStr(postgres),
        "memory_index": "pgvector",
    }
    return replace(
        services,
        settings=settings.model_copy(update=given),
        relay=Relay(transport, services.turns.house.feed, LastNumbers(services.database)),
        work=replace(services.work, engine=Engine(postgres, "ins_test")),
        memory=replace(services.memory, engine=replace(services.memory.engine, index=PgVectorIndex(postgres))),
    )


async def test_each_store_that_is_configured_is_named_and_asked(lacking: Services) -> None:
    transport = httpx.ASGITransport(create_app(lacking))
    async with httpx.AsyncClient(transport=transport, base_url="http://server.test") as client:
        answer = await client.get("/readyz", timeout=60)
    told = answer.json()
    assert (answer.status_code, told["status"]) == (503, "not ready")
    assert told["dependencies"]["database"] == "ok"
    assert "REDIS_URL" in told["dependencies"]["redis"]
    assert "PostgreSQL can't be reached" in told["dependencies"]["pgvector"]
    assert "MM_DATABASE_URL" in told["dependencies"]["workflows"]
    assert "hidden" not in answer.text
    assert NOWHERE not in answer.text


async def test_work_that_nobody_does_is_told(services: Services, client: httpx.AsyncClient, clock: ManualClock) -> None:
    await services.work.nightly.order(services.work.jobs)
    assert (await client.get("/readyz")).json()["dependencies"]["worker"] == "ok"
    clock.advance(timedelta(days=2))
    answer = await client.get("/readyz")
    assert answer.status_code == 200
    assert "has not been begun. Run a server with MM_WORKER=true." in answer.json()["dependencies"]["worker"]
