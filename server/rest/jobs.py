"""Scheduled jobs: what is due when, what has used up its attempts, and trying that again."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel

from db.scheduled_jobs import JobSchedule, JobStatus, ScheduledJob
from server.auth.caller import Caller
from server.problems import responses
from server.rest.pages import PageView, page_view
from server.rest.text import Cursor, Limit, PathId
from server.services import Parts

router = APIRouter(prefix="/api/v1/jobs", tags=["Jobs"])


class JobView(BaseModel):
    """A job. ``failed`` means that all attempts are used up; ``due_at`` is when it is looked at next."""

    job_id: str
    job_type: str
    payload: dict[str, Any]
    schedule: JobSchedule
    status: JobStatus
    attempts: int
    max_attempts: int
    due_at: datetime
    occurrence_of: str | None
    result: dict[str, Any] | None
    error: str | None
    executed_at: datetime | None
    created_at: datetime

    @classmethod
    def of(cls, job: ScheduledJob) -> "JobView":
        """Show a job."""
        return cls(**job.model_dump(include=set(cls.model_fields)))


@router.get("", operation_id="list_jobs", responses=responses(), summary="List them, newest first")
async def list_all(
    scope: Caller,
    parts: Parts,
    status: Annotated[JobStatus | None, Query()] = None,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> PageView[JobView]:
    """Return the account's jobs; ``status=failed`` lists those that wait for a person."""
    return page_view(await parts.work.jobs.page(scope, status, limit=limit, cursor=cursor), JobView.of)


@router.post("/{job_id}/retry", operation_id="retry_job", responses=responses(404, 409), summary="Try one again")
async def retry(job_id: PathId, scope: Caller, parts: Parts) -> JobView:
    """Give a job that has failed for good all its attempts again."""
    return JobView.of(await parts.work.jobs.retry(scope, job_id))


@router.post("/{job_id}/cancel", operation_id="cancel_job", responses=responses(404), summary="Call one off")
async def cancel(job_id: PathId, scope: Caller, parts: Parts) -> JobView:
    """Call a job off for good."""
    return JobView.of(await parts.work.jobs.cancel(scope, job_id))
