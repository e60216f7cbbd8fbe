"""The live feed: what a conversation's turn says right now, to everybody who listens here.

Where several processes share a database, a relay shows here what runs elsewhere, and elsewhere what runs here.
"""

import asyncio
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Protocol

import orjson

from core.errors import LimitReached
from core.events import Event, TextDelta, TextStarted

FRAMES_PER_LISTENER = 10_000
RUN_OVER = frozenset({"RUN_FINISHED", "RUN_ERROR"})


class Frame:
    """An event on its way to clients. ``seq`` is its number in the conversation; None for a volatile one.

    One without an event says that there are events up to ``seq`` by now, which are to be read from the log.
    """

    __slots__ = ("_text", "run_id", "seq", "wire")

    def __init__(self, seq: int | None, wire: dict[str, Any], run_id: str) -> None:
        self.seq = seq
        self.wire = wire
        self.run_id = run_id
        self._text: str | None = None

    @property
    def is_hint(self) -> bool:
        """Whether it only says that there is something to read."""
        return not self.wire

    @property
    def text(self) -> str:
        """The frame as JSON text; encoded once however many clients get it."""
        if self._text is None:
            document = {"event": self.wire} if self.seq is None else {"seq": self.seq, "event": self.wire}
            self._text = orjson.dumps(document).decode()
        return self._text


@dataclass(slots=True)
class OpenText:
    """An answer that is being written; ``sender`` is the process that writes it, None for this one."""

    message_id: str
    agent: str
    run_id: str
    pieces: list[str] = field(default_factory=list[str])
    sender: str | None = None
    length: int = 0

    def add(self, piece: str) -> int:
        """Add a piece; return where in the text it begins."""
        begins = self.length
        self.pieces.append(piece)
        self.length += len(piece)
        return begins

    @property
    def text(self) -> str:
        """The text so far."""
        self.pieces[:] = ["".join(self.pieces)]
        return self.pieces[0]

    def frames(self) -> list[Frame]:
        """Return the text so far, as a client that joins now needs it."""
        start = Frame(None, TextStarted(self.message_id, self.agent).wire(), self.run_id)
        if not self.length:
            return [start]
        return [start, Frame(None, TextDelta(self.message_id, self.text).wire(), self.run_id)]


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


class Elsewhere(Protocol):
    """Shows other processes what happens in a conversation here. Calls return at once."""

    def joined(self, conversation_id: str) -> None:
        """Somebody began to listen here, who may need what another process is just writing."""
        ...

    def started(self, conversation_id: str, text: OpenText) -> None:
        """An answer begins."""
        ...

    def said(self, conversation_id: str, text: OpenText, at: int, piece: str) -> None:
        """A piece of an answer, and where in the answer it begins."""
        ...

    def shown(self, conversation_id: str, frames: Iterable[Frame]) -> None:
        """Events as clients get them, those with a number in their order."""
        ...

    def cancelled(self, conversation_id: str) -> None:
        """Whoever runs the conversation's turn is to stop it."""
        ...


