"""Jobs as people and the house order them: set for a time or for again and again, listed, tried again, called off."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from core.clock import Clock
from core.errors import Conflict
from core.ids import new_id
from core.scope import Scope
from db.client import Database
from db.repository import Change, Page, Repository
from db.scheduled_jobs import SCHEDULED_JOBS, JobSchedule, JobStatus, ScheduledJob
from workflows.jobs.recurrence import next_due

ATTEMPTS: Final = 10
HOUSE: Final = Scope(user_id="system", actor_id="system", role="admin")


class JobDesk:
    """Orders jobs. ``nudge`` is called when a new one may be due sooner than the runner thought."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self.nudge: Callable[[], None] = _nobody

    async def once(
        self,
        scope: Scope,
        job_type: str,
        at: datetime,
        *,
        payload: Mapping[str, Any] | None = None,
        job_id: str | None = None,
        max_attempts: int = 3,
    ) -> ScheduledJob:
        """Have something done at a time. The same ``job_id`` is the same job."""
        return await self._add(scope, job_type, JobSchedule(execute_at=at), payload, job_id, max_attempts)

    async def recurring(
        self,
        scope: Scope,
        job_type: str,
        cron: str,
        timezone: str = "UTC",
        *,
        payload: Mapping[str, Any] | None = None,
        job_id: str | None = None,
        max_attempts: int = 3,
    ) -> ScheduledJob:
        """Have something done whenever ``cron`` says so in ``timezone``. The same ``job_id`` is the same job."""
        first = next_due(cron, timezone, self._clock.now())
        schedule = JobSchedule(execute_at=first, recurring=True, cron_expression=cron, timezone=timezone)
        return await self._add(scope, job_type, schedule, payload, job_id, max_attempts)

    async def keep_up(
        self, scope: Scope, job_type: str, cron: str, job_id: str, *, soon: timedelta | None = None
    ) -> None:
        """See to it that something is done whenever ``cron`` says so, from the next time on: for jobs that end or pause
        by themselves where there is nothing to do, and are ordered anew by whatever gives them something.

        With ``soon`` it is done that long after its last time, at once if that is past; those who ask meanwhile share
        it. One that people have called off begins anew as well.
        """
        for _ in range(ATTEMPTS):
            if await self._kept_up(scope, job_type, cron, job_id, soon):
                return
        raise Conflict("Too many order this at once. Try again in a moment.")

    async def _kept_up(self, scope: Scope, job_type: str, cron: str, job_id: str, soon: timedelta | None) -> bool:
        """Order a job once; whether nobody else has changed it meanwhile."""
        now = self._clock.now()
        following = next_due(cron, "UTC", now)
        found = await self._jobs(scope).find_one({"job_id": job_id})
        if found is None:
            first = following if soon is None else now
            schedule = JobSchedule(execute_at=first, recurring=True, cron_expression=cron)
            job = ScheduledJob(job_id=job_id, job_type=job_type, schedule=schedule, due_at=first, ordered_at=now)
            stored = await self._jobs(scope).insert_once(job)
            self.nudge()
            return stored.ordered_at == now
        due = following if soon is None else max(now, (found.executed_at or now) + soon)
        seen = {"status": found.status, "due_at": found.due_at, "ordered_at": found.ordered_at}
        changed = await self._jobs(scope).change_each({job_id: Change(_ordered(found, now, due), seen)})
        self.nudge()
        return bool(changed)

    async def page(
        self, scope: Scope, status: JobStatus | None = None, *, limit: int = 20, cursor: str | None = None
    ) -> Page[ScheduledJob]:
        """List the account's jobs, newest first; ``failed`` are those that have used up their attempts."""
        where: dict[str, Any] = {"status": status} if status else {}
        return await self._jobs(scope).page(where, limit=limit, cursor=cursor)

    async def retry(self, scope: Scope, job_id: str) -> ScheduledJob:
        """Give a dead job all its attempts again, from now on. Conflict if it is not dead."""
        scope.require_write()
        job = await self._jobs(scope).get(job_id)
        if job.status != "failed":
            raise Conflict(f"This job is {job.status}; only one that has failed can be tried again.")
        again = {"status": "pending", "attempts": 0, "due_at": self._clock.now(), "finished_at": None, "error": None}
        retried = await self._jobs(scope).update(job_id, again, where={"status": "failed"})
        self.nudge()
        return retried

    async def cancel(self, scope: Scope, job_id: str) -> ScheduledJob:
        """Call a job off for good. One that is being done is done to its end, and not again."""
        scope.require_write()
        job = await self._jobs(scope).get(job_id)
        if job.status in {"completed", "cancelled"}:
            return job
        over = {"status": "cancelled", "finished_at": self._clock.now()}
        return await self._jobs(scope).update(job_id, over)

    async def _add(
        self,
        scope: Scope,
        job_type: str,
        schedule: JobSchedule,
        payload: Mapping[str, Any] | None,
        job_id: str | None,
        max_attempts: int,
    ) -> ScheduledJob:
        job = ScheduledJob(
            job_id=job_id or new_id("job"),
            job_type=job_type,
            payload=dict(payload or {}),
            schedule=schedule,
            max_attempts=max_attempts,
            due_at=schedule.execute_at,
        )
        stored = await self._jobs(scope).insert_once(job)
        self.nudge()
        return stored

    def _jobs(self, scope: Scope) -> Repository[ScheduledJob]:
        return Repository(self._database, SCHEDULED_JOBS, scope)


def _ordered(job: ScheduledJob, now: datetime, due: datetime) -> dict[str, Any]:
    """Return what is to be changed in a job so that it is done by ``due``.

    One in somebody's hands may have looked already at what it is to look at: it sees ``ordered_at`` and goes on.
    """
    ordered: dict[str, Any] = {"ordered_at": now}
    match job.status:
        case "processing":
            return ordered
        case "pending" if job.due_at <= due:
            return ordered
        case "pending":
            return ordered | {"schedule.execute_at": due, "due_at": due}
        case _:
            again = {"status": "pending", "attempts": 0, "finished_at": None, "error": None}
            return ordered | again | {"schedule.execute_at": due, "due_at": due}


def _nobody() -> None:
    """Nobody waits for jobs here."""
