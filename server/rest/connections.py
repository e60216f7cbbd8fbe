"""Connected accounts: which platforms there are, connecting by logging in there or by credentials, and ending it."""

from datetime import datetime
from typing import Annotated, Any, Final, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from core.errors import AppError, NotFound
from core.scope import Scope
from db.social_accounts import SOCIAL_ACCOUNTS, SocialAccount
from server.auth.caller import Caller, Writer
from server.problems import responses
from server.rest.pages import PageView, page_view
from server.rest.text import Cursor, Limit, Line, PathId, one_line
from server.services import Parts, Services
from tools.platform import Platform
from tools.platforms.catalogue import BY_NAME, CATALOGUE

router = APIRouter(prefix="/api/v1", tags=["Connections"])
PUBLISHING: Final = tuple(platform for platform in CATALOGUE if platform.adapter)
NAMES: Final = [platform.name for platform in PUBLISHING]
PREFIX: Final = "/api/v1/connections"


def known_platform(name: str) -> str:
    """Answer 404 for a platform nothing can be published on."""
    if name not in NAMES:
        raise NotFound("There is no such platform to connect. /api/v1/platforms lists what there is.")
    return name


def local_path(value: str) -> str:
    """Refuse anything but a path of this server: a person must not be sent elsewhere."""
    if value and (not value.startswith("/") or value.startswith(("//", "/\\"))):
        raise ValueError("must be a path of this server, such as /settings")
    return one_line(value)


PlatformName = Annotated[
    str, Path(json_schema_extra={"enum": [*NAMES]}, examples=["twitter"]), AfterValidator(known_platform)
]


class PlatformView(BaseModel):
    """A platform that can be connected. ``ready`` is false where the operator has not registered this server there."""

    name: str
    label: str
    connect_by: Literal["login", "credentials"]
    ready: bool
    fields: dict[str, Any] | None = Field(description="JSON schema of the credentials to send.")
    limits: dict[str, Any]

    @classmethod
    def of(cls, platform: Platform, parts: Services) -> "PlatformView":
        """Show a platform."""
        return cls(
            name=platform.name,
            label=platform.label,
            connect_by="login" if platform.login else "credentials",
            ready=parts.logins.configured(platform),
            fields=platform.credentials.model_json_schema() if platform.credentials else None,
            limits=platform.described(),
        )


class PlatformList(BaseModel):
    """The platforms that can be connected."""

    items: list[PlatformView]


class ConnectionView(BaseModel):
    """A connected account, without what opens it. ``connect_again`` is where to go when its login has ended."""

    connection_id: str
    platform: str
    label: str
    account_id: str
    account_name: str
    account_username: str | None
    profile_picture: str | None
    auth_type: Literal["oauth", "api_token", "api_key", "credentials"]
    status: Literal["active", "expired", "disconnected"]
    error_message: str | None
    connect_again: str | None
    permissions: list[str]
    token_expires_at: datetime | None
    connected_at: datetime | None
    chosen_at: datetime | None = Field(
        description="When somebody chose it. Of several accounts posts go out on the one chosen last, else the newest."
    )
    last_used: datetime | None

    @classmethod
    def of(cls, account: SocialAccount) -> "ConnectionView":
        """Show an account."""
        own = {"connection_id", "label", "connect_again"}
        platform = BY_NAME.get(account.platform)
        again = f"{PREFIX}/{account.platform}" + ("/start" if platform and platform.login else "")
        return cls(
            connection_id=account.social_account_id,
            label=platform.label if platform else account.platform,
            connect_again=again if account.status == "expired" else None,
            **account.model_dump(include=set(cls.model_fields) - own),
        )


class ConnectionList(BaseModel):
    """The accounts that were connected just now."""

    items: list[ConnectionView]


class Start(BaseModel):
    """How to begin."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"return_to": "/"}]})

    return_to: Annotated[str, AfterValidator(local_path), Field(max_length=500)] = ""


class StartView(BaseModel):
    """Where to send the person."""

    authorise_url: str
    expires_at: datetime


class CredentialsBody(BaseModel):
    """What opens the account; `GET /api/v1/platforms` describes the fields of each platform."""

    fields: dict[Annotated[Line, Field(max_length=50)], str | int] = Field(
        max_length=20, examples=[{"site": "https://blog.example.com", "username": "editor", "password": "…"}]
    )


@router.get("/platforms", operation_id="list_platforms", responses=responses(), summary="What can be connected")
async def platforms(_: Caller, parts: Parts) -> PlatformList:
    """Return the platforms that can be published on, with their limits and how an account is connected."""
    return PlatformList(items=[PlatformView.of(platform, parts) for platform in PUBLISHING])


@router.get("/connections", operation_id="list_connections", responses=responses(), summary="List them, newest first")
async def list_all(scope: Caller, parts: Parts, limit: Limit = 20, cursor: Cursor = None) -> PageView[ConnectionView]:
    """Return the account's connected accounts."""
    page = await parts.repository(SOCIAL_ACCOUNTS, scope).page({}, limit=limit, cursor=cursor)
    return page_view(page, ConnectionView.of)


