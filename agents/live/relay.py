"""Shows other processes what happens in conversations here, and people here what happens in others.

It only has to be quick. Durable events are in the log: where some did not come through, whoever listens reads them
there. A text that is being written is sent in pieces that say where they begin, so that a missing one is noticed and
the text so far asked for; its end brings the whole of it.
"""

import asyncio
from collections.abc import Callable, Iterable
from typing import Any, Final

import orjson
import structlog

from agents.live.outbox import Item, Outbox
from agents.live.transport import Transport
from agents.turns.feed import Feed, Frame, OpenText
from core.errors import AppError, Unavailable
from core.ids import new_id
from db.last_numbers import LastNumbers

log = structlog.get_logger(__name__)

# So often a process where somebody listens says so, and looks whether an event has passed it by.
LOOK_SECONDS: Final = 5.0
# A process that has not said so for this long has nobody who listens.
HERE_SECONDS: Final = 20.0
PAUSE_SECONDS: Final = 1.0
ITEMS_PER_PACKET: Final = 500
EVERYTHING: Final = 1 << 62


class Relay:
    """One per process. Nothing is sent while nobody listens in any other."""

    def __init__(
        self, transport: Transport, feed: Feed, numbers: LastNumbers, *, look_seconds: float = LOOK_SECONDS
    ) -> None:
        self.sender = new_id("boot")
        self.stop_turn: Callable[[str], object] | None = None
        self._transport = transport
        self._feed = feed
        self._numbers = numbers
        self._look_seconds = look_seconds
        self._outbox = Outbox()
        self._heard_until = 0.0
        self._tasks: list[asyncio.Task[None]] = []
        self._lost = False
        feed.elsewhere = self

    async def start(self) -> None:
        """Begin to send and to listen."""
        await self._transport.start(self.hear, self._missed)
        self._tasks = [
            asyncio.create_task(self._send(), name="live feed, sending"),
            asyncio.create_task(self._look(), name="live feed, looking"),
        ]
        self._outbox.put({"kind": "who"})

    async def stop(self) -> None:
        """Stop sending and listening."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._transport.stop()

    async def check(self) -> None:
        """Ask what carries the feed for a sign of life; Unavailable if there is none."""
        await self._transport.check()

    @property
    def heard_elsewhere(self) -> bool:
        """Whether somebody listens in another process."""
        return asyncio.get_running_loop().time() < self._heard_until

    def joined(self, conversation_id: str) -> None:
        """Tell that somebody listens here, and ask for the text that another process may be writing."""
        self._outbox.put({"kind": "ask", "conversations": [conversation_id]})

    def started(self, conversation_id: str, text: OpenText) -> None:
        """Send the beginning of an answer."""
        if self.heard_elsewhere:
            self._outbox.put(_about("start", conversation_id, text))

    def said(self, conversation_id: str, text: OpenText, at: int, piece: str) -> None:
        """Send a piece of an answer, soon."""
        if self.heard_elsewhere:
            self._outbox.say(conversation_id, text.message_id, at, piece)

    def shown(self, conversation_id: str, frames: Iterable[Frame]) -> None:
        """Send events."""
        if self.heard_elsewhere:
            for frame in frames:
                shown = {"seq": frame.seq, "run": frame.run_id, "event": frame.wire}
                self._outbox.put({"kind": "event", "conversation": conversation_id, **shown})

    def cancelled(self, conversation_id: str) -> None:
        """Let whoever runs the turn know at once what the database tells it soon."""
        self._outbox.put({"kind": "cancel", "conversation": conversation_id})

    def hear(self, packet: bytes) -> None:
        """Take what another process has sent. What this one does not understand, a newer one means."""
        try:
            told: dict[str, Any] = orjson.loads(packet)
            if told["from"] != self.sender:
                for item in told["items"]:
                    self._take(told["from"], item)
        except (ValueError, KeyError, TypeError):
            log.exception("live feed brought what is not understood")

    def _take(self, sender: str, item: Item) -> None:
        match item["kind"]:
            case "event" | "start" | "text" | "so_far":
                self._show(sender, item)
            case "ask":
                self._somebody_listens()
                self._answer(item["conversations"])
            case "here":
                self._somebody_listens()
            case "who":
                self._say_here()
            case "cancel":
                if self.stop_turn:
                    self.stop_turn(item["conversation"])
            case "lost":
                self._look_everywhere()
            case _:
                pass

    def _show(self, sender: str, item: Item) -> None:
        conversation_id = item["conversation"]
        channel = self._feed.known(conversation_id)
        if channel is None or not channel.listeners:
            return
        match item["kind"]:
            case "event":
                channel.hear([Frame(item["seq"], item["event"], item["run"])])
            case "start":
                channel.hear_start(_open_text(sender, item))
            case "text":
                if not channel.hear_text(sender, item["message"], item["at"], item["text"]):
                    self.joined(conversation_id)
            case _:
                text = _open_text(sender, item)
                text.add(item["text"])
                channel.hear_text_so_far(text)

    def _answer(self, conversation_ids: Iterable[str]) -> None:
        """Send the text so far of those answers that are being written here."""
        for conversation_id in conversation_ids:
            channel = self._feed.known(conversation_id)
            text = channel.written_here if channel else None
            if text:
                self._outbox.put({**_about("so_far", conversation_id, text), "text": text.text})

    def _somebody_listens(self) -> None:
        self._heard_until = asyncio.get_running_loop().time() + HERE_SECONDS

    def _say_here(self) -> None:
        if self._feed.followed:
            self._outbox.put({"kind": "here"})

    def _missed(self) -> None:
        """Something may have passed this process by: read the log, and ask for what is being written."""
        followed = self._look_everywhere()
        if followed:
            self._outbox.put({"kind": "ask", "conversations": followed})

    def _look_everywhere(self) -> list[str]:
        followed = self._feed.followed
        for channel in followed.values():
            channel.look(EVERYTHING)
        return list(followed)

    async def _send(self) -> None:
        while True:
            items = await self._outbox.take()
            try:
                for start in range(0, len(items), ITEMS_PER_PACKET):
                    part = items[start : start + ITEMS_PER_PACKET]
                    await self._transport.send(orjson.dumps({"from": self.sender, "items": part}))
            except Unavailable as error:
                if not self._lost:
                    log.warning("live feed does not reach other processes", reason=error.message)
                self._lost = True
                await asyncio.sleep(PAUSE_SECONDS)
                self._outbox.put({"kind": "lost"})
            else:
                self._lost = False

    async def _look(self) -> None:
        """Keep telling that somebody listens here, and catch events that did not come through. 1 read each time."""
        while True:
            await asyncio.sleep(self._look_seconds)
            self._say_here()
            followed = self._feed.followed
            if not followed:
                continue
            try:
                for conversation_id, seq in (await self._numbers.of(list(followed))).items():
                    followed[conversation_id].look(seq)
            except AppError as error:
                log.warning("could not look for events of other processes", reason=error.message)


def _about(kind: str, conversation_id: str, text: OpenText) -> Item:
    about = {"run": text.run_id, "message": text.message_id, "agent": text.agent}
    return {"kind": kind, "conversation": conversation_id, **about}


def _open_text(sender: str, item: Item) -> OpenText:
    return OpenText(item["message"], item["agent"], item["run"], sender=sender)
