"""Many people who listen at the same time: a hand-written WebSocket client each, lean enough not to be the bottleneck.

The text they get says when each token was sent; they note how long it took to arrive.
"""

import asyncio
import re
import time
from typing import cast
from urllib.parse import urlsplit

import orjson

from bench.fast_model import STAMP

STAMPS = re.compile(STAMP.encode() + rb"(\d+)")
TEXT = b'{"event":{"type":"TEXT_MESSAGE_CONTENT"'
OVER = b'"type":"RUN_FINISHED"'
FAILED = b'"type":"RUN_ERROR"'
SHORT, MEDIUM = 126, 127


def masked(payload: bytes) -> bytes:
    """Wrap text into a frame a client may send; a mask of zeros is a legal mask."""
    size = len(payload)
    length = bytes((0x80 | size,)) if size < SHORT else b"\xfe" + size.to_bytes(2, "big")
    return b"\x81" + length + b"\0\0\0\0" + payload


class Listening(asyncio.Protocol):
    """One person: connects, says one thing, and listens to the end of the answer."""

    def __init__(self, path: str, token: str) -> None:
        loop = asyncio.get_running_loop()
        self.lags: list[tuple[int, int]] = []
        self.frames = 0
        self.open: asyncio.Future[None] = loop.create_future()
        self.heard: asyncio.Future[None] = loop.create_future()
        self.over: asyncio.Future[None] = loop.create_future()
        self._path = path
        self._token = token
        self._unread = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for the WebSocket."""
        self._transport = cast("asyncio.Transport", transport)
        self._transport.write(
            f"GET {self._path} HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n"
            f"Authorization: Bearer {self._token}\r\n\r\n".encode()
        )

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell those who wait."""
        for waited in (self.open, self.heard, self.over):
            if not waited.done():
                waited.set_exception(exc or ConnectionError("The server closed the socket."))

    def send(self, frame: dict[str, str]) -> None:
        """Send a frame."""
        if self._transport is not None:
            self._transport.write(masked(orjson.dumps(frame)))

    def close(self) -> None:
        """Hang up."""
        for waited in (self.open, self.heard, self.over):
            if waited.done() and not waited.cancelled():
                waited.exception()
            waited.cancel()
        if self._transport is not None:
            self._transport.abort()

    def data_received(self, data: bytes) -> None:
        """Read every frame that is complete."""
        now = time.monotonic_ns()
        self._unread += data
        if not self.open.done():
            head, end, rest = self._unread.partition(b"\r\n\r\n")
            if not end:
                return
            if b" 101 " not in head.partition(b"\r\n")[0]:
                self.open.set_exception(ConnectionError(head.decode(errors="replace")))
                return
            self._unread = rest
            self.open.set_result(None)
        place = 0
        while (frame := self._frame(place)) is not None:
            start, place = frame
            self._take(self._unread[start:place], now)
        self._unread = self._unread[place:]

    def _frame(self, place: int) -> tuple[int, int] | None:
        """Return where the payload of the frame at ``place`` begins and ends, if all of it is there."""
        unread = self._unread
        if len(unread) < place + 2:
            return None
        size, start = unread[place + 1], place + 2
        if size >= SHORT:
            width = 2 if size == SHORT else 8
            size, start = int.from_bytes(unread[start : start + width], "big"), start + width
        return (start, start + size) if len(unread) >= start + size else None

    def _take(self, payload: bytes, now: int) -> None:
        self.frames += 1
        if payload.startswith(TEXT):
            self.lags += [(now, now - int(stamp)) for stamp in STAMPS.findall(payload)]
            if not self.heard.done():
                self.heard.set_result(None)
        elif FAILED in payload:
            self.over.set_exception(RuntimeError(payload.decode()))
        elif OVER in payload:
            self.over.set_result(None)


async def connect(address: str, conversation_id: str, token: str) -> Listening:
    """Open a socket on a conversation."""
    place = urlsplit(address)
    path = f"/api/v1/conversations/{conversation_id}/ws"
    _, person = await asyncio.get_running_loop().create_connection(
        lambda: Listening(path, token), place.hostname or "", place.port or 80
    )
    await person.open
    return person
