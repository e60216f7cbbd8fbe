"""The composition root: puts all parts together from the settings, and takes them apart again. Nothing at import."""

import asyncio
import fcntl
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from datetime import timedelta
from pathlib import Path

from agents.models.factory import Models, build_models
from agents.roster import ROSTER
from agents.turns.decisions import Decisions
from agents.turns.house import build_house
from agents.turns.recovery import Recovery
from agents.turns.service import Turns
from core.clock import Clock, SystemClock
from core.errors import NotConfigured
from core.ids import new_id
from core.settings import Settings
from db.client import Database
from db.embedded import EmbeddedServer
from db.encryption import FieldCipher
from db.sync import synchronise
from db.unfinished import UnfinishedWork
from server.auth.accounts import AccountDesk
from server.auth.callers import Callers
from server.auth.passwords import Passwords
from server.auth.tokens import Tokens, secret_key, write_private
from server.services import Services
from tools.catalogue import CATALOGUE as TOOLS


@asynccontextmanager
async def running_services(settings: Settings, clock: Clock | None = None) -> AsyncGenerator[Services]:
    """Start everything the settings ask for; everything is stopped again at the end, in reverse order."""
    now = clock or SystemClock()
    writable_folder(settings.data_dir)
    async with AsyncExitStack() as stack:
        database = await stack.enter_async_context(open_database(settings, now))
        await synchronise(database)
        models = build_models(settings)
        stack.push_async_callback(models.close)
        services, recovery = assemble(settings, now, database, models, instance_owner(settings, stack))
        stack.push_async_callback(services.turns.stop)
        stack.push_async_callback(recovery.stop)
        await recovery.start()
        stack.callback(services.stopping.set)
        yield services


def assemble(
    settings: Settings, clock: Clock, database: Database, models: Models, owner: str
) -> tuple[Services, Recovery]:
    """Put the parts over a connected database together. Starts nothing."""
    house = build_house(database, models, clock, ROSTER, TOOLS)
    turns = Turns(house, owner)
    decisions = Decisions(house, turns)
    recovery = Recovery(turns, decisions, UnfinishedWork(database), clock)
    lifetime = timedelta(minutes=settings.access_token_minutes)
    tokens = Tokens(secret_key(settings.secret_key.get_secret_value(), settings.data_dir), clock, lifetime)
    services = Services(
        settings=settings,
        clock=clock,
        database=database,
        turns=turns,
        decisions=decisions,
        desk=AccountDesk(database, Passwords(), clock, settings.registration_mode),
        callers=Callers(database, tokens, clock),
        tokens=tokens,
        model_label=models.label,
        offline=models.offline,
    )
    return services, recovery


@asynccontextmanager
async def open_database(settings: Settings, clock: Clock) -> AsyncGenerator[Database]:
    """Connect to the database of the settings; without one, run the embedded one on the data folder meanwhile."""
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


def instance_owner(settings: Settings, stack: AsyncExitStack) -> str:
    """Return a name for this process that is the same after a restart, so that its turns are picked up at once.

    A second process on the same folder, which only a MongoDB of one's own allows, gets a name of its own.
    """
    path = settings.data_dir / "instance"
    if not path.exists():
        write_private(path, new_id("ins"))
    lock = stack.enter_context((settings.data_dir / "instance.lock").open("wb"))
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return new_id("ins")
    return path.read_text().strip()


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
