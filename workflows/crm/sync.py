"""Keeps the stored records of a connected CRM in step with it: what changed since the last time, and what was deleted.

May be cut off anywhere: records are stored under ids derived from Zoho's, and how far it has come is kept after each
page. Once a week a module is read from its beginning, and what was not met then is removed.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import structlog

from core.errors import NotFound, PlatformError, ReconnectNeeded, Rejected, Retryable
from core.ids import derived_id
from core.scope import Scope
from db.client import Database
from db.repository import Repository
from db.zoho_crm_records import ZOHO_CRM_RECORDS, Module, ZohoCrmRecord
from tools.outside.http import Outside
from tools.zoho.access import ZohoAccess, token_id
from tools.zoho.client import MODULES, ZohoCrm, stored_value
from workflows.crm.course import Course, Mark, connection_of
from workflows.jobs.runner import RunningJob

log = structlog.get_logger(__name__)

# Zoho's clock and ours differ, and a change may be seen a little after it was made.
OVERLAP: Final = timedelta(minutes=5)
READ_ANEW: Final = timedelta(days=7)
PAUSE: Final = timedelta(minutes=5)
TOGETHER: Final = 50
LONGEST_NAME: Final = 200
NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "Accounts": ("Account_Name",),
    "Deals": ("Deal_Name",),
    "Campaigns": ("Campaign_Name",),
}


class CrmSync:
    """The job of an account that has connected a CRM."""

    def __init__(self, database: Database, outside: Outside, access: ZohoAccess) -> None:
        self._database = database
        self._access = access
        self._crm = ZohoCrm(outside)
        self._clock = database.clock

    async def run(self, running: RunningJob) -> Mapping[str, Any]:
        """Read what has changed. A job whose connection is gone or has ended is over, until it is connected again."""
        token = await self._access.stored(running.scope)
        if token is None or token.status != "active":
            running.over = True
            return {"state": "not connected"}
        course = Course.of(running.job.payload, token)
        if course.module is None:
            course.counts, course.problems = {}, {}
            self._begin(course, MODULES[0])
        try:
            while course.module is not None:
                if not await self._step(running.scope, course, course.module):
                    running.over = True
                    return {"state": "not connected"}
                await running.keep(course.kept())
        except (ReconnectNeeded, NotFound):
            running.over = True
            return {"state": "reconnect", **course.counts}
        except Retryable as error:
            await self._note(running.scope, {"sync_error": error.message})
            wait = timedelta(seconds=error.retry_after) if error.retry_after else PAUSE
            running.not_before = self._clock.now() + wait
            return {"state": "put off", "problem": error.message, **course.counts}
        problems = " ".join(course.problems.values()) or None
        await self._note(running.scope, {"last_synced": self._clock.now(), "sync_error": problems})
        log.info("crm read", **course.counts)
        return {"state": "read", **course.counts, **({"problems": course.problems} if problems else {})}

    def _begin(self, course: Course, module: Module | None) -> None:
        """Turn to a module; None: everything was read."""
        now = self._clock.now()
        course.module, course.part, course.page_token, course.page = module, "records", None, 1
        course.started, course.since = now, None
        mark = course.marks.get(module) if module else None
        if mark and now - mark.whole < READ_ANEW:
            course.since = mark.since

    async def _step(self, scope: Scope, course: Course, module: Module) -> bool:
        """Read one page; False if the connection is not there any more."""
        try:
            if course.part == "records":
                return await self._records(scope, course, module)
            return await self._deleted(scope, course, module)
        except Rejected as error:
            self._refused(course, module, error)
            return True

    async def _records(self, scope: Scope, course: Course, module: Module) -> bool:
        page = await self._access.use(
            scope,
            lambda opened: self._crm.records(opened, module, since=course.since, page_token=course.page_token),
        )
        now = self._clock.now()
        if not await self._store(scope, course, [_record(scope, module, record, now) for record in page.records]):
            return False
        course.page_token = page.following
        if page.following:
            return True
        if course.since is not None:
            course.part = "deleted"
            return True
        if not page.cut:
            await self._remove_unmet(scope, course, module)
        self._finish(course, module)
        return True

    async def _deleted(self, scope: Scope, course: Course, module: Module) -> bool:
        since = course.since or self._clock.now()
        found = await self._access.use(
            scope, lambda opened: self._crm.deleted(opened, module, since=since, page=course.page)
        )
        if found.ids:
            gone = [_record_id(scope, module, record_id) for record_id in found.ids]
            course.count("removed", await self._records_of(scope).delete_all(gone))
        if found.more:
            course.page += 1
        else:
            self._finish(course, module)
        return True

    async def _store(self, scope: Scope, course: Course, records: Sequence[ZohoCrmRecord]) -> bool:
        """Store records; if the connection was ended meanwhile, take them back and return False."""
        for start in range(0, len(records), TOGETHER):
            await self._records_of(scope).put_each(records[start : start + TOGETHER])
        token = await self._access.stored(scope)
        if token is None or connection_of(token) != course.connection:
            await self._records_of(scope).delete_all([record.crm_record_id for record in records])
            return False
        course.count("stored", len(records))
        return True

    async def _remove_unmet(self, scope: Scope, course: Course, module: Module) -> None:
        """Remove what a reading from the beginning did not meet."""
        unmet = {"module": module, "synced_at": {"$lt": course.started}}
        rows = await self._records_of(scope).parts(unmet, ("crm_record_id",))
        ids = [str(row["crm_record_id"]) for row in rows]
        for start in range(0, len(ids), TOGETHER):
            course.count("removed", await self._records_of(scope).delete_all(ids[start : start + TOGETHER]))

    def _refused(self, course: Course, module: Module, error: PlatformError) -> None:
        """A page token may have run out: then the module is read anew. What is refused from its beginning is left."""
        if course.page_token and not course.counts.get("begun anew"):
            course.count("begun anew", 1)
            self._begin(course, module)
            return
        course.problems[module] = f"{module} can't be read. {error.message}"
        self._turn(course, module)

    def _finish(self, course: Course, module: Module) -> None:
        began = course.started or self._clock.now()
        since = began - OVERLAP
        earlier = course.marks.get(module)
        whole = earlier.whole if earlier and course.since is not None else began
        course.marks[module] = Mark(since=since, whole=whole)
        self._turn(course, module)

    def _turn(self, course: Course, module: Module) -> None:
        following = MODULES.index(module) + 1
        self._begin(course, MODULES[following] if following < len(MODULES) else None)

    async def _note(self, scope: Scope, fields: Mapping[str, Any]) -> None:
        await self._access.tokens(scope).change_all([token_id(scope)], fields)

    def _records_of(self, scope: Scope) -> Repository[ZohoCrmRecord]:
        return Repository(self._database, ZOHO_CRM_RECORDS, scope)


def _record_id(scope: Scope, module: Module, record_id: str) -> str:
    return derived_id(ZOHO_CRM_RECORDS.id_prefix, scope.user_id, module, record_id)


def _record(scope: Scope, module: Module, data: Mapping[str, Any], now: datetime) -> ZohoCrmRecord:
    record_id = str(data["id"])
    return ZohoCrmRecord(
        crm_record_id=_record_id(scope, module, record_id),
        module=module,
        record_id=record_id,
        name=_name(module, data),
        data=stored_value(dict(data)),
        added_at=_moment(data.get("Created_Time")),
        changed_at=_moment(data.get("Modified_Time")),
        synced_at=now,
    )


def _name(module: Module, data: Mapping[str, Any]) -> str:
    """Return what people call a record: a person's full name, and otherwise the name of the deal or company."""
    parts = NAMES.get(module) or (("Full_Name",) if data.get("Full_Name") else ("First_Name", "Last_Name"))
    return " ".join(str(data[part]) for part in parts if data.get(part))[:LONGEST_NAME]


def _moment(value: Any) -> datetime | None:
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
