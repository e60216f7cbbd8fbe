"""A server killed in mid-erasure: the next start brings it to its end, and nothing is left of the account."""

import asyncio
import signal
import sqlite3
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager, closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from core.ids import new_id
from core.scope import Scope
from db.approval_requests import APPROVAL_REQUESTS
from db.campaigns import CAMPAIGNS, Campaign, Plan, PlanTask
from db.client import Database
from db.conversations import CONVERSATIONS
from db.erasures import ERASURES
from db.repository import Repository
from server.erasing import HOUSE
from tests.conftest import ENCRYPTION_KEY
from tests.server.conftest import PASSWORD
from tests.server.test_cli import Running, ready
from tests.server.test_erasure import run_elsewhere, stored_texts
from tools.campaign_control import CampaignControl

pytestmark = pytest.mark.alone
PATIENCE_SECONDS = 120
FACT = "Our delivery fee is £3."


@asynccontextmanager
async def served(folder: Path, mongo_uri: str, database: Database) -> AsyncGenerator[tuple[Running, httpx.AsyncClient]]:
    places = {"MONGODB_URI": mongo_uri, "MM_MONGODB_DATABASE": database.name, "MM_ENCRYPTION_KEYS": ENCRYPTION_KEY}
    running = await ready(folder, **places, MM_REGISTRATION="open")
    async with httpx.AsyncClient(base_url=running.address, timeout=60) as client:
        yield running, client
    if running.process.returncode is None:
        running.process.send_signal(signal.SIGTERM)
    await asyncio.wait_for(running.process.communicate(), 60)


async def until(true: Callable[[], Awaitable[object]]) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not await true():
            await asyncio.sleep(0.05)


async def launched(database: Database, scope: Scope, conversation_id: str) -> str:
    """Launch a campaign, and wait until its workflow asks for the plan; return the workflow's id."""
    today = database.clock.now().date()
    campaign = Campaign(
        campaign_id=new_id("cmp"),
        conversation_id=conversation_id,
        name="Second bakery",
        status="planning",
        platforms=["linkedin"],
        plan=Plan(tasks=[PlanTask(task_id="write", agent_assigned="writer", description="Write the posts")]),
        start_date=(today + timedelta(days=2)).isoformat(),
        end_date=(today + timedelta(days=20)).isoformat(),
    )
    await Repository(database, CAMPAIGNS, scope).insert(campaign)
    running = await CampaignControl(database, scope).launch(campaign.campaign_id, "UTC")
    await until(lambda: Repository(database, APPROVAL_REQUESTS, scope).count({"campaign_id": campaign.campaign_id}))
    return str(running.execution.workflow_id)


def kept(folder: Path, workflow_id: str) -> int:
    """Return in how many rows of its store the workflow stands."""
    with closing(sqlite3.connect(folder / "workflows.sqlite")) as connection:
        names = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return sum(workflow_id in row for name in names for row in connection.execute(f'SELECT * FROM "{name}"'))


async def test_erasure_cut_off_by_a_kill_ends_by_itself_after_the_next_start(
    database: Database, mongo_uri: str, tmp_path: Path
) -> None:
    folder, orders = tmp_path / "data", Repository(database, ERASURES, HOUSE)
    async with served(folder, mongo_uri, database) as (running, client):
        body = {"email": f"{new_id('usr')}@example.com", "password": PASSWORD, "name": "Ada"}
        account: dict[str, Any] = (await client.post("/api/v1/auth/register", json=body)).json()
        client.headers["Authorization"] = f"Bearer {account['access_token']}"
        user_id = str(account["user"]["user_id"])
        scope = Scope(user_id, user_id, "user")
        conversation = (await client.post("/api/v1/conversations", json={})).json()["conversation_id"]
        await client.post(f"/api/v1/conversations/{conversation}/messages", json={"content": FACT})

        async def remembered() -> bool:
            answer = await client.get("/api/v1/memory", params={"type": "insight"})
            return FACT in [item["content"] for item in answer.json()["items"]]

        await until(remembered)
        workflow_id = await launched(database, scope, conversation)
        assert kept(folder, workflow_id)
        # A turn that another process runs is waited for: logins and workflows are gone by then, documents are not.
        talk = (await client.post("/api/v1/conversations", json={})).json()["conversation_id"]
        await run_elsewhere(database, scope, talk, user_id)
        erasing = asyncio.create_task(client.request("DELETE", "/api/v1/me", json={"password": PASSWORD}))

        async def asked_to_end() -> bool:
            run = (await Repository(database, CONVERSATIONS, scope).get(talk)).run
            return run is not None and run.cancel

        await until(asked_to_end)
        running.process.send_signal(signal.SIGKILL)
        await running.process.wait()
        assert isinstance((await asyncio.gather(erasing, return_exceptions=True))[0], httpx.HTTPError)

    (order,) = await orders.find({})
    assert order.stage == "erasing"
    assert conversation in await stored_texts(database)
    # The other process has ended its turn, and the while in which the request itself would go on is over.
    await Repository(database, CONVERSATIONS, scope).change(talk, {"run": None})
    await orders.change(order.erasure_id, {"due_at": database.clock.now()})

    async with served(folder, mongo_uri, database) as (_, client):

        async def erased() -> bool:
            return [one.stage for one in await orders.find({})] == ["sweeping"]

        await until(erased)
        assert user_id not in await stored_texts(database, but=ERASURES.name)
        assert FACT not in await stored_texts(database)
        assert kept(folder, workflow_id) == 0
        login = {"username": body["email"], "password": PASSWORD}
        assert (await client.post("/api/v1/auth/token", data=login)).status_code == 401
