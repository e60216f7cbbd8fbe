"""What every test may ask for: a database of its own on an embedded server, two tenants, a clock that stands still."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from core.clock import ManualClock
from core.ids import new_id
from core.scope import Scope
from db.catalogue import CATALOGUE
from db.client import Database
from db.embedded import EmbeddedServer
from db.encryption import FieldCipher
from db.sync import synchronise

ENCRYPTION_KEY = FieldCipher.new_key()


@pytest.fixture(scope="session")
async def mongo_uri(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    """One embedded database server per test process."""
    server = EmbeddedServer(tmp_path_factory.mktemp("mongo"))
    uri = await server.start()
    yield uri
    await server.close()


@pytest.fixture(scope="session")
def idle_databases() -> list[str]:
    """Names of databases that are in step with the catalogue and empty again."""
    return []


@pytest.fixture
def clock() -> ManualClock:
    """A clock that stands still until it is moved."""
    return ManualClock(datetime(2026, 11, 20, 9, 30, tzinfo=UTC))


@pytest.fixture
async def database(mongo_uri: str, clock: ManualClock, idle_databases: list[str]) -> AsyncIterator[Database]:
    """A connection of its own to an empty database that is in step with the catalogue."""
    name = idle_databases.pop() if idle_databases else new_id("test")
    connected = await Database.connect(mongo_uri, name, clock=clock, cipher=FieldCipher([ENCRYPTION_KEY]), counted=True)
    await synchronise(connected)
    yield connected
    for collection in CATALOGUE:
        await connected.raw(collection).delete_many({})  # lint: allow raw-collection: empties it for the next test
    await connected.close()
    idle_databases.append(name)


@pytest.fixture
def scope() -> Scope:
    """A person acting in an account of their own."""
    user_id = new_id("usr")
    return Scope(user_id=user_id, actor_id=user_id, role="user", channel="api")


@pytest.fixture
def other_scope() -> Scope:
    """A person of another account."""
    user_id = new_id("usr")
    return Scope(user_id=user_id, actor_id=user_id, role="user", channel="api")
