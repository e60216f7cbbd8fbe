"""Writing and reading messages as Slack does: limits of texts and blocks, threads, metadata, streams."""

from collections.abc import Mapping
from typing import Any, Final

from core.json_text import inner_list, inner_object
from sandbox.journal import Row
from sandbox.slack.methods import Arguments, Method, SlackError, channel_of
from sandbox.slack.workspaces import Workspaces

LONGEST_TEXT: Final = 40_000
LONGEST_SECTION: Final = 3_000
LONGEST_MARKDOWN: Final = 12_000
MOST_BLOCKS: Final = 50
BLOCKS: Final = frozenset({"section", "actions", "context", "divider", "header", "image", "input", "markdown"})
KEPT: Final = ("text", "blocks", "metadata", "thread_ts")


class Messages:
    """The methods about messages. A private word to one person is kept as ``ephemerals``."""

    def __init__(self, spaces: Workspaces) -> None:
        self._spaces = spaces
        self.methods: dict[str, Method] = {
            "chat.appendStream": self._append,
            "chat.postEphemeral": self._ephemeral,
            "chat.postMessage": self._post,
            "chat.startStream": self._start,
            "chat.stopStream": self._stop,
            "chat.update": self._update,
            "conversations.history": self._history,
            "conversations.replies": self._replies,
        }

    def _post(self, bot: Row, arguments: Arguments) -> dict[str, Any]:
        channel = channel_of(self._spaces, bot, arguments.get("channel"))
        fields = _content(arguments)
        self._require_thread(channel, arguments.get("thread_ts"))
        message = self._spaces.add_message(channel["id"], bot["bot_user_id"], bot_id=_bot(bot), **fields)
        return {"channel": channel["id"], "ts": message["ts"], "message": _seen(message, whole=False)}

    def _ephemeral(self, bot: Row, arguments: Arguments) -> dict[str, Any]:
        channel = channel_of(self._spaces, bot, arguments.get("channel"))
        user = str(arguments.get("user", ""))
        people = [channel.get("user")] if channel["is_im"] else channel.get("members", ())
        if user not in people:
            raise SlackError("user_not_in_channel")
        ts = self._spaces.new_ts()
        self._spaces.write("ephemerals", ts, channel=channel["id"], user=user, **_content(arguments))
        return {"message_ts": ts}

    def _update(self, bot: Row, arguments: Arguments) -> dict[str, Any]:
        message = self._own(bot, arguments)
        if message.get("streaming"):
            raise SlackError("streaming_state_conflict")
        changed = self._spaces.change("messages", _key(message), **_content(arguments), edited=True)
        return {"channel": message["channel"], "ts": message["ts"], "text": changed["text"]}

    def _start(self, bot: Row, arguments: Arguments) -> dict[str, Any]:
        channel = channel_of(self._spaces, bot, arguments.get("channel"))
        if not channel["is_im"]:
            for name in ("recipient_team_id", "recipient_user_id"):
                if not arguments.get(name):
                    raise SlackError(f"missing_{name}")
        if not arguments.get("thread_ts"):
            raise SlackError("invalid_arguments")
        self._require_thread(channel, arguments["thread_ts"])
        text = _markdown(arguments)
        fields = {"thread_ts": arguments["thread_ts"], "text": text, "streaming": True}
        message = self._spaces.add_message(channel["id"], bot["bot_user_id"], bot_id=_bot(bot), **fields)
        return {"channel": channel["id"], "ts": message["ts"]}

    def _append(self, bot: Row, arguments: Arguments) -> dict[str, Any]:
        message = self._streaming(bot, arguments)
        text = _markdown(arguments)
        if not text:
            raise SlackError("no_text")
        self._spaces.change("messages", _key(message), text=message["text"] + text)
        return {"channel": message["channel"], "ts": message["ts"]}

    def _stop(self, bot: Row, arguments: Arguments) -> dict[str, Any]:
        message = self._streaming(bot, arguments)
        text = message["text"] + _markdown(arguments)
        more = {name: arguments[name] for name in ("blocks", "metadata") if arguments.get(name)}
        stopped = self._spaces.change("messages", _key(message), text=text, streaming=False, **more)
        return {"channel": message["channel"], "ts": message["ts"], "message": _seen(stopped, whole=False)}

    def _history(self, bot: Row, arguments: Arguments) -> dict[str, Any]:
        channel = channel_of(self._spaces, bot, arguments.get("channel"))
        found = [row for row in self._spaces.messages(channel["id"]) if row.get("thread_ts") in (None, row["ts"])]
        return _page(reversed(_between(found, arguments)), arguments)

    def _replies(self, bot: Row, arguments: Arguments) -> dict[str, Any]:
        channel = channel_of(self._spaces, bot, arguments.get("channel"))
        thread_ts = str(arguments.get("ts", ""))
        found = self._spaces.messages(channel["id"], thread_ts)
        if not found:
            raise SlackError("thread_not_found")
        first, replies = found[:1], found[1:]
        return _page([*first, *_between(replies, arguments)], arguments)

    def _require_thread(self, channel: Row, thread_ts: object) -> None:
        if thread_ts and self._spaces.message(channel["id"], str(thread_ts)) is None:
            raise SlackError("thread_not_found")

    def _own(self, bot: Row, arguments: Arguments) -> Row:
        channel = channel_of(self._spaces, bot, arguments.get("channel"))
        message = self._spaces.message(channel["id"], str(arguments.get("ts", "")))
        if message is None:
            raise SlackError("message_not_found")
        if message["user"] != bot["bot_user_id"]:
            raise SlackError("cant_update_message")
        return message

    def _streaming(self, bot: Row, arguments: Arguments) -> Row:
        message = self._own(bot, arguments)
        if not message.get("streaming"):
            raise SlackError("message_not_in_streaming_state")
        return message


