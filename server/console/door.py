"""The console's door: signing in with a form that needs no script, back to where one wanted to go, and signing out."""

import re
from typing import Annotated, Any, Final

from fastapi import Form, Query, Request, Response
from fastapi.responses import RedirectResponse

from core.errors import AppError, Forbidden, NotAuthenticated
from server.auth.caller import COOKIE, CameFrom
from server.console.routing import console_router
from server.console.shell import HEADERS, shell_of
from server.origins import from_here
from server.pages import remember
from server.problems import STATUS
from server.services import Parts, Services

# Pages of ours that somebody who has to sign in may be sent on to; none of them does anything before it has asked.
REST: Final = r"[\x21-\x5b\x5d-\x7e]*"
INSIDE: Final = re.compile(
    rf"/console(?:[/?]{REST})?|/oauth/authorize\?{REST}|/slack/install|/slack/link/[A-Za-z0-9_-]{{1,200}}"
)
LONGEST_NEXT: Final = 16_000
router = console_router()
Next = Annotated[str, Query(max_length=LONGEST_NEXT)]


def inside(path: str) -> str:
    """Return a way back that stays in the console, or on a page of ours that asks who one is."""
    return path if INSIDE.fullmatch(path) else "/console"


@router.get("/sign-in")
async def ask(request: Request, parts: Parts, next: Next = "") -> Response:  # noqa: A002 - the name people see
    """Ask who comes; who is signed in already goes on."""
    try:
        await parts.callers.scope(request.cookies.get(COOKIE, ""))
    except NotAuthenticated:
        return _door(request, {"next": inside(next), "email": "", "error": "", "open": parts.desk.registration})
    return RedirectResponse(inside(next), status_code=303, headers=HEADERS)


@router.post("/sign-in")
async def enter(
    request: Request,
    parts: Parts,
    origin: CameFrom,
    email: Annotated[str, Form(max_length=254)] = "",
    password: Annotated[str, Form(max_length=256)] = "",
    next: Annotated[str, Form(max_length=LONGEST_NEXT)] = "",  # noqa: A002 - the name people see
) -> Response:
    """Let somebody in who knows the password."""
    _require_ours(request, parts)
    try:
        user = await parts.desk.login(email, password, origin)
    except AppError as error:
        values = {"next": inside(next), "email": email, "error": error.message, "open": parts.desk.registration}
        return _door(request, values, STATUS[error.kind])
    answer = RedirectResponse(inside(next), status_code=303, headers=HEADERS)
    remember(answer, request, parts, parts.tokens.issue(user.user_id, channel="web"))
    return answer


@router.post("/sign-out")
async def leave(request: Request, parts: Parts) -> Response:
    """Forget the login in this browser."""
    _require_ours(request, parts)
    answer = RedirectResponse("/console/sign-in", status_code=303, headers=HEADERS)
    answer.delete_cookie(COOKIE, path="/", httponly=True, samesite="lax")
    return answer


def _require_ours(request: Request, parts: Services) -> None:
    if not from_here(request, parts.settings):
        raise Forbidden("This form did not come from our own page. Open the console and try again.")


def _door(request: Request, values: dict[str, Any], status: int = 200) -> Response:
    return shell_of(request).render("sign_in.html", values, status)
