"""A stretch of a conversation as a thread: who said what, which tools ran, what was recalled, what was asked for."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from markupsafe import Markup

from db.agent_events import AGENT_EVENTS
from db.approval_requests import APPROVAL_REQUESTS
from db.conversations import Conversation
from db.messages import Message
from server.console.approval_card import ApprovalShown, shown
from server.console.visit import Visit
from server.rendering import as_html
from server.traces import News, ToolUse, Trace, Used, recalled, traces_of

MOST_REQUESTS: Final = 200


@dataclass(frozen=True, slots=True)
class Said:
    """One message. ``html`` is sanitised; ``tools`` ran before it."""

    message: Message
    html: Markup
    tools: tuple[ToolUse, ...]


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

    @property
    def failed(self) -> str:
        """The id its client gave to the message that was not answered, to have it tried again; empty if none is."""
        lost = (one.message for one in self.said if one.message.role == "user" and one.message.status == "failed")
        return next((message.client_message_id or "" for message in lost), "")


async def thread_of(visit: Visit, conversation: Conversation, messages: Sequence[Message]) -> list[Turn]:
    """Return the turns of these messages, oldest first. ``messages`` come as pages do, newest first."""
    ordered = list(reversed(messages))
    traces = await traces_of(visit.repository(AGENT_EVENTS), conversation.conversation_id, ordered)
    requests = await visit.repository(APPROVAL_REQUESTS).find(
        {"conversation_id": conversation.conversation_id}, sort=[("created_at", -1)], limit=MOST_REQUESTS
    )
    about = await visit.known(requests)
    known = {one.request_id: shown(one, visit.scope, about, visit.now) for one in requests}
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


async def _texts(visit: Visit, traces: Iterable[Trace]) -> dict[str, str]:
    wanted = recalled(traces)
    if not wanted:
        return {}
    return {one.memory_id: one.content for one in await visit.parts.memory.memories.those(visit.scope, wanted)}