def _content(arguments: Arguments) -> dict[str, Any]:
    """Return what a message is to hold, or refuse it as Slack does."""
    text, blocks = str(arguments.get("text") or ""), inner_list(arguments.get("blocks"))
    if not text and not blocks:
        raise SlackError("no_text")
    if len(text) > LONGEST_TEXT:
        raise SlackError("msg_too_long")
    if len(blocks) > MOST_BLOCKS or any(not _valid(inner_object(block)) for block in blocks):
        raise SlackError("invalid_blocks")
    told = arguments.get("metadata")
    if told is not None and not {"event_type", "event_payload"} <= set(inner_object(told)):
        raise SlackError("invalid_metadata_format")
    return {"text": text} | {name: arguments[name] for name in KEPT[1:] if arguments.get(name)}


def _valid(block: Mapping[str, Any]) -> bool:
    if block.get("type") not in BLOCKS:
        return False
    match block["type"]:
        case "section":
            text = inner_object(block.get("text")).get("text")
            return isinstance(text, str) and 0 < len(text) <= LONGEST_SECTION
        case "context":
            texts = [inner_object(one).get("text") for one in inner_list(block.get("elements"))]
            return 0 < len(texts) <= 10 and all(isinstance(text, str) and text for text in texts)
        case "actions":
            buttons = [inner_object(one) for one in inner_list(block.get("elements"))]
            return 0 < len(buttons) <= 25 and all(_valid_button(button) for button in buttons)
        case _:
            return True


def _valid_button(button: Mapping[str, Any]) -> bool:
    label = inner_object(button.get("text")).get("text")
    fits = isinstance(label, str) and 0 < len(label) <= 75 and len(str(button.get("value", ""))) <= 2_000
    return fits and len(str(button.get("url", ""))) <= 3_000 and button.get("style", "primary") in {"primary", "danger"}


def _markdown(arguments: Arguments) -> str:
    text = str(arguments.get("markdown_text") or "")
    if len(text) > LONGEST_MARKDOWN:
        raise SlackError("msg_too_long")
    return text


def _between(messages: list[Row], arguments: Arguments) -> list[Row]:
    oldest = str(arguments.get("oldest") or "0")
    return [row for row in messages if row["ts"] > oldest]


def _page(messages: Any, arguments: Arguments) -> dict[str, Any]:
    whole = str(arguments.get("include_all_metadata", "")).lower() == "true"
    limit = int(arguments.get("limit") or 100)
    shown = [_seen(row, whole=whole) for row in messages]
    return {"messages": shown[:limit], "has_more": len(shown) > limit}


def _seen(message: Row, *, whole: bool) -> dict[str, Any]:
    hidden = {"channel", "streaming"} if whole else {"channel", "streaming", "metadata"}
    return {name: value for name, value in message.items() if name not in hidden}


def _key(message: Row) -> str:
    return f"{message['channel']} {message['ts']}"


def _bot(bot: Row) -> str:
    return f"B{bot['bot_user_id'][1:]}"
