"""A process killed right after an answer loses no memory: the next start remembers what was said, once."""

import asyncio
import signal
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

from server.cli.places import OWNER_TOKEN
from tests.server.test_cli import Running, ready

pytestmark = pytest.mark.alone

FACTS = ("delivery fee is £3", "return policy is 30 days", "best seller is rye bread")
PATIENCE_SECONDS = 30


@asynccontextmanager
async def served(folder: Path) -> AsyncGenerator[tuple[Running, httpx.AsyncClient]]:
    running = await ready(folder)
    headers = {"Authorization": f"Bearer {(folder / OWNER_TOKEN).read_text().strip()}"}
    async with httpx.AsyncClient(base_url=running.address, headers=headers, timeout=30) as client:
        yield running, client
    if running.process.returncode is None:
        running.process.send_signal(signal.SIGTERM)
    await asyncio.wait_for(running.process.communicate(), 30)


async def known(client: httpx.AsyncClient) -> list[str]:
    answer = await client.get("/api/v1/memory", params={"type": "insight"})
    return sorted(item["content"] for item in answer.json()["items"])


async def test_server_killed_right_after_each_answer_remembers_after_the_next_start(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    for fact in FACTS:
        async with served(folder) as (running, client):
            conversation = (await client.post("/api/v1/conversations", json={})).json()["conversation_id"]
            said = await client.post(f"/api/v1/conversations/{conversation}/messages", json={"content": f"Our {fact}."})
            running.process.send_signal(signal.SIGKILL)
            assert said.json()["status"] == "success"
            await running.process.wait()

    async with served(folder) as (_, client), asyncio.timeout(PATIENCE_SECONDS):
        expected = sorted(f"Our {fact}." for fact in FACTS)
        while await known(client) != expected:
            await asyncio.sleep(0.1)
        messages = await client.get("/api/v1/memory", params={"type": "user_message"})

    assert sorted(item["content"] for item in messages.json()["items"]) == expected
