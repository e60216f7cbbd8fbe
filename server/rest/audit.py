"""The audit log over REST: who did what and when, filtered, page by page, and as a file."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Final, Literal

import orjson
from fastapi import APIRouter, Depends, Query, Response
from fastapi.responses import StreamingResponse
from pydantic import AwareDatetime, BaseModel

from core.scope import Scope
from db.audit_log import AUDIT_LOG, AuditEntry
from db.repository import TICK
from server.audit_file import CSV, JSON_LINES, csv_rows, json_lines
from server.auth.caller import Caller, CameFrom
from server.problems import responses
from server.rest.pages import PageView
from server.rest.text import Cursor, Limit, Line
from server.services import Parts, Services

A_READING: Final = 200
router = APIRouter(prefix="/api/v1/audit", tags=["Accounts"])
Word = Annotated[Line, Query(max_length=100)]


class AuditView(BaseModel):
    """One act. ``actor_id`` is the person, null where the house acted by itself.

    Address and program are shown to the account's owner alone.
    """

    audit_id: str
    timestamp: datetime
    actor_id: str | None
    action: str
    resource_type: str | None
    resource_id: str | None
    details: dict[str, Any]
    changes: dict[str, Any] | None
    ai_generated: bool
    model: str | None
    ip_address: str | None
    user_agent: str | None

    @classmethod
    def of(cls, entry: AuditEntry, scope: Scope) -> "AuditView":
        """Show an entry to somebody."""
        shown = entry.model_dump(include=set(cls.model_fields))
        if scope.actor_id != scope.user_id:
            shown |= {"ip_address": None, "user_agent": None}
        return cls(**shown)


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """Which entries are asked for."""

    action: str = ""
    actor_id: str = ""
    resource_type: str = ""
    resource_id: str = ""
    since: datetime | None = None
    until: datetime | None = None

    def where(self) -> dict[str, Any]:
        """Return it as a filter of the collection."""
        named = ("action", "actor_id", "resource_type", "resource_id")
        found: dict[str, Any] = {name: value for name in named if (value := getattr(self, name))}
        since = self.since - TICK if self.since else None
        within = {key: moment for key, moment in (("$gt", since), ("$lt", self.until)) if moment}
        return found | ({"timestamp": within} if within else {})


def asked(
    action: Word = "",
    actor_id: Word = "",
    resource_type: Word = "",
    resource_id: Word = "",
    since: Annotated[AwareDatetime | None, Query(description="From when on.")] = None,
    until: Annotated[AwareDatetime | None, Query(description="Before when.")] = None,
) -> AuditFilter:
    """Return which entries a request asks for."""
    return AuditFilter(action, actor_id, resource_type, resource_id, since, until)


Asked = Annotated[AuditFilter, Depends(asked)]


@router.get("", operation_id="list_audit", responses=responses(), summary="Who did what, newest first")
async def look(
    scope: Caller, parts: Parts, wanted: Asked, limit: Limit = 20, cursor: Cursor = None
) -> PageView[AuditView]:
    """Return entries of the audit log."""
    page = await parts.repository(AUDIT_LOG, scope).page(wanted.where(), limit=limit, cursor=cursor)
    return PageView(items=[AuditView.of(entry, scope) for entry in page.items], next_cursor=page.next_cursor)


@router.get(
    "/export",
    operation_id="export_audit",
    response_class=Response,
    responses={**responses(), 200: {"description": "All that fit.", "content": {JSON_LINES: {}, CSV: {}}}},
    summary="The same as a file",
)
async def export(
    scope: Caller,
    parts: Parts,
    origin: CameFrom,
    wanted: Asked,
    form: Annotated[Literal["jsonl", "csv"], Query(alias="format")] = "jsonl",
) -> Response:
    """Return all entries that fit, newest first, as JSON lines or as CSV. Cells no spreadsheet takes for formulas."""
    await parts.desk.audit(scope, "audit.exported", origin, details={"format": form})
    rows = _each(parts, scope, wanted.where())
    pieces, kind = (csv_rows(rows), CSV) if form == "csv" else (json_lines(rows), JSON_LINES)
    headers = {"Content-Disposition": f'attachment; filename="audit-log.{form}"'}
    return StreamingResponse(pieces, media_type=kind, headers=headers)


async def _each(parts: Services, scope: Scope, where: Mapping[str, Any]) -> AsyncIterator[dict[str, Any]]:
    """Go through all entries that fit, newest first, some at a time."""
    cursor: str | None = None
    while True:
        page = await parts.repository(AUDIT_LOG, scope).page(where, limit=A_READING, cursor=cursor)
        for entry in page.items:
            yield orjson.loads(AuditView.of(entry, scope).model_dump_json())
        cursor = page.next_cursor
        if cursor is None:
            return
