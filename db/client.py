"""The connection to MongoDB: options, checks at start, raw handles for the code of this package, round trips."""

import threading
from collections import Counter
from collections.abc import Sequence
from datetime import UTC
from typing import Any, TypeAlias
from urllib.parse import urlsplit

import pymongo
from pymongo import AsyncMongoClient, InsertOne, UpdateOne, monitoring
from pymongo.asynchronous.collection import AsyncCollection
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import (
    ConfigurationError,
    InvalidURI,
    OperationFailure,
    PyMongoError,
    ServerSelectionTimeoutError,
)
from pymongo.results import ClientBulkWriteResult

from core.clock import Clock
from core.errors import AppError, NotConfigured, Unavailable
from db.collection import Collection
from db.encryption import FieldCipher
from db.failures import NO_ACCESS, translated
from db.writes import Write, carry_out

Raw: TypeAlias = dict[str, Any]
Operation: TypeAlias = InsertOne[Raw] | UpdateOne

# The wire version of MongoDB 8.0, the first with a bulk write over several collections.
OLDEST_WIRE_VERSION = 25
SELECTION_SECONDS = 4
SCHEMES = ("mongodb://", "mongodb+srv://")
TOO_OLD = "The MongoDB at {host} is too old. Use MongoDB 8.0 or newer."


class RoundTrips(monitoring.CommandListener):
    """Counts the commands sent to the database, for tests and benches: listening takes a few percent of a command."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._sent: Counter[str] = Counter()

    def count(self) -> int:
        """Return how many commands were sent so far."""
        return sum(self._sent.values())

    def by_command(self) -> dict[str, int]:
        """Return how often each command was sent so far."""
        with self._lock:
            return dict(self._sent)

    def started(self, event: monitoring.CommandStartedEvent) -> None:
        """Count one command."""
        with self._lock:
            self._sent[event.command_name] += 1

    def succeeded(self, event: monitoring.CommandSucceededEvent) -> None:
        """Not counted: it was when it started."""

    def failed(self, event: monitoring.CommandFailedEvent) -> None:
        """Not counted: it was when it started."""


class Database:
    """One MongoDB database. Only code in this package may use its raw handles."""

    def __init__(
        self, client: AsyncMongoClient[Raw], name: str, *, clock: Clock, cipher: FieldCipher, round_trips: RoundTrips
    ) -> None:
        self.clock = clock
        self.cipher = cipher
        self.round_trips = round_trips
        self.name = name
        self._client = client
        self._database: AsyncDatabase[Raw] = client[name]

    @classmethod
    async def connect(
        cls, uri: str, name: str, *, clock: Clock, cipher: FieldCipher, counted: bool = False
    ) -> "Database":
        """Connect and check that this is a MongoDB we can work with. Only where ``counted`` are round trips counted.

        Raises Unavailable or NotConfigured with one sentence that names the host but never the user or password.
        """
        round_trips = RoundTrips()
        host = _host(uri)
        client: AsyncMongoClient[Raw] | None = None
        try:
            client = _client(uri, [round_trips] if counted else [])
            await _check(client, host)
        except (PyMongoError, ValueError) as error:
            await _close(client)
            raise _refusal(error, host) from None
        except AppError:
            await _close(client)
            raise
        return cls(client, name, clock=clock, cipher=cipher, round_trips=round_trips)

    def named(self, name: str) -> "Database":
        """Return another database over the same connection."""
        return Database(self._client, name, clock=self.clock, cipher=self.cipher, round_trips=self.round_trips)

    async def close(self) -> None:
        """Close every connection. May be called twice."""
        await self._client.close()

    async def ping(self) -> None:
        """Ask the database for a sign of life; Unavailable if there is none."""
        with translated():
            await self._client.admin.command("ping")

    async def flush(self) -> None:
        """Let the embedded database put everything it has acknowledged on disk."""
        with translated():
            await self._client.admin.command("fsync")

    async def drop(self) -> None:
        """Remove the whole database with everything in it."""
        with translated():
            await self._client.drop_database(self.name)

    async def bulk(self, operations: Sequence[Operation]) -> ClientBulkWriteResult:
        """Write any number of operations to several collections, in order; give each one a ``namespace()``.

        The first failure stops the rest: Conflict or InvalidInput, whose ``details['index']`` says which it was.
        """
        with translated():
            result: ClientBulkWriteResult = await self._client.bulk_write(list(operations), ordered=True)  # pyright: ignore[reportUnknownMemberType]
            return result

    async def write(self, *writes: Write) -> int:
        """Do a few writes in one ordered round trip; return how many documents the updates matched.

        Every write has to be harmless when repeated. The first failure stops the rest: Conflict or InvalidInput, whose
        ``details['index']`` says which it was.
        """
        with translated():
            return await carry_out(self._client, writes)

    def namespace(self, collection: Collection[Any]) -> str:
        """Return the full name of a collection, as ``bulk`` needs it."""
        return f"{self.name}.{collection.name}"

    def raw(self, collection: Collection[Any]) -> AsyncCollection[Raw]:
        """Return the driver's handle of a collection: no tenant, no encryption. For this package only."""
        return self._database[collection.name]

    def collection(self, name: str) -> AsyncCollection[Raw]:
        """Return the driver's handle of a collection by name. For this package only."""
        return self._database[name]

    @property
    def driver(self) -> AsyncDatabase[Raw]:
        """The driver's database. For this package only."""
        return self._database


