"""Sends messages into one Slack thread, each once as far as Slack lets us know.

What is about to be sent is noted before and carries its key in the message's own metadata. After a kill, or a lost
answer, the thread is searched for that key before anything is sent again.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import structlog

from core.errors import Retryable
from core.json_text import inner_list, inner_object
from db.slack_installations import SlackInstallation
from db.slack_threads import Sending, SlackThread
from server.slack.client import SlackRefused
from server.slack.ground import SlackGround
from server.slack.markdown import SlackText

log = structlog.get_logger(__name__)

EVENT_TYPE: Final = "marketing_minds_message"
ATTEMPTS: Final = 4
LONGEST_PAUSE: Final = 60.0
LOOK_BACK: Final = 100
BAD_BLOCKS: Final = frozenset({"invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long"})
Send: TypeAlias = Callable[[], Awaitable[str]]
Sent: TypeAlias = Callable[[str], Awaitable[None]]
Changes: TypeAlias = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to be sent, under its key. ``take`` stores what it is given once that has happened."""

    key: str
    take: Callable[[Changes], Awaitable[None]]


class Teller:
    """Holds the lease of a thread, and its place. ``boot`` names this start of the process."""

    def __init__(self, ground: SlackGround, installation: SlackInstallation, thread: SlackThread, boot: str) -> None:
        self.ground = ground
        self.installation = installation
        self.thread = thread
        self._boot = boot
        self._api = ground.api(installation.bot_token)
        self._prepared = ""

    @property
    def place(self) -> dict[str, Any]:
        """The thread as the methods of Slack's that write name it."""
        thread = self.thread
        return {"channel": thread.channel_id, "thread_ts": thread.thread_ts or None}

    async def keep(self, **changes: Any) -> None:
        """Store something about the thread. Conflict if its lease is somebody else's now."""
        await self.ground.store.change_thread(self.thread.thread_id, self._boot, changes)
        self.thread = SlackThread.model_validate(self.thread.model_dump() | changes)

    async def call(self, method: str, arguments: Mapping[str, Any], *, form: bool = False) -> dict[str, Any]:
        """Call Slack; wait and go on where it asks for a pause. Raises as ``SlackApi.call`` does."""
        for attempt in range(ATTEMPTS):
            try:
                return await self._api.call(method, arguments, form=form)
            except Retryable as error:
                wait = error.retry_after or float(2**attempt)
                if attempt == ATTEMPTS - 1 or wait > LONGEST_PAUSE:
                    raise
                await asyncio.sleep(wait)
        raise AssertionError

    async def attempt(self, method: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """Call Slack once, without waiting."""
        return await self._api.call(method, arguments)

    async def all(self, steps: Sequence["Step"], seq: int | None) -> None:
        """Take steps in order, each once, from where it was broken off; then event ``seq`` counts as told."""
        told: dict[str, Any] = {"sending": None} | ({} if seq is None else {"last_seq": seq})
        under_way = self.thread.sending
        keys = [step.key for step in steps]
        begun = keys.index(under_way.key) if under_way and under_way.key in keys else 0
        for number, step in enumerate(steps[begun:], begun + 1):
            if number == len(steps):
                await step.take(told)
            else:
                self._prepared = keys[number]
                await step.take({"sending": Sending(key=keys[number]).model_dump()})
        if not steps:
            await self.keep(**({} if seq is None else {"last_seq": seq}))

    def saying(self, key: str, message: SlackText) -> "Step":
        """Return the step of posting a message."""

        async def take(then: Changes) -> None:
            await self.once(key, lambda: self.post(key, message.text, message.blocks), then)

        return Step(key, take)

    async def post(self, key: str, text: str, blocks: Sequence[Mapping[str, Any]] = ()) -> str:
        """Post a message with its key, whether or not it stands there already."""
        arguments = {
            **self.place,
            "text": text,
            "blocks": list(blocks) or None,
            "metadata": metadata(key),
            "unfurl_links": False,
            "unfurl_media": False,
        }
        try:
            return str((await self.call("chat.postMessage", arguments))["ts"])
        except SlackRefused as refusal:
            if not blocks or refusal.reason not in BAD_BLOCKS:
                raise
            # Without its form rather than not at all: what comes after it must not wait for ever.
            log.warning("slack refused the form of a message", key=key, reason=refusal.reason)
            return str((await self.call("chat.postMessage", arguments | {"blocks": None}))["ts"])

    async def once(self, key: str, send: Send, then: Changes, sent: Sent | None = None) -> None:
        """Send something unless it stands in the thread already; ``then`` is stored once that is certain.

        ``sent`` is told of the message's id before.
        """
        under_way = self.thread.sending
        noted = under_way is not None and under_way.key == key
        ts = await self.find(under_way) if noted and under_way and key != self._prepared else None
        if ts is None:
            if not noted:
                await self.keep(sending=Sending(key=key).model_dump())
            self._prepared = ""
            ts = await send()
        if sent:
            await sent(ts)
        await self.keep(**then, newest_ts=max(ts, self.thread.newest_ts))

    async def find(self, sending: Sending) -> str | None:
        """Return Slack's id of a message whose fate was unknown; None if it is not there.

        One that grows carries no key until it is complete: it is the one of ours without any.
        """
        if sending.ts:
            return sending.ts
        thread = self.thread
        where = {"channel": thread.channel_id, "oldest": thread.newest_ts, "limit": LOOK_BACK}
        method = "conversations.history"
        if thread.thread_ts:
            method, where = "conversations.replies", where | {"ts": thread.thread_ts}
        try:
            found = await self.call(method, where | {"include_all_metadata": True}, form=True)
        except SlackRefused as refusal:
            log.warning("slack thread can't be searched, a message may come twice", reason=refusal.reason)
            return None
        for message in map(inner_object, inner_list(found.get("messages"))):
            own = message.get("user") == self.installation.bot_user_id and not message.get("files")
            told = inner_object(inner_object(message.get("metadata")).get("event_payload")).get("key")
            if own and (told == sending.key or (sending.live and told is None)):
                return str(message["ts"])
        return None


def metadata(key: str) -> dict[str, Any]:
    """Return what a message carries to be found by."""
    return {"event_type": EVENT_TYPE, "event_payload": {"key": key}}
