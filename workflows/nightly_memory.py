"""Memory's nightly upkeep of every account: one process does it, and a restart goes on where it was."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import UTC, datetime, time, timedelta
from typing import Final

import structlog

from core.clock import Clock
from core.errors import AppError, Conflict, Unavailable
from core.ids import derived_id
from core.scope import Scope
from db.all_tenants import AllTenants
from db.client import Database
from db.memory_changes import MEMORY_CHANGES
from db.repository import Repository
from db.scheduled_jobs import SCHEDULED_JOBS, JobSchedule, ScheduledJob
from memory.tidying import Tidying

log = structlog.get_logger(__name__)

JOB: Final = "memory_hygiene_of_all"
HOUSE: Final = Scope(user_id="system", actor_id="system", role="admin")
HOUR: Final = time(3, 0, tzinfo=UTC)
LEASE: Final = timedelta(minutes=10)
# A start has better things to do first.
FIRST_LOOK_SECONDS: Final = 20.0
LOOK_SECONDS: Final = 60.0


class NightlyMemory:
    """Runs once a night after three o'clock UTC, or at the next start after a night that was missed."""

    def __init__(self, database: Database, tidying: Tidying, clock: Clock) -> None:
        self._database = database
        self._tidying = tidying
        self._clock = clock
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to look whether it is time."""
        self._task = asyncio.create_task(self._keep_looking(), name="nightly memory")

    async def stop(self) -> None:
        """Stop; what is not done yet is done after the next start."""
        if self._task:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
            self._task = None

    async def run_if_due(self) -> int | None:
        """Do tonight's run unless it was done, or somebody else does it; return how many accounts were looked after."""
        job = await self._claimed()
        return None if job is None else await self._run(job)

    async def _claimed(self) -> ScheduledJob | None:
        """Take tonight's run: a new one, or one whose process has given no sign of life for a while."""
        now = self._clock.now()
        night = _night(now)
        made = ScheduledJob(
            job_id=derived_id("job", JOB, night.date().isoformat()),
            job_type=JOB,
            schedule=JobSchedule(execute_at=night),
        )
        job = await self._jobs().insert_once(made)
        if job.status == "completed" or (job.status == "processing" and now - (job.executed_at or night) < LEASE):
            return None
        seen = {"status": job.status, "attempts": job.attempts}
        taken = {"status": "processing", "attempts": job.attempts + 1, "executed_at": now}
        try:
            return await self._jobs().update(job.job_id, taken, where=seen)
        except Conflict:
            return None

    async def _run(self, job: ScheduledJob) -> int:
        night = job.schedule.execute_at.date().isoformat()
        done = int(job.payload.get("done", 0))
        failed = int(job.payload.get("failed", 0))
        async for user_id in self._accounts(str(job.payload.get("after", ""))):
            try:
                await self._tidying.run(Scope(user_id, user_id, "user"), cause=night)
                done += 1
            except Unavailable:
                raise
            except AppError as error:
                failed += 1
                log.warning("memory not tidied", reason=error.message)
            held = {"status": "processing", "attempts": job.attempts}
            progress = {"after": user_id, "done": done, "failed": failed}
            await self._jobs().update(job.job_id, {"payload": progress, "executed_at": self._clock.now()}, where=held)
        now = self._clock.now()
        over = {"status": "completed", "result": {"accounts": done, "failed": failed}, "finished_at": now}
        await self._jobs().update(job.job_id, over, where={"status": "processing", "attempts": job.attempts})
        log.info("memory_tidied", accounts=done, failed=failed)
        return done

    async def _accounts(self, after: str) -> AsyncIterator[str]:
        """Every account that has memories, in order, from where an earlier attempt was."""
        found = [changes.user_id async for changes in AllTenants(self._database, MEMORY_CHANGES).each({})]
        for user_id in sorted(found):
            if user_id > after:
                yield user_id

    async def _keep_looking(self) -> None:
        await asyncio.sleep(FIRST_LOOK_SECONDS)
        while True:
            try:
                await self.run_if_due()
            except (Unavailable, Conflict):
                log.warning("nightly memory run put off")
            except Exception:  # the night after this one has its run all the same
                log.exception("nightly memory run failed, trying again soon")
            await asyncio.sleep(LOOK_SECONDS)

    def _jobs(self) -> Repository[ScheduledJob]:
        return Repository(self._database, SCHEDULED_JOBS, HOUSE)


def _night(now: datetime) -> datetime:
    """The last three o'clock UTC."""
    tonight = datetime.combine(now.date(), HOUR)
    return tonight if tonight <= now else tonight - timedelta(days=1)
