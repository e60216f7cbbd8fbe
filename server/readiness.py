"""What the server needs, asked for a sign of life: each that is configured, by its name, all at once."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Final

from core.errors import AppError
from server.services import Services

OK: Final = "ok"
PATIENCE_SECONDS: Final = 5.0
LATE: Final = timedelta(minutes=5)


async def dependencies(parts: Services) -> dict[str, str]:
    """Return what the server needs and whether it answers: ``ok``, or a sentence that says what is wrong."""
    asked = _asked(parts)
    answers = await asyncio.gather(*(_answer(ask) for ask in asked.values()))
    return dict(zip(asked, answers, strict=True))


async def worker(parts: Services) -> str:
    """Return whether scheduled work is being done, here or in another process."""
    try:
        due = await asyncio.wait_for(parts.work.runner.next_moment(), PATIENCE_SECONDS)
    except (AppError, TimeoutError):
        return "Nobody can tell while the database is away."
    if due is None or parts.clock.now() - due < LATE:
        return OK
    return f"What was due at {due:%Y-%m-%d %H:%M} UTC has not been begun. Run a server with MM_WORKER=true."


def _asked(parts: Services) -> Mapping[str, Callable[[], Awaitable[None]]]:
    settings = parts.settings
    asked: dict[str, Callable[[], Awaitable[None]]] = {"database": parts.database.ping}
    if settings.redis_url.get_secret_value() and parts.relay is not None:
        asked["redis"] = parts.relay.check
    if settings.memory_index == "pgvector":
        asked["pgvector"] = parts.memory.engine.index.check
    if settings.database_url.get_secret_value():
        asked["workflows"] = parts.work.engine.check
    return asked


async def _answer(ask: Callable[[], Awaitable[None]]) -> str:
    try:
        await asyncio.wait_for(ask(), PATIENCE_SECONDS)
    except TimeoutError:
        return "It does not answer."
    except AppError as error:
        return error.message
    return OK
