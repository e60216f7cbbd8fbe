"""A stretch of a conversation as a thread: who said what, which tools ran, what was recalled, what was asked for."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

import orjson
from markupsafe import Markup

from core.json_text import inner_list, inner_object
from db.agent_events import AGENT_EVENTS
from db.approval_requests import APPROVAL_REQUESTS
from db.conversations import Conversation
from db.messages import Message
from server.console.approval_card import ApprovalShown, shown
from server.console.visit import Visit
from server.rendering import as_html

MOST_EVENTS: Final = 2_000
MOST_REQUESTS: Final = 200


@dataclass(slots=True)
class ToolUse:
    """A tool that ran. ``ok`` is None while it runs."""

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
class Said:
    """One message. ``html`` is sanitised; ``tools`` ran before it."""

    message: Message
    html: Markup
    tools: tuple[ToolUse, ...]


@dataclass(frozen=True, slots=True)
class News:
    """Something a campaign tells."""

    campaign_id: str
    message: str
    at: datetime


@dataclass(slots=True)
class Turn:
    """What belongs together: a person's words, the answers, and what the answers rest on."""

    run_id: str
    said: list[Said] = field(default_factory=list[Said])
    tools: list[ToolUse] = field(default_factory=list[ToolUse])
    memories: list[Used] = field(default_factory=list[Used])
    asked: list[ApprovalShown] = field(default_factory=list[ApprovalShown])
    news: list[News] = field(default_factory=list[News])
    error: str = ""


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
        call = self._calls.get(str(wire.get("toolCallId")))
        match wire.get("type"):
            case "TOOL_CALL_START":
                started = self._calls[str(wire["toolCallId"])] = ToolUse(str(wire["toolCallName"]))
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


async def thread_of(visit: Visit, conversation: Conversation, messages: Sequence[Message]) -> list[Turn]:
    """Return the turns of these messages, oldest first. ``messages`` come as pages do, newest first."""
    ordered = list(reversed(messages))
    traces = await _traces(visit, conversation, ordered)
    requests = await visit.repository(APPROVAL_REQUESTS).find(
        {"conversation_id": conversation.conversation_id}, sort=[("created_at", -1)], limit=MOST_REQUESTS
    )
    people, signers = await visit.people(), await visit.signers()
    known = {one.request_id: shown(one, visit.scope, people, signers, visit.now) for one in requests}
    texts = await _texts(visit, traces.values())
    turns: dict[str, Turn] = {}
    for message in ordered:
        key = message.run_id or message.message_id
        turn = turns.setdefault(key, Turn(key))
        tools = traces[key].before.get(message.message_id, []) if key in traces else []
        turn.said.append(Said(message, Markup(as_html(message.content)), tuple(tools)))  # noqa: S704 - sanitised
    for key, turn in turns.items():
        if key in traces:
            _complete(turn, traces[key], known, texts)
    return list(turns.values())


def not_shown(turns: Iterable[Turn], pending: Iterable[ApprovalShown]) -> list[ApprovalShown]:
    """Return what waits and stands in none of the turns, such as what a campaign has asked for."""
    there = {one.request.request_id for turn in turns for one in turn.asked}
    return [one for one in pending if one.request.request_id not in there]


def _complete(turn: Turn, trace: Trace, known: Mapping[str, ApprovalShown], texts: Mapping[str, str]) -> None:
    turn.tools = trace.loose
    turn.news = trace.news
    turn.error = trace.error
    turn.memories = [Used(one.memory_id, one.kind, one.why, texts.get(one.memory_id)) for one in trace.memories]
    turn.asked = [known[request_id] for request_id in dict.fromkeys(trace.requests) if request_id in known]


async def _traces(visit: Visit, conversation: Conversation, messages: Sequence[Message]) -> dict[str, Trace]:
    firsts = [message.first_seq for message in messages if message.first_seq is not None]
    if not firsts:
        return {}
    where = {"conversation_id": conversation.conversation_id, "seq": {"$gte": min(firsts)}}
    runs = {message.run_id for message in messages}
    found: dict[str, Trace] = {}
    for event in await visit.repository(AGENT_EVENTS).find(where, sort=[("seq", 1)], limit=MOST_EVENTS):
        if event.run_id in runs and event.run_id is not None:
            trace = found.setdefault(event.run_id, Trace())
            for wire in inner_list(event.data.get("events")):
                trace.read(inner_object(wire), event.timestamp)
    return found


async def _texts(visit: Visit, traces: Iterable[Trace]) -> dict[str, str]:
    wanted = {one.memory_id for trace in traces for one in trace.memories}
    if not wanted:
        return {}
    return {one.memory_id: one.content for one in await visit.parts.memory.memories.those(visit.scope, wanted)}


def _pretty(text: str) -> str:
    try:
        return orjson.dumps(orjson.loads(text), option=orjson.OPT_INDENT_2).decode()
    except orjson.JSONDecodeError:
        return text
