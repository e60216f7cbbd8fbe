"""The methods of Slack's Web API that an app like ours calls, as the public reference describes them.

An answer is always 200 with ``ok``, but for 429 with ``Retry-After``.
"""

import json
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from core.json_text import inner_list, inner_object
from sandbox.answers import bearer, sent_form, sent_object
from sandbox.journal import Row
from sandbox.slack.limits import Limits
from sandbox.slack.messages import Messages
from sandbox.slack.methods import Arguments, Method, SlackError, channel_of
from sandbox.slack.workspaces import BOT_SCOPES, Workspaces


class WebApi:
    """Answers ``/api/<method>``. ``calls`` is what was called, with what."""

    def __init__(self, spaces: Workspaces, limits: Limits, base: Callable[[], str]) -> None:
        self._spaces = spaces
        self._limits = limits
        self._base = base
        self.calls: list[tuple[str, dict[str, Any]]] = []
        messages = Messages(spaces)
        self._methods: dict[str, Method] = {
            "auth.test": self._auth_test,
            "assistant.threads.setStatus": self._courtesy("status"),
            "assistant.threads.setSuggestedPrompts": self._courtesy("prompts"),
            "assistant.threads.setTitle": self._courtesy("title"),
            "conversations.info": self._conversations_info,
            "conversations.open": self._conversations_open,
            "files.completeUploadExternal": self._files_complete,
            "files.getUploadURLExternal": self._files_url,
            "files.info": self._files_info,
            "users.info": self._users_info,
            "views.open": self._views_open,
            **messages.methods,
        }

    async def answer(
        self, request: web.Request, clock: float, otherwise: Callable[[str, Arguments], Awaitable[dict[str, Any]]]
    ) -> web.Response:
        """Answer one call. ``otherwise`` answers the methods that take no token of a workspace."""
        method = request.match_info["method"]
        arguments = await _arguments(request)
        self.calls.append((method, dict(arguments)))
        if method not in self._methods:
            try:
                return web.json_response(await otherwise(method, arguments))
            except SlackError as error:
                return web.json_response({"ok": False, "error": error.error})
        token = bearer(request) or str(arguments.get("token", ""))
        bot = self._spaces.rows("tokens").get(token)
        if bot is None:
            return web.json_response({"ok": False, "error": "invalid_auth" if token else "not_authed"})
        if bot["revoked"]:
            return web.json_response({"ok": False, "error": "token_revoked"})
        wait = self._limits.wait(method, bot["team_id"], str(arguments.get("channel", "")), clock)
        if wait:
            headers = {"Retry-After": str(wait)}
            return web.json_response({"ok": False, "error": "ratelimited"}, status=429, headers=headers)
        try:
            return web.json_response({"ok": True, **self._methods[method](bot, arguments)})
        except SlackError as error:
            return web.json_response({"ok": False, "error": error.error})

    def _auth_test(self, bot: Row, _: Arguments) -> dict[str, Any]:
        return {"team_id": bot["team_id"], "user_id": bot["bot_user_id"], "bot_id": f"B{bot['bot_user_id'][1:]}"}

    def _courtesy(self, what: str) -> Method:
        def method(bot: Row, arguments: Arguments) -> dict[str, Any]:
            channel = channel_of(self._spaces, bot, arguments.get("channel_id"))
            place = f"{channel['id']} {arguments.get('thread_ts', '')}"
            known = self._spaces.rows("assistant").get(place, {})
            self._spaces.write("assistant", place, **{**known, what: arguments.get(what)})
            return {}

        return method

    def _conversations_info(self, bot: Row, arguments: Arguments) -> dict[str, Any]:
        channel = channel_of(self._spaces, bot, arguments.get("channel"))
        return {"channel": {name: value for name, value in channel.items() if name != "members"}}

    def _conversations_open(self, bot: Row, arguments: Arguments) -> dict[str, Any]:
        user = self._spaces.rows("users").get(str(arguments.get("users", "")))
        if user is None or user["team_id"] != bot["team_id"]:
            raise SlackError("user_not_found")
        return {"channel": {"id": self._spaces.direct(bot["team_id"], user["id"])["id"]}}

    def _users_info(self, bot: Row, arguments: Arguments) -> dict[str, Any]:
        user = self._spaces.rows("users").get(str(arguments.get("user", "")))
        if user is None:
            raise SlackError("user_not_found")
        strange = {"is_stranger": True} if user["team_id"] != bot["team_id"] else {}
        return {"user": {**user, **strange, "profile": {"real_name": user["real_name"]}}}

    def _views_open(self, bot: Row, arguments: Arguments) -> dict[str, Any]:
        trigger = self._spaces.rows("triggers").get(str(arguments.get("trigger_id", "")))
        if trigger is None or trigger["used"]:
            raise SlackError("exchanged_trigger_id" if trigger else "invalid_trigger_id")
        view = inner_object(arguments.get("view"))
        if view.get("type") != "modal" or not inner_list(view.get("blocks")) or "title" not in view:
            raise SlackError("invalid_arguments")
        self._spaces.change("triggers", trigger["id"], used=True)
        view_id = self._spaces.new_id("V")
        opened = self._spaces.write("views", view_id, **view, id=view_id, root_view_id=view_id, user=trigger["user"])
        return {"view": opened | {"team_id": bot["team_id"]}}

    def _files_url(self, bot: Row, arguments: Arguments) -> dict[str, Any]:
        length = str(arguments.get("length", ""))
        if not arguments.get("filename") or not length.isdecimal():
            raise SlackError("invalid_arguments")
        file_id = self._spaces.new_id("F")
        row = {"id": file_id, "team_id": bot["team_id"], "name": arguments["filename"], "length": int(length)}
        self._spaces.write("files", file_id, **row, size=None, done=False, shares={})
        return {"upload_url": f"{self._base()}/upload/v1/{file_id}", "file_id": file_id}

    def _files_complete(self, bot: Row, arguments: Arguments) -> dict[str, Any]:
        told = arguments.get("files")
        named = inner_list(json.loads(told) if isinstance(told, str) else told)
        shared: list[Row] = []
        for one in map(inner_object, named):
            row = self._spaces.rows("files").get(str(one.get("id")))
            if row is None or row["team_id"] != bot["team_id"] or row["size"] != row["length"]:
                raise SlackError("file_not_found")
            shares = dict(row["shares"])
            if arguments.get("channel_id"):
                channel = channel_of(self._spaces, bot, arguments["channel_id"])
                thread = {"thread_ts": arguments["thread_ts"]} if arguments.get("thread_ts") else {}
                posted = self._spaces.add_message(channel["id"], bot["bot_user_id"], files=[row["id"]], **thread)
                shares[channel["id"]] = [{"ts": posted["ts"]}]
            shared.append(self._spaces.change("files", row["id"], done=True, title=one.get("title"), shares=shares))
        return {"files": [{"id": row["id"], "title": row.get("title")} for row in shared]}

    def _files_info(self, bot: Row, arguments: Arguments) -> dict[str, Any]:
        row = self._spaces.rows("files").get(str(arguments.get("file", "")))
        if row is None or row["team_id"] != bot["team_id"]:
            raise SlackError("file_not_found")
        return {"file": {"id": row["id"], "name": row["name"], "channels": list(row["shares"]), "shares": {}}}


async def _arguments(request: web.Request) -> Arguments:
    if request.content_type == "application/json":
        return await sent_object(request)
    return await sent_form(request)


def access(spaces: Workspaces, code: Row, app_id: str) -> dict[str, Any]:
    """Return what ``oauth.v2.access`` grants for a code."""
    team = spaces.rows("teams")[code["team_id"]]
    bot = spaces.install(team["id"])
    return {
        "ok": True,
        "access_token": bot["token"],
        "token_type": "bot",
        "scope": BOT_SCOPES,
        "bot_user_id": bot["bot_user_id"],
        "app_id": app_id,
        "team": {"id": team["id"], "name": team["name"]},
        "enterprise": None,
        "is_enterprise_install": False,
        "authed_user": {"id": code["user_id"]},
    }
