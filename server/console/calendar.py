"""The calendar: what goes out when, what waits for an approval, and moving it to another time."""

from datetime import UTC, date, datetime, time
from typing import Annotated, Any, Final
from urllib.parse import urlencode

from fastapi import Form, Query, Response
from pydantic import AfterValidator

from core.errors import AppError, Conflict, NotFound
from db.campaigns import CAMPAIGNS
from db.content_library import CONTENT_LIBRARY
from server.by_hand import HandWork
from server.console.calendar_entry import Entry, entry_of
from server.console.calendar_grid import Stretch, View, laid_out, stretch_of
from server.console.page import ConsolePage
from server.console.previews import picture_of, preview_of
from server.console.routing import console_router
from server.console.visit import Changing, Visit, Visiting
from server.rest.text import PathId
from tools.calendar_entries import CalendarEntry, EntryState, campaign_spans, entries_between
from tools.rescheduling import Standing

EARLIEST: Final = date(2000, 1, 1)
LATEST: Final = date(2100, 1, 1)
STATES: Final[dict[EntryState, str]] = {
    "waiting": "Waits for approval",
    "scheduled": "Scheduled",
    "published": "Published",
    "failed": "Failed",
    "unknown": "Unknown",
}
router: Final = console_router()


def near(day: date) -> date:
    """Refuse days no calendar of ours reaches."""
    if not EARLIEST <= day <= LATEST:
        raise ValueError("choose a day of this century")
    return day


Near = Annotated[date, AfterValidator(near)]
Platform = Annotated[str, Query(max_length=50)]


@router.get("/calendar")
async def calendar(
    visit: Visiting,
    view: View = "month",
    day: Annotated[Near | None, Query()] = None,
    platform: Platform = "",
    state: Annotated[EntryState | None, Query()] = None,
) -> Response:
    """Show a month, a week, or what comes day by day."""
    today = visit.now.astimezone(visit.zone).date()
    stretch = stretch_of(view, day or today)
    since, until = stretch.instants(visit.zone)
    found = await entries_between(visit.parts.database, visit.scope, since, until)
    spans = await campaign_spans(visit.parts.database, visit.scope, stretch.first, stretch.last)
    shown = [entry for entry in found if _wanted(entry, platform, state)]
    asked = {"platform": platform, "state": state or ""}

    def link(**changes: str) -> str:
        return _link({"view": view, "day": stretch.anchor.isoformat()} | asked | changes)

    values: dict[str, Any] = {
        "stretch": stretch,
        "weeks": laid_out(stretch, shown, spans, today, visit.zone),
        "heading": _heading(stretch),
        "today": today,
        "platforms": sorted({(entry.platform, entry.label) for entry in found}, key=lambda known: known[1]),
        "platform": platform,
        "state": state or "",
        "states": STATES,
        "counts": {name: sum(entry.state == name for entry in found) for name in STATES},
        "total": len(shown),
        "anything": bool(found),
        "link": link,
    }
    return await visit.show("calendar.html", values)


@router.get("/calendar/{post_id}")
async def entry(
    post_id: PathId, visit: Visiting, to: Annotated[datetime | None, Query()] = None, view: View = "month"
) -> Response:
    """Show one entry as it will go out, and let people ask for another time."""
    return await _show(visit, post_id, to, view)


@router.post("/calendar/{post_id}/move")
async def move(
    post_id: PathId,
    visit: Changing,
    day: Annotated[Near, Form()],
    at: Annotated[time, Form()],
    view: Annotated[View, Form()] = "month",
) -> Response:
    """Ask for another time, and say what waits now."""
    local = datetime.combine(day, at.replace(tzinfo=None), visit.zone)
    try:
        moved = await HandWork(visit.parts, visit.scope).reschedule(post_id, local.astimezone(UTC))
    except NotFound:
        raise
    except AppError as error:
        if error.kind == "internal":
            raise
        return await _show(visit, post_id, local, view, error.message)
    back = _link({"view": view, "day": day.isoformat()})
    if not moved.asked:
        return visit.go(back, "It stands at that time already, so nothing was changed.")
    others = moved.posts - 1
    along = f", with {others} more asked together with it" if others else ""
    said = f"Moved to {local:%A} {local.day} {local:%B, %H:%M}. It waits for your approval{along}."
    return visit.go(back, said)


@router.get("/calendar/{post_id}/media/{number}")
async def picture(post_id: PathId, number: int, visit: Visiting) -> Response:
    """Show a picture of a post: exactly the file that was asked about."""
    entry, _, _ = await _standing(visit, post_id)
    return await picture_of(visit, entry.shown, number)


async def _standing(visit: Visit, post_id: str) -> tuple[Entry, Standing | None, str]:
    """Return an entry, what can be moved of it, and why nothing can where nothing can."""
    standing: Standing | None = None
    why = ""
    try:
        standing = await HandWork(visit.parts, visit.scope).standing(post_id)
    except Conflict as conflict:
        why = conflict.message
    return await entry_of(visit, post_id, standing), standing, why


async def _show(visit: Visit, post_id: str, to: datetime | None, view: View, error: str = "") -> Response:
    found, standing, why = await _standing(visit, post_id)
    local = found.at.astimezone(visit.zone)
    wanted = to.astimezone(visit.zone) if to and to.tzinfo else to
    values: dict[str, Any] = {
        "entry": found,
        "preview": await preview_of(visit, found.shown),
        "standing": standing,
        "why": why,
        "wanted": wanted or local,
        "moving": wanted is not None,
        "view": view,
        "error": error,
        "states": STATES,
        **await _related(visit, found),
    }
    return await visit.show("calendar_entry.html", values, 422 if error else 200)


async def _related(visit: Visit, found: Entry) -> dict[str, Any]:
    campaigns, contents = visit.repository(CAMPAIGNS), visit.repository(CONTENT_LIBRARY)
    campaign = await campaigns.find_one({"campaign_id": found.campaign_id}) if found.campaign_id else None
    content = await contents.find_one({"content_id": found.content_id}) if found.content_id else None
    return {"campaign": campaign, "content": content}


def _wanted(entry: CalendarEntry, platform: str, state: EntryState | None) -> bool:
    return (not platform or entry.platform == platform) and (state is None or entry.state == state)


def _heading(stretch: Stretch) -> str:
    first, last = stretch.first, stretch.last
    if stretch.view == "month":
        return f"{stretch.anchor:%B %Y}"
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day} – {last.day} {last:%B %Y}"
    year = f" {first.year}" if first.year != last.year else ""
    return f"{first.day} {first:%B}{year} – {last.day} {last:%B %Y}"


def _link(asked: dict[str, str]) -> str:
    told = [(name, text) for name, text in asked.items() if text]
    return f"/console/calendar?{urlencode(told)}"


PAGE: Final = ConsolePage("calendar", "Calendar", "/calendar", "calendar", "Content", router)
