"""Short answers to one person: where they wrote, for their eyes where others could read along."""

from collections.abc import Sequence
from typing import Any, Final

import structlog

from core.errors import NotFound, PlatformError
from core.json_text import inner_list, inner_object
from db.slack_inbox import SLACK_INBOX, SlackArrival
from db.slack_installations import SlackInstallation
from server.slack.client import SlackApi, SlackRefused
from server.slack.ground import SlackGround
from server.slack.telling import metadata
from tools.outside.http import Call

log = structlog.get_logger(__name__)

HOOKS: Final = ("https://hooks.slack.com/",)
LINK_WORDS: Final = (
    "I don't know you yet, so I can't do anything for you. Open the link where you are logged in to Marketing Minds, "
    "and confirm that this is you. It works once, for a quarter of an hour."
)


class Replies:
    """Writes them."""

    def __init__(self, ground: SlackGround) -> None:
        self._ground = ground

    async def to(self, installation: SlackInstallation, arrival: SlackArrival, text: str) -> None:
        """Answer in the thread of a message; ``text`` is in Slack's marks."""
        if arrival.kind in {"action", "submission", "command"}:
            await self.answer(installation, arrival, text)
            return
        thread_ts = arrival.thread_ts or (arrival.ts if not arrival.channel_id.startswith("D") else "")
        said = {"channel": arrival.channel_id, "thread_ts": thread_ts or None, "text": text}
        key = metadata(f"reply {arrival.arrival_id}")
        await self._api(installation).call("chat.postMessage", {**said, "metadata": key})

    async def privately(
        self,
        installation: SlackInstallation,
        arrival: SlackArrival,
        text: str,
        blocks: Sequence[dict[str, Any]] | None = None,
    ) -> None:
        """Tell one person something in a channel that nobody else sees."""
        said = {"channel": arrival.channel_id, "user": arrival.slack_user_id, "text": text, "blocks": blocks}
        try:
            await self._api(installation).call("chat.postEphemeral", {**said, "thread_ts": arrival.thread_ts or None})
        except SlackRefused as refusal:
            log.info("slack took no private word", reason=refusal.reason)

    async def answer(
        self,
        installation: SlackInstallation,
        arrival: SlackArrival,
        text: str,
        blocks: Sequence[dict[str, Any]] | None = None,
    ) -> None:
        """Answer a command or a button, for the person's eyes only, wherever they used it."""
        inbox = self._ground.repository(SLACK_INBOX, self._ground.of_tenant(installation.user_id))
        try:
            url = (await inbox.get(arrival.arrival_id, reveal=True)).response_url or ""
        except NotFound:
            url = ""
        if not url.startswith((*HOOKS, f"{self._ground.base}/")):
            await self.privately(installation, arrival, text, blocks)
            return
        said = {"response_type": "ephemeral", "replace_original": False, "text": text}
        try:
            answer = await self._ground.outside.send(
                Call("Slack", "POST", url, json=said | ({"blocks": list(blocks)} if blocks else {}), encoded=True)
            )
        except PlatformError as error:
            log.info("slack took no answer", reason=error.message)
            return
        if not answer.ok:
            log.info("slack took no answer", status=answer.status)

    async def ask_to_link(self, installation: SlackInstallation, arrival: SlackArrival, address: str) -> None:
        """Show somebody their one-time link, where nobody else sees it."""
        button: dict[str, Any] = {
            "type": "button",
            "text": {"type": "plain_text", "text": "Link my account"},
            "url": address,
        }
        blocks: list[dict[str, Any]] = [
            {"type": "section", "text": {"type": "mrkdwn", "text": LINK_WORDS}},
            {"type": "actions", "elements": [button | {"action_id": "link", "style": "primary"}]},
        ]
        if arrival.kind in {"action", "submission", "command"}:
            await self.answer(installation, arrival, LINK_WORDS, blocks)
        elif arrival.channel_id.startswith("D"):
            said = {"channel": arrival.channel_id, "thread_ts": arrival.thread_ts or None, "text": LINK_WORDS}
            key = metadata(f"link {arrival.arrival_id}")
            await self._api(installation).call("chat.postMessage", {**said, "blocks": blocks, "metadata": key})
        else:
            await self.privately(installation, arrival, LINK_WORDS, blocks)

    async def root(self, installation: SlackInstallation, channel: str, arrival: SlackArrival, text: str) -> str:
        """Post the message a thread hangs below, once; return Slack's id of it."""
        api, key = self._api(installation), f"root {arrival.arrival_id}"
        if arrival.attempts and (known := await self._posted(installation, channel, key)):
            return known
        blocks = [{"type": "section", "text": {"type": "mrkdwn", "text": text, "verbatim": True}}]
        said = {"channel": channel, "text": text, "blocks": blocks, "metadata": metadata(key)}
        return str((await api.call("chat.postMessage", said))["ts"])

    async def _posted(self, installation: SlackInstallation, channel: str, key: str) -> str | None:
        """Return Slack's id of a message of ours in a channel, if an earlier attempt has posted it."""
        looked = {"channel": channel, "limit": 50, "include_all_metadata": True}
        try:
            found = await self._api(installation).call("conversations.history", looked, form=True)
        except SlackRefused as refusal:
            log.warning("slack channel can't be searched, a message may come twice", reason=refusal.reason)
            return None
        for message in map(inner_object, inner_list(found.get("messages"))):
            told = inner_object(inner_object(message.get("metadata")).get("event_payload")).get("key")
            if told == key and message.get("user") == installation.bot_user_id:
                return str(message["ts"])
        return None

    def _api(self, installation: SlackInstallation) -> SlackApi:
        return self._ground.api(installation.bot_token)
