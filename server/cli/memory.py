"""``marketing-minds memory hygiene``: tidies the local owner's memory now and tells what was found and done."""

from typing import Any

import aiohttp
import orjson

from agents.models.factory import build_models
from core.clock import SystemClock
from core.errors import Unavailable
from core.ids import new_id
from core.settings import Settings
from db.sync import synchronise
from server.auth.accounts import AccountDesk, scope_of
from server.auth.passwords import Passwords
from server.cli.places import ADDRESS, OWNER_TOKEN
from server.cli.terminal import say
from server.memory import build_memory
from server.storage import open_database

SHOWN = 20


async def hygiene(settings: Settings) -> int:
    """Tidy through the running server of this data folder, or straight in the database."""
    running = (settings.data_dir / ADDRESS).exists()
    _tell(await (_at_server(settings) if running else _at_database(settings)))
    return 0


def _tell(result: dict[str, Any]) -> None:
    say(f"{result['checked']} memories looked at.")
    for problem, count in result["found"].items():
        say(f"{count:6}  {problem}")
    for action in result["actions"][:SHOWN]:
        say(f"{action['memory_id']}  {action['problem']}: {action['done']}")
    if (more := len(result["actions"]) - SHOWN) > 0:
        say(f"and {more} more; GET /api/v1/memory/hygiene lists them all.")


async def _at_server(settings: Settings) -> dict[str, Any]:
    address = (settings.data_dir / ADDRESS).read_text().strip()
    headers = {"Authorization": f"Bearer {(settings.data_dir / OWNER_TOKEN).read_text().strip()}"}
    try:
        async with (
            aiohttp.ClientSession(headers=headers) as session,
            session.post(f"{address}/api/v1/memory/hygiene") as answer,
        ):
            told = orjson.loads(await answer.read())
            if not answer.ok:
                raise Unavailable(told.get("detail"))
    except aiohttp.ClientError as error:
        raise Unavailable(f"The server at {address} does not answer. Stop it, or try again in a moment.") from error
    result: dict[str, Any] = told["result"]
    return result


async def _at_database(settings: Settings) -> dict[str, Any]:
    clock = SystemClock()
    async with open_database(settings, clock) as database:
        await synchronise(database)
        models = build_models(settings)
        memory = build_memory(settings, database, clock, models)
        try:
            desk = AccountDesk(database, Passwords(), clock, settings.registration_mode)
            scope = scope_of(await desk.local_owner(), "cli")
            return (await memory.tidying.run(scope, cause=new_id("cau"))).result
        finally:
            await memory.engine.close()
            await models.close()
