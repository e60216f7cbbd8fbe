"""Work that is due at a time. Finished jobs are kept for 30 days."""

from datetime import timedelta
from typing import Any, Literal

from pydantic import Field

from db.collection import Collection, Index, OwnedDocument, Part, Retention, UtcTime


class JobSchedule(Part):
    """When a job is due; ``cron_expression`` only if it recurs."""

    execute_at: UtcTime
    recurring: bool = False
    cron_expression: str | None = None


class ScheduledJob(OwnedDocument):
    """One job. ``finished_at`` is set when it is over for good, never on a job that recurs."""

    job_id: str
    job_type: str
    payload: dict[str, Any] = Field(default_factory=dict[str, Any])
    schedule: JobSchedule
    status: Literal["pending", "processing", "completed", "failed", "cancelled"] = "pending"
    attempts: int = 0
    max_attempts: int = 3
    result: dict[str, Any] | None = None
    error: str | None = None
    executed_at: UtcTime | None = None
    finished_at: UtcTime | None = None


SCHEDULED_JOBS = Collection(
    name="scheduled_jobs",
    model=ScheduledJob,
    id_field="job_id",
    id_prefix="job",
    indexes=(Index(("status",)), Index(("schedule.execute_at",)), Index(("user_id",))),
    retention=Retention("finished_at", timedelta(days=30)),
)
