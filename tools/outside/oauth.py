"""Logging in at a platform: the authorisation code flow with PKCE (RFC 6749, 7636), refreshing and revoking (RFC 7009).

Authlib builds the requests; they go out like every other call.
"""

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any, Literal, cast
from urllib.parse import parse_qsl, quote

from authlib.oauth2.rfc6749 import parameters
from authlib.oauth2.rfc7636 import challenge

from core.errors import AppError, NotConfigured, ReconnectNeeded, Retryable
from tools.outside.failures import closed, scrubbed
from tools.outside.http import Answer, Call, Outside

# Authlib's stubs leave these two without types.
PREPARE_GRANT_URI = cast("Callable[..., str]", parameters.prepare_grant_uri)  # pyright: ignore[reportUnknownMemberType]
S256_CHALLENGE = cast("Callable[[str], str]", challenge.create_s256_code_challenge)  # pyright: ignore[reportUnknownMemberType]
NOT_OURS = frozenset({"invalid_client", "unauthorized_client", "invalid_client_secret"})
# Zoho refuses with 400, and some errors with 200.
TOO_OFTEN = "Access Denied"


@dataclass(frozen=True, slots=True)
class Login:
    """A platform's authorisation server: its addresses and its ways.

    ``client`` says how the application names itself. ``lengthens``: a token is exchanged for one that lasts longer.
    ``app`` names the registration the application has there: several platforms of one company share it.
    ``revoke`` takes a token back, ``withdraw`` everything a person has agreed to. ``asks`` is what else the
    authorisation request says.
    """

    app: str
    web: str
    authorise: str
    api: str
    token: str
    scopes: tuple[str, ...]
    revoke: str = ""
    withdraw: str = ""
    client: Literal["basic", "body"] = "body"
    pkce: bool = True
    separator: str = " "
    lengthens: bool = False
    asks: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Registration:
    """What the operator was given when registering the application at a platform."""

    client_id: str
    client_secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Grant:
    """What the platform handed out. ``expires_at`` None: it does not say, or never."""

    access_token: str = field(repr=False)
    refresh_token: str | None = field(default=None, repr=False)
    expires_at: datetime | None = None
    scopes: tuple[str, ...] = ()


class OAuthClient:
    """The application at one platform's authorisation server."""

    def __init__(self, outside: Outside, platform: str, label: str, login: Login, registration: Registration) -> None:
        self._outside = outside
        self._label = label
        self._login = login
        self._registration = registration
        self._web = outside.base(platform, login.web)
        self._api = outside.base(platform, login.api)

    def authorisation_url(self, *, state: str, verifier: str, redirect_uri: str) -> str:
        """Return where to send the person."""
        more = {"scope": self._login.separator.join(self._login.scopes), **dict(self._login.asks)}
        if self._login.pkce:
            more |= {"code_challenge": s256(verifier), "code_challenge_method": "S256"}
        address = f"{self._web}{self._login.authorise}"
        return PREPARE_GRANT_URI(
            address, self._registration.client_id, "code", redirect_uri=redirect_uri, state=state, **more
        )

    async def exchange(self, *, code: str, verifier: str, redirect_uri: str) -> Grant:
        """Exchange the code the person came back with; ReconnectNeeded if it is no longer good."""
        more = {"code": code} | ({"code_verifier": verifier} if self._login.pkce else {})
        grant = await self._ask("authorization_code", (code, verifier), redirect_uri=redirect_uri, **more)
        if not self._login.lengthens:
            return grant
        return await self._ask("fb_exchange_token", (grant.access_token,), fb_exchange_token=grant.access_token)

    async def refresh(self, refresh_token: str) -> Grant:
        """Return fresh tokens; the refresh token given may not be used again if the answer holds another."""
        return await self._ask("refresh_token", (refresh_token,), refresh_token=refresh_token)

    async def revoke(self, grant: Grant) -> None:
        """Give back what was handed out, where the platform takes it back."""
        token = grant.refresh_token or grant.access_token
        if self._login.revoke:
            form = {"token": token, **self._named()}
            await self._send(self._login.revoke, form, (grant.access_token, token))
        elif self._login.withdraw:
            headers = {"Authorization": f"Bearer {token}"}
            address = f"{self._api}{self._login.withdraw}"
            await self._outside.send(Call(self._label, "DELETE", address, headers=headers, secrets=(token,)))

    async def _ask(self, kind: str, secrets: tuple[str, ...], **fields: str) -> Grant:
        body = parameters.prepare_token_request(kind, **fields)
        answer = await self._send(self._login.token, {**dict(parse_qsl(body)), **self._named()}, secrets)
        return _grant(answer)

    async def _send(self, path: str, form: Mapping[str, str], secrets: tuple[str, ...]) -> Answer:
        known = self._registration
        answer = await self._outside.send(
            Call(
                self._label,
                "POST",
                f"{self._api}{path}",
                headers=self._authorization(),
                form=form,
                secrets=(known.client_secret, *secrets),
            )
        )
        if not answer.ok or answer.words("error"):
            raise _failure(answer)
        return answer

    def _named(self) -> dict[str, str]:
        if self._login.client == "basic":
            return {}
        return {"client_id": self._registration.client_id, "client_secret": self._registration.client_secret}

    def _authorization(self) -> dict[str, str]:
        if self._login.client != "basic":
            return {}
        pair = f"{quote(self._registration.client_id, safe='')}:{quote(self._registration.client_secret, safe='')}"
        return {"Authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}


def s256(verifier: str) -> str:
    """Return the challenge that belongs to a verifier."""
    return S256_CHALLENGE(verifier)


def _grant(answer: Answer) -> Grant:
    told = answer.object()
    token = told.get("access_token")
    if not isinstance(token, str) or not token:
        raise answer.nonsense()
    refresh = told.get("refresh_token")
    return Grant(
        access_token=token,
        refresh_token=refresh if isinstance(refresh, str) and refresh else None,
        expires_at=_end(told.get("expires_in"), answer.at),
        scopes=tuple(str(told.get("scope") or "").replace(",", " ").split()),
    )


def _end(seconds: Any, now: datetime) -> datetime | None:
    try:
        return now + timedelta(seconds=int(seconds)) if seconds is not None else None
    except (TypeError, ValueError, OverflowError):
        return None


def _failure(answer: Answer) -> AppError:
    """Return the error for what an authorisation server refuses. Meta words its errors as its API does."""
    label, code = answer.call.platform, answer.words("error")
    said = answer.words("error_description") or answer.words("error", "message") or code
    words = scrubbed(said, answer.call.secrets)
    if code in NOT_OURS or answer.status == HTTPStatus.UNAUTHORIZED:
        return NotConfigured(
            f"{label} does not know this application. Correct its client id and secret. {words}".strip()
        )
    often = answer.status == HTTPStatus.TOO_MANY_REQUESTS or code == TOO_OFTEN
    if often or answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return Retryable(f"{label} can't log anybody in at the moment. It will be tried again.")
    error: ReconnectNeeded = closed(label, words)
    return error