class Channel:
    """The live side of one conversation."""

    def __init__(self, conversation_id: str = "", elsewhere: Elsewhere | None = None) -> None:
        self.listeners: set[Listener] = set()
        self.followed = False
        self.seq = 0
        self._conversation_id = conversation_id
        self._elsewhere = elsewhere
        self._asked = False
        self._open: OpenText | None = None
        self._unsent: list[str] = []
        self._scheduled = False

    @property
    def idle(self) -> bool:
        """Whether nobody listens and nothing is being written here."""
        return not self.listeners and self.written_here is None

    @property
    def written_here(self) -> OpenText | None:
        """The answer that this process is writing."""
        return self._open if self._open and self._open.sender is None else None

    def join(self, *, runs_here: bool = False) -> tuple[Listener, OpenText | None, list[Frame]]:
        """Start listening; also return the answer being written and its text so far, which the queue continues.

        ``runs_here`` says that what is listened for happens in this process.
        """
        self._send_text()
        listener = Listener()
        self.listeners.add(listener)
        if self._elsewhere and not runs_here and not self.followed:
            self.followed = True
            self._elsewhere.joined(self._conversation_id)
        return listener, self._open, self._open.frames() if self._open else []

    def leave(self, listener: Listener) -> None:
        """Stop listening."""
        self.listeners.discard(listener)
        self.followed = self.followed and bool(self.listeners)

    def emit(self, event: Event, run_id: str) -> None:
        """Show a volatile event. Pieces of text that come within one tick of the loop share a frame."""
        match event:
            case TextStarted():
                self._send_text()
                self._open = OpenText(event.message_id, event.agent, run_id)
                self._put([Frame(None, event.wire(), run_id)])
                if self._elsewhere:
                    self._elsewhere.started(self._conversation_id, self._open)
            case TextDelta() if self._open is not None:
                begins = self._open.add(event.delta)
                self._say_soon(event.delta)
                if self._elsewhere:
                    self._elsewhere.said(self._conversation_id, self._open, begins, event.delta)
            case _:
                frames = [Frame(None, event.wire(), run_id)]
                self._put(frames)
                if self._elsewhere:
                    self._elsewhere.shown(self._conversation_id, frames)

    def publish(self, frames: list[Frame]) -> None:
        """Show durable events that are stored now."""
        self.hear(frames)
        if self._elsewhere:
            self._elsewhere.shown(self._conversation_id, frames)

    def hear(self, frames: list[Frame]) -> None:
        """Show events of another process here."""
        self._send_text()
        for frame in frames:
            self.seq = max(self.seq, frame.seq or 0)
            if self._open and (frame.wire["type"] in RUN_OVER or frame.wire.get("messageId") == self._open.message_id):
                self._open = None
        self._put(frames)

    def hear_start(self, text: OpenText) -> None:
        """Show that another process begins an answer, or begins it anew."""
        self._send_text()
        self._open, self._asked = text, False
        self._put(text.frames())

    def hear_text(self, sender: str, message_id: str, at: int, piece: str) -> bool:
        """Show a piece of another process's answer. False where an earlier piece is missing that is to be asked for."""
        text = self._open
        if self.written_here:
            return True
        if text is None or text.sender != sender or text.message_id != message_id or at > text.length:
            asked, self._asked = self._asked, True
            return asked
        if new := piece[text.length - at :]:
            text.add(new)
            self._say_soon(new)
        return True

    def hear_text_so_far(self, text: OpenText) -> None:
        """Take over the whole of another process's answer as far as it has come."""
        here, self._asked = self._open, False
        if here and (here.sender, here.message_id) == (text.sender, text.message_id):
            self.hear_text(text.sender or "", text.message_id, 0, text.text)
        elif self.written_here is None:
            self.hear_start(text)

    def abandon(self, run_id: str) -> None:
        """Forget the answer a run was writing here: who takes the run over writes it anew."""
        self._send_text()
        if self.written_here and self.written_here.run_id == run_id:
            self._open = None

    def look(self, seq: int) -> None:
        """Let everybody here who has not seen events up to ``seq`` read the log."""
        if seq > self.seq:
            self._put([Frame(seq, {}, "")])

    def _say_soon(self, piece: str) -> None:
        self._unsent.append(piece)
        if not self._scheduled:
            self._scheduled = True
            asyncio.get_running_loop().call_soon(self._send_text)

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
    """The channels of the conversations that are live in this process; ``elsewhere`` are the other processes."""

    def __init__(self) -> None:
        self.elsewhere: Elsewhere | None = None
        self._channels: dict[str, Channel] = {}

    @property
    def followed(self) -> dict[str, Channel]:
        """The conversations that somebody here follows, whichever process their turns run in."""
        return {name: channel for name, channel in self._channels.items() if channel.followed and channel.listeners}

    def known(self, conversation_id: str) -> Channel | None:
        """Return the conversation's channel if it is live here."""
        return self._channels.get(conversation_id)

    def channel(self, conversation_id: str) -> Channel:
        """Return the conversation's channel. Ask anew each time: one that nobody listens to may be forgotten."""
        found = self._channels.get(conversation_id)
        if found is None:
            found = self._channels[conversation_id] = Channel(conversation_id, self.elsewhere)
        return found

    def tidy(self, conversation_id: str) -> None:
        """Forget a channel nobody uses."""
        channel = self._channels.get(conversation_id)
        if channel and channel.idle:
            del self._channels[conversation_id]
