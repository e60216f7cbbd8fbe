"""An answer that grows in Slack while it is written: streamed where Slack can, else by changing the message.

It is a courtesy: whatever goes wrong here, the whole answer is put in its place once it is complete.
"""

import asyncio
from typing import Final

import structlog

from core.errors import AppError, Conflict, ReconnectNeeded
from db.slack_threads import Sending
from server.slack.client import SlackRefused
from server.slack.escaping import escaped
from server.slack.markdown import LONGEST_MESSAGE, SlackText, as_slack
from server.slack.pacing import Kind, Pacing
from server.slack.telling import Changes, Step, Teller, metadata

log = structlog.get_logger(__name__)

PATIENCE: Final = 0.4
PAUSE_AFTER_TROUBLE: Final = 10.0
OVER_ALREADY: Final = frozenset({"message_not_in_streaming_state", "message_not_found"})
GONE: Final = frozenset({"message_not_found", "cant_update_message", "edit_window_closed"})


class LiveText:
    """One answer on its way. ``key`` is the id of its message in our conversation."""

    def __init__(self, teller: Teller, pacing: Pacing, key: str, *, streams: bool) -> None:
        self.key = key
        self._teller = teller
        self._pacing = pacing
        self._text = ""
        self._sent = 0
        self._since = asyncio.get_running_loop().time()
        under_way = teller.thread.sending
        mine = under_way is not None and under_way.key == key
        self._ts = under_way.ts if mine and under_way else None
        self._adopted = mine
        self.streams = streams and bool(teller.thread.thread_ts)

    def add(self, delta: str) -> None:
        """Take the next piece."""
        self._text += delta

    def restart(self) -> None:
        """The answer is written anew from its beginning."""
        self._text = ""
        self._adopted = self._adopted or self._ts is not None

    async def show(self) -> None:
        """Show what there is, if enough time has gone by. Conflict if the thread is somebody else's now."""
        waited = asyncio.get_running_loop().time() - self._since
        if self._adopted or self._sent >= min(len(self._text), LONGEST_MESSAGE) or waited < PATIENCE:
            return
        kind: Kind = "start" if self._ts is None else "append" if self.streams else "update"
        team_id = self._teller.installation.team_id
        if not self._pacing.take(team_id, kind):
            return
        try:
            await self._grow()
        except (Conflict, ReconnectNeeded):
            raise
        except AppError as error:
            self._pacing.hold(team_id, kind, error.retry_after or PAUSE_AFTER_TROUBLE)
            self._adopted = self._adopted or self._ts is None
            log.info("slack answer not shown live", reason=error.message)

    async def _grow(self) -> None:
        upto = min(len(self._text), LONGEST_MESSAGE)
        fresh = self._text[self._sent : upto]
        if self._ts is None:
            await self._begin(upto)
        elif self.streams:
            arguments = {"channel": self._teller.thread.channel_id, "ts": self._ts, "markdown_text": escaped(fresh)}
            await self._teller.attempt("chat.appendStream", arguments)
        else:
            shown = as_slack(f"{self._text[:upto]} …")[0]
            arguments = {"channel": self._teller.thread.channel_id, "ts": self._ts, "text": shown.text}
            await self._teller.attempt("chat.update", arguments | {"blocks": shown.blocks})
        self._sent = upto

    async def _begin(self, upto: int) -> None:
        teller = self._teller
        await teller.keep(sending=Sending(key=self.key, live=True).model_dump())
        if self.streams:
            try:
                self._ts = await self._start_stream(upto)
            except SlackRefused as refusal:
                log.info("slack does not stream here", reason=refusal.reason)
                self.streams = False
        if self._ts is None:
            shown = as_slack(f"{self._text[:upto]} …")[0]
            said = {**teller.place, "text": shown.text, "blocks": shown.blocks}
            self._ts = str((await teller.attempt("chat.postMessage", said))["ts"])
        await teller.keep(sending=Sending(key=self.key, live=True, ts=self._ts).model_dump())

    async def _start_stream(self, upto: int) -> str:
        teller = self._teller
        arguments = {
            **teller.place,
            "markdown_text": escaped(self._text[:upto]),
            "recipient_team_id": teller.installation.team_id,
            "recipient_user_id": teller.thread.slack_user_id,
        }
        return str((await teller.attempt("chat.startStream", arguments))["ts"])


def completing(teller: Teller, key: str, whole: SlackText) -> Step:
    """Return the step of putting the first part of an answer into its place: the message that grew, if one did."""

    async def take(then: Changes) -> None:
        under_way = teller.thread.sending
        ts = await teller.find(under_way) if under_way and under_way.key == key and under_way.live else None
        if ts is not None:
            if await _settled(teller, key, ts, whole):
                await teller.keep(**then, newest_ts=max(ts, teller.thread.newest_ts))
                return
            await teller.keep(sending=None)
        await teller.once(key, lambda: teller.post(key, whole.text, whole.blocks), then)

    return Step(key, take)


async def _settled(teller: Teller, key: str, ts: str, whole: SlackText) -> bool:
    """Give a message that grew its final form; False if it is not there any more."""
    place = {"channel": teller.thread.channel_id, "ts": ts}
    if teller.thread.thread_ts:
        try:
            await teller.call("chat.stopStream", place)
        except SlackRefused as refusal:
            if refusal.reason not in OVER_ALREADY:
                log.info("slack stream was not stopped", reason=refusal.reason)
    final = {**place, "text": whole.text, "blocks": whole.blocks, "metadata": metadata(key)}
    try:
        await teller.call("chat.update", final)
    except SlackRefused as refusal:
        if refusal.reason not in GONE:
            raise
        return False
    return True
