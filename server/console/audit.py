"""The audit log: who did what and when, with filters, details folded, and the same as a file."""

from datetime import date, datetime, time, timedelta
from typing import Annotated, Any, Final
from urllib.parse import urlencode

import orjson
from fastapi import Query, Response

from core.errors import NotAuthenticated
from db.audit_log import AUDIT_LOG
from server.console.page import ConsolePage
from server.console.routing import console_router
from server.console.visit import Visit, Visiting
from server.rest.audit import AuditFilter, AuditView
from server.rest.text import Cursor, Line

HERE: Final = "/console/audit"
EXPORT: Final = "/api/v1/audit/export"
A_PAGE: Final = 50
RECENT: Final = 500
# What a page of ours shows of a resource.
PLACES: Final = {
    "campaign": "/console/campaigns/{}",
    "approval": "/console/approvals/{}",
    "approval_request": "/console/approvals/{}",
    "conversation": "/console/conversations/{}",
    "webhook": "/console/webhooks/{}",
    "settings": "/console/settings/approvals",
    "api_key": "/console/keys",
    "user": "/console/team",
}
router: Final = console_router()
Word = Annotated[Line, Query(max_length=100)]


@router.get("/audit")
async def log(
    visit: Visiting,
    action: Word = "",
    actor: Word = "",
    kind: Word = "",
    resource: Word = "",
    since: Annotated[str, Query(max_length=10)] = "",
    until: Annotated[str, Query(max_length=10)] = "",
    cursor: Cursor = None,
) -> Response:
    """Show entries, newest first."""
    first, last = _day(since), _day(until)
    begin = datetime.combine(first, time.min, visit.zone) if first else None
    end = datetime.combine(last + timedelta(days=1), time.min, visit.zone) if last else None
    wanted = AuditFilter(action, actor, kind, resource, begin, end)
    entries = visit.repository(AUDIT_LOG)
    page = await entries.page(wanted.where(), limit=A_PAGE, cursor=cursor)
    recent = await entries.find({}, sort=[("timestamp", -1), ("audit_id", -1)], limit=RECENT)
    kept = {"action": action, "actor": actor, "kind": kind, "resource": resource, "since": since, "until": until}
    people = await _people(visit)
    values: dict[str, Any] = {
        "items": [_line(AuditView.of(entry, visit.scope), people) for entry in page.items],
        "people": people,
        "actions": sorted({entry.action for entry in recent} | ({action} - {""})),
        "kinds": sorted({entry.resource_type for entry in recent if entry.resource_type} | ({kind} - {""})),
        "asked": kept,
        "narrowed": any(kept.values()),
        "next": _address(HERE, kept | {"cursor": page.next_cursor}) if page.next_cursor else "",
        "first": _address(HERE, kept) if cursor else "",
        "exports": {form: _export(form, wanted) for form in ("csv", "jsonl")},
        "today": visit.now.astimezone(visit.zone).date().isoformat(),
    }
    return await visit.show("audit.html", values)


async def _people(visit: Visit) -> dict[str, str]:
    """Return the names of who works here, the owner first."""
    try:
        owner = [await visit.parts.desk.person(visit.scope.user_id)]
    except NotAuthenticated:
        owner = []
    return {one.user_id: one.name or one.email for one in [*owner, *await visit.parts.desk.members(visit.scope)]}


def _line(entry: AuditView, people: dict[str, str]) -> dict[str, Any]:
    told = {"details": entry.details, "changes": entry.changes}
    place = PLACES.get(entry.resource_type or "", "")
    return {
        "entry": entry,
        "who": people.get(entry.actor_id or "", "Somebody who left" if entry.actor_id else "Marketing Minds"),
        "place": place.format(entry.resource_id) if entry.resource_id else "",
        "raw": "\n".join(
            f"{name}: {orjson.dumps(value, option=orjson.OPT_INDENT_2, default=str).decode()}"
            for name, value in told.items()
            if value
        ),
    }


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None


def _address(path: str, words: dict[str, Any]) -> str:
    kept = urlencode({name: value for name, value in words.items() if value})
    return f"{path}?{kept}" if kept else path


def _export(form: str, wanted: AuditFilter) -> str:
    names = ("action", "actor_id", "resource_type", "resource_id")
    words = {name: getattr(wanted, name) for name in names}
    words |= {name: moment.isoformat() for name in ("since", "until") if (moment := getattr(wanted, name))}
    return _address(EXPORT, words | {"format": form})


PAGE: Final = ConsolePage("audit", "Audit log", "/audit", "audit", "Account", router)
