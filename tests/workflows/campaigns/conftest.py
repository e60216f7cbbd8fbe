"""A house that runs campaigns on the sandbox, by a clock that is moved on whenever everybody waits for it."""

import asyncio
import shutil
import tempfile
import threading
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pwdlib.hashers.argon2 import Argon2Hasher

from agents.models.factory import build_models
from core.campaign_states import OVER
from core.clock import ManualClock
from core.ids import new_id
from core.scope import Scope
from core.settings import Settings
from db.approval_requests import APPROVAL_REQUESTS, ApprovalRequest
from db.campaign_events import CAMPAIGN_EVENTS, CampaignEvent
from db.campaigns import (
    CAMPAIGNS,
    Budget,
    Campaign,
    CampaignBrief,
    CampaignMode,
    Kpi,
    Phase,
    Plan,
    PlanTask,
    Timeline,
)
from db.client import Database
from db.collection import Collection
from db.conversations import CONVERSATIONS, Conversation
from db.deliveries import DELIVERIES
from db.embedded import EmbeddedServer
from db.repository import D, Repository
from db.social_accounts import SOCIAL_ACCOUNTS, Credentials, SocialAccount
from sandbox.mail_server import PASSWORD as MAIL_PASSWORD
from sandbox.mail_server import USERNAME as MAIL_USERNAME
from sandbox.server import Sandbox
from server.auth.passwords import Passwords
from server.services import Services
from server.wiring import assemble
from server.work import Pacing
from tests.contracts.platform_kits import TwinKit, twin_kits
from tools.campaign_control import CampaignControl
from tools.outside.contract import Access
from workflows.delivery.pace import Pace
from workflows.runtime.engine import Steps

LOOK_SECONDS = 0.15
# A post of a campaign that stands still is looked at so often here: days are spent so.
CAMPAIGN_WAIT = timedelta(hours=1)
TIMEZONE = "Europe/London"
MEMORY = Path("/dev/shm")
ROOM = 2 * 2**30


class MovedTime:
    """Notes which workflow waits for what; a hint ends a wait."""

    def __init__(self) -> None:
        self.waiting: dict[str, datetime | None] = {}
        self._unheard: Counter[str] = Counter()
        self._lock = threading.Lock()

    async def wait_until(self, steps: Steps, moment: datetime | None) -> None:
        """Wait until somebody hints: the one who moves the clock does so at ``moment``."""
        workflow_id = steps.workflow_id
        with self._lock:
            self.waiting[workflow_id] = moment
        await steps.wait(3600.0)
        with self._lock:
            self._unheard[workflow_id] -= 1
            self.waiting.pop(workflow_id, None)

    def hinted(self, workflow_id: str) -> None:
        """Note that a workflow is about to wake, now or as soon as it waits."""
        with self._lock:
            self._unheard[workflow_id] += 1

    @property
    def asleep(self) -> int:
        """How many workflows wait, and have heard every hint."""
        with self._lock:
            return sum(self._unheard[workflow_id] <= 0 for workflow_id in self.waiting)


