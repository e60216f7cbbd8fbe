"""What people say in Slack: mentions, direct messages, assistant threads and commands become turns."""

from collections.abc import Callable
from typing import Any, Final, Literal

import structlog

from core.errors import InvalidInput, PlatformError
from core.json_text import inner_object
from core.scope import Scope
from db.conversations import CONVERSATIONS
from db.slack_inbox import SlackArrival
from db.slack_installations import SlackInstallation
from db.slack_threads import SlackThread
from server.slack.client import SlackRefused
from server.slack.escaping import escaped, plain_text
from server.slack.ground import SlackGround
from server.slack.links import Links, zone_in_slack
from server.slack.markdown import LONGEST_SECTION, packed
from server.slack.people import People
from server.slack.replies import Replies
from server.slack.threads import Threads

log = structlog.get_logger(__name__)

NOT_OUTSIDE: Final = (
    "This app does not work in channels shared with other organisations. Write to it in a direct message, or in a "
    "channel of your own workspace."
)
NOT_HERE: Final = "Please write to me in a direct message, or mention me in a channel of your own workspace."
FILES: Final = "_Files can't be read here yet; I go by your words alone._"
GREETING: Final = "Hello! Tell me in your own words what you want to achieve, and the team gets to work."
PROMPTS: Final = (
    ("Plan a campaign", "I want to plan a campaign. What do you need to know?"),
    ("Write a post", "Write an Instagram post for me."),
    ("How is it doing?", "How did our posts do last week?"),
)
HELP: Final = (
    "*Talking with your marketing team*\n"
    "• Mention me in a channel, or write me a direct message.\n"
    "• `{command} <what you want>` starts a conversation in your direct messages.\n"
    "• `{command} continue` goes on here with a conversation you began elsewhere.\n"
    "• `stop` stops an answer that is being written.\n"
    "• `{command} link` links you to your account; `{command} unlink` undoes that."
)
MOST_OFFERED: Final = 5
# Alone, and while the team answers: anything else is a message.
STOPS: Final = frozenset({"stop", "cancel"})


