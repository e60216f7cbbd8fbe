"""Removes what is kept of workflows that have been over for as long as finished jobs are kept."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from core.clock import Clock
from core.ids import derived_id
from workflows.jobs.desk import HOUSE, JobDesk
from workflows.jobs.runner import RunningJob
from workflows.runtime.engine import Engine

JOB: Final = "workflow_retention"
AT_FOUR: Final = "0 4 * * *"
KEPT: Final = timedelta(days=30)


class Retention:
    """Looks once a night."""

    def __init__(self, engine: Engine, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock

    async def order(self, desk: JobDesk) -> None:
        """See to it that the job is there."""
        await desk.recurring(HOUSE, JOB, AT_FOUR, job_id=derived_id("job", JOB), max_attempts=5)

    async def run(self, running: RunningJob) -> Mapping[str, Any]:  # noqa: ARG002 - a repeat finds only what is left
        """Remove what is old enough; return how many workflows that were."""
        return {"workflows": await self._engine.purge(self._clock.now() - KEPT)}
