"""Memory's nightly upkeep of every account, as a job: a restart goes on where it was."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

import structlog

from core.errors import AppError, Unavailable
from core.ids import derived_id, new_id
from core.scope import Scope
from db.all_tenants import AllTenants
from db.client import Database
from db.memory_changes import MEMORY_CHANGES
from db.social_posts import SOCIAL_POSTS
from memory.tidying import UNLEARNT, Tidying
from workflows.jobs.desk import HOUSE, JobDesk
from workflows.jobs.runner import RunningJob

log = structlog.get_logger(__name__)

JOB: Final = "memory_hygiene_of_all"
AT_THREE: Final = "0 3 * * *"
BEHIND_ALL: Final = "~"


class NightlyMemory:
    """Looks after every account at three o'clock UTC every night, or at the next start if that was missed."""

    def __init__(self, database: Database, tidying: Tidying) -> None:
        self._database = database
        self._tidying = tidying

    async def order(self, desk: JobDesk) -> None:
        """See to it that the job is there."""
        await desk.recurring(HOUSE, JOB, AT_THREE, job_id=derived_id("job", JOB), max_attempts=5)

    async def run(self, running: RunningJob) -> Mapping[str, Any]:
        """Do tonight's run, or the rest of it; return how many accounts were looked after."""
        night = running.job.schedule.execute_at.date().isoformat()
        progress = running.job.payload if running.job.payload.get("night") == night else {}
        return await self.look_after_all(night, progress, running.keep)

    async def look_after_all(
        self, night: str, progress: Mapping[str, Any], keep: Callable[[Mapping[str, Any]], Awaitable[None]]
    ) -> Mapping[str, Any]:
        """Look after every account that ``progress`` has not behind it; ``keep`` is told after each."""
        done, failed = int(progress.get("done", 0)), int(progress.get("failed", 0))
        for user_id in await self._accounts(str(progress.get("after", ""))):
            scope = Scope(user_id, user_id, "user")
            try:
                await self._tidying.run(scope, cause=night)
                done += 1
            except Unavailable:
                raise
            except AppError as error:
                failed += 1
                log.warning("memory not tidied", reason=error.message)
                await self._tidying.not_done(scope, cause=night, reason=error.message)
            except Exception:  # the accounts after this one are looked after all the same
                failed += 1
                trouble = new_id("err")
                log.exception("memory not tidied", error_id=trouble)
                reason = f"Something went wrong here (error {trouble})."
                await self._tidying.not_done(scope, cause=night, reason=reason)
            await keep({"night": night, "after": user_id, "done": done, "failed": failed})
        # Nothing is left to do, and nobody's id stays behind in the house's job.
        await keep({"night": night, "after": BEHIND_ALL, "done": done, "failed": failed})
        log.info("memory_tidied", accounts=done, failed=failed)
        return {"accounts": done, "failed": failed}

    async def _accounts(self, after: str) -> list[str]:
        """Every account that has memories or posts to learn from, in order, from where an earlier attempt was."""
        remembering = await AllTenants(self._database, MEMORY_CHANGES).tenants({})
        published = await AllTenants(self._database, SOCIAL_POSTS).tenants(UNLEARNT)
        return sorted(user_id for user_id in remembering | published if user_id > after)