@router.post(
    "/connections/{platform}/start",
    operation_id="start_connection",
    responses=responses(404, 503),
    summary="Begin to connect by logging in",
)
async def start(platform: PlatformName, body: Start, request: Request, scope: Writer, parts: Parts) -> StartView:
    """Return where to send the person. They come back to the callback in the browser they are logged in with."""
    departure = await parts.connections.start(scope, platform, callback_of(request, parts, platform), body.return_to)
    return StartView(authorise_url=departure.authorise_url, expires_at=departure.expires_at)


@router.get(
    "/connections/{platform}/callback",
    operation_id="finish_connection",
    responses=responses(404, 409, 502, 503)
    | {303: {"description": "A browser is sent back to where the person came from."}},
    response_model=ConnectionList,
    summary="Come back from logging in",
)
async def callback(
    platform: PlatformName,
    request: Request,
    scope: Writer,
    parts: Parts,
    state: Annotated[str, Query(min_length=1, max_length=200)],
    code: Annotated[str, Query(max_length=4000)] = "",
    error: Annotated[str, Query(max_length=200)] = "",
) -> Response:
    """Store what was connected. Only the person who began may come back, once, within a quarter of an hour."""
    browser = "text/html" in request.headers.get("accept", "")
    try:
        arrival = await parts.connections.finish(scope, platform, state, code, error)
        for account in arrival.accounts:
            await back_in_use(parts, scope, account)
    except AppError as failed:
        if browser:
            back = await parts.connections.came_from(scope, state)
            return sent_back(back or "/", connection_error=failed.code, platform=platform)
        raise
    if browser:
        return sent_back(arrival.return_to or "/", connected=platform)
    views = [ConnectionView.of(account) for account in arrival.accounts]
    return Response(ConnectionList(items=views).model_dump_json(), media_type="application/json")


@router.post(
    "/connections/{platform}",
    operation_id="connect",
    status_code=201,
    responses=responses(404, 409, 502, 503),
    summary="Connect by credentials",
)
async def connect(platform: PlatformName, body: CredentialsBody, scope: Writer, parts: Parts) -> ConnectionView:
    """Try the credentials out and store them encrypted. Doing it again renews them."""
    account = await parts.connections.connect(scope, platform, body.fields)
    await back_in_use(parts, scope, account)
    return ConnectionView.of(account)


@router.post(
    "/connections/{connection_id}/choose",
    operation_id="choose_connection",
    responses=responses(404, 409),
    summary="Post on this one",
)
async def choose(connection_id: PathId, scope: Writer, parts: Parts) -> ConnectionView:
    """Have what is asked from now on go out on this account, among several of its platform.

    What was asked before stays where it was: `POST /api/v1/approvals/{approval_id}/account` changes that.
    """
    return ConnectionView.of(await parts.connections.choose(scope, connection_id))


@router.delete(
    "/connections/{connection_id}",
    operation_id="disconnect",
    status_code=204,
    responses=responses(404),
    summary="Disconnect",
)
async def disconnect(connection_id: PathId, scope: Writer, parts: Parts) -> Response:
    """Give the login back to the platform where that is possible, and forget it."""
    await parts.connections.disconnect(scope, connection_id)
    return Response(status_code=204)


def callback_of(request: Request, parts: Services, platform: str) -> str:
    """Return the one address a platform sends people back to: it has to be registered there."""
    base = parts.settings.public_url or str(request.base_url).rstrip("/")
    return f"{base}{PREFIX}/{platform}/callback"


async def back_in_use(parts: Services, scope: Scope, account: SocialAccount) -> None:
    """Let posts that waited for this account go out now."""
    await parts.delivery.deliverer.account_is_back(scope, account.platform, account.account_id)
    parts.delivery.due.nudge()


def sent_back(path: str, **words: str) -> RedirectResponse:
    """Send a browser back to a path of this server, saying what happened."""
    joint = "&" if "?" in path else "?"
    return RedirectResponse(f"{path}{joint}{urlencode(words)}", status_code=303)
