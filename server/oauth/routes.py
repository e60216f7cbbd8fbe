"""The addresses of OAuth 2.1: metadata, registration, the person's agreement, the token."""

import re
from typing import Annotated, Any, Final
from urllib.parse import urlencode, urlsplit

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse
from pydantic import BaseModel, ConfigDict, Field

from core.errors import NotAuthenticated
from core.scope import Scope
from server.auth.caller import COOKIE, CameFrom
from server.auth.grants import TOKEN_LIFETIME
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
router = APIRouter(include_in_schema=False)


class Registration(BaseModel):
    """What a program says of itself (RFC 7591)."""

    model_config = ConfigDict(extra="ignore")

    redirect_uris: Annotated[list[str], Field(min_length=1, max_length=10)]
    client_name: Annotated[Line, Field(max_length=100)] = "A program"


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
    resource: str | None = Field(None, max_length=500)


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
        "grant_types_supported": ["authorization_code"],
        "code_challenge_methods_supported": ["S256"],
        "token_endpoint_auth_methods_supported": ["none"],
        "scopes_supported": ["mcp"],
        "authorization_response_iss_parameter_supported": True,
    }


@router.post("/oauth/register")
async def register(body: Registration, parts: Parts) -> Response:
    """Register a program. It gets no secret: what it has to prove is that it asked (PKCE)."""
    client = parts.oauth_clients.register(body.client_name or "A program", body.redirect_uris)
    if client is None:
        words = "Addresses have to be https, on loopback, or of a scheme of the program's own."
        return _error("invalid_redirect_uri", words)
    told = {
        "client_id": client.client_id,
        "client_id_issued_at": int(parts.clock.now().timestamp()),
        "client_name": client.name,
        "redirect_uris": list(client.redirect_uris),
        "grant_types": ["authorization_code"],
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
async def token(asked: Annotated[TokenAsked, Form()], request: Request, parts: Parts) -> Response:
    """Give a token for a code, once."""
    if asked.grant_type != "authorization_code":
        return _error("unsupported_grant_type", "Only authorization_code is known here.")
    client = parts.oauth_clients.read(asked.client_id)
    if client is None:
        return _error("invalid_client", "This program is not known here. Register it again.", 401)
    if asked.resource is not None and asked.resource.rstrip("/") != issuer_of(request, parts) + RESOURCE:
        return _error("invalid_target", "A token is given for this server's /mcp alone.")
    text = None
    if VERIFIER.fullmatch(asked.code_verifier):
        text = await parts.grants.exchange(client, asked.code, asked.redirect_uri, asked.code_verifier)
    if text is None:
        return _error("invalid_grant", "This code is not valid, or was used, or is another program's. Ask again.")
    lifetime = int(TOKEN_LIFETIME.total_seconds())
    return JSONResponse({"access_token": text, "token_type": "Bearer", "expires_in": lifetime, "scope": "mcp"})


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


def _error(code: str, words: str, status: int = 400) -> Response:
    return JSONResponse({"error": code, "error_description": words}, status_code=status)
