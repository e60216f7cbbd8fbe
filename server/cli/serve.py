"""``marketing-minds serve``: starts everything, says where to go, and ends everything when asked to."""

from __future__ import annotations

import asyncio
import errno
import signal
import socket
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Final

import uvicorn

from core.clock import SystemClock
from core.errors import NotConfigured
from core.settings import Settings
from server.cli.machine import machine_zone
from server.cli.places import ADDRESS, OWNER_TOKEN
from server.cli.terminal import base_url, complain, say
from server.garbage import look_less_often, never_look_among_these
from server.live.protocol import ChatSocketProtocol
from server.logs import configure_logs
from server.private_files import write_private
from server.storage import open_database

if TYPE_CHECKING:
    from fastapi import FastAPI

    from server.services import Services

OWNER_TOKEN_LIFETIME: Final = timedelta(days=30)
LARGEST_FRAME: Final = 4_000_000
GRACE_SECONDS: Final = 5


class Server(uvicorn.Server):
    """uvicorn without its own signal handling; says when it is ready."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start listening, then tell."""
        await super().startup(sockets)
        if self.started:
            self._ready()

    @contextmanager
    def capture_signals(self) -> Generator[None]:
        """Leave signals to ``serve``, which also ends what was started besides."""
        yield


class Ending:
    """Turns Ctrl-C and SIGTERM into an orderly end, whenever they come."""

    def __init__(self) -> None:
        self.asked = False
        self._services: Services | None = None
        self._server: Server | None = None
        self._task = asyncio.current_task()

    def listen(self) -> None:
        """Take the signals over."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self.end)

    def of(self, services: Services, server: Server) -> None:
        """Say what there is to end."""
        self._services, self._server = services, server

    def end(self) -> None:
        """End in order; a second time at once."""
        if self._services is None or self._server is None:
            if self._task:
                self._task.cancel()
        else:
            self._services.stopping.set()
            self._server.force_exit = self.asked
            self._server.should_exit = True
        self.asked = True


def uvicorn_config(app: object, settings: Settings) -> uvicorn.Config:
    """Return how this product runs under uvicorn."""
    return uvicorn.Config(
        app,  # type: ignore[arg-type]  # uvicorn's own alias of an ASGI application does not take FastAPI's
        host=settings.host,
        port=settings.port,
        loop="none",
        http="httptools",
        ws=ChatSocketProtocol,
        ws_max_size=LARGEST_FRAME,
        ws_per_message_deflate=False,
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        forwarded_allow_ips=settings.trusted_proxies,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )


async def serve(settings: Settings) -> int:
    """Serve until told to stop."""
    look_less_often()
    configure_logs(settings.log_level)
    ending = Ending()
    ending.listen()
    with _listening(settings) as listener:
        async with _services(settings) as services:
            lines = await _greeting(services, listener)
            address_file = settings.data_dir / ADDRESS

            def ready() -> None:
                write_private(address_file, base_url(settings, listener.getsockname()[1]))
                say("\n".join(lines))
                never_look_among_these()

            server = Server(uvicorn_config(_application(services), settings), ready)
            ending.of(services, server)
            try:
                await server.serve(sockets=[listener])
            finally:
                address_file.unlink(missing_ok=True)
    if not ending.asked:
        complain("The server ended by itself.")
        return 1
    say("Stopped.")
    return 0


@asynccontextmanager
async def _services(settings: Settings) -> AsyncGenerator[Services]:
    """Start the database while Python still reads the rest of the program: that takes as long as all else together."""
    async with AsyncExitStack() as stack:
        database = asyncio.create_task(stack.enter_async_context(open_database(settings, SystemClock())))
        try:
            running_services = await asyncio.to_thread(_wiring)
            refusal = await _refused_key(settings)
        finally:
            opened = await database
        if refusal:
            raise NotConfigured(refusal)
        yield await stack.enter_async_context(running_services(settings, database=opened))


def _wiring() -> Callable[..., AbstractAsyncContextManager[Services]]:
    from server.wiring import running_services

    return running_services


def _application(services: Services) -> FastAPI:
    from server.app import create_app

    return create_app(services)


async def _refused_key(settings: Settings) -> str | None:
    if settings.offline:
        return None
    from server.cli.model_server import refuses_key

    return await refuses_key(settings)


@contextmanager
def _listening(settings: Settings) -> Generator[socket.socket]:
    """Take the port before anything else is started."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((settings.host, settings.port))
            listener.listen(1024)
        except OSError as error:
            raise NotConfigured(_port_trouble(settings, error)) from error
        listener.setblocking(False)
        yield listener


def _port_trouble(settings: Settings, error: OSError) -> str:
    place = f"{settings.host}:{settings.port}"
    match error.errno:
        case errno.EADDRINUSE:
            return (
                f"Port {settings.port} on {settings.host} is taken. Stop what uses it, or set MM_PORT to another port."
            )
        case errno.EACCES:
            return f"This user may not listen on {place}. Set MM_PORT to a port above 1023."
        case _:
            return f"It is not possible to listen on {place} ({error.strerror}). Correct MM_HOST and MM_PORT."


async def _greeting(services: Services, listener: socket.socket) -> list[str]:
    settings = services.settings
    owner = await services.desk.local_owner(machine_zone())
    token = services.tokens.issue(owner.user_id, channel="cli", lifetime=OWNER_TOKEN_LIFETIME)
    write_private(settings.data_dir / OWNER_TOKEN, token)
    code = await services.desk.new_login_code(owner)
    url = base_url(settings, listener.getsockname()[1])
    own = settings.mongodb_uri.get_secret_value()
    data = f"MongoDB of MONGODB_URI, database {settings.mongodb_database}" if own else "embedded database"
    model = "built-in offline model; set OPENAI_API_KEY for another" if services.offline else services.model_label
    return [
        f"Marketing Minds is ready at {url}",
        f"  Log in (this link works once): {url}/login?token={code}",
        f"  Model: {model}",
        f"  Data:  {data}; files in {settings.data_dir.absolute()}",
        "  Ctrl-C ends it.",
    ]
