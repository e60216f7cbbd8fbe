"""What the stored events of turns tell: tools that ran before a message, memories used, requests made, an error."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

import orjson

from core.json_text import inner_list, inner_object
from db.agent_events import AgentEvent
from db.messages import Message
from db.repository import Repository

MOST_EVENTS: Final = 2_000


@dataclass(slots=True)
class ToolUse:
    """A tool that ran. ``ok`` is None while it runs."""

    call_id: str
    name: str
    arguments: str = ""
    result: str = ""
    ok: bool | None = None


@dataclass(frozen=True, slots=True)
class Used:
    """A memory that was brought into a turn, why, and what it says; None once it is forgotten."""

    memory_id: str
    kind: str
    why: str
    content: str | None = None


@dataclass(frozen=True, slots=True)
class News:
    """Something a campaign tells."""

    campaign_id: str
    message: str
    at: datetime


@dataclass(slots=True)
class Trace:
    """What the events of one run tell: tools by the message they came before, memories, requests, an error."""

    before: dict[str, list[ToolUse]] = field(default_factory=dict[str, list[ToolUse]])
    loose: list[ToolUse] = field(default_factory=list[ToolUse])
    memories: list[Used] = field(default_factory=list[Used])
    requests: list[str] = field(default_factory=list[str])
    news: list[News] = field(default_factory=list[News])
    error: str = ""
    _calls: dict[str, ToolUse] = field(default_factory=dict[str, ToolUse])

    def read(self, wire: Mapping[str, Any], at: datetime) -> None:
        """Take one event in, in the order they happened."""
        call_id = str(wire.get("toolCallId"))
        call = self._calls.get(call_id)
        match wire.get("type"):
            case "TOOL_CALL_START":
                started = self._calls[call_id] = ToolUse(call_id, str(wire["toolCallName"]))
                self.loose.append(started)
            case "TOOL_CALL_ARGS" if call:
                call.arguments = _pretty(str(wire["delta"]))
            case "TOOL_CALL_RESULT" if call:
                call.result, call.ok = _pretty(str(wire["content"])), inner_object(wire.get("metadata")).get("ok", True)
            case "TEXT_MESSAGE_END":
                self.before[str(wire["messageId"])], self.loose = self.loose, []
            case "RUN_FINISHED":
                asked = inner_list(inner_object(wire.get("outcome")).get("interrupts"))
                self.requests += [str(inner_object(one).get("id")) for one in asked]
            case "RUN_ERROR":
                self.error = str(wire.get("message", ""))
            case "CUSTOM":
                self._custom(str(wire.get("name")), inner_object(wire.get("value")), at)
            case _:
                pass

    def _custom(self, name: str, value: Mapping[str, Any], at: datetime) -> None:
        if name == "memory_recalled":
            self.memories += [
                Used(str(item.get("memory_id")), str(item.get("memory_type")), str(item.get("why", "")))
                for item in map(inner_object, inner_list(value.get("items")))
            ]
        elif name == "campaign_progress":
            self.news.append(News(str(value.get("campaign_id")), str(value.get("message", "")), at))


async def traces_of(
    events: Repository[AgentEvent], conversation_id: str, messages: Sequence[Message]
) -> dict[str, Trace]:
    """Return what the runs of these messages left behind, by run."""
    firsts = [message.first_seq for message in messages if message.first_seq is not None]
    if not firsts:
        return {}
    where = {"conversation_id": conversation_id, "seq": {"$gte": min(firsts)}}
    runs = {message.run_id for message in messages}
    found: dict[str, Trace] = {}
    for event in await events.find(where, sort=[("seq", 1)], limit=MOST_EVENTS):
        if event.run_id in runs and event.run_id is not None:
            trace = found.setdefault(event.run_id, Trace())
            for wire in inner_list(event.data.get("events")):
                trace.read(inner_object(wire), event.timestamp)
    return found


def recalled(traces: Iterable[Trace]) -> set[str]:
    """Return the ids of the memories these runs used."""
    return {one.memory_id for trace in traces for one in trace.memories}


def _pretty(text: str) -> str:
    try:
        return orjson.dumps(orjson.loads(text), option=orjson.OPT_INDENT_2).decode()
    except orjson.JSONDecodeError:
        return text
