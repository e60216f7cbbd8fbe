"""API keys: made, shown once, rotated, revoked, with what they were last used for."""

from datetime import date, datetime, time, timedelta
from typing import Annotated, Any, Final

from fastapi import Form, Response

from core.errors import AppError, InvalidInput
from core.scope import RANK, Role
from db.api_keys import ApiKey, KeyScope
from server.auth.api_keys import NewKey
from server.auth.caller import CameFrom
from server.console.page import ConsolePage
from server.console.routing import console_router
from server.console.visit import Changing, Visit, Visiting
from server.rest.api_keys import USES_A_MINUTE
from server.rest.text import Cursor, Line, PathId

HERE: Final = "/console/keys"
A_PAGE: Final = 50
SCOPES: Final[tuple[tuple[KeyScope, str, str], ...]] = (
    ("api", "Interface", "REST, live conversations and AG-UI"),
    ("chat", "Chat completions", "As an OpenAI-compatible model at /v1"),
    ("mcp", "MCP", "The same tools for MCP clients at /mcp"),
    ("approve", "Approvals", "May decide in your name"),
)
GRACES: Final = ((0, "at once"), (3600, "for an hour"), (86_400, "for a day"), (7 * 86_400, "for seven days"))
router: Final = console_router()


@router.get("/keys")
async def keys(visit: Visiting, cursor: Cursor = None) -> Response:
    """Show the keys the person may see, newest first."""
    return await _show(visit, cursor=cursor)


@router.post("/keys")
async def add(
    visit: Changing,
    origin: CameFrom,
    name: Annotated[Line, Form(max_length=100)] = "",
    role: Annotated[Role, Form()] = "user",
    scopes: Annotated[list[KeyScope] | None, Form()] = None,
    rate_limit: Annotated[int, Form(ge=1, le=100_000)] = USES_A_MINUTE,
    ends: Annotated[str, Form(max_length=10)] = "",
) -> Response:
    """Make a key; its text is in the answer and never shown again."""
    try:
        if not name or not scopes:
            raise InvalidInput("A key needs a name, and at least one place where it may be used.")
        new = NewKey(name, role, scopes, rate_limit, _end_of(visit, ends))
        text, made = await visit.parts.api_keys.add(visit.scope, new, origin)
    except AppError as error:
        return visit.go(HERE, error.message, "danger")
    return await _show(visit, (text, made), 201)


@router.post("/keys/{key_id}/rotate")
async def rotate(
    visit: Changing, key_id: PathId, origin: CameFrom, grace: Annotated[int, Form(ge=0, le=7 * 86_400)] = 0
) -> Response:
    """Give a key a new text; the old one stops at once or a while later."""
    parts = visit.parts
    text, before, rotated = await parts.api_keys.rotate(visit.scope, key_id, timedelta(seconds=grace), origin)
    parts.callers.keys.forget(before)
    return await _show(visit, (text, rotated), 201)


@router.post("/keys/{key_id}/revoke")
async def revoke(visit: Changing, key_id: PathId, origin: CameFrom) -> Response:
    """Stop a key from working, for good."""
    revoked = await visit.parts.api_keys.revoke(visit.scope, key_id, origin)
    visit.parts.callers.keys.forget(revoked)
    return visit.go(HERE, f"{revoked.name} is revoked. Whatever uses it is refused from now on.")


async def _show(
    visit: Visit, made: tuple[str, ApiKey] | None = None, status: int = 200, cursor: str | None = None
) -> Response:
    page = await visit.parts.api_keys.page(visit.scope, A_PAGE, cursor)
    members = await visit.parts.desk.members(visit.scope)
    owner = await visit.parts.desk.person(visit.scope.user_id)
    rank = RANK[visit.scope.account_role]
    values: dict[str, Any] = {
        "keys": [(key, _state(key, visit.now)) for key in page.items],
        "next": f"{HERE}?cursor={page.next_cursor}" if page.next_cursor else "",
        "first": HERE if cursor else "",
        "people": {person.user_id: person.name or person.email for person in [owner, *members]},
        "made": made,
        "scopes": SCOPES,
        "graces": GRACES,
        "roles": [role for role in ("user", "viewer", "admin") if RANK[role] <= rank],
        "rate_limit": USES_A_MINUTE,
        "tomorrow": (visit.now.astimezone(visit.zone) + timedelta(days=1)).date().isoformat(),
    }
    return await visit.show("keys.html", values, status)


def _state(key: ApiKey, now: datetime) -> str:
    if key.revoked_at:
        return "revoked"
    if key.expires_at and key.expires_at <= now:
        return "expired"
    return "expiring" if key.expires_at and key.expires_at - now < timedelta(days=7) else "active"


def _end_of(visit: Visit, day: str) -> datetime | None:
    """Return the end of a day in the person's timezone."""
    if not day:
        return None
    try:
        return datetime.combine(date.fromisoformat(day), time.max, visit.zone)
    except ValueError as error:
        raise InvalidInput("This is no date. Choose one from the calendar.", field="ends") from error


PAGE: Final = ConsolePage("keys", "API keys", "/keys", "key", "Account", router)
