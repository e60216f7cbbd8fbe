"""``marketing-minds doctor``: checks what the product needs, and says of each what to do."""

import socket
import sys
from collections.abc import Awaitable, Callable
from datetime import timedelta
from http import HTTPStatus
from typing import Final

from agents.live.redis_stream import RedisTransport
from core.clock import SystemClock
from core.errors import AppError, NotConfigured
from core.settings import Settings
from db.sync import synchronise
from server.auth.tokens import Tokens, secret_key
from server.cli.model_server import ModelServer
from server.cli.places import ADDRESS
from server.cli.terminal import say
from server.storage import encryption_keys, open_database, writable_folder

OLDEST_PYTHON: Final = (3, 11)
OPEN_SECONDS: Final = 1.0


async def doctor(settings: Settings) -> int:
    """Run every check; 0 when all are well, otherwise 1."""
    checks: list[tuple[str, Callable[[Settings], Awaitable[str]]]] = [
        ("Python", _python),
        ("Data folder", _folder),
        ("Port", _port),
        ("Secret key", _secret_key),
        ("Encryption keys", _encryption_keys),
        ("Database", _database),
        ("Live feed", _live_feed),
        ("Model server", _model),
    ]
    failed = 0
    for name, check in checks:
        try:
            say(f"ok       {name}: {await check(settings)}")
        except AppError as error:
            failed += 1
            say(f"problem  {name}: {error.message}")
    say("All is well." if not failed else f"{failed} of {len(checks)} checks found a problem.")
    return 1 if failed else 0


async def _python(_: Settings) -> str:
    found = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info < OLDEST_PYTHON:
        raise NotConfigured(f"{found} is too old. Install Python 3.11 or newer and run `make run` again.")
    return found


async def _folder(settings: Settings) -> str:
    writable_folder(settings.data_dir)
    return f"{settings.data_dir.absolute()} can be written to"


async def _port(settings: Settings) -> str:
    if _running(settings):
        return f"the server of this data folder runs at {(settings.data_dir / ADDRESS).read_text().strip()}"
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            raise NotConfigured(
                f"{settings.host}:{settings.port} can't be used ({error.strerror}). "
                "Stop what uses it, or set MM_PORT to another port."
            ) from error
    return f"{settings.host}:{settings.port} is free"


async def _secret_key(settings: Settings) -> str:
    configured = settings.secret_key.get_secret_value()
    Tokens(secret_key(configured, settings.data_dir), SystemClock(), timedelta(minutes=1))
    return "MM_SECRET_KEY is set" if configured else "kept in the data folder"


async def _encryption_keys(settings: Settings) -> str:
    keys = encryption_keys(settings)
    return f"{len(keys)} in use, {'from MM_ENCRYPTION_KEYS' if settings.encryption_keys else 'kept in the data folder'}"


async def _live_feed(settings: Settings) -> str:
    if not settings.mongodb_uri.get_secret_value():
        return "one process, nothing goes between any"
    url = settings.redis_url.get_secret_value()
    if not url:
        return "goes between processes over MongoDB's change streams"
    transport = RedisTransport(url, settings.mongodb_database, SystemClock())
    try:
        await transport.check()
    finally:
        await transport.stop()
    return "goes between processes over Redis, which answers"


async def _database(settings: Settings) -> str:
    own = bool(settings.mongodb_uri.get_secret_value())
    if not own and _running(settings):
        return "embedded, in use by the running server"
    async with open_database(settings, SystemClock()) as database:
        await database.ping()
        await synchronise(database)
    return f"{'the MongoDB of MONGODB_URI' if own else 'embedded'} answers, and the encryption keys open it"


async def _model(settings: Settings) -> str:
    if settings.offline:
        return "none set; the built-in offline model is used. Set OPENAI_API_KEY for another"
    server = ModelServer(settings)
    status = await server.status()
    if status is None:
        raise NotConfigured(f"{server.url} does not answer. Check OPENAI_BASE_URL and the network.")
    if status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
        raise NotConfigured(f"{server.url} refuses OPENAI_API_KEY. Correct the key.")
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise NotConfigured(f"{server.url} answers with an error ({status}). Try again later, or use another server.")
    return f"{server.url} takes the key"


def _running(settings: Settings) -> bool:
    """Whether the server that wrote its address into the data folder still answers there."""
    file = settings.data_dir / ADDRESS
    if not file.exists():
        return False
    host, _, port = file.read_text().strip().rpartition("/")[2].rpartition(":")
    try:
        with socket.create_connection((host.strip("[]"), int(port)), OPEN_SECONDS):
            return True
    except (OSError, ValueError):
        return False
