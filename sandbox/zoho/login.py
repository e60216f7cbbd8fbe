"""Zoho's authorisation servers: one a data center. Refusals come with status 200, as there; codes work once.

A person begins at ``com`` and comes back from where their account lies, which the way back names.
"""

import secrets
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final, Literal
from urllib.parse import urlencode

from aiohttp import web
from pydantic import BaseModel, ConfigDict

from sandbox.answers import sent_form
from sandbox.authorisation import CLIENT_ID, CLIENT_SECRET
from sandbox.journal import Row

if TYPE_CHECKING:
    from sandbox.twin import Twin

CODE_LIFETIME: Final = timedelta(minutes=2)
TOKEN_LIFETIME: Final = timedelta(hours=1)
OFTEN: Final = timedelta(minutes=10)
MOST_REFRESHES: Final = 10
LOCATIONS: Final = {"com": "us", "in": "in", "eu": "eu", "com.au": "au"}


class LoginControl(BaseModel):
    """What to do: end the life of access tokens, withdraw what was agreed to, or say no at the next question; ``home``
    is the data center the account lies in from now on."""

    model_config = ConfigDict(extra="forbid")

    do: Literal["expire", "withdraw", "refuse", "move"]
    home: Literal["com", "in", "eu", "com.au"] | None = None


class ZohoLogin:
    """Asks, grants, refreshes and revokes."""

    def __init__(self, twin: "Twin") -> None:
        self._twin = twin
        self._agrees = True
        self.home = "com"

    def add_routes(self, router: web.UrlDispatcher) -> None:
        """Add the paths of every data center."""
        router.add_get("/{center}/oauth/v2/auth", self._authorise)
        router.add_post("/{center}/oauth/v2/token", self._token)
        router.add_post("/{center}/oauth/v2/token/revoke", self._revoke)
        router.add_post("/_control/login", self._control)

    def grants(self, token: str, center: str) -> Row | None:
        """Return what a valid access token of a data center stands for."""
        row = self._twin.rows("tokens").get(token)
        if row is None or row["revoked"] or row["center"] != center:
            return None
        return row if datetime.fromisoformat(row["until"]) > self._twin.now else None

    def expire(self) -> None:
        """End the life of every access token."""
        for token in list(self._twin.rows("tokens")):
            self._twin.change("tokens", token, until=self._twin.now.isoformat())

    def withdraw(self) -> None:
        """Withdraw what the person agreed to: no token works any more, and none can be refreshed."""
        for table in ("tokens", "refresh"):
            for token in list(self._twin.rows(table)):
                self._twin.change(table, token, revoked=True)

    def refuse(self) -> None:
        """Say no at the next question."""
        self._agrees = False

    async def _authorise(self, request: web.Request) -> web.Response:
        query = request.query
        redirect = query.get("redirect_uri", "")
        if query.get("client_id") != CLIENT_ID or not redirect or query.get("response_type") != "code":
            return web.Response(status=400, text="Invalid client, redirect URI or response type.")
        back = {"state": query["state"]} if "state" in query else {}
        if not self._agrees:
            self._agrees = True
            return _redirect(redirect, {"error": "access_denied", **back})
        code = f"1000.{secrets.token_hex(16)}"
        self._twin.write(
            "codes",
            code,
            redirect=redirect,
            scope=query.get("scope", ""),
            offline=query.get("access_type") == "offline",
            center=self.home,
            until=(self._twin.now + CODE_LIFETIME).isoformat(),
            used=False,
        )
        where = {"location": LOCATIONS[self.home], "accounts-server": f"https://accounts.zoho.{self.home}"}
        return _redirect(redirect, {**back, "code": code, **where})

    async def _token(self, request: web.Request) -> web.Response:
        form, center = await sent_form(request), request.match_info["center"]
        if form.get("client_id") != CLIENT_ID:
            return _refused("invalid_client")
        if form.get("client_secret") != CLIENT_SECRET:
            return _refused("invalid_client_secret")
        match form.get("grant_type"):
            case "authorization_code":
                return self._of_code(form, center)
            case "refresh_token":
                return self._of_refresh(form, center)
            case _:
                return _refused("unsupported_grant_type")

    def _of_code(self, form: dict[str, str], center: str) -> web.Response:
        row = self._twin.rows("codes").get(form.get("code", ""))
        known = row is not None and not row["used"] and row["center"] == center
        if row is None or not known or datetime.fromisoformat(row["until"]) <= self._twin.now:
            return _refused("invalid_code")
        if row["redirect"] != form.get("redirect_uri"):
            return _refused("invalid_redirect_uri")
        self._twin.change("codes", form["code"], used=True)
        body = self._issue(row["scope"], center)
        if row["offline"]:
            body["refresh_token"] = f"1000.{secrets.token_hex(24)}"
            self._twin.write("refresh", body["refresh_token"], scope=row["scope"], center=center, revoked=False)
        return web.json_response(body)

    def _of_refresh(self, form: dict[str, str], center: str) -> web.Response:
        row = self._twin.rows("refresh").get(form.get("refresh_token", ""))
        if row is None or row["revoked"] or row["center"] != center:
            return _refused("invalid_code")
        since = (self._twin.now - OFTEN).isoformat()
        if sum(one["at"] > since for one in self._twin.rows("refreshes").values()) >= MOST_REFRESHES:
            words = "You have made too many requests continuously. Please try again after some time."
            body = {"error_description": words, "error": "Access Denied", "status": "failure"}
            return web.json_response(body, status=400)
        self._twin.write("refreshes", str(len(self._twin.rows("refreshes"))), at=self._twin.now.isoformat())
        return web.json_response(self._issue(row["scope"], center))

    def _issue(self, scope: str, center: str) -> Row:
        token = f"1000.{secrets.token_hex(20)}"
        until = (self._twin.now + TOKEN_LIFETIME).isoformat()
        self._twin.write("tokens", token, scope=scope, center=center, until=until, revoked=False)
        return {
            "access_token": token,
            "scope": scope.replace(",", " "),
            "api_domain": f"https://www.zohoapis.{center}",
            "token_type": "Bearer",
            "expires_in": int(TOKEN_LIFETIME.total_seconds()),
        }

    async def _revoke(self, request: web.Request) -> web.Response:
        token = (await sent_form(request)).get("token", "")
        if token not in self._twin.rows("refresh"):
            return _refused("invalid_code")
        self.withdraw()
        return web.json_response({"status": "success"})

    async def _control(self, request: web.Request) -> web.Response:
        wanted = LoginControl.model_validate_json(await request.read())
        match wanted.do:
            case "expire":
                self.expire()
            case "withdraw":
                self.withdraw()
            case "refuse":
                self.refuse()
            case "move":
                self.home = wanted.home or self.home
        return web.json_response({"done": wanted.do})


def _redirect(to: str, parameters: dict[str, str]) -> web.Response:
    joint = "&" if "?" in to else "?"
    return web.Response(status=302, headers={"Location": f"{to}{joint}{urlencode(parameters)}"})


def _refused(code: str) -> web.Response:
    return web.json_response({"error": code})
