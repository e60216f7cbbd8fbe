"""OAuth 2 as the platforms offer it (RFC 6749, 7009, 7636): authorise, token, revoke; codes work once, PKCE is checked.

The person at the other end agrees at once, unless told otherwise at ``/_control/consent``. ``/_control/tokens`` makes
a token without a dance, ends the life of all access tokens, or withdraws what the person agreed to.
"""

import base64
import binascii
import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlencode

from aiohttp import web
from pydantic import BaseModel, ConfigDict

from sandbox.answers import sent_form
from sandbox.journal import Row

if TYPE_CHECKING:
    from sandbox.twin import Twin

CODE_LIFETIME = timedelta(minutes=1)
CLIENT_ID = "sandbox-client"
CLIENT_SECRET = "sandbox-secret"  # noqa: S105 - opens nothing but this twin


@dataclass(frozen=True, slots=True)
class Style:
    """How a platform differs: whether refresh tokens work once, the client names itself by HTTP Basic, the lifetime."""

    rotates: bool = False
    basic: bool = False
    lifetime: int = 3600
    refreshes: bool = True
    pkce: bool = True


class TokenControl(BaseModel):
    """What to do with tokens."""

    model_config = ConfigDict(extra="forbid")

    do: Literal["issue", "expire", "withdraw"]
    scope: str = ""
    lifetime: int | None = None


class Consent(BaseModel):
    """What the person will say at the next authorisation."""

    model_config = ConfigDict(extra="forbid")

    agree: bool


