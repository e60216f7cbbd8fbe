"""``marketing-minds export``: everything the local owner has, as one zip file."""

from pathlib import Path
from typing import Final

import aiohttp
import orjson

from core.clock import SystemClock
from core.errors import NotConfigured, Unavailable
from core.settings import Settings
from db.client import Database
from server.auth.accounts import AccountDesk, scope_of
from server.auth.passwords import Passwords
from server.cli.places import ADDRESS, OWNER_TOKEN
from server.cli.terminal import say
from server.export import write_archive
from server.storage import open_database

PIECE: Final = 64_000


async def export_archive(settings: Settings, file: Path) -> int:
    """Write the archive: from the running server of this data folder, or straight from the database."""
    draft = file.with_name(f".{file.name}.part")
    try:
        draft.touch(mode=0o600)
    except OSError as error:
        raise NotConfigured(f"{file} can't be written ({error.strerror}). Choose another place.") from error
    try:
        if (settings.data_dir / ADDRESS).exists():
            await _from_server(settings, draft)
        else:
            await _from_database(settings, draft)
        draft.replace(file)
    finally:
        draft.unlink(missing_ok=True)
    say(f"Everything the local owner has is in {file}.")
    return 0


async def _from_server(settings: Settings, draft: Path) -> None:
    address = (settings.data_dir / ADDRESS).read_text().strip()
    headers = {"Authorization": f"Bearer {(settings.data_dir / OWNER_TOKEN).read_text().strip()}"}
    try:
        async with (
            aiohttp.ClientSession(headers=headers) as session,
            session.get(f"{address}/api/v1/me/export") as answer,
        ):
            if not answer.ok:
                raise Unavailable(orjson.loads(await answer.read()).get("detail"))
            with draft.open("wb") as target:
                async for piece in answer.content.iter_chunked(PIECE):
                    target.write(piece)
    except aiohttp.ClientError as error:
        raise Unavailable(f"The server at {address} does not answer. Stop it, or try again in a moment.") from error


async def _from_database(settings: Settings, draft: Path) -> None:
    clock = SystemClock()
    async with open_database(settings, clock) as database:
        owner = await _desk(database, settings, clock).local_owner()
        with draft.open("wb") as target:
            await write_archive(database, scope_of(owner, "cli"), clock, target)


def _desk(database: Database, settings: Settings, clock: SystemClock) -> AccountDesk:
    return AccountDesk(database, Passwords(), clock, settings.registration_mode)
