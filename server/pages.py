"""The page: its files, what it needs to know, and the cookie session it works with."""

from pathlib import Path
from typing import Annotated, Final

from fastapi import APIRouter, Body, Query, Request, Response
from fastapi.responses import FileResponse, RedirectResponse
from pydantic import BaseModel, Field

from agents.roster import ROSTER
from core.errors import AppError, NotAuthenticated, NotFound
from server.auth.caller import COOKIE, CameFrom, bearer_token
from server.origins import from_here
from server.rest.text import Line
from server.services import Parts, Services

FOLDER: Final = Path(__file__).parent / "web"
TYPES: Final = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
ASSETS: Final = {path.name: path for path in sorted(FOLDER.iterdir()) if path.suffix in TYPES}
router = APIRouter(include_in_schema=False)


class AgentView(BaseModel):
    """How an agent is shown."""

    title: str
    mark: str


class PageFacts(BaseModel):
    """What the page needs to know before anybody is logged in."""

    model_line: str
    offline: bool
    registration: str
    signed_in: bool
    agents: dict[str, AgentView]


@router.get("/")
async def index() -> Response:
    """Return the chat page."""
    return _file("index.html")


@router.get("/docs")
async def docs() -> Response:
    """Return the interface description for people."""
    return _file("docs.html")


@router.get("/assets/{name}")
async def asset(name: str) -> Response:
    """Return one file of the page."""
    return _file(name)


@router.get("/favicon.ico")
async def icon() -> Response:
    """Return the mark."""
    return _file("mark.svg")


@router.get("/page.json")
async def page(request: Request, parts: Parts) -> PageFacts:
    """Return what the page needs to know."""
    line = "Offline: built-in model, nothing leaves this machine" if parts.offline else f"Model: {parts.model_label}"
    return PageFacts(
        model_line=line,
        offline=parts.offline,
        registration=parts.settings.registration_mode,
        signed_in=await _signed_in(request, parts),
        agents={agent.name: AgentView(title=agent.title, mark=agent.mark) for agent in ROSTER},
    )


@router.get("/login")
async def login(
    request: Request, parts: Parts, origin: CameFrom, token: Annotated[str, Query(max_length=200)] = ""
) -> Response:
    """Use a one-time link up, and go to the page."""
    try:
        user = await parts.desk.login_by_code(token, origin)
    except AppError:
        if await _signed_in(request, parts):
            return RedirectResponse("/", status_code=303)
        return RedirectResponse("/?link=used", status_code=303)
    answer = RedirectResponse("/", status_code=303)
    remember(answer, request, parts, parts.tokens.issue(user.user_id, channel="web"))
    return answer


class Browser(BaseModel):
    """What a browser says of itself: its timezone is taken as the person's where theirs is not known."""

    timezone: Annotated[Line, Field(max_length=64)] | None = None


@router.post("/session", status_code=204)
async def open_session(request: Request, parts: Parts, browser: Annotated[Browser | None, Body()] = None) -> Response:
    """Keep the login of an access token in a cookie no script can read."""
    token = bearer_token(request)
    if not token or not from_here(request, parts.settings):
        raise NotAuthenticated
    scope = await parts.callers.scope(token)
    if browser and await parts.desk.seen_in(scope.actor_id, browser.timezone):
        parts.callers.forget(scope.actor_id)
    answer = Response(status_code=204)
    remember(answer, request, parts, parts.tokens.issue(scope.actor_id, channel="web"))
    return answer


@router.delete("/session", status_code=204)
async def close_session() -> Response:
    """Forget the login in this browser."""
    answer = Response(status_code=204)
    answer.delete_cookie(COOKIE, path="/", httponly=True, samesite="lax")
    return answer


@router.get("/session/token")
async def introduce(request: Request, parts: Parts) -> Response:
    """Say to the chat on our own page who is signed in there: a token that opens its session, within a minute."""
    if not from_here(request, parts.settings):
        raise NotAuthenticated
    scope = await parts.callers.scope(request.cookies.get(COOKIE, ""))
    token = parts.widget.guests.passes.introduce(scope.actor_id)
    return Response(token, media_type="text/plain; charset=utf-8", headers={"Cache-Control": "no-store"})


async def _signed_in(request: Request, parts: Services) -> bool:
    try:
        await parts.callers.scope(request.cookies.get(COOKIE, ""))
    except NotAuthenticated:
        return False
    return True


def remember(answer: Response, request: Request, parts: Services, token: str) -> None:
    """Keep a login in a cookie that no script can read."""
    answer.set_cookie(
        COOKIE,
        token,
        max_age=int(parts.tokens.lifetime.total_seconds()),
        path="/",
        httponly=True,
        samesite="lax",
        secure=request.url.scheme == "https" or parts.settings.public_url.startswith("https://"),
    )


def _file(name: str) -> Response:
    path = ASSETS.get(name)
    if path is None:
        raise NotFound("There is no such file here.")
    return FileResponse(path, media_type=TYPES[path.suffix], headers={"Cache-Control": "no-cache"})