class Authorisation:
    """The authorisation server of one twin."""

    def __init__(self, twin: "Twin", style: Style) -> None:
        self._twin = twin
        self.style = style
        self._agrees = True

    def add_routes(self, router: web.UrlDispatcher, *, authorise: str, grant: str, revoke: str | None = None) -> None:
        """Add the paths, which are the platform's own."""
        router.add_get(authorise, self._authorise)
        router.add_route("*", grant, self._token)
        if revoke:
            router.add_post(revoke, self._revoke)
        router.add_post("/_control/consent", self._set_consent)
        router.add_post("/_control/tokens", self._control_tokens)

    def token(self, token: str) -> Row | None:
        """Return what a valid access token stands for."""
        row = self._twin.rows("tokens").get(token)
        if row is None or row["revoked"] or datetime.fromisoformat(row["until"]) <= self._twin.now:
            return None
        return row

    def issue(self, scope: str, lifetime: int | None = None, **more: str) -> Row:
        """Make an access token, with a refresh token where the platform has them."""
        until = self._twin.now + timedelta(seconds=self.style.lifetime if lifetime is None else lifetime)
        token, refresh = secrets.token_urlsafe(24), secrets.token_urlsafe(24)
        row = self._twin.write(
            "tokens", token, token=token, scope=scope, until=until.isoformat(), revoked=False, refresh=refresh, **more
        )
        if self.style.refreshes:
            self._twin.write("refresh", refresh, scope=scope, used=False, revoked=False)
        return row

    def expire_all(self) -> None:
        """End the life of every access token."""
        for token in list(self._twin.rows("tokens")):
            self._twin.change("tokens", token, until=self._twin.now.isoformat())

    def withdraw_all(self) -> None:
        """Withdraw what the person agreed to: no token works any more, and none can be refreshed."""
        for token in list(self._twin.rows("tokens")):
            self._twin.change("tokens", token, revoked=True)
        for refresh in list(self._twin.rows("refresh")):
            self._twin.change("refresh", refresh, revoked=True)

    async def _authorise(self, request: web.Request) -> web.Response:
        query = request.query
        redirect = query.get("redirect_uri", "")
        if query.get("client_id") != CLIENT_ID or not redirect:
            return web.Response(status=400, text="Unknown client or redirect URI.")
        back = {"state": query["state"]} if "state" in query else {}
        if query.get("response_type") != "code":
            return _redirect(redirect, {"error": "unsupported_response_type", **back})
        if self.style.pkce and (query.get("code_challenge_method") != "S256" or not query.get("code_challenge")):
            return _redirect(redirect, {"error": "invalid_request", "error_description": "PKCE needed", **back})
        if not self._agrees:
            self._agrees = True
            return _redirect(redirect, {"error": "access_denied", "error_description": "The person said no", **back})
        code = secrets.token_urlsafe(16)
        self._twin.write(
            "codes",
            code,
            redirect=redirect,
            challenge=query.get("code_challenge", ""),
            scope=query.get("scope", "").replace(",", " "),
            until=(self._twin.now + CODE_LIFETIME).isoformat(),
            used=False,
        )
        return _redirect(redirect, {"code": code, **back})

    async def _token(self, request: web.Request) -> web.Response:
        form = await sent_form(request)
        if not self._client_known(request, form):
            return _error(401, "invalid_client", "Client authentication failed.")
        match form.get("grant_type", "authorization_code"):
            case "authorization_code":
                return self._of_code(form)
            case "refresh_token" if self.style.refreshes:
                return self._of_refresh(form)
            case "fb_exchange_token":
                return self._of_exchange(form)
            case _:
                return _error(400, "unsupported_grant_type", "This grant type is not supported.")

    def _of_code(self, form: Mapping[str, str]) -> web.Response:
        row = self._twin.rows("codes").get(form.get("code", ""))
        if row is None or row["used"] or datetime.fromisoformat(row["until"]) <= self._twin.now:
            return _error(400, "invalid_grant", "The authorization code is invalid or expired.")
        self._twin.change("codes", form["code"], used=True)
        if row["redirect"] != form.get("redirect_uri"):
            return _error(400, "invalid_grant", "The redirect URI differs from the one of the authorization request.")
        if row["challenge"] and row["challenge"] != _challenge(form.get("code_verifier", "")):
            return _error(400, "invalid_grant", "The code verifier does not fit the challenge.")
        return self._granted(self.issue(row["scope"]))

    def _of_refresh(self, form: Mapping[str, str]) -> web.Response:
        refresh = form.get("refresh_token", "")
        row = self._twin.rows("refresh").get(refresh)
        if row is None or row["revoked"] or row["used"]:
            return _error(400, "invalid_grant", "Value passed for the token was invalid.")
        if self.style.rotates:
            self._twin.change("refresh", refresh, used=True)
        self._twin.write("refreshes", str(len(self._twin.rows("refreshes"))), at=self._twin.now.isoformat())
        return self._granted(self.issue(row["scope"]))

    def _of_exchange(self, form: Mapping[str, str]) -> web.Response:
        row = self.token(form.get("fb_exchange_token", ""))
        if row is None:
            return _error(400, "invalid_grant", "The access token could not be decrypted.")
        return self._granted(self.issue(row["scope"], 60 * 24 * 3600))

    def _granted(self, row: Row) -> web.Response:
        left = datetime.fromisoformat(row["until"]) - self._twin.now
        body = {
            "token_type": "bearer",
            "access_token": row["token"],
            "expires_in": int(left.total_seconds()),
            "scope": row["scope"],
        }
        if self.style.refreshes:
            body["refresh_token"] = row["refresh"]
        return web.json_response(body, headers={"Cache-Control": "no-store"})

    async def _revoke(self, request: web.Request) -> web.Response:
        form = await sent_form(request)
        if not self._client_known(request, form):
            return _error(401, "invalid_client", "Client authentication failed.")
        token = form.get("token", "")
        for row in list(self._twin.rows("tokens").values()):
            if token in {row["token"], row["refresh"]}:
                self._twin.change("tokens", row["token"], revoked=True)
                if row["refresh"] in self._twin.rows("refresh"):
                    self._twin.change("refresh", row["refresh"], revoked=True)
        return web.json_response({"revoked": True})

    def _client_known(self, request: web.Request, form: Mapping[str, str]) -> bool:
        if not self.style.basic:
            return (form.get("client_id"), form.get("client_secret")) == (CLIENT_ID, CLIENT_SECRET)
        scheme, _, given = request.headers.get("Authorization", "").partition(" ")
        try:
            known = base64.b64decode(given, validate=True).decode() == f"{CLIENT_ID}:{CLIENT_SECRET}"
        except (binascii.Error, UnicodeDecodeError):
            return False
        return scheme.lower() == "basic" and known

    async def _set_consent(self, request: web.Request) -> web.Response:
        self._agrees = Consent.model_validate_json(await request.read()).agree
        return web.json_response({"agree": self._agrees})

    async def _control_tokens(self, request: web.Request) -> web.Response:
        wanted = TokenControl.model_validate_json(await request.read())
        match wanted.do:
            case "issue":
                return web.json_response(self.issue(wanted.scope, wanted.lifetime))
            case "expire":
                self.expire_all()
            case "withdraw":
                self.withdraw_all()
        return web.json_response({"done": wanted.do})


def _challenge(verifier: str) -> str:
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def _redirect(to: str, parameters: Mapping[str, str]) -> web.Response:
    joint = "&" if "?" in to else "?"
    return web.Response(status=302, headers={"Location": f"{to}{joint}{urlencode(parameters)}"})


def _error(status: int, code: str, words: str) -> web.Response:
    return web.json_response({"error": code, "error_description": words}, status=status)
