"""Sites that carry the chat: the piece of code for their pages, where it works, what visitors may do, its secret."""

from typing import Annotated, Any, Final, Literal

from fastapi import Form, Response

from core.errors import AppError, InvalidInput
from db.sites import Site
from server.auth.caller import CameFrom
from server.console.page import ConsolePage
from server.console.routing import console_router
from server.console.settings import checked
from server.console.visit import Changing, Visit, Visiting
from server.rest import sites
from server.rest.text import Line, PathId, Text

HERE: Final = "/console/sites"
MOST_SHOWN: Final = 50
GRACES: Final = ((0, "at once"), (3_600, "an hour more"), (86_400, "a day more"), (7 * 86_400, "seven days more"))
router: Final = console_router()
Name = Annotated[Line, Form(max_length=100)]
Origins = Annotated[Text, Form(max_length=15_000)]
Greeting = Annotated[Text, Form(max_length=500)]
Flag = Annotated[Literal["", "on"], Form()]
ADay = Annotated[int, Form(ge=0, le=1_000_000)]


@router.get("/sites")
async def look(visit: Visiting) -> Response:
    """Show the sites."""
    return await _show(visit)


@router.post("/sites")
async def add(
    visit: Changing, origin: CameFrom, name: Name = "", origins: Origins = "", anonymous: Flag = ""
) -> Response:
    """Make a site; its identity secret is in the answer and never shown again."""
    given = {"name": name, "origins": origins.split(), "anonymous": bool(anonymous)}
    try:
        made = await sites.add(checked(sites.SiteRequest, given), visit.scope, visit.parts, origin)
    except AppError as error:
        return visit.go(HERE, error.message, "danger")
    return await _show(visit, made, 201)


@router.post("/sites/{site_id}")
async def change(
    visit: Changing,
    site_id: PathId,
    origin: CameFrom,
    name: Name = "",
    origins: Origins = "",
    greeting: Greeting = "",
    anonymous: Flag = "",
    team: Flag = "",
    daily_conversations: ADay = 0,
    daily_messages: ADay = 0,
) -> Response:
    """Change a site."""
    given = {
        "name": name,
        "origins": origins.split(),
        "greeting": greeting,
        "anonymous": bool(anonymous),
        "team": bool(team),
        "daily_conversations": daily_conversations,
        "daily_messages": daily_messages,
    }
    try:
        await sites.change(site_id, checked(sites.SiteChanges, given), visit.scope, visit.parts, origin)
    except InvalidInput as error:
        return visit.go(HERE, error.message, "danger")
    return visit.go(HERE, "Saved. It counts within seconds, for open chats too.")


@router.post("/sites/{site_id}/rotate")
async def rotate(
    visit: Changing, site_id: PathId, origin: CameFrom, grace: Annotated[int, Form(ge=0, le=7 * 86_400)] = 0
) -> Response:
    """Give a site a new identity secret."""
    rotation = sites.SecretRotation(grace_seconds=grace)
    return await _show(visit, await sites.rotate(site_id, visit.scope, visit.parts, origin, rotation), 201)


@router.post("/sites/{site_id}/remove")
async def remove(visit: Changing, site_id: PathId, origin: CameFrom) -> Response:
    """Delete a site with everything its visitors said."""
    await sites.delete(site_id, visit.scope, visit.parts, origin)
    return visit.go(HERE, "Deleted, with everything its visitors said. Its key no longer works.")


async def _show(visit: Visit, made: sites.CreatedSite | None = None, status: int = 200) -> Response:
    page = await visit.parts.widget.sites.page(visit.scope, MOST_SHOWN, None)
    base = visit.parts.settings.public_url or str(visit.request.base_url).rstrip("/")
    today = visit.now.date().isoformat()
    values: dict[str, Any] = {
        "sites": [(site, _code(base, site), site.use.day == today) for site in page.items],
        "made": made,
        "owns": visit.may_manage,
        "graces": GRACES,
    }
    return await visit.show("sites.html", values, status)


def _code(base: str, site: Site) -> str:
    return f'<script src="{base}/widget.js" data-site-key="{site.site_key}" async></script>'


PAGE: Final = ConsolePage("sites", "Chat on your site", "/sites", "send", "Account", router)
