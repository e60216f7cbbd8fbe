"""The live feed of this process: what a conversation's turn says right now, to everybody who listens here."""

import asyncio
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import orjson

from core.errors import LimitReached
from core.events import Event, TextDelta, TextStarted

FRAMES_PER_LISTENER = 10_000
RUN_OVER = frozenset({"RUN_FINISHED", "RUN_ERROR"})


class Frame:
    """An event on its way to clients. ``seq`` is its number in the conversation; None for a volatile one."""

    __slots__ = ("_text", "run_id", "seq", "wire")

    def __init__(self, seq: int | None, wire: dict[str, Any], run_id: str) -> None:
        self.seq = seq
        self.wire = wire
        self.run_id = run_id
        self._text: str | None = None

    @property
    def text(self) -> str:
        """The frame as JSON text; encoded once however many clients get it."""
        if self._text is None:
            document = {"event": self.wire} if self.seq is None else {"seq": self.seq, "event": self.wire}
            self._text = orjson.dumps(document).decode()
        return self._text


@dataclass(slots=True)
class OpenText:
    """An answer that is being written."""

    message_id: str
    agent: str
    run_id: str
    pieces: list[str] = field(default_factory=list[str])

    def frames(self) -> list[Frame]:
        """Return the text so far, as a client that joins now needs it."""
        start = Frame(None, TextStarted(self.message_id, self.agent).wire(), self.run_id)
        if not self.pieces:
            return [start]
        self.pieces[:] = ["".join(self.pieces)]
        return [start, Frame(None, TextDelta(self.message_id, self.pieces[0]).wire(), self.run_id)]


class Listener:
    """One client's queue of live frames."""

    def __init__(self) -> None:
        self._frames: deque[Frame] = deque()
        self._ready = asyncio.Event()
        self._overrun = False

    def put(self, frames: Iterable[Frame]) -> None:
        """Add frames. A client that lets too many pile up is cut off at its next read."""
        self._frames.extend(frames)
        self._overrun = self._overrun or len(self._frames) > FRAMES_PER_LISTENER
        self._ready.set()

    async def next(self) -> list[Frame]:
        """Wait for frames and return all there are. LimitReached when the client was too slow."""
        await self._ready.wait()
        if self._overrun:
            raise LimitReached("You read too slowly. Connect again and name the last number you saw: nothing is lost.")
        self._ready.clear()
        frames = list(self._frames)
        self._frames.clear()
        return frames


class Channel:
    """The live side of one conversation."""

    def __init__(self) -> None:
        self.listeners: set[Listener] = set()
        self._open: OpenText | None = None
        self._unsent: list[str] = []
        self._scheduled = False

    @property
    def idle(self) -> bool:
        """Whether nobody listens and nothing is being written."""
        return not self.listeners and self._open is None

    def join(self) -> tuple[Listener, OpenText | None, list[Frame]]:
        """Start listening; also return the answer being written and its text so far, which the queue continues."""
        self._send_text()
        listener = Listener()
        self.listeners.add(listener)
        return listener, self._open, self._open.frames() if self._open else []

    def leave(self, listener: Listener) -> None:
        """Stop listening."""
        self.listeners.discard(listener)

    def emit(self, event: Event, run_id: str) -> None:
        """Show a volatile event. Pieces of text that come within one tick of the loop share a frame."""
        match event:
            case TextStarted():
                self._send_text()
                self._open = OpenText(event.message_id, event.agent, run_id)
                self._put([Frame(None, event.wire(), run_id)])
            case TextDelta() if self._open is not None:
                self._open.pieces.append(event.delta)
                self._unsent.append(event.delta)
                if not self._scheduled:
                    self._scheduled = True
                    asyncio.get_running_loop().call_soon(self._send_text)
            case _:
                self._put([Frame(None, event.wire(), run_id)])

    def publish(self, frames: list[Frame]) -> None:
        """Show durable events that are stored now."""
        self._send_text()
        for frame in frames:
            if self._open and (frame.wire["type"] in RUN_OVER or frame.wire.get("messageId") == self._open.message_id):
                self._open = None
        self._put(frames)

    def _send_text(self) -> None:
        self._scheduled = False
        if self._unsent and self._open:
            delta = TextDelta(self._open.message_id, "".join(self._unsent))
            self._unsent.clear()
            self._put([Frame(None, delta.wire(), self._open.run_id)])

    def _put(self, frames: list[Frame]) -> None:
        for listener in self.listeners:
            listener.put(frames)


class Feed:
    """The channels of the conversations that are live in this process."""

    def __init__(self) -> None:
        self._channels: dict[str, Channel] = {}

    def channel(self, conversation_id: str) -> Channel:
        """Return the conversation's channel. Ask anew each time: one that nobody listens to may be forgotten."""
        found = self._channels.get(conversation_id)
        if found is None:
            found = self._channels[conversation_id] = Channel()
        return found

    def tidy(self, conversation_id: str) -> None:
        """Forget a channel nobody uses."""
        channel = self._channels.get(conversation_id)
        if channel and channel.idle:
            del self._channels[conversation_id]
