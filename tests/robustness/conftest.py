"""The real application on a free port, with a model that works by rule, and clients that keep their place."""

import asyncio
import socket
from collections.abc import AsyncGenerator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import pytest

from agents.models.factory import build_models
from bench.talker import Talker
from core.clock import Clock, SystemClock
from core.scope import Scope
from core.settings import Settings
from db.client import Database
from sandbox.model_server import ModelServer
from sandbox.planning_model import reply
from server.app import create_app
from server.cli.serve import Server, uvicorn_config
from server.services import Services
from server.wiring import assemble


@dataclass(frozen=True)
class Live:
    """A server that listens, and what is behind it."""

    services: Services
    model: ModelServer
    scope: Scope
    new_talker: Callable[[], Talker]


@asynccontextmanager
async def listening(services: Services) -> AsyncGenerator[str]:
    """Serve on a free port; yield the address."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(512)
        ready = asyncio.Event()
        server = Server(uvicorn_config(create_app(services), services.settings), ready.set)
        running = asyncio.create_task(server.serve(sockets=[listener]))
        await ready.wait()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        services.stopping.set()
        server.should_exit = True
        await running


@pytest.fixture
def clock() -> Clock:
    """The time it is: leases and retries need it to pass."""
    return SystemClock()


@pytest.fixture
async def live(database: Database, clock: Clock, tmp_path: Path) -> AsyncGenerator[Live]:
    """A server whose model takes 2 ms a word."""
    async with AsyncExitStack() as stack:
        model = await stack.enter_async_context(ModelServer(lambda request: reply(request, pause=0.002)))
        chosen = {
            "data_dir": tmp_path,
            "secret_key": "k" * 40,
            "openai_api_key": "sk-test",
            "openai_base_url": model.url,
        }
        settings = Settings.model_validate(chosen | {"port": 0})
        models = build_models(settings)
        stack.push_async_callback(models.close)
        services, _ = assemble(settings, clock, database, models, "ins_test")
        stack.push_async_callback(services.turns.stop)
        owner = await services.desk.local_owner()
        token = services.tokens.issue(owner.user_id, channel="cli")
        http = await stack.enter_async_context(aiohttp.ClientSession())
        address = await stack.enter_async_context(listening(services))
        yield Live(
            services,
            model,
            Scope(owner.user_id, owner.user_id, "user", "cli"),
            lambda: Talker(http, lambda: address, lambda: token),
        )