@dataclass
class CampaignHouse:
    """The whole product on one database and one sandbox, with a clock to move."""

    services: Services
    time: MovedTime
    clock: ManualClock
    scope: Scope
    kits: dict[str, TwinKit]
    sandbox: Sandbox
    each_job: Callable[[], None] = lambda: None
    ticks: list[Callable[[], Awaitable[None]]] = field(default_factory=list[Callable[[], Awaitable[None]]])

    @property
    def control(self) -> CampaignControl:
        return CampaignControl(self.services.database, self.scope)

    def repository(self, collection: Collection[D]) -> Repository[D]:
        return Repository(self.services.database, collection, self.scope)

    async def all(self, collection: Collection[D], **where: Any) -> list[D]:
        return await self.repository(collection).find(where, limit=1000)

    async def connect(self, *platforms: str) -> None:
        for platform in platforms:
            access = self._mail_access() if platform == "email" else self.kits[platform].access
            account = SocialAccount(
                social_account_id=new_id("acc"),
                platform=platform,
                account_id=access.account_id,
                credentials=access.credentials,
                config=dict(access.config),
            )
            await self.repository(SOCIAL_ACCOUNTS).insert(account)

    def _mail_access(self) -> Access:
        server = {"host": "127.0.0.1", "port": self.sandbox.mail.port, "security": "none"}
        login = Credentials(username=MAIL_USERNAME, password=MAIL_PASSWORD)
        return Access("hello@bakery.example", login, {**server, "sender": "Bakery <hello@bakery.example>"})

    async def planned(
        self,
        mode: CampaignMode,
        channels: list[str],
        *,
        days: int = 30,
        budget: int = 50_000,
        recipients: Sequence[str] = (),
    ) -> Campaign:
        """Store a campaign with a plan, and the conversation it came from."""
        first = self.clock.now().date()
        last = first + timedelta(days=days)
        begin = first + timedelta(days=2)
        middle = begin + timedelta(days=days // 2)
        campaign_id, conversation_id = new_id("cmp"), new_id("cnv")
        await self.repository(CONVERSATIONS).insert(
            Conversation(conversation_id=conversation_id, timezone=TIMEZONE, campaign_id=campaign_id)
        )
        tasks = [
            PlanTask(task_id="message", agent_assigned="strategist", description="Settle the one message"),
            PlanTask(
                task_id="write",
                agent_assigned="writer",
                description=f"Write the {channels[0]} texts for every phase",
                dependencies=["message"],
            ),
            PlanTask(task_id="measure", agent_assigned="analyst", description="Note the figures before the start"),
            PlanTask(
                task_id="schedule",
                agent_assigned="publisher",
                description="Put the approved texts on the calendar",
                dependencies=["write"],
            ),
            PlanTask(
                task_id="check",
                agent_assigned="analyst",
                description="Compare reach and clicks with the targets half way",
                dependencies=["schedule", "measure"],
            ),
            PlanTask(
                task_id="report",
                agent_assigned="analyst",
                description="Report visitors and cost against the goal",
                dependencies=["check"],
            ),
        ]
        phases = [
            Phase(name="Preparation", start=first.isoformat(), end=(begin - timedelta(days=1)).isoformat()),
            Phase(name="Start", start=begin.isoformat(), end=middle.isoformat()),
            Phase(name="Push", start=(middle + timedelta(days=1)).isoformat(), end=last.isoformat()),
        ]
        return await self.repository(CAMPAIGNS).insert(
            Campaign(
                campaign_id=campaign_id,
                conversation_id=conversation_id,
                name="Second bakery in Leeds",
                brief=CampaignBrief(
                    product="second bakery",
                    target_audience="local families",
                    objective="200 visitors in the first month",
                    channels=channels,
                ),
                status="planning",
                mode=mode,
                plan=Plan(
                    strategy="Say it often.",
                    tasks=tasks,
                    kpis=[Kpi(name="Visitors", target=200, unit="visitors"), Kpi(name="Likes", target=8)],
                    timeline=Timeline(start=first.isoformat(), end=last.isoformat(), phases=phases),
                ),
                platforms=channels,
                recipients=list(recipients),
                budget=Budget(allocated_minor=budget, remaining_minor=budget, currency="GBP"),
                start_date=first.isoformat(),
                end_date=last.isoformat(),
            )
        )

    async def campaign(self, campaign: Campaign) -> Campaign:
        return await self.repository(CAMPAIGNS).get(campaign.campaign_id)

    async def waiting(self) -> list[ApprovalRequest]:
        return await self.all(APPROVAL_REQUESTS, status="pending")

    async def decide(self, decision: str = "approve", **more: Any) -> int:
        """Decide on everything that waits; return how much that was."""
        found = await self.waiting()
        for request in found:
            await self.services.decisions.decide(
                self.scope, request.request_id, "approve" if decision == "approve" else "reject", via="web", **more
            )
        return len(found)

    async def events(self, campaign: Campaign) -> list[CampaignEvent]:
        found = await self.all(CAMPAIGN_EVENTS, campaign_id=campaign.campaign_id)
        return sorted(found, key=lambda event: event.timestamp)

    async def settle(self) -> None:
        """Let everything happen that happens now."""
        await self.services.work.attendance.look()
        while not await self._quiet():
            while not self._idle():
                await asyncio.sleep(0.02)

    async def _quiet(self) -> bool:
        work = self.services.work
        done = await work.runner.run_due()
        done += await self.services.delivery.due.look()
        await self.services.delivery.due.settle()
        for tick in self.ticks:
            await tick()
        now = self.clock.now()
        for workflow_id, moment in list(self.time.waiting.items()):
            if moment is not None and moment <= now:
                await work.engine.hint(workflow_id)
                done += 1
        if done:
            return False
        return self._idle()

    def _idle(self) -> bool:
        """Whether every workflow waits for somebody or something."""
        engine = self.services.work.engine
        return self.time.asleep == engine.running and not engine.queued

    async def live(self, campaign: Campaign, until: datetime, stride: timedelta = timedelta(0)) -> Campaign:
        """Move the clock from one thing that is due to the next, up to a moment or the end of the campaign.

        With a ``stride`` it moves at least so far: what was due several times is then done once, as after a standstill.
        """
        while True:
            await self.settle()
            now = await self.campaign(campaign)
            if now.status in OVER:
                return now
            following = await self._next_of_posts_and_workflows()
            await self._jobs_before(min(following or until, until), stride)
            if following is None or following > until:
                return await self.campaign(campaign)
            self.clock.advance(max(following - self.clock.now(), timedelta(0)))

    async def _next_of_posts_and_workflows(self) -> datetime | None:
        now = self.clock.now()
        moments = [moment for moment in self.time.waiting.values() if moment is not None and moment > now]
        where = {"next_attempt_at": {"$gt": now}}
        found = await self.repository(DELIVERIES).find(where, sort=[("next_attempt_at", 1)], limit=1)
        moments += [one.next_attempt_at for one in found if one.next_attempt_at]
        return min(moments, default=None)

    async def _jobs_before(self, moment: datetime, stride: timedelta) -> None:
        """Do the jobs that are due before anything else is, at their times: nobody else wakes for them."""
        runner = self.services.work.runner
        while (job := await runner.next_moment()) and job < moment:
            self.clock.advance(min(max(job - self.clock.now(), stride), moment - self.clock.now()))
            self.each_job()
            if not await runner.run_due():
                return


@pytest.fixture(scope="session")
async def mongo_uri(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    """A database in memory where there is room: months are written here, and nothing of them is to last."""
    roomy = MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ROOM
    with tempfile.TemporaryDirectory(dir=MEMORY if roomy else tmp_path_factory.mktemp("mongo")) as folder:
        server = EmbeddedServer(Path(folder))
        yield await server.start()
        await server.close()


@pytest.fixture
async def house(
    database: Database, scope: Scope, clock: ManualClock, sandbox: Sandbox, tmp_path: Path
) -> AsyncIterator[CampaignHouse]:
    """A house with nothing connected and nothing planned."""
    given = {
        "data_dir": tmp_path,
        "secret_key": "k" * 40,
        "openai_api_key": "",
        "platform_addresses": sandbox.addresses(),
        "allow_private_addresses": True,
    }
    time = MovedTime()
    settings = Settings.model_validate(given)
    hasher = Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1)
    services, _ = assemble(
        settings,
        clock,
        database,
        build_models(settings),
        new_id("ins"),
        Passwords(hasher),
        Pacing(time, LOOK_SECONDS, Pace(campaign_wait=CAMPAIGN_WAIT)),
    )
    services.work.engine.on_hint = time.hinted
    yield CampaignHouse(services, time, clock, scope, twin_kits(sandbox), sandbox)
    await services.work.stop()
    await services.delivery.due.stop()
    await services.turns.stop()
    await services.outside.close()
