"""Orders the reading of an account's figures: one job an account, which ends when there is nothing to read any more."""

from datetime import timedelta
from typing import Final

from core.ids import derived_id
from core.scope import Scope
from db.deliveries import Delivery
from db.scheduled_jobs import SCHEDULED_JOBS
from workflows.jobs.desk import JobDesk
from workflows.jobs.runner import RunningJob

JOB: Final = "figures"
JOB_BEFORE: Final = "campaign_figures"
EVERY_HALF_HOUR: Final = "*/30 * * * *"
# Sums are worked out anew this often at most, however much is reported.
APART: Final = timedelta(minutes=1)


class FigureOrder:
    """Orders figures. Repeats are harmless."""

    def __init__(self, jobs: JobDesk) -> None:
        self._jobs = jobs

    async def published(self, scope: Scope, _: Delivery) -> None:
        """Something is out: its figures are read from the next half hour on."""
        await self._jobs.keep_up(scope, JOB, EVERY_HALF_HOUR, job_of(scope))

    async def reported(self, scope: Scope) -> None:
        """Something was reported: what posts and campaigns have come to is worked out anew soon."""
        await self._jobs.keep_up(scope, JOB, EVERY_HALF_HOUR, job_of(scope), soon=APART)

    async def in_place_of(self, running: RunningJob) -> None:
        """End the job a campaign had of its own in earlier versions; the account's takes its place."""
        await self.reported(running.scope)
        running.over = True


def job_of(scope: Scope) -> str:
    """Return the id of the account's job."""
    return derived_id(SCHEDULED_JOBS.id_prefix, scope.user_id, JOB)
