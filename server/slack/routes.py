"""The addresses of the Slack edge: what Slack calls, installing, and the page that links a Slack user to an account."""

from typing import Annotated, Final

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse
from pydantic import StringConstraints

from core.errors import AppError, NotAuthenticated, NotFound
from core.scope import Scope
from server.auth.caller import COOKIE
from server.oauth.page import ASKING
from server.oauth.routes import issuer_of
from server.origins import from_here
from server.problems import STATUS
from server.services import Parts, Services
from server.slack import page

CALLBACK: Final = "/slack/oauth_redirect"
Token = Annotated[str, StringConstraints(max_length=200)]
router = APIRouter(prefix="/slack", include_in_schema=False)


@router.post("/events")
async def events(request: Request, parts: Parts) -> Response:
    """Take what Slack tells: events, commands, buttons. Answered once it is stored; the work comes after."""
    slack = parts.slack
    if slack.signatures is None:
        raise NotFound("Slack is not set up here. Set SLACK_SIGNING_SECRET.")
    body = await request.body()
    if not slack.signatures.signed(body, {name.lower(): value for name, value in request.headers.items()}):
        return JSONResponse({"error": "invalid request"}, status_code=401)
    from slack_bolt.adapter.starlette.async_handler import to_async_bolt_request, to_starlette_response

    try:
        told = to_async_bolt_request(request, body)
    except ValueError:
        return JSONResponse({"error": "invalid request"}, status_code=400)
    return to_starlette_response(await slack.front.bolt.async_dispatch(told))


@router.get("/install")
async def install(request: Request, parts: Parts) -> Response:
    """Send the person who is logged in to Slack, to choose a workspace."""
    scope = await _person(request, parts)
    if scope is None:
        return HTMLResponse(page.sign_in("/slack/install", "To put the app into a Slack workspace"))
    try:
        address = await parts.slack.installs.start(scope, issuer_of(request, parts) + CALLBACK)
    except AppError as error:
        return HTMLResponse(page.notice("This can't go on", error.message), STATUS[error.kind])
    return RedirectResponse(address, status_code=303)


@router.get("/oauth_redirect")
async def installed(
    request: Request,
    parts: Parts,
    state: Annotated[str, Query(max_length=200)] = "",
    code: Annotated[str, Query(max_length=1000)] = "",
) -> Response:
    """Take the person back from Slack. Only who began may come back, once, within a quarter of an hour."""
    scope = await _person(request, parts)
    if scope is None:
        return HTMLResponse(page.sign_in("/slack/install", "To begin again and put the app into a workspace"), 401)
    try:
        done = await parts.slack.installs.finish(scope, state, code, issuer_of(request, parts))
    except AppError as error:
        return HTMLResponse(page.notice("The app was not installed", error.message), STATUS[error.kind])
    return HTMLResponse(page.installed(done.team_name or done.team_id))


@router.get("/link/{token}")
async def ask(token: Token, request: Request, parts: Parts) -> Response:
    """Ask the person who is logged in whether they are this Slack user."""
    scope = await _person(request, parts)
    if scope is None:
        return HTMLResponse(page.sign_in(f"/slack/link/{token}", "To link your Slack user"))
    try:
        code = await parts.slack.links.read(scope, token)
    except NotFound as error:
        return HTMLResponse(page.notice("This link does not work", error.message), 404)
    account = await parts.desk.person(scope.actor_id)
    return HTMLResponse(page.asking(code, account.email, token), headers=ASKING)


@router.post("/link/{token}")
async def link(token: Token, request: Request, parts: Parts) -> Response:
    """Link the Slack user to the person who is logged in, once."""
    scope = await _person(request, parts)
    if scope is None or not from_here(request, parts.settings):
        words = "This answer did not come from our own page. Open the link again."
        return HTMLResponse(page.notice("This can't go on", words), 403)
    try:
        linked = await parts.slack.links.use(scope, token)
    except NotFound as error:
        return HTMLResponse(page.notice("This link does not work", error.message), 404)
    return HTMLResponse(page.linked(linked.code))


async def _person(request: Request, parts: Services) -> Scope | None:
    try:
        return await parts.callers.scope(request.cookies.get(COOKIE, ""))
    except NotAuthenticated:
        return None
