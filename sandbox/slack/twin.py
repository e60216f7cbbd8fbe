"""Slack on loopback: workspaces with people who write, press buttons and fill in windows, and the app's other side.

Below ``/_control/`` lies what Slack has not: ``app`` says where the app is told what happens, ``workspaces`` makes a
workspace, ``say``, ``command``, ``press``, ``submit`` and ``uninstall`` are what people do, ``ledger`` is what stands
in the channels.
"""

import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar
from urllib.parse import urlencode

from aiohttp import web

from core.clock import Clock
from core.json_text import inner_list, inner_object
from sandbox.answers import sent_object
from sandbox.authorisation import CLIENT_ID, CLIENT_SECRET
from sandbox.journal import Journal, Row
from sandbox.slack.delivery import Delivery
from sandbox.slack.limits import Limits
from sandbox.slack.methods import Arguments, SlackError
from sandbox.slack.people import People
from sandbox.slack.web_api import WebApi, access
from sandbox.slack.workspaces import Workspaces
from sandbox.twin import Twin

APP_ID = "A0SANDBOX"
APP_TOKEN = "xapp-1-sandbox"  # noqa: S105 - opens nothing but this twin


class SlackTwin(Twin):
    """Slack's two sides: the Web API and OAuth for the app, and people's hands for tests and trials."""

    name: ClassVar[str] = "slack"

    def __init__(self, journal: Journal | None = None, clock: Clock | None = None) -> None:
        super().__init__(journal, clock)
        self.url = ""
        self.spaces = Workspaces(self.journal, self._moment)
        self.delivery = Delivery(self._moment)
        self.limits = Limits()
        self.api = WebApi(self.spaces, self.limits, self._place)
        self.people = People(self.spaces, self.delivery, self._place)
        self.consents: Row | None = None

    def _moment(self) -> datetime:
        return self.now

    def _place(self) -> str:
        return self.url

    def add_routes(self, router: web.UrlDispatcher) -> None:
        """Add Slack's own paths, and people's hands."""
        router.add_get("/oauth/v2/authorize", self._authorise)
        router.add_route("*", "/api/{method}", self._method)
        router.add_post("/upload/v1/{file_id}", self._upload)
        router.add_post("/response/{token}", self._respond)
        router.add_get("/link", self.delivery.socket.serve)
        for name in ("app", "workspaces", "say", "command", "press", "submit", "uninstall"):
            router.add_post(f"/_control/{name}", self._control)

    def published(self) -> list[Row]:
        """Return everything that stands in the channels."""
        return list(self.spaces.rows("messages").values())

    async def close(self) -> None:
        """Stop telling the app."""
        await self.delivery.close()

    async def _method(self, request: web.Request) -> web.Response:
        return await self.api.answer(request, self.now.timestamp(), self._without_token(request))

    def _without_token(self, request: web.Request) -> Any:
        async def answer(method: str, arguments: Arguments) -> dict[str, Any]:
            match method:
                case "oauth.v2.access":
                    return self._access(arguments)
                case "apps.uninstall":
                    return await self._uninstalled_by_app(request, arguments)
                case "apps.connections.open":
                    if request.headers.get("Authorization") != f"Bearer {APP_TOKEN}":
                        raise SlackError("invalid_auth")
                    return {
                        "ok": True,
                        "url": f"{self.url.replace('http', 'ws', 1)}/link?ticket={secrets.token_hex(8)}",
                    }
                case _:
                    raise SlackError("unknown_method")

        return answer

    async def _authorise(self, request: web.Request) -> web.Response:
        query = request.query
        redirect, consent = query.get("redirect_uri", ""), self.consents
        if query.get("client_id") != CLIENT_ID or not redirect:
            return web.Response(status=400, text="Unknown client or redirect URI.")
        back = {"state": query.get("state", "")}
        if consent is None:
            return _redirect(redirect, {"error": "access_denied", **back})
        code = secrets.token_urlsafe(16)
        self.spaces.write("codes", code, redirect=redirect, used=False, **consent)
        return _redirect(redirect, {"code": code, **back})

    def _access(self, arguments: Arguments) -> dict[str, Any]:
        if (arguments.get("client_id"), arguments.get("client_secret")) != (CLIENT_ID, CLIENT_SECRET):
            raise SlackError("bad_client_secret")
        code = self.spaces.rows("codes").get(str(arguments.get("code", "")))
        if code is None:
            raise SlackError("invalid_code")
        if code["used"]:
            raise SlackError("code_already_used")
        if code["redirect"] != arguments.get("redirect_uri"):
            raise SlackError("bad_redirect_uri")
        self.spaces.change("codes", str(arguments["code"]), used=True)
        return access(self.spaces, code, APP_ID)

    async def _uninstalled_by_app(self, request: web.Request, arguments: Arguments) -> dict[str, Any]:
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        bot = self.spaces.rows("tokens").get(token)
        if (arguments.get("client_id"), arguments.get("client_secret")) != (CLIENT_ID, CLIENT_SECRET):
            raise SlackError("bad_client_secret")
        if bot is None or bot["revoked"]:
            raise SlackError("invalid_auth")
        self.delivery.later(self.people.uninstall(bot["team_id"]))
        return {"ok": True}

    async def _upload(self, request: web.Request) -> web.Response:
        row = self.spaces.rows("files").get(request.match_info["file_id"])
        data = await request.read()
        if row is None or row["done"]:
            return web.Response(status=404)
        self.spaces.change("files", row["id"], size=len(data), start=data[:8].hex())
        return web.Response(text=f"OK - {len(data)}")

    async def _respond(self, request: web.Request) -> web.Response:
        row = self.spaces.rows("responses").get(request.match_info["token"])
        if row is None or row["used"] >= 5:
            return web.json_response({"ok": False, "error": "expired_url"}, status=404)
        told = await sent_object(request)
        self.spaces.change("responses", request.match_info["token"], used=row["used"] + 1)
        ts = self.spaces.new_ts()
        fields = {"channel": row["channel"], "user": row["user"], "text": told.get("text", "")}
        self.spaces.write("ephemerals", ts, **fields, blocks=inner_list(told.get("blocks")))
        return web.Response(text="ok")

    async def _control(self, request: web.Request) -> web.Response:
        told = await sent_object(request)
        match request.path.rpartition("/")[2]:
            case "app":
                return web.json_response(self._set_app(told))
            case "workspaces":
                return web.json_response(self._add_workspace(told))
            case "uninstall":
                done = await self.people.uninstall(str(told["team"]))
            case "say":
                done = await self.people.say(
                    str(told["channel"]), str(told["user"]), str(told["text"]), thread_ts=told.get("thread_ts")
                )
            case "command":
                done = await self.people.command(str(told["channel"]), str(told["user"]), str(told.get("text", "")))
            case "press":
                done = await self.people.press(
                    str(told["channel"]), str(told["ts"]), str(told["user"]), str(told["action"])
                )
            case _:
                done = await self.people.submit(str(told["view"]), inner_object(told.get("values")))
        return web.json_response({"statuses": done.statuses, "answer": done.answer})

    def _set_app(self, told: Mapping[str, Any]) -> dict[str, Any]:
        self.delivery.request_url = str(told.get("request_url", self.delivery.request_url))
        return {"request_url": self.delivery.request_url}

    def _add_workspace(self, told: Mapping[str, Any]) -> dict[str, Any]:
        """Make a workspace with people and channels; the first person agrees to the next installation."""
        team = self.spaces.add_team(str(told.get("name", "Sandbox")))
        users = [self.spaces.add_user(team["id"], str(name)) for name in inner_list(told.get("users")) or ["ada"]]
        members = [user["id"] for user in users]
        channels = [self.spaces.add_channel(team["id"], str(name), members=members) for name in ["general"]]
        self.consents = {"team_id": team["id"], "user_id": users[0]["id"]}
        return {"team": team, "users": users, "channels": channels}


def _redirect(to: str, parameters: Mapping[str, str]) -> web.Response:
    joint = "&" if "?" in to else "?"
    return web.Response(status=302, headers={"Location": f"{to}{joint}{urlencode(parameters)}"})
