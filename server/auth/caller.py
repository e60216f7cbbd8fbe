"""The one place where a request becomes a Scope: bearer token first, then the page's cookie."""

from typing import Annotated, Final

from fastapi import Depends, Request
from fastapi.security import OAuth2PasswordBearer
from starlette.requests import HTTPConnection

from core.errors import Forbidden, NotAuthenticated
from core.scope import Scope
from server.auth.accounts import Origin
from server.auth.api_keys import is_key
from server.auth.tokens import Login
from server.origins import from_here
from server.services import Parts

COOKIE: Final = "mm_session"
SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
BEARER = OAuth2PasswordBearer(
    tokenUrl="/api/v1/auth/token", auto_error=False, description="An access token or an API key."
)


def bearer_token(connection: HTTPConnection) -> str | None:
    """Return the token of an ``Authorization: Bearer`` header."""
    scheme, _, token = connection.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" and token else None


async def login_of(request: Request, parts: Parts, _: Annotated[str | None, Depends(BEARER)]) -> Login:
    """Return the verified login of a request. A cookie counts only for requests that come from our own pages."""
    if token := bearer_token(request):
        return await parts.callers.login(token)
    token = request.cookies.get(COOKIE)
    if not token or is_key(token):
        raise NotAuthenticated
    if request.method not in SAFE_METHODS and not from_here(request, parts.settings):
        raise Forbidden("This request did not come from our own page. Use an access token instead of the cookie.")
    return await parts.callers.login(token)


async def caller(login: Annotated[Login, Depends(login_of)], parts: Parts) -> Scope:
    """Return who calls."""
    login.require("api")
    return await parts.callers.scope_of_login(login)


async def writer(scope: Annotated[Scope, Depends(caller)]) -> Scope:
    """Return who calls, if they may change things."""
    scope.require_write()
    return scope


async def person(login: Annotated[Login, Depends(login_of)], scope: Annotated[Scope, Depends(writer)]) -> Scope:
    """Return who calls, if they may change things and have logged in themselves."""
    login.require_person()
    return scope


def origin_of(connection: HTTPConnection) -> Origin:
    """Return where a request came from."""
    address = connection.client.host if connection.client else "unknown"
    return Origin(address, connection.headers.get("user-agent", ""))


TheLogin = Annotated[Login, Depends(login_of)]
Caller = Annotated[Scope, Depends(caller)]
Writer = Annotated[Scope, Depends(writer)]
InPerson = Annotated[Scope, Depends(person)]
CameFrom = Annotated[Origin, Depends(origin_of)]
