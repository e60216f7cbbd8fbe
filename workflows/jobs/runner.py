"""Does what is due: each job by one process at a time, again after a failure, and again after a kill."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Final, TypeAlias

import structlog

from core.clock import Clock
from core.errors import AppError, Conflict, Unavailable
from core.ids import derived_id, new_id
from core.scope import Scope
from db.all_tenants import AllTenants
from db.client import Database
from db.repository import Change, Repository
from db.scheduled_jobs import SCHEDULED_JOBS, JobSchedule, ScheduledJob
from workflows.jobs.desk import HOUSE, JobDesk
from workflows.jobs.recurrence import next_due
from workflows.runtime.periodic import Periodic

log = structlog.get_logger(__name__)

# A job that gives no sign of life for this long is taken over.
LEASE: Final = timedelta(minutes=10)
LOOK_BACK: Final = timedelta(minutes=2)
FIRST_BACKOFF: Final = timedelta(seconds=30)
LONGEST_BACKOFF: Final = timedelta(hours=1)
AT_ONCE: Final = 4
# A job in somebody's hands is due when its lease has run out.
OPEN: Final = ("pending", "processing")
LOOK_SECONDS: Final = 2.0


class RunningJob:
    """A job in somebody's hands, as its handler sees it.

    A handler of a job that recurs may set ``over``, where there is nothing to do until somebody orders it anew, or
    ``not_before``, to leave out its times before that. ``learnt`` is its payload from its next time on.
    """

    def __init__(self, repository: Repository[ScheduledJob], job: ScheduledJob, scope: Scope, clock: Clock) -> None:
        self.job = job
        self.scope = scope
        self.over = False
        self.not_before: datetime | None = None
        self.learnt: Mapping[str, Any] | None = None
        self._repository = repository
        self._clock = clock

    async def keep(self, payload: Mapping[str, Any]) -> None:
        """Store how far it has come and stay its holder. Conflict if somebody else has taken it over."""
        changes = {"payload": dict(payload), "due_at": self._clock.now() + LEASE}
        self.job = await self._repository.update(self.job.job_id, changes, where=held(self.job))


Handler: TypeAlias = Callable[[RunningJob], Awaitable[Mapping[str, Any] | None]]


class JobRunner:
    """Runs due jobs of all accounts with the handler of their type. A handler must be harmless when repeated."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        desk: JobDesk,
        handlers: Mapping[str, Handler],
        look_seconds: float = LOOK_SECONDS,
    ) -> None:
        self._database = database
        self._clock = clock
        self._handlers = dict(handlers)
        self._due = AllTenants(database, SCHEDULED_JOBS)
        self._periodic = Periodic("jobs", self.run_due, look_seconds)
        self._looked_back: datetime | None = None
        desk.nudge = self._periodic.nudge

    def start(self) -> None:
        """Begin to look what is due."""
        self._periodic.start()

    async def stop(self) -> None:
        """Stop; what is under way is done after the next start."""
        await self._periodic.stop()

    async def next_moment(self) -> datetime | None:
        """Return when something is due next, if anything is."""
        found = await self._due.find({"status": {"$in": list(OPEN)}}, sort=[("due_at", 1)], limit=1)
        return found[0].due_at if found else None

    async def run_due(self) -> int:
        """Do everything that is due now, a few at once; return how many were done here."""
        now = self._clock.now()
        open_ones = OPEN if self._looks_back(now) else OPEN[:1]
        waiting = await self._due.find({"status": {"$in": list(open_ones)}, "due_at": {"$lte": now}})
        room = asyncio.Semaphore(AT_ONCE)

        async def done(job: ScheduledJob) -> bool:
            async with room:
                return await self._take(job)

        known = [job for job in waiting if job.job_type in self._handlers]
        return sum(await asyncio.gather(*(done(job) for job in sorted(known, key=lambda job: job.due_at))))

    def _looks_back(self, now: datetime) -> bool:
        """Whether to look for jobs whose holder gives no sign of life; a lease is long, so that is now and then."""
        if self._looked_back and now - self._looked_back < LOOK_BACK:
            return False
        self._looked_back = now
        return True

    async def _take(self, job: ScheduledJob) -> bool:
        scope = HOUSE if job.user_id == HOUSE.user_id else Scope(job.user_id, job.user_id, "user")
        jobs = Repository(self._database, SCHEDULED_JOBS, scope)
        now = self._clock.now()
        seen = {"status": job.status, "attempts": job.attempts, "due_at": job.due_at}
        taken = {"status": "processing", "attempts": job.attempts + 1, "executed_at": now, "due_at": now + LEASE}
        try:
            if job.status == "processing" and job.attempts >= job.max_attempts:
                lost = "Whoever did this was ended each time. Look into the log before trying it again."
                await jobs.update(job.job_id, await self._dead(jobs, job, lost), where=seen)
                return False
        except Conflict:
            return False
        if not await jobs.change_each({job.job_id: Change(taken, seen)}):
            return False
        mine = job.model_copy(update=taken)
        await self._run(RunningJob(jobs, mine, scope, self._clock), jobs)
        return True

    async def _run(self, running: RunningJob, jobs: Repository[ScheduledJob]) -> None:
        job = running.job
        try:
            result = await self._handlers[job.job_type](running)
        except Unavailable:
            log.warning("job put off: the database is away", job_type=job.job_type)
            return
        except Conflict as error:
            if (await jobs.get(job.job_id)).attempts != job.attempts:
                return
            changes = await self._failed(jobs, running.job, error.message)
        except AppError as error:
            changes = await self._failed(jobs, running.job, error.message)
        except Exception:  # the job has more attempts, and a person sees the last one's error
            trouble = new_id("err")
            log.exception("job failed", job_type=job.job_type, error_id=trouble)
            changes = await self._failed(jobs, running.job, f"Something went wrong here (error {trouble}).")
        else:
            if await self._rests(jobs, running, result):
                return
            changes = self._done(running, result)
        await jobs.change_each({job.job_id: Change(changes, held(job))})

    async def _rests(
        self, jobs: Repository[ScheduledJob], running: RunningJob, result: Mapping[str, Any] | None
    ) -> bool:
        """Let a job that recurs rest or end, as its handler wants. Not where somebody has ordered it meanwhile: what
        they want may have come after it was looked for."""
        job = running.job
        if not job.schedule.recurring or not (running.over or running.not_before):
            return False
        rest = _told(running, result) | (self._over() if running.over else self._next_time(job, running.not_before))
        unasked = held(job) | {"ordered_at": job.ordered_at}
        return bool(await jobs.change_each({job.job_id: Change(rest, unasked)}))

    def _done(self, running: RunningJob, result: Mapping[str, Any] | None) -> dict[str, Any]:
        job = running.job
        return _told(running, result) | (self._next_time(job) if job.schedule.recurring else self._over())

    def _over(self) -> dict[str, Any]:
        return {"status": "completed", "finished_at": self._clock.now()}

    async def _failed(self, jobs: Repository[ScheduledJob], job: ScheduledJob, reason: str) -> dict[str, Any]:
        if job.attempts >= job.max_attempts:
            return await self._dead(jobs, job, reason)
        return {"status": "pending", "error": reason, "due_at": self._clock.now() + backoff(job)}

    async def _dead(self, jobs: Repository[ScheduledJob], job: ScheduledJob, reason: str) -> dict[str, Any]:
        """Return what becomes of a job without attempts left. One that recurs leaves this time behind and goes on."""
        if not job.schedule.recurring:
            return {"status": "failed", "error": reason}
        await jobs.insert_once(
            job.model_copy(
                update={
                    "job_id": derived_id("job", job.job_id, job.schedule.execute_at.isoformat()),
                    "schedule": JobSchedule(execute_at=job.schedule.execute_at),
                    "status": "failed",
                    "error": reason,
                    "occurrence_of": job.job_id,
                }
            )
        )
        return {"error": reason} | self._next_time(job)

    def _next_time(self, job: ScheduledJob, not_before: datetime | None = None) -> dict[str, Any]:
        """Return the next time of a recurring job; what was missed meanwhile is not made up for."""
        schedule = job.schedule
        earliest = not_before - timedelta(microseconds=1) if not_before else schedule.execute_at
        after = max(self._clock.now(), schedule.execute_at, earliest)
        following = next_due(schedule.cron_expression or "", schedule.timezone, after)
        return {"status": "pending", "attempts": 0, "schedule.execute_at": following, "due_at": following}


def _told(running: RunningJob, result: Mapping[str, Any] | None) -> dict[str, Any]:
    told: dict[str, Any] = {"result": dict(result) if result is not None else None, "error": None}
    return told if running.learnt is None else told | {"payload": dict(running.learnt)}


def held(job: ScheduledJob) -> dict[str, Any]:
    """Return the condition under which a job is still in the hands that took it."""
    return {"status": "processing", "attempts": job.attempts}


def backoff(job: ScheduledJob) -> timedelta:
    """Return how long to wait after a failed attempt: twice as long each time, up to an hour, a little apart."""
    pause = min(timedelta(seconds=FIRST_BACKOFF.seconds << (job.attempts - 1)), LONGEST_BACKOFF)
    spread = sha256(f"{job.job_id} {job.attempts}".encode()).digest()[0] / 255
    return pause * (1 + spread / 4)
