"""A client that keeps its place: it reconnects with the last number it saw, and notes what a client must not see."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

import aiohttp
import orjson
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

from core.ids import new_id

Wire = dict[str, Any]
OVER = frozenset({"RUN_FINISHED", "RUN_ERROR"})
TROUBLE = (aiohttp.ClientError, WebSocketException, OSError, TimeoutError)
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
        self.first_pieces: list[str] = []
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
                self._add(wire["messageId"], wire["delta"])
            case "TEXT_MESSAGE_END":
                self._end(wire["messageId"], wire["metadata"]["content"])
            case "CUSTOM" if wire["name"] == "user_message":
                self._client_id = wire["value"]["client_message_id"]
                self.over.pop(self._client_id, None)
            case kind if durable and kind in OVER:
                self.over[self._client_id] = wire
            case _:
                pass

    def _add(self, message_id: str, piece: str) -> None:
        if message_id not in self.texts:
            self.problems.append("a piece of a text that has not begun")
        if not self.texts.get(message_id):
            self.first_pieces.append(piece)
        self.texts[message_id] = self.texts.get(message_id, "") + piece

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
    """One client of one server, which may go away and come back at another address.

    ``patience`` is how long, in seconds, one call or one turn may take over all connections.
    """

    def __init__(
        self,
        http: aiohttp.ClientSession,
        address: Callable[[], str],
        token: Callable[[], str],
        patience: float = TURN_SECONDS,
    ) -> None:
        self._http = http
        self._patience = patience
        self._address = address
        self._token = token
        self.connections = 0

    async def call(self, method: str, path: str, body: Wire | None = None) -> Wire:
        """Call the REST API until it answers."""
        async with asyncio.timeout(self._patience):
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
        async with asyncio.timeout(self._patience):
            place = Place()
            while not await self._reached(conversation_id, place, seq):
                await asyncio.sleep(PAUSE_SECONDS)
                place = Place()
        return place

    async def _reached(self, conversation_id: str, place: Place, seq: int) -> bool:
        with suppress(*TROUBLE):
            await self.follow(conversation_id, place, lambda: place.seq >= seq)
        return place.seq >= seq

    async def turn(
        self, conversation_id: str, place: Place, content: str, frames_until_cut: Callable[[], int] = lambda: 0
    ) -> tuple[str, Wire]:
        """Say something and stay, over as many connections as it takes, until its turn is over.

        Returns the client's message id and the last event. TimeoutError when there is no end to it.
        """
        client_id = new_id("cli")
        said = {"type": "message", "content": content, "client_message_id": client_id}
        async with asyncio.timeout(self._patience):
            while client_id not in place.over:
                told = None if place.heard(client_id) else said
                try:
                    await self.follow(conversation_id, place, lambda: client_id in place.over, told, frames_until_cut())
                except TROUBLE:
                    await asyncio.sleep(PAUSE_SECONDS)
        return client_id, place.over[client_id]

    async def follow(
        self,
        conversation_id: str,
        place: Place,
        enough: Callable[[], bool],
        said: Wire | None = None,
        frames_until_cut: int = 0,
    ) -> None:
        """Connect, say something if there is something to say, and listen until it is enough.

        With ``frames_until_cut`` the connection breaks after so many frames, without a word, as one in a tunnel does.
        """
        heard = 0
        async with self.socket(conversation_id, place.seq) as socket:
            if said is not None:
                await socket.send(orjson.dumps(said).decode())
            while not enough():
                place.take(orjson.loads(await asyncio.wait_for(socket.recv(), SILENCE_SECONDS)))
                heard += 1
                if heard == frames_until_cut:
                    socket.transport.abort()
                    return

    @asynccontextmanager
    async def socket(self, conversation_id: str, after: int) -> AsyncGenerator[ClientConnection]:
        """Open a socket on the conversation."""
        host = self._address().removeprefix("http")
        where = f"ws{host}/api/v1/conversations/{conversation_id}/ws?after={after}"
        async with connect(
            where, additional_headers=self._headers(), compression=None, max_size=None, proxy=None, close_timeout=1
        ) as socket:
            self.connections += 1
            yield socket

    async def _call(self, method: str, path: str, body: Wire | None) -> Wire:
        async with self._http.request(method, self._address() + path, json=body, headers=self._headers()) as answer:
            if 400 <= answer.status < 500:
                raise RuntimeError(f"{method} {path}: {answer.status} {await answer.text()}")
            answer.raise_for_status()
            return dict(await answer.json())

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._token()}"}
