"""What a client sees of a conversation: what it missed, the text so far, then everything as it happens."""

from collections.abc import AsyncIterator, Iterable, Sequence
from typing import Any

from agents.turns.feed import RUN_OVER, Frame, Listener, OpenText
from agents.turns.house import House
from core.events import TextDelta, TextStarted
from db.turn_store import EVENTS_PER_PAGE, NumberedEvent


class Follower:
    """Keeps one client's place, so that nothing comes twice or is left out."""

    def __init__(self, after: int, run_id: str | None) -> None:
        self.seq = after
        self.over = False
        self._run_id = run_id
        self._begun: set[str] = set()
        self._ended: set[str] = set()

    def replayed(self, events: Iterable[NumberedEvent]) -> list[Frame]:
        """Return stored events as frames. The end of an answer is preceded by the whole of it."""
        frames: list[Frame] = []
        for event in events:
            wire, run_id = event.wire, event.run_id
            self.seq = event.seq
            if self._run_id not in {None, run_id}:
                continue
            if wire["type"] == "TEXT_MESSAGE_END":
                frames += self._whole_text(wire, run_id)
            frames.append(Frame(self.seq, wire, run_id))
            self.over = self.over or (self._run_id is not None and wire["type"] in RUN_OVER)
        return frames

    def live(self, frames: Iterable[Frame]) -> list[Frame]:
        """Return those live frames the client has not seen yet. An answer whose beginning was not seen comes whole."""
        fresh: list[Frame] = []
        for frame in frames:
            if frame.is_hint:
                continue
            if frame.seq is not None:
                if frame.seq <= self.seq:
                    continue
                self.seq = frame.seq
            elif frame.wire.get("messageId") in self._ended:
                continue
            if self._run_id not in {None, frame.run_id}:
                continue
            fresh += self._text_before(frame)
            fresh.append(frame)
            if self._run_id is not None and frame.wire["type"] in RUN_OVER:
                self.over = True
                break
        return fresh

    def text_so_far(self, text: OpenText | None, frames: list[Frame]) -> list[Frame]:
        """Return the text of an answer in progress, unless it has ended meanwhile."""
        if text is None or text.message_id in self._ended or self._run_id not in {None, text.run_id}:
            return []
        self._begun.add(text.message_id)
        return frames

    def gap(self, frames: Sequence[Frame]) -> bool:
        """Whether durable events are missing between what was seen and these frames."""
        new = next((frame for frame in frames if frame.seq is not None and frame.seq > self.seq), None)
        return new is not None and new.seq is not None and (new.is_hint or new.seq > self.seq + 1)

    def _text_before(self, frame: Frame) -> list[Frame]:
        """Return the text that has to come before the end of an answer: all of it, where it did not begin here."""
        kind, message_id = frame.wire["type"], frame.wire.get("messageId")
        if kind == "TEXT_MESSAGE_START":
            self._begun.add(str(message_id))
        elif kind == "TEXT_MESSAGE_END":
            if message_id not in self._begun:
                return self._whole_text(frame.wire, frame.run_id)
            self._begun.discard(str(message_id))
            self._ended.add(str(message_id))
        return []

    def _whole_text(self, wire: dict[str, Any], run_id: str) -> list[Frame]:
        message_id, said = wire["messageId"], wire["metadata"]
        self._ended.add(message_id)
        return [
            Frame(None, TextStarted(message_id, said["agent"]).wire(), run_id),
            Frame(None, TextDelta(message_id, said["content"]).wire(), run_id),
        ]


async def follow(
    house: House,
    user_id: str,
    conversation_id: str,
    after: int,
    run_id: str | None = None,
    *,
    runs_here: bool = False,
) -> AsyncIterator[list[Frame]]:
    """Yield frames in order, without a gap or a repeat. With ``run_id``, only that run's, up to its end.

    ``runs_here`` says that this run began in this process.
    """
    channel = house.feed.channel(conversation_id)
    listener, text, so_far = channel.join(runs_here=runs_here)
    follower = Follower(after, run_id)
    try:
        async for frames in _stored(house, user_id, conversation_id, follower):
            yield frames
        if follower.over:
            return
        if frames := follower.text_so_far(text, so_far):
            yield frames
        async for frames in _live(house, user_id, conversation_id, follower, listener):
            yield frames
            if follower.over:
                return
    finally:
        channel.leave(listener)
        house.feed.tidy(conversation_id)


async def follow_from_here(
    house: House, user_id: str, conversation_id: str, listener: Listener, after: int, run_id: str
) -> AsyncIterator[list[Frame]]:
    """Yield the frames of a run that began after ``listener`` had joined: nothing of it needs to be read."""
    follower = Follower(after, run_id)
    async for frames in _live(house, user_id, conversation_id, follower, listener):
        yield frames
        if follower.over:
            return


async def _stored(house: House, user_id: str, conversation_id: str, follower: Follower) -> AsyncIterator[list[Frame]]:
    more = True
    while more and not follower.over:
        events = await house.store.events_after(user_id, conversation_id, follower.seq)
        more = bool(events) and events[-1].seq >= follower.seq + EVENTS_PER_PAGE
        if frames := follower.replayed(events):
            yield frames


async def _live(
    house: House, user_id: str, conversation_id: str, follower: Follower, listener: Listener
) -> AsyncIterator[list[Frame]]:
    while True:
        arrived = await listener.next()
        if follower.gap(arrived):
            async for frames in _stored(house, user_id, conversation_id, follower):
                yield frames
        if frames := follower.live(arrived):
            yield frames
