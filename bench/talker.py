"""A client that keeps its place: it reconnects with the last number it saw, and notes what a client must not see."""

import asyncio
from collections.abc import Callable
from typing import Any

import aiohttp
import orjson

from core.ids import new_id

Wire = dict[str, Any]
OVER = frozenset({"RUN_FINISHED", "RUN_ERROR"})
TROUBLE = (aiohttp.ClientError, ConnectionError, TimeoutError, FileNotFoundError)
PAUSE_SECONDS = 0.05
SILENCE_SECONDS = 5.0
TURN_SECONDS = 90.0


class Place:
    """What a client has of a conversation: durable events, numbered, and the texts it has put together."""

    def __init__(self) -> None:
        self.seq = 0
        self.events: list[Wire] = []
        self.texts: dict[str, str] = {}
        self.ended: dict[str, str] = {}
        self.problems: list[str] = []
        self.over: dict[str, Wire] = {}
        self._client_id = ""

    def take(self, frame: Wire) -> None:
        """Take one frame; what breaks the contract goes to ``problems``."""
        wire: Wire = frame["event"]
        if "seq" in frame:
            if frame["seq"] != self.seq + 1:
                self.problems.append(f"event {frame['seq']} came after {self.seq}")
            self.seq = frame["seq"]
            self.events.append(wire)
        self._read(wire, durable="seq" in frame)

    def _read(self, wire: Wire, *, durable: bool) -> None:
        match wire["type"]:
            case "TEXT_MESSAGE_START":
                self.texts[wire["messageId"]] = ""
            case "TEXT_MESSAGE_CONTENT":
                if wire["messageId"] not in self.texts:
                    self.problems.append("a piece of a text that has not begun")
                self.texts[wire["messageId"]] = self.texts.get(wire["messageId"], "") + wire["delta"]
            case "TEXT_MESSAGE_END":
                self._end(wire["messageId"], wire["metadata"]["content"])
            case "CUSTOM" if wire["name"] == "user_message":
                self._client_id = wire["value"]["client_message_id"]
                self.over.pop(self._client_id, None)
            case kind if durable and kind in OVER:
                self.over[self._client_id] = wire
            case _:
                pass

    def _end(self, message_id: str, content: str) -> None:
        if self.texts.get(message_id, "") != content:
            self.problems.append(f"text put together {self.texts.get(message_id)!r}, ended as {content!r}")
        if message_id in self.ended:
            self.problems.append(f"{message_id} ended twice")
        self.ended[message_id] = content

    def heard(self, client_id: str) -> bool:
        """Whether the turn of this message has begun."""
        return any(
            event["type"] == "CUSTOM" and event["value"].get("client_message_id") == client_id for event in self.events
        )

    def tool_results(self, tool: str) -> list[Wire]:
        """Return what the calls of a tool that went well have returned, in order."""
        names = {event["toolCallId"]: event["toolCallName"] for event in self.events if "toolCallName" in event}
        return [
            orjson.loads(event["content"])
            for event in self.events
            if event["type"] == "TOOL_CALL_RESULT" and event["metadata"]["ok"] and names[event["toolCallId"]] == tool
        ]


class Talker:
    """One client of one server, which may go away and come back at another address."""

    def __init__(self, http: aiohttp.ClientSession, address: Callable[[], str], token: Callable[[], str]) -> None:
        self._http = http
        self._address = address
        self._token = token
        self.connections = 0

    async def call(self, method: str, path: str, body: Wire | None = None) -> Wire:
        """Call the REST API until it answers."""
        async with asyncio.timeout(TURN_SECONDS):
            while True:
                try:
                    return await self._call(method, path, body)
                except TROUBLE:
                    await asyncio.sleep(PAUSE_SECONDS)

    async def everything(self, path: str) -> list[Wire]:
        """Return all pages of a list."""
        items: list[Wire] = []
        cursor = ""
        while True:
            page = await self.call("GET", f"{path}?limit=100{cursor}")
            items += page["items"]
            if page["next_cursor"] is None:
                return items
            cursor = f"&cursor={page['next_cursor']}"

    async def conversation(self) -> str:
        """Start a conversation."""
        made = await self.call("POST", "/api/v1/conversations", {})
        return str(made["conversation_id"])

    async def replayed(self, conversation_id: str, seq: int) -> Place:
        """Return the conversation as a new client sees it up to ``seq``."""
        async with asyncio.timeout(TURN_SECONDS):
            while True:
                place = Place()
                try:
                    async with self._socket(conversation_id, place) as socket:
                        while place.seq < seq:
                            place.take(orjson.loads(await socket.receive_str(timeout=SILENCE_SECONDS)))
                        return place
                except (*TROUBLE, TypeError):
                    await asyncio.sleep(PAUSE_SECONDS)

    async def turn(self, conversation_id: str, place: Place, content: str) -> tuple[str, Wire]:
        """Say something and stay, over as many connections as it takes, until its turn is over.

        Returns the client's message id and the last event. TimeoutError when there is no end to it.
        """
        client_id = new_id("cli")
        async with asyncio.timeout(TURN_SECONDS):
            while client_id not in place.over:
                try:
                    await self._listen(conversation_id, place, content, client_id)
                except (*TROUBLE, TypeError):
                    await asyncio.sleep(PAUSE_SECONDS)
        return client_id, place.over[client_id]

    async def _listen(self, conversation_id: str, place: Place, content: str, client_id: str) -> None:
        said = {"type": "message", "content": content, "client_message_id": client_id}
        async with self._socket(conversation_id, place) as socket:
            self.connections += 1
            if not place.heard(client_id):
                await socket.send_str(orjson.dumps(said).decode())
            while client_id not in place.over:
                place.take(orjson.loads(await socket.receive_str(timeout=SILENCE_SECONDS)))

    def _socket(self, conversation_id: str, place: Place) -> "aiohttp.client._WSRequestContextManager":
        where = f"{self._address()}/api/v1/conversations/{conversation_id}/ws?after={place.seq}"
        return self._http.ws_connect(where, headers=self._headers(), max_msg_size=0)

    async def _call(self, method: str, path: str, body: Wire | None) -> Wire:
        async with self._http.request(method, self._address() + path, json=body, headers=self._headers()) as answer:
            if 400 <= answer.status < 500:
                raise RuntimeError(f"{method} {path}: {answer.status} {await answer.text()}")
            answer.raise_for_status()
            return dict(await answer.json())

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._token()}"}
