"""The addresses of OAuth 2.1: metadata, registration, the person's agreement, tokens and giving them back."""

import re
from typing import Annotated, Any, Final
from urllib.parse import urlencode, urlsplit

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse
from pydantic import BaseModel, ConfigDict, Field

from core.errors import NotAuthenticated
from core.scope import Scope
from server.auth.caller import COOKIE, CameFrom
from server.auth.grants import Issued
from server.middleware import CONTENT_POLICY
from server.oauth.clients import Client
from server.oauth.page import ASKING, asking, refused, sign_in
from server.origins import from_here
from server.rest.text import Line
from server.services import Parts, Services

CHALLENGE: Final = re.compile(r"[A-Za-z0-9_-]{43}")
VERIFIER: Final = re.compile(r"[A-Za-z0-9._~-]{43,128}")
RESOURCE: Final = "/mcp"
METADATA: Final = "/.well-known/oauth-protected-resource"
RENEWED: Final = "refresh_token"
GRANTS: Final = ("authorization_code", RENEWED)
router = APIRouter(include_in_schema=False)


class Registration(BaseModel):
    """What a program says of itself (RFC 7591)."""

    model_config = ConfigDict(extra="ignore")

    redirect_uris: Annotated[list[str], Field(min_length=1, max_length=10)]
    client_name: Annotated[Line, Field(max_length=100)] = "A program"
    grant_types: Annotated[list[Annotated[Line, Field(max_length=100)]], Field(max_length=20)] = ["authorization_code"]


class Asked(BaseModel):
    """An authorization request, as it comes and as the page sends it back."""

    model_config = ConfigDict(extra="ignore")

    client_id: str = Field(max_length=8000)
    redirect_uri: str = Field(max_length=500)
    response_type: str = Field("", max_length=20)
    code_challenge: str = Field("", max_length=128)
    code_challenge_method: str = Field("", max_length=10)
    state: str | None = Field(None, max_length=2000)
    scope: str | None = Field(None, max_length=500)
    resource: str | None = Field(None, max_length=500)


class Answered(Asked):
    """The person's answer."""

    decision: str = Field(max_length=10)


class TokenAsked(BaseModel):
    """A token request."""

    model_config = ConfigDict(extra="ignore")

    grant_type: str = Field("", max_length=50)
    code: str = Field("", max_length=200)
    redirect_uri: str = Field("", max_length=500)
    client_id: str = Field("", max_length=8000)
    code_verifier: str = Field("", max_length=200)
    refresh_token: str = Field("", max_length=200)
    scope: str | None = Field(None, max_length=500)
    resource: str | None = Field(None, max_length=500)


class TokenGiven(BaseModel):
    """A token that is given back (RFC 7009)."""

    model_config = ConfigDict(extra="ignore")

    token: str = Field(max_length=200)
    client_id: str = Field("", max_length=8000)


def issuer_of(request: Request, services: Services) -> str:
    """Return the address clients know this server by."""
    return services.settings.public_url or str(request.base_url).rstrip("/")


@router.get(METADATA)
@router.get(METADATA + RESOURCE)
async def resource_metadata(request: Request, parts: Parts) -> dict[str, Any]:
    """Say who lets programs into ``/mcp`` (RFC 9728)."""
    issuer = issuer_of(request, parts)
    return {
        "resource": issuer + RESOURCE,
        "authorization_servers": [issuer],
        "scopes_supported": ["mcp"],
        "bearer_methods_supported": ["header"],
        "resource_name": "Marketing Minds",
    }


@router.get("/.well-known/oauth-authorization-server")
async def server_metadata(request: Request, parts: Parts) -> dict[str, Any]:
    """Say how it is done (RFC 8414)."""
    issuer = issuer_of(request, parts)
    return {
        "issuer": issuer,
        "authorization_endpoint": f"{issuer}/oauth/authorize",
        "token_endpoint": f"{issuer}/oauth/token",
        "registration_endpoint": f"{issuer}/oauth/register",
        "response_types_supported": ["code"],
        "revocation_endpoint": f"{issuer}/oauth/revoke",
        "grant_types_supported": list(GRANTS),
        "code_challenge_methods_supported": ["S256"],
        "token_endpoint_auth_methods_supported": ["none"],
        "revocation_endpoint_auth_methods_supported": ["none"],
        "scopes_supported": ["mcp"],
        "authorization_response_iss_parameter_supported": True,
    }


@router.post("/oauth/register")
async def register(body: Registration, parts: Parts) -> Response:
    """Register a program. It gets no secret: what it has to prove is that it asked (PKCE)."""
    granted = [grant for grant in GRANTS if grant in body.grant_types]
    if GRANTS[0] not in granted:
        return _error("invalid_client_metadata", "A program gets its first token here for a code: authorization_code.")
    renews = RENEWED in granted
    client = parts.oauth_clients.register(body.client_name or "A program", body.redirect_uris, renews=renews)
    if client is None:
        words = "Addresses have to be https, on loopback, or of a scheme of the program's own."
        return _error("invalid_redirect_uri", words)
    told = {
        "client_id": client.client_id,
        "client_id_issued_at": int(parts.clock.now().timestamp()),
        "client_name": client.name,
        "redirect_uris": list(client.redirect_uris),
        "grant_types": granted,
        "response_types": ["code"],
        "token_endpoint_auth_method": "none",
        "scope": "mcp",
    }
    return JSONResponse(told, status_code=201)


