"""Where the data lie: the data folder, its keys, and the database on it or the one of the settings."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from functools import partial
from pathlib import Path

import structlog

from core.clock import Clock
from core.errors import NotConfigured
from core.ids import new_id
from core.settings import Settings
from db.client import Database
from db.embedded import EmbeddedServer
from db.encryption import FieldCipher
from db.sync import is_behind, synchronise
from server.private_files import write_private

log = structlog.get_logger(__name__)


@asynccontextmanager
async def open_database(settings: Settings, clock: Clock) -> AsyncGenerator[Database]:
    """Connect to the database of the settings; without one, run the embedded one on the data folder meanwhile."""
    writable_folder(settings.data_dir)
    async with AsyncExitStack() as stack:
        uri, server = settings.mongodb_uri.get_secret_value(), None
        if not uri:
            server = EmbeddedServer(settings.data_dir)
            uri = await server.start()
            stack.push_async_callback(server.close)
        cipher = FieldCipher(encryption_keys(settings))
        connect = partial(Database.connect, uri, settings.mongodb_database, clock=clock, cipher=cipher)
        database = await connect()
        if server is not None:
            if await is_behind(database):
                await database.close()
                database = await _brought_up(server, connect)
            watch = asyncio.create_task(server.watch(), name="embedded database")
            stack.push_async_callback(_end, watch)
        stack.push_async_callback(database.close)
        yield database


async def _brought_up(server: EmbeddedServer, connect: Callable[[], Awaitable[Database]]) -> Database:
    """Adapt the embedded database to this version, while it need not put every write on disk by itself.

    It waits for the disk once for every document that an index takes in, and for nobody else meanwhile.
    """
    log.info("The data are brought in step with this version. This takes some seconds for every 50,000 documents.")
    await server.restart(durable=False)
    database = await connect()
    try:
        await synchronise(database)
        await database.flush()
    finally:
        await database.close()
        await server.restart(durable=True)
    return await connect()


def encryption_keys(settings: Settings) -> list[str]:
    """Return the configured keys, or the one kept in the data folder, made on first use with mode 0600."""
    configured = settings.encryption_keys.get_secret_value()
    if configured:
        return [key.strip() for key in configured.split(",") if key.strip()]
    path = settings.data_dir / "encryption_key"
    if not path.exists():
        write_private(path, FieldCipher.new_key())
    return [path.read_text().strip()]


async def _end(task: asyncio.Task[None]) -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


def writable_folder(folder: Path) -> None:
    """Make the data folder if it is missing; NotConfigured if it can't be written to."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        probe = folder / f".probe-{new_id('tmp')}"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise NotConfigured(
            f"The data folder {folder.absolute()} can't be written to ({error.strerror}). "
            "Change its permissions, or set MM_DATA_DIR to another folder."
        ) from error
