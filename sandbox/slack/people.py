"""What people do in Slack, and how the app is told of it."""

import secrets
from collections.abc import Callable, Mapping
from typing import Any

import orjson

from core.json_text import inner_list, inner_object
from sandbox.journal import Row
from sandbox.slack.delivery import Delivery, Told
from sandbox.slack.workspaces import Workspaces

APP_ID = "A0SANDBOX"
COMMAND = "/marketing"


class People:
    """Hands of the people in all workspaces."""

    def __init__(self, spaces: Workspaces, delivery: Delivery, url: Callable[[], str]) -> None:
        self._spaces = spaces
        self._delivery = delivery
        self._url = url

    async def say(self, channel_id: str, user_id: str, text: str, *, thread_ts: str | None = None, **more: Any) -> Told:
        """Write a message. The app is told of it in its direct messages, and elsewhere where it is mentioned."""
        thread: dict[str, Any] = {"thread_ts": thread_ts} if thread_ts else {}
        message = self._spaces.add_message(channel_id, user_id, text=text, **thread, **more)
        return await self.told_of(message)

    async def told_of(self, message: Row) -> Told:
        """Tell the app of a message; again, if it was told before."""
        channel = self._spaces.rows("channels")[message["channel"]]
        user = self._spaces.rows("users")[message["user"]]
        kept: dict[str, Any] = {
            name: message[name] for name in ("text", "ts", "thread_ts", "user", "files") if name in message
        }
        event: dict[str, Any] = {**kept, "channel": channel["id"], "team": user["team_id"], "event_ts": message["ts"]}
        if channel["is_im"]:
            event |= {"type": "message", "channel_type": "im"}
        else:
            event |= {"type": "app_mention"}
            if user["team_id"] != channel["team_id"]:
                event |= {"user_team": user["team_id"], "source_team": user["team_id"]}
        return await self.event(channel["team_id"], event, shared=channel.get("is_ext_shared", False))

    async def open_assistant(self, team_id: str, user_id: str) -> tuple[Row, Told]:
        """Open a new assistant thread; return its first message."""
        channel = self._spaces.direct(team_id, user_id)
        bot = self._spaces.bot_of(team_id)
        root = self._spaces.add_message(channel["id"], bot["bot_user_id"] if bot else user_id, text="New chat")
        thread: dict[str, Any] = {
            "user_id": user_id,
            "channel_id": channel["id"],
            "thread_ts": root["ts"],
            "context": {},
        }
        event = {"type": "assistant_thread_started", "assistant_thread": thread, "event_ts": root["ts"]}
        return root, await self.event(team_id, event)

    async def event(self, team_id: str, event: Mapping[str, Any], *, shared: bool = False) -> Told:
        """Tell the app of something that has happened in a workspace."""
        bot = self._spaces.bot_of(team_id)
        authorization = {"enterprise_id": None, "team_id": team_id, "is_bot": True, "is_enterprise_install": False}
        authorization["user_id"] = bot["bot_user_id"] if bot else ""
        payload = {
            "token": "unused",
            "team_id": team_id,
            "api_app_id": APP_ID,
            "event": dict(event),
            "type": "event_callback",
            "event_id": self._spaces.new_id("Ev"),
            "event_time": int(float(event.get("event_ts") or self._spaces.new_ts())),
            "authorizations": [authorization],
            "is_ext_shared_channel": shared,
        }
        return await self._delivery.event(payload)

    async def command(self, channel_id: str, user_id: str, text: str) -> Told:
        """Use the slash command."""
        channel, user = self._spaces.rows("channels")[channel_id], self._spaces.rows("users")[user_id]
        fields = {
            "token": "unused",
            "team_id": user["team_id"],
            "team_domain": "sandbox",
            "channel_id": channel_id,
            "channel_name": "directmessage" if channel["is_im"] else channel["name"],
            "user_id": user_id,
            "user_name": user["name"],
            "command": COMMAND,
            "text": text,
            "api_app_id": APP_ID,
            "is_enterprise_install": "false",
            "response_url": self._response_url(channel_id, user_id),
            "trigger_id": self._trigger(user_id),
        }
        return await self._delivery.form("slash_commands", fields, fields)

    async def press(self, channel_id: str, ts: str, user_id: str, action_id: str) -> Told:
        """Press a button under a message, or under one only this person sees."""
        message = self._spaces.message(channel_id, ts) or self._spaces.rows("ephemerals")[ts]
        button = next(one for one in buttons_of(message) if one.get("action_id") == action_id)
        return await self.pressed(channel_id, ts, user_id, button, message.get("thread_ts"))

    async def pressed(
        self, channel_id: str, ts: str, user_id: str, button: Mapping[str, Any], thread_ts: str | None = None
    ) -> Told:
        """Tell the app of a button that was pressed."""
        user, channel = self._spaces.rows("users")[user_id], self._spaces.rows("channels")[channel_id]
        action = {"type": "button", "block_id": "b", "action_ts": self._spaces.new_ts()}
        action |= {name: button[name] for name in ("action_id", "value", "text") if name in button}
        container = {"type": "message", "message_ts": ts, "channel_id": channel_id, "is_ephemeral": False}
        payload = {
            "type": "block_actions",
            "user": {"id": user_id, "username": user["name"], "team_id": user["team_id"]},
            "api_app_id": APP_ID,
            "token": "unused",
            "container": container | ({"thread_ts": thread_ts} if thread_ts else {}),
            "trigger_id": self._trigger(user_id),
            "team": {"id": channel["team_id"], "domain": "sandbox"},
            "enterprise": None,
            "is_enterprise_install": False,
            "channel": {"id": channel_id, "name": channel["name"]},
            "message": {"ts": ts},
            "response_url": self._response_url(channel_id, user_id),
            "actions": [action],
        }
        return await self._delivery.form("interactive", {"payload": orjson.dumps(payload).decode()}, payload)

    async def submit(self, view_id: str, values: Mapping[str, Any]) -> Told:
        """Fill in a window and send it; what is left out keeps what stood there."""
        view = self._spaces.rows("views")[view_id]
        user = self._spaces.rows("users")[view["user"]]
        state: dict[str, Any] = {}
        for block in map(inner_object, inner_list(view["blocks"])):
            if block.get("type") == "input":
                element = inner_object(block.get("element"))
                value = values.get(str(block["block_id"]), element.get("initial_value"))
                state[str(block["block_id"])] = {element["action_id"]: {"type": element["type"], "value": value}}
        payload: dict[str, Any] = {
            "type": "view_submission",
            "team": {"id": user["team_id"], "domain": "sandbox"},
            "user": {"id": user["id"], "name": user["name"], "team_id": user["team_id"]},
            "api_app_id": APP_ID,
            "token": "unused",
            "trigger_id": self._trigger(user["id"]),
            "view": {**view, "state": {"values": state}},
            "response_urls": [],
            "is_enterprise_install": False,
            "enterprise": None,
        }
        return await self._delivery.form("interactive", {"payload": orjson.dumps(payload).decode()}, payload)

    async def uninstall(self, team_id: str) -> Told:
        """Take the app out of a workspace: its token works no longer, and it is told so."""
        bot = self._spaces.bot_of(team_id)
        if bot:
            self._spaces.change("tokens", bot["token"], revoked=True)
        told = await self.event(team_id, {"type": "app_uninstalled"})
        revoked = {"oauth": [], "bot": [bot["bot_user_id"] if bot else ""]}
        await self.event(team_id, {"type": "tokens_revoked", "tokens": revoked})
        return told

    def _trigger(self, user_id: str) -> str:
        trigger_id = f"{secrets.randbelow(10**9)}.{secrets.token_hex(8)}"
        self._spaces.write("triggers", trigger_id, id=trigger_id, user=user_id, used=False)
        return trigger_id

    def _response_url(self, channel_id: str, user_id: str) -> str:
        token = secrets.token_hex(12)
        self._spaces.write("responses", token, channel=channel_id, user=user_id, used=0)
        return f"{self._url()}/response/{token}"


def buttons_of(message: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the buttons of a message, in actions and beside sections."""
    found: list[dict[str, Any]] = []
    for block in map(inner_object, inner_list(message.get("blocks"))):
        found += [inner_object(one) for one in inner_list(block.get("elements")) if inner_object(one).get("action_id")]
        if accessory := inner_object(block.get("accessory")):
            found.append(accessory)
    return found
