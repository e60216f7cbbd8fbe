"""How the events of a conversation look in a terminal."""

from collections.abc import Mapping
from typing import Any, Final, cast

import orjson

from server.cli.terminal import say

LONGEST_VALUE: Final = 600


class Screen:
    """Writes events as they come: who is at work, which tools run, the text as it is written."""

    def __init__(self, titles: Mapping[str, str]) -> None:
        self._titles = titles
        self._tools: dict[str, str] = {}
        self._open = False
        self._written: dict[str, str] = {}

    def show(self, event: dict[str, Any]) -> None:
        """Write one event."""
        match event["type"]:
            case "STEP_STARTED":
                self._line(f"[{self._title(event['stepName'])}]")
            case "TOOL_CALL_START":
                self._tools[event["toolCallId"]] = event["toolCallName"]
                self._line(f"  · {event['toolCallName']}")
            case "TOOL_CALL_RESULT" if not event.get("metadata", {}).get("ok", True):
                self._line(f"  · {self._tools.get(event['toolCallId'], 'tool')} refused: {event['content'][:300]}")
            case "TEXT_MESSAGE_START" | "TEXT_MESSAGE_CONTENT" | "TEXT_MESSAGE_END":
                self._text(event)
            case "RUN_FINISHED" if event["outcome"]["type"] == "cancelled":
                self._line("(stopped)")
            case "RUN_ERROR":
                self._line(f"Error: {event['message']}")
            case _:
                pass

    def show_interrupt(self, interrupt: dict[str, Any]) -> None:
        """Write what has to be decided, exactly."""
        self._line("")
        self._line(f"Your decision is needed: {interrupt['message']}")
        for number, entry in enumerate(_entries(interrupt["metadata"]["payload"]), 1):
            self._line(f"  {number}.")
            for name, value in entry.items():
                if value not in (None, "", [], {}):
                    self._line(f"     {name.replace('_', ' ')}: {_shown(value)}")

    def _text(self, event: dict[str, Any]) -> None:
        message_id = event["messageId"]
        match event["type"]:
            case "TEXT_MESSAGE_START":
                self._end_line()
                self._written[message_id] = ""
            case "TEXT_MESSAGE_CONTENT":
                self._written[message_id] = self._written.get(message_id, "") + event["delta"]
                say(event["delta"], end="")
                self._open = True
            case _:
                whole = event.get("metadata", {}).get("content", "")
                if not self._written.pop(message_id, "") and whole:
                    self._line(whole)
                self._end_line()

    def _line(self, text: str) -> None:
        self._end_line()
        say(text)

    def _end_line(self) -> None:
        if self._open:
            say()
            self._open = False

    def _title(self, agent: str) -> str:
        return self._titles.get(agent, agent)


def _entries(payload: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the single things a payload is about: its first list of objects, or the payload itself."""
    for value in payload.values():
        if isinstance(value, list) and value and isinstance(value[0], dict):
            return cast("list[dict[str, Any]]", value)
    return [payload]


def _shown(value: Any) -> str:
    text = value if isinstance(value, str) else orjson.dumps(value).decode()
    text = text.replace("\n", "\n       ")
    return text if len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE]}…"
