"""Work that is due at a time, once or again and again. Jobs that are over are kept for 30 days."""

from datetime import timedelta
from typing import Any, Literal

from pydantic import Field

from db.collection import NEVER, Collection, Index, OwnedDocument, Part, Retention, UtcTime

JobStatus = Literal["pending", "processing", "completed", "failed", "cancelled"]


class JobSchedule(Part):
    """When a job is due; ``cron_expression`` only if it recurs, read in ``timezone``."""

    execute_at: UtcTime
    recurring: bool = False
    cron_expression: str | None = None
    timezone: str = "UTC"


class ScheduledJob(OwnedDocument):
    """One job. ``due_at`` is when somebody has to look at it: to run it, to try it again, or as who ran it is gone.

    ``failed`` means that every attempt was used up; such a job waits for a person. ``finished_at`` is set when it is
    over for good. ``ordered_at`` is when somebody last asked for a job that is kept up, which ends by itself.
    ``campaign_id`` is the campaign it is for, if it is for one.
    """

    job_id: str
    job_type: str
    campaign_id: str | None = None
    payload: dict[str, Any] = Field(default_factory=dict[str, Any])
    schedule: JobSchedule
    status: JobStatus = "pending"
    attempts: int = 0
    max_attempts: int = 3
    due_at: UtcTime = NEVER
    ordered_at: UtcTime | None = None
    occurrence_of: str | None = None
    result: dict[str, Any] | None = None
    error: str | None = None
    executed_at: UtcTime | None = None
    finished_at: UtcTime | None = None


SCHEDULED_JOBS = Collection(
    name="scheduled_jobs",
    model=ScheduledJob,
    id_field="job_id",
    id_prefix="job",
    indexes=(
        Index(("status",)),
        Index(("schedule.execute_at",)),
        Index(("user_id",)),
        Index(("status", "due_at")),
        Index(("user_id", "-created_at", "-job_id")),
    ),
    retention=Retention("finished_at", timedelta(days=30)),
)
