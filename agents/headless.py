"""An agent at work without anybody talking to it: the same worker, tools and runner as in a conversation."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage

from agents.language.situation import Situation
from agents.turn import Answer, Turn
from agents.turns.house import House
from core.events import Event, ToolCallFinished, ToolCallStarted
from core.json_text import json_object
from core.scope import Scope
from tools.tool import ToolContext

WRITER: Final = "writer"


@dataclass(frozen=True, slots=True)
class Errand:
    """What an agent is to do. ``errand_id`` is the same whenever it is repeated; so are the ids of what is made then.

    ``before`` are earlier errands of the same kind, what was asked and answered, the oldest first. ``may_write`` lets
    an agent change things who otherwise only looks them up.
    """

    errand_id: str
    agent: str
    instruction: str
    context: Mapping[str, Any]
    task: str | None = None
    timezone: str = "UTC"
    campaign_id: str | None = None
    conversation_id: str = ""
    before: Sequence[tuple[str, str]] = ()
    may_write: bool = False


@dataclass(frozen=True, slots=True)
class Done:
    """What came of it: the agent's words, and the results of its tool calls in order."""

    text: str
    calls: tuple[tuple[str, Mapping[str, Any]], ...] = ()

    def results(self, tool: str) -> list[Mapping[str, Any]]:
        """Return the results of one tool's calls."""
        return [result for name, result in self.calls if name == tool]


@dataclass(slots=True)
class _Kept:
    """Keeps what a turn puts out; nobody watches."""

    answers: list[Answer] = field(default_factory=list[Answer])
    names: dict[str, str] = field(default_factory=dict[str, str])
    results: list[tuple[str, Mapping[str, Any]]] = field(default_factory=list[tuple[str, Mapping[str, Any]]])

    def emit(self, event: Event) -> None:
        """Nobody watches."""

    async def record(self, *events: Event) -> None:
        """Keep what is of use."""
        self.record_now(*events)

    def record_now(self, *events: Event) -> None:
        """Keep what is of use."""
        for event in events:
            match event:
                case ToolCallStarted():
                    self.names[event.call_id] = event.tool
                case ToolCallFinished() if event.ok:
                    self.results.append((self.names.get(event.call_id, ""), json_object(event.content) or {}))
                case _:
                    pass

    def record_soon(self, *events: Event) -> None:
        """Keep what is of use."""
        self.record_now(*events)

    def answer(self, answer: Answer, *events: Event) -> None:
        """Keep the answer."""
        self.answers.append(answer)
        self.record_now(*events)


class Headless:
    """Sends agents on errands for an account."""

    def __init__(self, house: House) -> None:
        self.house = house

    async def work(self, scope: Scope, errand: Errand) -> Done:
        """Have an agent do something and return what came of it. Raises ModelError as a turn does.

        Only a writer writes here, and who may by their errand; the others look things up and answer.
        """
        kept = _Kept()
        allowed = scope if errand.may_write or errand.agent == WRITER else replace(scope, role="viewer")
        await self.house.workers[errand.agent].work(self._turn(allowed, errand, kept), 0, [], errand.task)
        return Done(kept.answers[-1].content if kept.answers else "", tuple(kept.results))

    def tool_context(self, scope: Scope, errand: Errand, call_id: str) -> ToolContext:
        """Return the context of a tool call made for an errand without asking a model."""
        return self._turn(scope, errand, _Kept()).tool_context(errand.agent, call_id)

    def _turn(self, scope: Scope, errand: Errand, kept: _Kept) -> Turn:
        history: list[BaseMessage] = []
        for asked, answered in errand.before:
            history += [HumanMessage(asked), AIMessage(answered, name=errand.agent)]
        return Turn(
            scope=scope,
            database=self.house.database,
            clock=self.house.clock,
            models=self.house.models,
            runner=self.house.runner,
            output=kept,
            conversation_id=errand.conversation_id,
            run_id="",
            turn_id=errand.errand_id,
            text=errand.instruction,
            timezone=errand.timezone,
            context=dict(errand.context),
            situation=Situation(brief_started=True, ready_to_plan=True, has_plan=True),
            campaign_id=errand.campaign_id,
            history=history,
            desk=self.house.memory.desk if self.house.memory else None,
        )
