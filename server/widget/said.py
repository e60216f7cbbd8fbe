"""What was said in a talk, with what stands around it: tools that ran, memories that were used, and how turns ended."""

from collections.abc import Mapping, Sequence
from typing import Final, Literal

from pydantic import BaseModel, Field

from core.scope import Scope
from db.agent_events import AGENT_EVENTS
from db.conversations import CONVERSATIONS
from db.messages import MESSAGES, Message
from server.rest.conversations import MessageView
from server.rest.pages import PageView, page_view
from server.services import Services
from server.traces import ToolUse, Trace, recalled, traces_of

LONGEST_RAW: Final = 2_000


class ToolView(BaseModel):
    """A tool that ran; ``ok`` is null while it runs. What is too long to be read is cut, and ends in “…”."""

    id: str
    name: str
    ok: bool | None
    arguments: str = Field(description="What it was given, as text.")
    result: str = Field(description="What came of it, as text; empty while it runs.")

    @classmethod
    def of(cls, use: ToolUse) -> "ToolView":
        """Show one use of a tool."""
        return cls(id=use.call_id, name=use.name, ok=use.ok, arguments=_cut(use.arguments), result=_cut(use.result))


class MemoryView(BaseModel):
    """A memory that an answer used; ``content`` is null once it is forgotten."""

    content: str | None
    why: str


class SaidView(MessageView):
    """A message with what stands around it."""

    tools: list[ToolView] = Field(description="What ran before these words.")
    later: list[ToolView] = Field(description="What ran after the last words of a turn that is over.")
    memories: list[MemoryView] = Field(description="What the turn remembered; with its first answer.")
    ended: Literal["failed", "cancelled"] | None = Field(description="With a turn's last words: it did not end well.")
    error: str = Field(description="Why a turn failed, and what to do.")


async def said(
    parts: Services, scope: Scope, conversation_id: str, limit: int, cursor: str | None
) -> PageView[SaidView]:
    """Return a page of messages, newest first."""
    talk = await parts.repository(CONVERSATIONS, scope).get(conversation_id)
    page = await parts.repository(MESSAGES, scope).page(
        {"conversation_id": conversation_id}, limit=limit, cursor=cursor
    )
    traces = await traces_of(parts.repository(AGENT_EVENTS, scope), conversation_id, page.items)
    wanted = recalled(traces.values())
    found = await parts.memory.memories.those(scope, wanted) if wanted else []
    texts = {memory.memory_id: memory.content for memory in found}
    around = _Around(page.items, traces, texts, talk.run.run_id if talk.run else None)
    return page_view(page, lambda message: around.shown(message, MessageView.of(message, talk.run)))


class _Around:
    """Knows of each run on a page where it begins to answer, what it said last, and how it ended."""

    def __init__(
        self,
        newest_first: Sequence[Message],
        traces: Mapping[str, Trace],
        texts: Mapping[str, str],
        running: str | None,
    ) -> None:
        self._traces = traces
        self._texts = texts
        self._running = running
        self._last: dict[str, str] = {}
        self._first_answer: dict[str, str] = {}
        self._ended: dict[str, Literal["failed", "cancelled"]] = {}
        for message in newest_first:
            run = message.run_id or ""
            self._last.setdefault(run, message.message_id)
            if message.role == "assistant":
                self._first_answer[run] = message.message_id
            elif message.status in ("failed", "cancelled"):
                self._ended[run] = message.status

    def shown(self, message: Message, view: MessageView) -> SaidView:
        run = message.run_id or ""
        trace = self._traces.get(run) or Trace()
        over = bool(run) and run != self._running and self._last[run] == message.message_id
        ended = self._ended.get(run) if over else None
        return SaidView(
            **view.model_dump(),
            tools=[ToolView.of(use) for use in trace.before.get(message.message_id, [])],
            later=[ToolView.of(use) for use in trace.loose] if over else [],
            memories=self._memories(trace) if self._first_answer.get(run) == message.message_id else [],
            ended=ended,
            error=trace.error if ended == "failed" else "",
        )

    def _memories(self, trace: Trace) -> list[MemoryView]:
        return [MemoryView(content=self._texts.get(one.memory_id), why=one.why) for one in trace.memories]


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST_RAW else f"{text[:LONGEST_RAW]}…"
