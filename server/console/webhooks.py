"""Telling the outside: webhooks with their deliveries, and private links for calendar programs."""

from datetime import timedelta
from typing import Annotated, Any, Final, Literal

import orjson
from fastapi import Form, Query, Response

from core.errors import AppError
from db.calendar_feeds import CALENDAR_FEEDS
from db.webhooks import Webhook
from server.console.page import ConsolePage
from server.console.routing import console_router
from server.console.visit import Changing, Visit, Visiting
from server.rest import calendar
from server.rest.text import Cursor, Line, PathId
from workflows.happenings.happening import EVENT_TYPES

HERE: Final = "/console/webhooks"
LINKS: Final = "/console/webhooks/calendar"
A_PAGE: Final = 25
MOST_SHOWN: Final = 100
GRACES: Final = ((0, "at once"), (3_600, "an hour more"), (86_400, "a day more"), (7 * 86_400, "seven days more"))
State = Literal["", "pending", "sent", "failed"]
Name = Annotated[Line, Form(max_length=100)]
Url = Annotated[Line, Form(max_length=2_000)]
Events = Annotated[list[Annotated[str, Form(max_length=60)]] | None, Form()]
router: Final = console_router()


@router.get("/webhooks")
async def hooks(visit: Visiting) -> Response:
    """Show the webhooks."""
    return await _list(visit)


@router.post("/webhooks")
async def add(visit: Changing, name: Name = "", url: Url = "", events: Events = None) -> Response:
    """Make a webhook; its secret is in the answer and never shown again."""
    if not name or not url:
        return visit.go(HERE, "A webhook needs a name and an address.", "danger")
    try:
        secret, made = await visit.parts.telling.webhooks.add(visit.scope, name, url, events or [])
    except AppError as error:
        return visit.go(HERE, error.message, "danger")
    return await _one(visit, made, secret=secret, status=201)


@router.get("/webhooks/calendar")
async def links(visit: Visiting) -> Response:
    """Show the private links to the calendar."""
    return await _links(visit)


@router.post("/webhooks/calendar")
async def add_link(visit: Changing, name: Name = "") -> Response:
    """Make a link for a calendar program; its address is in the answer and never shown again."""
    if not name:
        return visit.go(LINKS, "A link needs a name, so that you recognise it later.", "danger")
    try:
        made = await calendar.add(calendar.NewFeed(name=name), visit.scope, visit.request, visit.parts)
    except AppError as error:
        return visit.go(LINKS, error.message, "danger")
    return await _links(visit, made, 201)


@router.post("/webhooks/calendar/{feed_id}/remove")
async def remove_link(visit: Changing, feed_id: PathId) -> Response:
    """Let a link work no longer."""
    await calendar.remove(feed_id, visit.scope, visit.parts)
    return visit.go(LINKS, "The link no longer works. Calendar programs that follow it stop getting news.")


@router.get("/webhooks/{webhook_id}")
async def one(
    visit: Visiting, webhook_id: PathId, state: Annotated[State, Query()] = "", cursor: Cursor = None
) -> Response:
    """Show one webhook with what was sent to it."""
    hook = await visit.parts.telling.webhooks.get(visit.scope, webhook_id)
    return await _one(visit, hook, state=state, cursor=cursor)


@router.post("/webhooks/{webhook_id}")
async def change(
    visit: Changing, webhook_id: PathId, name: Name = "", url: Url = "", events: Events = None
) -> Response:
    """Change name, address or events."""
    given: dict[str, Any] = {"name": name, "url": url, "events": events or []}
    wanted = {key: value for key, value in given.items() if value or key == "events"}
    try:
        await visit.parts.telling.webhooks.change(visit.scope, webhook_id, wanted)
    except AppError as error:
        if error.kind == "not_found":
            raise
        return visit.go(f"{HERE}/{webhook_id}", error.message, "danger")
    return visit.go(f"{HERE}/{webhook_id}", "Saved.")


@router.post("/webhooks/{webhook_id}/switch")
async def switch(visit: Changing, webhook_id: PathId, on: Annotated[Literal["", "on"], Form()] = "") -> Response:
    """Switch it on or off."""
    await visit.parts.telling.webhooks.change(visit.scope, webhook_id, {"active": bool(on)})
    return visit.go(f"{HERE}/{webhook_id}", "It is on, and gets what happens from now on." if on else "It is off.")


