"""How frames reach a client: the WebSocket protocol of uvicorn with a direct way to its transport added.

Frames that are ready together leave in one write. Under another server they go through ASGI, one by one.
"""

import asyncio
from collections.abc import Coroutine, Iterable, Sequence
from typing import Final, Protocol

from starlette.types import Scope
from starlette.websockets import WebSocket
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.http11 import Request

EXTENSION: Final = "marketing_minds.frames"
SWITCHING: Final = 101
SHORT: Final = 126
MEDIUM: Final = 65_536
LARGEST_WRITE: Final = 256_000


class TooSlow(Exception):
    """The client reads more slowly than it is sent to."""


class Link(Protocol):
    """One client's way out."""

    async def send(self, payloads: Sequence[bytes]) -> None:
        """Send JSON texts in order. Raises TooSlow when the client has not caught up for a while."""
        ...


def text_frame(payload: bytes) -> bytes:
    """Wrap UTF-8 text into one unfragmented, unmasked WebSocket frame (RFC 6455, 5.2)."""
    size = len(payload)
    if size < SHORT:
        return bytes((0x81, size)) + payload
    if size < MEDIUM:
        return b"\x81\x7e" + size.to_bytes(2, "big") + payload
    return b"\x81\x7f" + size.to_bytes(8, "big") + payload


class ChatSocketProtocol(WebSocketsSansIOProtocol):
    """Offers itself to the application as a way around the per-message cost of ASGI."""

    def handle_connect(self, event: Request) -> None:
        """Add the connection to what the application is told about it."""
        super().handle_connect(event)
        if self.response.status_code == SWITCHING and "extensions" in self.scope:
            self.scope["extensions"][EXTENSION] = {"connection": self}

    def write(self, frames: Iterable[bytes]) -> None:
        """Send encoded frames in one write; a connection that is closing takes none."""
        if not (self.close_sent or self.disconnected or self.transport.is_closing()):
            self.transport.write(b"".join(frames))

    def abort(self) -> None:
        """Drop the connection and everything still waiting to be sent on it."""
        self.transport.abort()


class DirectLink:
    """Writes to the transport of a ChatSocketProtocol."""

    def __init__(self, connection: ChatSocketProtocol, patience: float) -> None:
        self._connection = connection
        self._patience = patience

    async def send(self, payloads: Sequence[bytes]) -> None:
        """Send in one write, or in a few where there is much, waiting while the client has too much unread."""
        ready: list[bytes] = []
        size = 0
        for payload in payloads:
            ready.append(text_frame(payload))
            size += len(payload)
            if size >= LARGEST_WRITE:
                await self._write(ready)
                ready, size = [], 0
        if ready:
            await self._write(ready)

    async def _write(self, frames: Iterable[bytes]) -> None:
        self._connection.write(frames)
        if not self._connection.writable.is_set():
            await _patiently(self._connection.writable.wait(), self._patience)


class AsgiLink:
    """Sends through ASGI."""

    def __init__(self, socket: WebSocket, patience: float) -> None:
        self._socket = socket
        self._patience = patience

    async def send(self, payloads: Sequence[bytes]) -> None:
        """Send one message each."""
        for payload in payloads:
            await _patiently(self._socket.send_text(payload.decode()), self._patience)


async def _patiently(done: Coroutine[object, object, object], seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await done
    except TimeoutError:
        raise TooSlow from None


def connection_of(scope: Scope) -> ChatSocketProtocol | None:
    """Return the connection under a WebSocket's scope, where the server offers it."""
    connection = scope.get("extensions", {}).get(EXTENSION, {}).get("connection")
    return connection if isinstance(connection, ChatSocketProtocol) else None
