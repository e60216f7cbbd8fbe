"""Where the data lie: the data folder, its keys, and the database on it or the one of the settings."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path

from core.clock import Clock
from core.errors import NotConfigured
from core.ids import new_id
from core.settings import Settings
from db.client import Database
from db.embedded import EmbeddedServer
from db.encryption import FieldCipher
from server.private_files import write_private


@asynccontextmanager
async def open_database(settings: Settings, clock: Clock) -> AsyncGenerator[Database]:
    """Connect to the database of the settings; without one, run the embedded one on the data folder meanwhile."""
    writable_folder(settings.data_dir)
    async with AsyncExitStack() as stack:
        uri = settings.mongodb_uri.get_secret_value()
        if not uri:
            server = EmbeddedServer(settings.data_dir)
            uri = await server.start()
            stack.push_async_callback(server.close)
            watch = asyncio.create_task(server.watch(), name="embedded database")
            stack.push_async_callback(_end, watch)
        cipher = FieldCipher(encryption_keys(settings))
        database = await Database.connect(uri, settings.mongodb_database, clock=clock, cipher=cipher)
        stack.push_async_callback(database.close)
        yield database


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