@router.get("/oauth/authorize")
async def ask(asked: Annotated[Asked, Query()], request: Request, parts: Parts) -> Response:
    """Ask the person who is logged in."""
    client = _client_of(asked, parts)
    if client is None:
        return HTMLResponse(
            refused("This program is not known here, or its address is not the one it registered."), 400
        )
    if problem := _wrong(asked, issuer_of(request, parts)):
        return _back(asked, issuer_of(request, parts), error=problem)
    if await _person(request, parts) is None:
        return HTMLResponse(sign_in(f"/oauth/authorize?{urlencode(_fields(asked))}"))
    page = HTMLResponse(asking(client.name, asked.redirect_uri, _fields(asked)), headers=ASKING)
    page.headers["Content-Security-Policy"] = _policy(asked.redirect_uri)
    return page


@router.post("/oauth/authorize")
async def answer(answered: Annotated[Answered, Form()], request: Request, parts: Parts, origin: CameFrom) -> Response:
    """Take the person's answer and send their browser back to the program."""
    client = _client_of(answered, parts)
    scope = await _person(request, parts)
    issuer = issuer_of(request, parts)
    if client is None or scope is None or not from_here(request, parts.settings) or _wrong(answered, issuer):
        return HTMLResponse(refused("This answer did not come from our own page. Start again in the program."), 400)
    if answered.decision != "agree":
        return _back(answered, issuer, error="access_denied")
    code = await parts.grants.agree(scope, client, answered.redirect_uri, answered.code_challenge, origin)
    return _back(answered, issuer, code=code)


@router.post("/oauth/token")
async def token(asked: Annotated[TokenAsked, Form()], request: Request, parts: Parts, origin: CameFrom) -> Response:
    """Give tokens for a code, once, or for a refresh token, once."""
    if asked.grant_type not in GRANTS:
        return _error("unsupported_grant_type", f"Only {' and '.join(GRANTS)} are known here.")
    client = parts.oauth_clients.read(asked.client_id)
    if client is None:
        return _error("invalid_client", "This program is not known here. Register it again.", 401)
    if asked.resource is not None and asked.resource.rstrip("/") != issuer_of(request, parts) + RESOURCE:
        return _error("invalid_target", "A token is given for this server's /mcp alone.")
    if asked.grant_type == RENEWED:
        if asked.scope is not None and asked.scope.split() not in ([], ["mcp"]):
            return _error("invalid_scope", "A token is renewed for what it was given for: mcp.")
        issued = await parts.grants.renew(client, asked.refresh_token, origin)
        refused = "This refresh token is not valid, or was used, or is another program's. Ask the person again."
        return _given(issued) if issued else _error("invalid_grant", refused)
    issued = None
    if VERIFIER.fullmatch(asked.code_verifier):
        issued = await parts.grants.exchange(client, asked.code, asked.redirect_uri, asked.code_verifier, origin)
    if issued is None:
        return _error("invalid_grant", "This code is not valid, or was used, or is another program's. Ask again.")
    return _given(issued)


@router.post("/oauth/revoke")
async def revoke(given: Annotated[TokenGiven, Form()], parts: Parts, origin: CameFrom) -> Response:
    """Take a token back, and with it all others of the same agreement (RFC 7009)."""
    client = parts.oauth_clients.read(given.client_id)
    if client is None:
        return _error("invalid_client", "This program is not known here. Register it again.", 401)
    await parts.grants.give_back(client, given.token, origin)
    return Response(status_code=200)


def _client_of(asked: Asked, parts: Services) -> Client | None:
    client = parts.oauth_clients.read(asked.client_id)
    return client if client and client.takes(asked.redirect_uri) else None


def _wrong(asked: Asked, issuer: str) -> str | None:
    if asked.response_type != "code":
        return "unsupported_response_type"
    if asked.code_challenge_method != "S256" or not CHALLENGE.fullmatch(asked.code_challenge):
        return "invalid_request"
    if asked.resource is not None and asked.resource.rstrip("/") != issuer + RESOURCE:
        return "invalid_target"
    return None


async def _person(request: Request, parts: Services) -> Scope | None:
    try:
        return await parts.callers.scope(request.cookies.get(COOKIE, ""))
    except NotAuthenticated:
        return None


def _fields(asked: Asked) -> dict[str, str]:
    return asked.model_dump(exclude_none=True, include=set(Asked.model_fields))


def _back(asked: Asked, issuer: str, **told: str) -> Response:
    if asked.state is not None:
        told["state"] = asked.state
    sign = "&" if urlsplit(asked.redirect_uri).query else "?"
    return RedirectResponse(f"{asked.redirect_uri}{sign}{urlencode(told | {'iss': issuer})}", status_code=303)


def _policy(redirect_uri: str) -> str:
    """Let the form's answer lead to the program's address, which browsers count as a form's target."""
    place = urlsplit(redirect_uri)
    target = f"{place.scheme}://{place.netloc}" if place.scheme in {"http", "https"} else f"{place.scheme}:"
    return CONTENT_POLICY.replace("form-action 'self'", f"form-action 'self' {target}")


def _given(issued: Issued) -> Response:
    told = {
        "access_token": issued.access,
        "token_type": "Bearer",
        "expires_in": int(issued.lifetime.total_seconds()),
        "scope": "mcp",
    }
    return JSONResponse(told | ({"refresh_token": issued.refresh} if issued.refresh else {}))


def _error(code: str, words: str, status: int = 400) -> Response:
    return JSONResponse({"error": code, "error_description": words}, status_code=status)
