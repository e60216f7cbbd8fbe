"""The real application on a real database: in process for REST, on a free port for everything that streams."""

import asyncio
import socket
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import httpx
import pytest
import uvicorn
from fastapi import FastAPI
from pwdlib.hashers.argon2 import Argon2Hasher

from agents.models.factory import build_models
from core.clock import ManualClock
from core.settings import Settings
from db.client import Database
from server.app import create_app
from server.auth.passwords import Passwords
from server.cli.serve import Server, uvicorn_config
from server.services import Services
from server.wiring import assemble

PASSWORD = "correct horse"
NUMBERS = count(1)


@dataclass(frozen=True)
class Person:
    """Somebody with an account, and a client that is logged in as them."""

    client: httpx.AsyncClient
    token: str
    user_id: str
    email: str

    async def conversation(self) -> str:
        answer = await self.client.post("/api/v1/conversations", json={})
        return str(answer.json()["conversation_id"])

    async def say(self, conversation_id: str, content: str, client_message_id: str | None = None) -> httpx.Response:
        body = {"content": content} | ({"client_message_id": client_message_id} if client_message_id else {})
        return await self.client.post(f"/api/v1/conversations/{conversation_id}/messages", json=body, timeout=30)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    given = {"data_dir": tmp_path, "secret_key": "k" * 40, "registration": "open", "openai_api_key": "", "port": 0}
    return Settings.model_validate(given)


@pytest.fixture
async def services(settings: Settings, database: Database, clock: ManualClock) -> AsyncGenerator[Services]:
    hasher = Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1)
    models = build_models(settings)
    made, _ = assemble(settings, clock, database, models, "ins_test", Passwords(hasher))
    yield made
    made.stopping.set()
    await made.completions.stop()
    await made.turns.stop()
    await made.callers.keys.stop()
    await made.outside.close()
    await models.close()


@pytest.fixture
def app(services: Services) -> FastAPI:
    return create_app(services)


@pytest.fixture
async def client(app: FastAPI) -> AsyncGenerator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app, client=("192.0.2.7", 4711))
    async with httpx.AsyncClient(transport=transport, base_url="http://server.test") as made:
        yield made


@pytest.fixture
async def person(app: FastAPI) -> AsyncGenerator[Person]:
    async with somebody(app) as made:
        yield made


@pytest.fixture
async def stranger(app: FastAPI) -> AsyncGenerator[Person]:
    async with somebody(app) as made:
        yield made


@pytest.fixture
async def viewer(app: FastAPI, person: Person) -> AsyncGenerator[Person]:
    """Somebody who may only read, in the account of ``person``."""
    async with colleague(app, person, "viewer") as made:
        yield made


@pytest.fixture
async def member(app: FastAPI, person: Person) -> AsyncGenerator[Person]:
    """Somebody who works in the account of ``person``."""
    async with colleague(app, person, "user") as made:
        yield made


@asynccontextmanager
async def colleague(app: FastAPI, person: Person, role: str) -> AsyncGenerator[Person]:
    email = f"{role}{next(NUMBERS)}@example.com"
    body = {"email": email, "password": PASSWORD, "name": "Vi", "role": role}
    made = await person.client.post("/api/v1/members", json=body)
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://server.test") as client:
        answer = await client.post("/api/v1/auth/token", data={"username": email, "password": PASSWORD})
        token = answer.json()["access_token"]
        client.headers["Authorization"] = f"Bearer {token}"
        yield Person(client, token, made.json()["user_id"], email)


@asynccontextmanager
async def somebody(app: FastAPI) -> AsyncGenerator[Person]:
    transport = httpx.ASGITransport(app)
    email = f"person{next(NUMBERS)}@example.com"
    async with httpx.AsyncClient(transport=transport, base_url="http://server.test") as client:
        body = {"email": email, "password": PASSWORD, "name": "Ada"}
        answer = (await client.post("/api/v1/auth/register", json=body)).json()
        client.headers["Authorization"] = f"Bearer {answer['access_token']}"
        yield Person(client, answer["access_token"], answer["user"]["user_id"], email)


@pytest.fixture
async def live(app: FastAPI, services: Services) -> AsyncGenerator[str]:
    """The address, host and port, of the application under the server it runs under in earnest."""
    async with listening(services, uvicorn_config(app, services.settings)) as address:
        yield address


@asynccontextmanager
async def listening(services: Services, config: uvicorn.Config) -> AsyncGenerator[str]:
    """Serve on a free port for a while."""
    async with AsyncExitStack() as stack:
        listener = stack.enter_context(socket.socket(proto=socket.IPPROTO_TCP))
        listener.bind(("127.0.0.1", 0))
        listener.listen(512)
        ready = asyncio.Event()
        server = Server(config, ready.set)
        running = asyncio.create_task(server.serve(sockets=[listener]))
        await ready.wait()
        yield f"127.0.0.1:{listener.getsockname()[1]}"
        services.stopping.set()
        server.should_exit = True
        await running
