"""The output of one run: volatile events to the live feed at once, durable ones to the database first, numbered."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from agents.turn import Answer
from agents.turns.feed import Channel, Feed, Frame, OpenText
from core.clock import Clock
from core.errors import Unavailable
from core.events import Event, StepFinished, StepStarted, TextDelta, TextStarted
from core.ids import derived_id
from db.leases import Release
from db.turn_store import EVENTS_PER_ENTRY, NumberedEvent, TurnStore

SOON_SECONDS = 0.03
PATIENCE_SECONDS = 20.0
PAUSE_SECONDS = 0.2
A_MOMENT = timedelta(milliseconds=1)  # the finest the database tells apart


@dataclass(frozen=True, slots=True)
class Write:
    """What is stored in one go, and shown once it is."""

    batch: list[Event]
    answers: list[dict[str, Any]]
    updates: Mapping[str, dict[str, Any]]
    frames: list[Frame]
    entries: list[dict[str, Any]]
    release: Release | None = None
    over: Callable[[], None] | None = None


class RunLog:
    """Numbers, stores and shows the events of one run. Used by one task at a time, besides its own timer."""

    def __init__(
        self,
        store: TurnStore,
        feed: Feed,
        clock: Clock,
        *,
        user_id: str,
        conversation_id: str,
        run_id: str,
        next_seq: int,
        since: datetime,
    ) -> None:
        self.next_seq = next_seq
        self.step_open: str | None = None
        self._store = store
        self._feed = feed
        self._clock = clock
        self._user_id = user_id
        self._conversation_id = conversation_id
        self._run_id = run_id
        self._last_said = since
        self._opening: list[dict[str, Any]] = []
        self._waiting: list[Event] = []
        self._under_way: Write | None = None
        self._answers: list[dict[str, Any]] = []
        self._lock = asyncio.Lock()
        self._timer: asyncio.Task[None] | None = None
        self._timer_error: BaseException | None = None
        self._flushing = False
        self.answered: list[dict[str, Any]] = []
        self.open_text: OpenText | None = None

    @property
    def _channel(self) -> Channel:
        return self._feed.channel(self._conversation_id)

    def emit(self, event: Event) -> None:
        """Show a volatile event: now, or as soon as the durable events before it are stored."""
        match event:
            case TextStarted():
                self.open_text = OpenText(event.message_id, event.agent, self._run_id)
            case TextDelta() if self.open_text:
                self.open_text.add(event.delta)
            case _:
                pass
        if self._waiting or self._under_way:
            self._waiting.append(event)
            self._schedule(0)
        else:
            self._channel.emit(event, self._run_id)

    async def record(self, *events: Event) -> None:
        """Store durable events with all that waits, then show them."""
        self.put(*events)
        await self.flush()

    def put(self, *events: Event) -> None:
        """Keep durable events for the next ``record``."""
        self._note(events)
        self._waiting += events

    def _note(self, events: Sequence[Event]) -> None:
        for event in events:
            match event:
                case StepStarted():
                    self.step_open = event.agent
                case StepFinished():
                    self.step_open = None
                case _:
                    pass

    def record_now(self, *events: Event) -> None:
        """Start to store durable events, with all that waits; what is shown later waits for them."""
        self.put(*events)
        self._schedule(0)

    def record_soon(self, *events: Event) -> None:
        """Store and show durable events with the next ``record``, or by themselves after a moment."""
        self.put(*events)
        self._schedule(SOON_SECONDS)

    def answer(self, answer: Answer, *events: Event) -> None:
        """Keep a finished answer and its events for the next ``record``."""
        self._answers.append(self.answer_document(answer, "done"))
        self.put(*events)
        self.open_text = None

    def answer_document(self, answer: Answer, status: str) -> dict[str, Any]:
        """Return an answer as it is stored: later than what it answers, however fast it came."""
        now = self._last_said = max(self._clock.now(), self._last_said + A_MOMENT)
        return {
            "message_id": answer.message_id,
            "conversation_id": self._conversation_id,
            "user_id": self._user_id,
            "role": "assistant",
            "kind": "message",
            "agent": answer.agent,
            "content": answer.content,
            "status": status,
            "run_id": self._run_id,
            "metadata": {"model": answer.model, "prompt_digest": answer.prompt_digest},
            "timestamp": now,
            "created_at": now,
            "updated_at": now,
        }

    def keep(self, document: dict[str, Any]) -> None:
        """Keep an answer that was cut short for the next ``record``."""
        self._answers.append(document)

    def drop_held(self) -> None:
        """Forget volatile events that were not shown yet: what they belong to will not be finished."""
        self._waiting = [event for event in self._waiting if event.durable]
        self.open_text = None

    async def flush(self) -> None:
        """Store what waits, and show it. A database that is away is waited for a while."""
        async with self._lock:
            await self._settle()
            if self._waiting or self._answers:
                await self._carry_out(self._next_write({}))

    async def finish(
        self,
        updates: Mapping[str, dict[str, Any]],
        release: Callable[[Sequence[dict[str, Any]], int], Release],
        over: Callable[[], None],
    ) -> None:
        """Store what waits with the run's last changes, give the lease back in the same go, and show it.

        ``release`` gets the run's answers and its last number; ``over`` is called as soon as the lease is given back,
        before anybody is shown that the run has ended. It is not called when that is not certain.
        """
        async with self._lock:
            await self._settle()
            write = self._next_write(updates)
            answers, last_seq = [*self.answered, *write.answers], self.next_seq + len(write.frames) - 1
            await self._carry_out(replace(write, release=release(answers, last_seq), over=over))

    async def _settle(self) -> None:
        """Raise what the timer met; repeat a write that was cut short, as it was: it may be stored all the same."""
        if self._timer_error:
            error, self._timer_error = self._timer_error, None
            raise error
        if self._under_way:
            await self._carry_out(self._under_way)

    def _next_write(self, updates: Mapping[str, dict[str, Any]]) -> Write:
        batch, self._waiting = self._waiting, []
        answers, self._answers = self._answers, []
        frames = self.numbered([event for event in batch if event.durable])
        return Write(batch, answers, updates, frames, self._entries(frames))

    async def _carry_out(self, write: Write) -> None:
        self._under_way = write
        released = await self._patiently(write)
        self._under_way = None
        self.answered += write.answers
        if released and write.over:
            write.over()
        self._show(write.batch, write.frames)
        self._show_what_needs_no_number()

    def _show_what_needs_no_number(self) -> None:
        """Show volatile events that came during a write, up to the next durable one."""
        count = next((index for index, event in enumerate(self._waiting) if event.durable), len(self._waiting))
        self._show(self._waiting[:count], ())
        del self._waiting[:count]

    def _show(self, batch: Sequence[Event], frames: Sequence[Frame]) -> None:
        """Show what is stored now and what had to wait for it, in the order it came."""
        numbered = iter(frames)
        channel = self._channel
        for event in batch:
            if event.durable:
                self.stored([next(numbered)])
            else:
                channel.emit(event, self._run_id)

    def numbered(self, events: Sequence[Event]) -> list[Frame]:
        """Return the frames of events with the numbers they will have."""
        return [Frame(seq, event.wire(), self._run_id) for seq, event in enumerate(events, self.next_seq)]

    def _entries(self, frames: Sequence[Frame]) -> list[dict[str, Any]]:
        """Return the entries that events are stored in. The first ones of a run hold its opening as well."""
        if not frames:
            return []
        wires = [*self._opening, *(frame.wire for frame in frames)]
        first, self._opening = self.next_seq - len(self._opening), []
        return [
            self._entry(first + start, wires[start : start + EVENTS_PER_ENTRY])
            for start in range(0, len(wires), EVENTS_PER_ENTRY)
        ]

    def opened(self, events: Sequence[Event], frames: list[Frame]) -> None:
        """Show the opening of the run, which was stored with its lease."""
        self._note(events)
        self._opening = [frame.wire for frame in frames]
        self.stored(frames)

    def go_on(self, stored: Sequence[NumberedEvent], opening: Sequence[NumberedEvent]) -> None:
        """Go on after events of the run that are stored, of which entries may not yet hold the opening."""
        self._opening = [event.wire for event in opening]
        self.next_seq += len(stored) + len(opening)

    def stored(self, frames: list[Frame]) -> None:
        """Show events that are stored now."""
        self.next_seq += len(frames)
        self._channel.publish(frames)

    async def close(self) -> None:
        """Stop the timer, and leave no answer half written in the live feed."""
        if channel := self._feed.known(self._conversation_id):
            channel.abandon(self._run_id)
        if self._timer and not self._timer.done():
            self._timer.cancel()
            await asyncio.gather(self._timer, return_exceptions=True)

    def _entry(self, seq: int, wires: list[dict[str, Any]]) -> dict[str, Any]:
        return {
            "event_id": derived_id("evt", self._run_id, str(seq)),
            "conversation_id": self._conversation_id,
            "user_id": self._user_id,
            "seq": seq,
            "run_id": self._run_id,
            "agent_name": self.step_open or "supervisor",
            "event_type": _entry_type(wires),
            "data": {"events": wires},
            "timestamp": self._clock.now(),
        }

    async def _patiently(self, write: Write) -> bool:
        waited = 0.0
        while True:
            try:
                return await self._store.write(write.answers, write.updates, write.entries, write.release)
            except Unavailable:
                if waited >= PATIENCE_SECONDS:
                    raise
            await asyncio.sleep(PAUSE_SECONDS)
            waited += PAUSE_SECONDS

    def _schedule(self, delay: float) -> None:
        if delay == 0 and self._timer and not self._flushing:
            self._timer.cancel()
            self._timer = None
        if self._timer is None or self._timer.done():
            self._flushing = delay == 0
            self._timer = asyncio.create_task(self._flush_after(delay))

    async def _flush_after(self, delay: float) -> None:
        if delay:
            await asyncio.sleep(delay)
        self._flushing = True
        try:
            await self.flush()
        except Exception as error:  # noqa: BLE001 - raised again by the next flush, which has a caller
            self._timer_error = error


def _entry_type(wires: Sequence[dict[str, Any]]) -> str:
    """Name an entry after what a run had come to by its end."""
    kinds = {wire["type"] for wire in wires}
    if kinds & {"RUN_FINISHED", "RUN_ERROR"}:
        return "task_completed"
    if "TEXT_MESSAGE_END" in kinds:
        return "message"
    if "TOOL_CALL_RESULT" in kinds:
        return "tool_called"
    return "task_started" if "RUN_STARTED" in kinds else "collaboration"
