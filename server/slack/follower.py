"""Tells one Slack thread what happens in its conversation: from the last event that was told on, in order."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing, suppress
from typing import Any, Final, cast

import structlog

from agents.turns.feed import Frame
from core.errors import AppError, Conflict, NotFound, ReconnectNeeded
from core.json_text import inner_list, inner_object
from server.live.tasks import end
from server.slack.cards import Cards
from server.slack.client import SlackRefused
from server.slack.escaping import escaped
from server.slack.live import LiveText, completing
from server.slack.markdown import as_slack, charts_in, packed
from server.slack.pacing import Pacing
from server.slack.pictures import Pictures
from server.slack.telling import Step, Teller
from server.slack.threads import came_from

log = structlog.get_logger(__name__)

TICK_SECONDS: Final = 0.25
IDLE_TICKS: Final = 8
THINKING: Final = "is thinking…"
AT_WORK: Final = "is at work…"


class Follower:
    """One pass over a thread's news: what was missed, then what happens live, until nothing more does."""

    def __init__(self, teller: Teller, cards: Cards, pictures: Pictures, pacing: Pacing) -> None:
        self._teller = teller
        self._cards = cards
        self._pictures = pictures
        self._pacing = pacing
        self._live: LiveText | None = None
        self._said_in_run = False
        self._progress: list[str] = []
        self._status = ""

    async def run(self) -> None:
        """Tell all there is. Raises what Slack refuses; the thread's own number says how far it came."""
        teller = self._teller
        ground, thread = teller.ground, teller.thread
        scope = ground.of_tenant(thread.user_id)
        frames = ground.turns.follow(scope, thread.conversation_id, thread.last_seq)
        async with aclosing(cast("AsyncGenerator[Sequence[Frame]]", frames)) as stream:
            following: asyncio.Future[Sequence[Frame] | None] = asyncio.ensure_future(anext(stream, None))
            idle = 0
            try:
                while idle < IDLE_TICKS or ground.turns.runs_here(thread.conversation_id):
                    await asyncio.wait({following}, timeout=TICK_SECONDS)
                    if following.done():
                        batch, idle = following.result(), 0
                        if batch is None:
                            break
                        following = asyncio.ensure_future(anext(stream, None))
                        for frame in batch:
                            await self._take(frame)
                    else:
                        idle += 1
                    if self._live:
                        await self._live.show()
            except NotFound:
                log.info("conversation of a slack thread is gone", conversation_id=thread.conversation_id)
            finally:
                await end([following])

    async def _take(self, frame: Frame) -> None:
        wire = frame.wire
        match wire["type"]:
            case "TEXT_MESSAGE_START":
                self._begin(wire["messageId"])
            case "TEXT_MESSAGE_CONTENT" if self._live and self._live.key == wire["messageId"]:
                self._live.add(wire["delta"])
            case "TEXT_MESSAGE_END":
                await self._tell(self._answer(wire), frame.seq)
            case "RUN_STARTED":
                self._said_in_run, self._progress = False, []
                await self._tell_status(THINKING)
            case "TOOL_CALL_START":
                await self._tell_status(AT_WORK)
            case "CUSTOM":
                await self._custom(wire["name"], inner_object(wire["value"]), frame.seq)
            case "RUN_FINISHED":
                await self._end_of_text()
                await self._tell(self._outcome(inner_object(wire.get("outcome")), frame), frame.seq)
                await self._tell_status("")
            case "RUN_ERROR":
                await self._end_of_text()
                text = f"⚠️ {escaped(str(wire['message']))}"
                await self._tell(self._words(f"error {frame.run_id} {frame.seq}", text), frame.seq)
                await self._tell_status("")
            case _:
                pass

    async def _tell(self, steps: Sequence[Step], seq: int | None) -> None:
        await self._teller.all(steps, seq)

    def _begin(self, message_id: str) -> None:
        if self._live and self._live.key == message_id:
            self._live.restart()
        else:
            self._live = LiveText(self._teller, self._pacing, message_id, streams=True)

    def _answer(self, wire: dict[str, Any]) -> list[Step]:
        """Return the whole answer as steps, its charts after it."""
        message_id, content = str(wire["messageId"]), str(inner_object(wire.get("metadata")).get("content", ""))
        teller = self._teller
        self._live, self._said_in_run = None, True
        messages = as_slack(content, teller.ground.home(teller.installation))
        steps = [completing(teller, message_id, message) for message in messages[:1]]
        steps += [teller.saying(f"{message_id} {number}", message) for number, message in enumerate(messages[1:], 1)]
        charts = [self._pictures.showing(teller, chart, f"{message_id} {chart}") for chart in charts_in(content)]
        return [*steps, *charts]

    async def _custom(self, name: str, value: dict[str, Any], seq: int | None) -> None:
        teller = self._teller
        match name:
            case "user_message" if not came_from(teller.thread, str(value.get("client_message_id", ""))):
                quoted = "\n".join(f"> {line}".rstrip() for line in escaped(str(value.get("content", ""))).split("\n"))
                await self._tell(self._words(str(value.get("message_id")), f"_Written in the app:_\n{quoted}"), seq)
            case "approval_decided":
                await self._cards.decided(teller.installation, str(value.get("approval_id", "")))
            case "campaign_progress":
                self._progress.append(str(value.get("message", "")))
            case _:
                pass

    def _outcome(self, outcome: dict[str, Any], frame: Frame) -> list[Step]:
        """Return what a run leaves: progress that nobody put into words, what it asks, or that it was stopped."""
        steps: list[Step] = []
        if self._progress and not self._said_in_run:
            text = "\n".join(f"_{escaped(line)}_" for line in self._progress if line)
            steps += self._words(f"progress {frame.run_id} {frame.seq}", text)
        self._progress = []
        asked = [str(inner_object(interrupt).get("id", "")) for interrupt in inner_list(outcome.get("interrupts"))]
        steps += [self._cards.showing(self._teller, approval_id) for approval_id in asked]
        if outcome.get("type") == "cancelled":
            steps += self._words(f"stopped {frame.run_id} {frame.seq}", "_Stopped._")
        return steps

    def _words(self, key: str, text: str) -> list[Step]:
        return [self._teller.saying(f"{key} {number}", message) for number, message in enumerate(packed([text]))]

    async def _end_of_text(self) -> None:
        """Close an answer that grew and was not completed: what was shown of it is all there will be."""
        self._live = None
        under_way = self._teller.thread.sending
        if not under_way or not under_way.live:
            return
        # A kill may have come between its beginning and its id being kept.
        ts = await self._teller.find(under_way)
        if ts is not None:
            with suppress(SlackRefused):
                await self._teller.call("chat.stopStream", {"channel": self._teller.thread.channel_id, "ts": ts})
        await self._teller.keep(sending=None, newest_ts=max(ts or "", self._teller.thread.newest_ts))

    async def _tell_status(self, status: str) -> None:
        """Say in an assistant's thread that somebody is at work; Slack takes it away with the next message."""
        teller = self._teller
        if teller.thread.kind not in {"assistant", "direct"} or not teller.thread.thread_ts or status == self._status:
            return
        self._status = status
        arguments = {"channel_id": teller.thread.channel_id, "thread_ts": teller.thread.thread_ts, "status": status}
        try:
            await teller.attempt("assistant.threads.setStatus", arguments)
        except (Conflict, ReconnectNeeded):
            raise
        except AppError as error:
            log.debug("slack status not set", reason=error.message)
