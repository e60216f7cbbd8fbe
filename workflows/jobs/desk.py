"""Jobs as people and the house order them: set for a time or for again and again, listed, tried again, called off."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from core.clock import Clock
from core.errors import Conflict
from core.ids import new_id
from core.scope import Scope
from db.client import Database
from db.repository import Page, Repository
from db.scheduled_jobs import SCHEDULED_JOBS, JobSchedule, JobStatus, ScheduledJob
from workflows.jobs.recurrence import next_due

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


def _nobody() -> None:
    """Nobody waits for jobs here."""
