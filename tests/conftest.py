"""What every test may ask for: a database of its own on an embedded server, two tenants, a clock that stands still."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

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
FOREVER_SECONDS = 2**31 - 1


@pytest.fixture(scope="session")
async def mongo_uri(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    """One embedded database server per test process."""
    server = EmbeddedServer(tmp_path_factory.mktemp("mongo"))
    uri = await server.start()
    yield uri
    await server.close()


@pytest.fixture(scope="session")
def idle_databases() -> dict[bool, list[str]]:
    """Names of databases that are in step with the catalogue and empty again, by whether the sweep is on in them."""
    return {True: [], False: []}


@pytest.fixture
def clock() -> ManualClock:
    """A clock that stands still until it is moved."""
    return ManualClock(datetime(2026, 11, 20, 9, 30, tzinfo=UTC))


@pytest.fixture
async def database(
    mongo_uri: str, clock: ManualClock, idle_databases: dict[bool, list[str]]
) -> AsyncIterator[Database]:
    """A connection of its own to an empty database that is in step with the catalogue.

    The database's own sweep of what is past its retention goes by the real time. Where the test's clock shows another
    one it is put off, or it would remove what the test has just made.
    """
    swept = abs(datetime.now(UTC) - clock.now()) < timedelta(minutes=5)
    idle = idle_databases[swept]
    name = idle.pop() if idle else new_id("test")
    connected = await Database.connect(mongo_uri, name, clock=clock, cipher=FieldCipher([ENCRYPTION_KEY]), counted=True)
    await synchronise(connected)
    if not swept:
        await put_off_sweep(connected)
    yield connected
    for collection in CATALOGUE:
        await connected.raw(collection).delete_many({})  # lint: allow raw-collection: empties it for the next test
    await connected.close()
    idle.append(name)


async def put_off_sweep(database: Database) -> None:
    """Let nothing expire within the life of a test run."""
    for collection in CATALOGUE:
        for index in collection.all_indexes:
            if index.ttl is not None:
                never = {"name": index.name, "expireAfterSeconds": FOREVER_SECONDS}
                await database.driver.command("collMod", collection.name, index=never)


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
