"""How far a run had come, read from its stored events: what a process that takes it over starts from."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from langchain_core.messages import AIMessage, BaseMessage, ToolMessage
from langchain_core.messages import ToolCall as LangChainToolCall

from core.events import Routed
from core.json_text import json_object

Wire = dict[str, Any]


@dataclass(slots=True)
class PastCall:
    """A tool call with its result."""

    call_id: str
    name: str = ""
    arguments: str = ""
    result: str | None = None


@dataclass(slots=True)
class Progress:
    """The stored part of a run. ``outcome`` is None while it is not over."""

    started: bool = False
    route: Routed | None = None
    recalled: bool = False
    position: int = 0
    answers: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    calls: list[PastCall] = field(default_factory=list[PastCall])
    calls_made: list[str] = field(default_factory=list[str])
    results: dict[str, str] = field(default_factory=dict[str, str])
    outcome: str | None = None
    approvals: list[dict[str, str]] = field(default_factory=list[dict[str, str]])
    context: dict[str, Any] | None = None

    @classmethod
    def of(cls, wires: Iterable[Wire]) -> "Progress":
        """Read a run's events in order."""
        progress = cls()
        for wire in wires:
            progress.take(wire)
        return progress

    def take(self, wire: Wire) -> None:
        """Read one event."""
        if wire["type"].startswith("TOOL_CALL"):
            self._take_call(wire)
            return
        match wire["type"]:
            case "RUN_STARTED":
                self.started = True
            case "CUSTOM" if wire["name"] == "route":
                value = wire["value"]
                self.route = Routed(tuple(value["agents"]), value["reason"], value["method"], value["confidence"])
            case "CUSTOM" if wire["name"] == "memory_recalled":
                self.recalled = True
            case "STEP_FINISHED":
                self.position += 1
                self.calls = []
            case "STATE_SNAPSHOT":
                self.context = wire["snapshot"]
            case "TEXT_MESSAGE_END":
                self.answers.append((wire["metadata"]["agent"], wire["metadata"]["content"]))
            case "RUN_FINISHED":
                self.outcome = wire["outcome"]["type"]
                asked = wire["outcome"].get("interrupts", ())
                self.approvals = [{"approval_id": item["id"], "summary": item["message"]} for item in asked]
            case "RUN_ERROR":
                self.outcome = "failed"
            case _:
                pass

    def _take_call(self, wire: Wire) -> None:
        match wire["type"]:
            case "TOOL_CALL_START":
                self.calls.append(PastCall(wire["toolCallId"], wire["toolCallName"]))
            case "TOOL_CALL_ARGS":
                self.calls[-1].arguments += wire["delta"]
            case "TOOL_CALL_RESULT":
                self._result(wire)
            case _:
                pass

    def messages(self) -> list[BaseMessage]:
        """Return the turn's messages so far: answers of the agents that are done, calls of the one at work."""
        messages: list[BaseMessage] = [AIMessage(content, name=agent) for agent, content in self.answers]
        for call in self.calls:
            if call.result is None:
                continue
            made = LangChainToolCall(
                name=call.name, args=json_object(call.arguments or "{}") or {}, id=call.call_id, type="tool_call"
            )
            messages.append(AIMessage("", tool_calls=[made]))
            messages.append(ToolMessage(call.result, tool_call_id=call.call_id, name=call.name))
        return messages

    def _result(self, wire: Wire) -> None:
        self.results[wire["toolCallId"]] = wire["content"]
        for call in self.calls:
            if call.call_id == wire["toolCallId"]:
                call.result = wire["content"]
                self.calls_made.append(call.name)