class Conversing:
    """Works off messages and commands. ``attend`` is told which thread has something new."""

    def __init__(
        self, ground: SlackGround, people: People, links: Links, replies: Replies, attend: Callable[[SlackThread], None]
    ) -> None:
        self._ground = ground
        self._people = people
        self._links = links
        self._replies = replies
        self._attend = attend
        self.threads = Threads(ground)

    async def message(self, installation: SlackInstallation, arrival: SlackArrival) -> None:
        """Take what was said as a turn. Somebody who is not linked is asked to link, and nothing else happens."""
        if await self._outside(installation, arrival):
            return
        scope = await self._people.scope(installation, arrival.slack_user_id)
        if scope is None:
            await self.ask_to_link(installation, arrival)
            return
        text = plain_text(arrival.text, installation.bot_user_id)
        if not text:
            await self._replies.to(installation, arrival, FILES if arrival.fields.get("files") != "0" else GREETING)
            return
        thread_ts, kind = self._thread_of(arrival)
        thread = await self.threads.opened(
            installation, arrival.channel_id, thread_ts, kind, arrival.slack_user_id, newest_ts=arrival.ts
        )
        await self._say(installation, scope, arrival, thread, text)

    async def assistant(self, installation: SlackInstallation, arrival: SlackArrival) -> None:
        """Greet somebody who has opened an assistant thread, with a few ways to begin."""
        scope = await self._people.scope(installation, arrival.slack_user_id)
        if scope is None:
            await self.ask_to_link(installation, arrival)
            return
        await self._replies.to(installation, arrival, GREETING)
        prompts = [{"title": title, "message": message} for title, message in PROMPTS]
        place = {"channel_id": arrival.channel_id, "thread_ts": arrival.thread_ts}
        await self._courtesy(installation, "assistant.threads.setSuggestedPrompts", {**place, "prompts": prompts})

    async def command(self, installation: SlackInstallation, arrival: SlackArrival) -> None:
        """Do what a slash command asks."""
        words = arrival.text.split()
        scope = await self._people.scope(installation, arrival.slack_user_id)
        match [word.lower() for word in words[:2]]:
            case ["link"] if scope:
                await self._replies.answer(installation, arrival, "You are linked already. Use `unlink` first.")
            case ["unlink"] if scope:
                await self._unlink(installation, scope, arrival)
            case _ if scope is None:
                await self.ask_to_link(installation, arrival)
            case [] | ["help"]:
                command = escaped(arrival.fields.get("command") or "/marketing")
                await self._replies.answer(installation, arrival, HELP.format(command=command))
            case ["continue"]:
                await self._offer(installation, scope, arrival)
            case _:
                await self._begin(installation, scope, arrival)

    async def go_on(self, installation: SlackInstallation, scope: Scope, arrival: SlackArrival) -> None:
        """Hold a conversation that was begun elsewhere in a thread of the person's direct messages."""
        conversation_id = arrival.fields.get("value", "")
        conversation = await self._ground.repository(CONVERSATIONS, scope).get(conversation_id)
        title = conversation.title or "Your conversation"
        last = (
            f"\n> {escaped(' '.join(conversation.messages[-1].content.split())[:300])}" if conversation.messages else ""
        )
        channel = await self._direct(installation, arrival.slack_user_id)
        words = f"*{escaped(title)}* goes on here: write in this thread.{last}"
        ts = await self._replies.root(installation, channel, arrival, words)
        thread = await self.threads.opened(
            installation, channel, ts, "continued", arrival.slack_user_id, newest_ts=ts, conversation=conversation
        )
        self._attend(thread)

    async def _say(
        self, installation: SlackInstallation, scope: Scope, arrival: SlackArrival, thread: SlackThread, text: str
    ) -> None:
        if text.lower().strip(" .!") in STOPS and await self.threads.stop(scope, thread):
            return
        try:
            _, thread = await self.threads.say(scope, thread, text, arrival.ts)
        except InvalidInput as error:
            await self._replies.to(installation, arrival, escaped(error.message))
            return
        if arrival.fields.get("files", "0") != "0":
            await self._replies.to(installation, arrival, FILES)
        if thread.kind == "assistant" and not thread.titled:
            title = " ".join(text.split())[:60]
            place = {"channel_id": thread.channel_id, "thread_ts": thread.thread_ts, "title": title}
            await self._courtesy(installation, "assistant.threads.setTitle", place, form=True)
            await self.threads.titled(thread)
        self._attend(thread)

    async def _begin(self, installation: SlackInstallation, scope: Scope, arrival: SlackArrival) -> None:
        """Start a conversation in the person's direct messages: what the team says is for them alone."""
        channel = await self._direct(installation, arrival.slack_user_id)
        quoted = packed(["\n".join(f"> {line}".rstrip() for line in escaped(arrival.text).split("\n"))])[0].text
        ts = await self._replies.root(installation, channel, arrival, quoted[:LONGEST_SECTION])
        thread = await self.threads.opened(installation, channel, ts, "command", arrival.slack_user_id, newest_ts=ts)
        _, thread = await self.threads.say(scope, thread, arrival.text, ts)
        self._attend(thread)
        if arrival.channel_id != channel:
            await self._replies.answer(installation, arrival, "The answer comes in your direct messages with me.")

    async def _offer(self, installation: SlackInstallation, scope: Scope, arrival: SlackArrival) -> None:
        page = await self._ground.repository(CONVERSATIONS, scope).page({}, limit=MOST_OFFERED)
        if not page.items:
            await self._replies.answer(installation, arrival, "There is no conversation to go on with yet.")
            return
        blocks: list[dict[str, Any]] = [_section("Which conversation do you want to go on with here?")]
        for one in page.items:
            button: dict[str, Any] = {"type": "button", "action_id": "continue", "value": one.conversation_id}
            button |= {"text": {"type": "plain_text", "text": "Continue here"}}
            blocks.append(_section(escaped(one.title or "Conversation")) | {"accessory": button})
        await self._replies.answer(installation, arrival, "Which conversation do you want to go on with?", blocks)

    async def _unlink(self, installation: SlackInstallation, scope: Scope, arrival: SlackArrival) -> None:
        link = await self._ground.store.link(installation.team_id, arrival.slack_user_id)
        if link is not None:
            await self._links.unlink(scope, link.link_id)
        await self._replies.answer(installation, arrival, "You are not linked to an account any more.")

    async def ask_to_link(self, installation: SlackInstallation, arrival: SlackArrival) -> None:
        """Show a Slack user of this workspace their one-time link; leave everybody else alone."""
        slack_user = await self._slack_user(installation, arrival)
        if slack_user is None:
            log.info("slack user of elsewhere left alone", team_id=installation.team_id)
            return
        name, timezone = slack_user
        address = await self._links.offer(installation, arrival.slack_user_id, name, timezone)
        if address is not None:
            await self._replies.ask_to_link(installation, arrival, address)

    async def _slack_user(
        self, installation: SlackInstallation, arrival: SlackArrival
    ) -> tuple[str, str | None] | None:
        """Return a Slack user's name and timezone; None for one who is not of this workspace, or a program."""
        api = self._ground.api(installation.bot_token)
        found = inner_object((await api.call("users.info", {"user": arrival.slack_user_id}, form=True)).get("user"))
        if found.get("is_bot") or found.get("is_stranger") or found.get("deleted"):
            return None
        if found.get("team_id") not in (None, installation.team_id):
            return None
        profile = inner_object(found.get("profile"))
        name = str(profile.get("real_name") or found.get("real_name") or found.get("name") or "")[:80]
        return name, zone_in_slack(found)

    async def _outside(self, installation: SlackInstallation, arrival: SlackArrival) -> bool:
        """Refuse what comes from other organisations, and channels they can read."""
        if arrival.external:
            if await self._people.scope(installation, arrival.slack_user_id):
                await self._replies.privately(installation, arrival, NOT_OUTSIDE)
            return True
        if arrival.fields.get("how") == "direct":
            return False
        api = self._ground.api(installation.bot_token)
        try:
            asked = await api.call("conversations.info", {"channel": arrival.channel_id}, form=True)
        except SlackRefused:
            log.info("slack channel can't be looked at, so nothing is said in it", channel_id=arrival.channel_id)
            return True
        channel = inner_object(asked.get("channel"))
        shared = any(channel.get(name) for name in ("is_ext_shared", "is_pending_ext_shared", "is_shared"))
        if shared and not channel.get("is_org_shared"):
            await self._replies.privately(installation, arrival, NOT_OUTSIDE)
            return True
        return False

    async def _direct(self, installation: SlackInstallation, slack_user_id: str) -> str:
        api = self._ground.api(installation.bot_token)
        opened = await api.call("conversations.open", {"users": slack_user_id})
        return str(inner_object(opened.get("channel")).get("id"))

    async def _courtesy(
        self, installation: SlackInstallation, method: str, arguments: dict[str, Any], *, form: bool = False
    ) -> None:
        """Call something whose failing nobody would miss."""
        try:
            await self._ground.api(installation.bot_token).call(method, arguments, form=form)
        except PlatformError as error:
            log.info("slack courtesy left out", method=method, reason=error.message)

    def _thread_of(self, arrival: SlackArrival) -> tuple[str, Literal["mention", "direct", "assistant"]]:
        """Return where a message belongs. A direct message outside of a thread belongs to the one long conversation."""
        if arrival.fields.get("how") == "mention":
            return arrival.thread_ts or arrival.ts, "mention"
        return arrival.thread_ts, "assistant" if arrival.thread_ts else "direct"


def _section(text: str) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text, "verbatim": True}}
