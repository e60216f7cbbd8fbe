"""Orders the reading of an account's CRM: one job an account, from the time it is connected until it is not."""

from datetime import timedelta
from typing import Final

from core.ids import derived_id
from core.scope import Scope
from db.scheduled_jobs import SCHEDULED_JOBS
from workflows.jobs.desk import JobDesk

JOB: Final = "crm_sync"
EVERY_HALF_HOUR: Final = "*/30 * * * *"


class CrmOrder:
    """Orders reading. Repeats are harmless."""

    def __init__(self, jobs: JobDesk) -> None:
        self._jobs = jobs

    async def connected(self, scope: Scope) -> None:
        """A CRM was connected: it is read at once, and then every half hour."""
        await self._jobs.keep_up(scope, JOB, EVERY_HALF_HOUR, job_of(scope), soon=timedelta())


def job_of(scope: Scope) -> str:
    """Return the id of the account's job."""
    return derived_id(SCHEDULED_JOBS.id_prefix, scope.user_id, JOB)
