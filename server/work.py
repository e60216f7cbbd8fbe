"""Puts together what outlives a turn: scheduled jobs, and the campaigns with the engine they run on."""

from dataclasses import dataclass
from typing import Final

from agents.headless import Headless
from agents.turns.notices import Notices
from agents.turns.service import Turns
from core.clock import Clock
from core.settings import Settings
from db.client import Database
from server.memory import MemoryParts
from tools.approval.authority import Authority
from tools.approval.requests import ApprovalRequests
from tools.spending.ledger import Ledger
from tools.spending.prices import unit_prices
from workflows import nightly_memory
from workflows.campaigns.attendance import Attendance
from workflows.campaigns.chronicle import Chronicle
from workflows.campaigns.course import Ground, Parts
from workflows.campaigns.figures import AccountFigures
from workflows.campaigns.workflow import NAME, CampaignWorkflow
from workflows.crm.order import JOB as CRM_JOB
from workflows.crm.sync import CrmSync
from workflows.delivery.pace import Pace
from workflows.figures import order
from workflows.figures.sync import FigureSync
from workflows.jobs.desk import JobDesk
from workflows.jobs.runner import JobRunner
from workflows.nightly_memory import NightlyMemory
from workflows.runtime import retention
from workflows.runtime.engine import Engine, engine_url
from workflows.runtime.retention import Retention
from workflows.runtime.timekeeper import Timekeeper
from workflows.runtime.workers import Workers

LOOK_SECONDS: Final = 1.0


@dataclass(frozen=True, slots=True)
class Pacing:
    """How workflows wait, how often is looked for what there is to do, and how long delivering waits for what."""

    timekeeper: Timekeeper
    look_seconds: float = LOOK_SECONDS
    delivery: Pace | None = None


@dataclass(frozen=True, slots=True)
class WorkParts:
    """Lasting work as the edges use it. A process that does none of it has the desk and the chronicle all the same."""

    database: Database
    jobs: JobDesk
    runner: JobRunner
    engine: Engine
    workers: Workers
    nightly: NightlyMemory
    retention: Retention
    chronicle: Chronicle
    attendance: Attendance

    async def start(self) -> None:
        """Begin to do what is due in this process."""
        await unit_prices(self.database)
        await self.nightly.order(self.jobs)
        await self.retention.order(self.jobs)
        self.engine.on_launch = self.workers.start
        self.runner.start()
        self.attendance.start()

    async def stop(self) -> None:
        """Stop; what is under way goes on after the next start, here or elsewhere."""
        await self.attendance.stop()
        await self.runner.stop()
        await self.workers.stop()
        await self.engine.stop()


def build_work(
    settings: Settings,
    database: Database,
    clock: Clock,
    turns: Turns,
    requests: ApprovalRequests,
    memory: MemoryParts,
    figures: FigureSync,
    crm: CrmSync,
    pace: Pacing,
) -> WorkParts:
    """Put the parts together. Starts and loads nothing."""
    jobs = JobDesk(database, clock)
    url = engine_url(settings.database_url.get_secret_value(), settings.data_dir)
    engine = Engine(url, turns.owner, look_seconds=pace.look_seconds)
    chronicle = Chronicle(database, Notices(turns))
    ground = Ground(
        Parts(
            database=database,
            headless=Headless(turns.house),
            requests=requests,
            authority=Authority(database),
            ledger=Ledger(database),
            chronicle=chronicle,
            figures=figures,
            clock=clock,
        )
    )
    engine.register(NAME, CampaignWorkflow(engine, pace.timekeeper, ground).run)
    old_workflows = Retention(engine, clock)
    handlers = {
        nightly_memory.JOB: memory.nightly.run,
        retention.JOB: old_workflows.run,
        order.JOB: AccountFigures(ground).run,
        CRM_JOB: crm.run,
        order.JOB_BEFORE: order.FigureOrder(jobs).in_place_of,
    }
    return WorkParts(
        database=database,
        jobs=jobs,
        runner=JobRunner(database, clock, jobs, handlers, look_seconds=pace.look_seconds),
        engine=engine,
        workers=Workers(database, engine, clock),
        nightly=memory.nightly,
        retention=old_workflows,
        chronicle=chronicle,
        attendance=Attendance(database, engine, clock, look_seconds=pace.look_seconds),
    )
