"""Puts together what outlives a turn: scheduled jobs, and the engine campaigns run on."""

from dataclasses import dataclass

from core.clock import Clock
from core.settings import Settings
from db.client import Database
from server.memory import MemoryParts
from workflows import nightly_memory
from workflows.jobs.desk import JobDesk
from workflows.jobs.runner import JobRunner
from workflows.nightly_memory import NightlyMemory
from workflows.runtime.engine import Engine, engine_url
from workflows.runtime.workers import Workers


@dataclass(frozen=True, slots=True)
class WorkParts:
    """Lasting work as the edges use it. A process that does none of it has the desk all the same."""

    jobs: JobDesk
    runner: JobRunner
    engine: Engine
    workers: Workers
    nightly: NightlyMemory

    async def start(self) -> None:
        """Begin to do what is due in this process."""
        await self.nightly.order(self.jobs)
        self.engine.on_launch = self.workers.start
        self.runner.start()

    async def stop(self) -> None:
        """Stop; what is under way goes on after the next start, here or elsewhere."""
        await self.runner.stop()
        await self.workers.stop()
        await self.engine.stop()


def build_work(settings: Settings, database: Database, clock: Clock, owner: str, memory: MemoryParts) -> WorkParts:
    """Put the parts together. Starts and loads nothing."""
    jobs = JobDesk(database, clock)
    engine = Engine(engine_url(settings.database_url.get_secret_value(), settings.data_dir), owner)
    return WorkParts(
        jobs=jobs,
        runner=JobRunner(database, clock, jobs, {nightly_memory.JOB: memory.nightly.run}),
        engine=engine,
        workers=Workers(database, engine, clock),
        nightly=memory.nightly,
    )