@router.post("/webhooks/{webhook_id}/test")
async def test(visit: Changing, webhook_id: PathId) -> Response:
    """Send it a test event, and show what comes of it."""
    sent = await visit.parts.telling.webhooks.test(visit.scope, webhook_id)
    return visit.go(f"{HERE}/{webhook_id}/deliveries/{sent.delivery_id}", "A test event is on its way.")


@router.post("/webhooks/{webhook_id}/rotate")
async def rotate(
    visit: Changing, webhook_id: PathId, grace: Annotated[int, Form(ge=0, le=7 * 86_400)] = 86_400
) -> Response:
    """Give it a new secret, which is in the answer and never shown again."""
    secret, hook = await visit.parts.telling.webhooks.rotate(visit.scope, webhook_id, timedelta(seconds=grace))
    return await _one(visit, hook, secret=secret, status=201)


@router.post("/webhooks/{webhook_id}/remove")
async def remove(visit: Changing, webhook_id: PathId) -> Response:
    """Remove a webhook."""
    await visit.parts.telling.webhooks.remove(visit.scope, webhook_id)
    return visit.go(HERE, "Removed. Nothing more is sent to it.")


@router.get("/webhooks/{webhook_id}/deliveries/{delivery_id}")
async def delivery(visit: Visiting, webhook_id: PathId, delivery_id: PathId) -> Response:
    """Show one delivery: what was sent, and what came of every attempt."""
    desk = visit.parts.telling.webhooks
    hook = await desk.get(visit.scope, webhook_id)
    found = await desk.delivery(visit.scope, webhook_id, delivery_id)
    body = orjson.dumps(orjson.loads(found.body), option=orjson.OPT_INDENT_2).decode()
    return await visit.show("webhook_delivery.html", {"hook": hook, "delivery": found, "body": body})


@router.post("/webhooks/{webhook_id}/deliveries/{delivery_id}/replay")
async def replay(visit: Changing, webhook_id: PathId, delivery_id: PathId) -> Response:
    """Send what was sent before once more."""
    sent = await visit.parts.telling.webhooks.replay(visit.scope, webhook_id, delivery_id)
    return visit.go(f"{HERE}/{webhook_id}/deliveries/{sent.delivery_id}", "It is on its way again.")


async def _list(visit: Visit) -> Response:
    page = await visit.parts.telling.webhooks.page(visit.scope, limit=MOST_SHOWN, cursor=None)
    return await visit.show("webhooks.html", {"hooks": page.items, "events": EVENT_TYPES})


async def _links(visit: Visit, made: calendar.MadeFeed | None = None, status: int = 200) -> Response:
    feeds = await visit.repository(CALENDAR_FEEDS).page({}, limit=MOST_SHOWN)
    owns = visit.scope.actor_id == visit.scope.user_id
    mine = {feed.feed_id for feed in feeds.items if owns or feed.actor_id == visit.scope.actor_id}
    values = {"feeds": feeds.items, "made": made, "mine": mine}
    return await visit.show("calendar_links.html", values, status)


async def _one(
    visit: Visit,
    hook: Webhook,
    *,
    secret: str = "",
    state: State = "",
    cursor: str | None = None,
    status: int = 200,
) -> Response:
    desk, here = visit.parts.telling.webhooks, f"{HERE}/{hook.webhook_id}"
    sent = await desk.deliveries(visit.scope, hook.webhook_id, state or None, limit=A_PAGE, cursor=cursor)
    kept = f"state={state}&" if state else ""
    values = {
        "hook": hook,
        "secret": secret,
        "sent": sent.items,
        "state": state,
        "next": f"{here}?{kept}cursor={sent.next_cursor}" if sent.next_cursor else "",
        "first": (f"{here}?state={state}" if state else here) if cursor else "",
        "events": EVENT_TYPES,
        "graces": GRACES,
    }
    return await visit.show("webhook.html", values, status)


PAGE: Final = ConsolePage("webhooks", "Webhooks", "/webhooks", "webhooks", "Account", router)
