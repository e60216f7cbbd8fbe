"""Workers are killed in mid-campaign: one comes back and goes on; of two on one PostgreSQL the other finishes."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bench.shared_clock import SharedClock
from core.ids import new_id
from core.scope import Scope
from db.agent_tasks import AGENT_TASKS
from db.approval_requests import APPROVAL_REQUESTS
from db.campaigns import Budget, Campaign, CampaignBrief, Phase, Plan, PlanTask, Timeline
from db.client import Database
from db.content_library import CONTENT_LIBRARY
from db.deliveries import DELIVERIES, Delivery
from db.encryption import FieldCipher
from db.repository import Repository
from db.social_accounts import SOCIAL_ACCOUNTS, SocialAccount
from db.social_posts import SOCIAL_POSTS
from db.spend_entries import SPEND_ENTRIES
from db.sync import synchronise
from db.workers import WORKERS
from sandbox.faults import Fault
from sandbox.server import Sandbox
from tests.conftest import ENCRYPTION_KEY
from tests.contracts.platform_kits import TwinKit, twin_kits
from tests.postgres_server import running_postgres
from tools.approval.requests import ApprovalRequests
from tools.campaign_control import CampaignControl

pytestmark = pytest.mark.alone
PATIENCE_SECONDS = 120.0
CHANNELS = ["linkedin", "facebook", "wordpress"]


@pytest.fixture
def time(tmp_path: Path) -> SharedClock:
    """The machine's time, which workers of their own go by too; it can be moved on for all of them."""
    return SharedClock(tmp_path / "clock")


@pytest.fixture
async def real(mongo_uri: str, time: SharedClock) -> AsyncIterator[Database]:
    """A database by that time."""
    database = await Database.connect(mongo_uri, new_id("test"), clock=time, cipher=FieldCipher([ENCRYPTION_KEY]))
    await synchronise(database)
    yield database
    await database.close()


@pytest.fixture
def postgres_uri() -> Iterator[str]:
    """A PostgreSQL started from its wheel, in a folder of its own."""
    with running_postgres() as uri:
        yield uri


class Workplace:
    """One account with campaigns, and workers to run them."""

    def __init__(self, database: Database, mongo_uri: str, folder: Path, database_url: str = "") -> None:
        self.database = database
        self.scope = Scope((user := new_id("usr")), user, "user")
        self.control = CampaignControl(database, self.scope)
        self.owners: dict[str, asyncio.subprocess.Process] = {}
        self.settings: dict[str, Any] = {
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
        settings = json.dumps({**self.settings, "data_dir": str(self._folder / name)})
        command = (sys.executable, "-m", "tests.workflows.campaigns.worker", settings, str(self._folder / "clock"))
        process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
        try:
            assert process.stdout is not None
            owner = (await process.stdout.readline()).decode().strip()
            assert owner, "the worker has not started"
            self.owners[owner] = process
            yield process
        finally:
            await kill(process)

    async def connected(self, sandbox: Sandbox) -> dict[str, TwinKit]:
        """Connect the campaign's channels to the outside world; return what reaches that."""
        self.settings |= {"platform_addresses": sandbox.addresses(), "allow_private_addresses": True}
        kits = {name: kit for name, kit in twin_kits(sandbox).items() if name in CHANNELS}
        for name, kit in kits.items():
            account = SocialAccount(
                social_account_id=new_id("acc"),
                platform=name,
                account_id=kit.access.account_id,
                credentials=kit.access.credentials,
                config=dict(kit.access.config),
            )
            await Repository(self.database, SOCIAL_ACCOUNTS, self.scope).insert(account)
        return kits

    async def deliveries(self) -> list[Delivery]:
        """Return the deliveries that are due or over."""
        where = {"publish_at": {"$lte": self.database.clock.now()}}
        return await Repository(self.database, DELIVERIES, self.scope).find(where, limit=100)

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


async def test_of_two_workers_on_one_postgresql_the_other_puts_out_what_one_was_killed_over(
    real: Database, time: SharedClock, mongo_uri: str, tmp_path: Path, postgres_uri: str
) -> None:
    place = Workplace(real, mongo_uri, tmp_path, postgres_uri)
    async with Sandbox(clock=time) as sandbox:
        kits = await place.connected(sandbox)
        campaign = await place.launched()
        async with place.worker("one"), place.worker("two"):
            await place.approve(campaign)
            await until(lambda: place.active(campaign))
            posts = await Repository(real, SOCIAL_POSTS, place.scope).find({}, limit=500)
            first = min(post.schedule.publish_at for post in posts if post.schedule.publish_at)
            due = [post.post_id for post in posts if post.schedule.publish_at == first]
            for kit in kits.values():
                kit.twin.faults.add(Fault(method="POST", path=kit.effect, late=8.0))
            time.advance(first - time.now() + timedelta(seconds=1))

            async def answering() -> bool:
                """Whether something is out whose worker has not heard of it yet."""
                return any(kit.published() for kit in kits.values()) and bool(await held())

            async def held() -> list[Delivery]:
                return [one for one in await place.deliveries() if one.lease and one.intent_at]

            await until(answering)
            (lease, *_) = [one.lease for one in await held() if one.lease]
            await kill(place.owners[lease.owner])

            async def over() -> bool:
                time.advance(timedelta(seconds=5))
                found = await place.deliveries()
                return {one.post_id for one in found} >= set(due) and all(one.state == "published" for one in found)

            await until(over)
    out = await place.deliveries()
    assert len(out) == len(due) == len(kits) > 1
    assert sum(len(kit.published()) for kit in kits.values()) == len(out)