def _client(uri: str, listeners: list[monitoring.CommandListener]) -> AsyncMongoClient[Raw]:
    if not uri.startswith(SCHEMES):
        raise InvalidURI
    return AsyncMongoClient(
        uri,
        tz_aware=True,
        tzinfo=UTC,
        appname="marketing-minds",
        retryWrites=True,
        retryReads=True,
        w="majority",
        journal=True,
        serverSelectionTimeoutMS=SELECTION_SECONDS * 1000,
        connectTimeoutMS=3000,
        socketTimeoutMS=30_000,
        event_listeners=listeners,
    )


async def _check(client: AsyncMongoClient[Raw], host: str) -> None:
    with pymongo.timeout(SELECTION_SECONDS + 1):
        hello = await client.admin.command("hello")
        if hello.get("maxWireVersion", 0) < OLDEST_WIRE_VERSION:
            raise NotConfigured(TOO_OLD.format(host=host))
        if not hello.get("setName") and hello.get("msg") != "isdbgrid":
            raise NotConfigured(
                f"The MongoDB at {host} runs alone. Start it as a replica set (one member is enough), "
                "so that writes can be repeated safely."
            )
        await client.admin.command("listDatabases", nameOnly=True, authorizedDatabases=True)


def _refusal(error: Exception, host: str) -> AppError:
    """Choose the sentence. The driver wraps some refusals in a timeout or a configuration error, hence the texts."""
    told = str(error).lower()
    code = error.code if isinstance(error, OperationFailure) else None
    if code in NO_ACCESS or "authentication failed" in told:
        return NotConfigured(f"The database at {host} refuses the user name or password in MONGODB_URI. Correct them.")
    if "wire version" in told:
        return NotConfigured(TOO_OLD.format(host=host))
    if isinstance(error, ServerSelectionTimeoutError):
        reason = "its certificate is not trusted" if "certificate" in told else "it does not answer"
        return Unavailable(f"No database can be reached at {host}: {reason}. Start it, or correct MONGODB_URI.")
    if isinstance(error, (InvalidURI, ConfigurationError, ValueError)):
        return NotConfigured(
            "MONGODB_URI is not a usable MongoDB address. Write it as mongodb://host:27017 or mongodb+srv://host, "
            "with special characters in the password percent-encoded."
        )
    return Unavailable(f"The database at {host} does not answer as it should. Check it, or MONGODB_URI.")


def _host(uri: str) -> str:
    """Return what stands after the credentials, for messages."""
    place = urlsplit(uri).netloc.rpartition("@")[2]
    return place or "the address in MONGODB_URI"


async def _close(client: AsyncMongoClient[Raw] | None) -> None:
    if client is not None:
        await client.close()
