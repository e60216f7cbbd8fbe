"""What one turn carries through the graph: who acts, what was said, and where its output goes."""

from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, TypedDict

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage

from agents.language.campaign_orders import campaign_order
from agents.language.memory_requests import memory_request
from agents.language.situation import Situation
from agents.models.factory import Models
from agents.models.started import StartedReply
from agents.recalling import NOTHING, Brought
from core.clock import Clock
from core.events import Event, Interrupt, Routed, Usage
from core.scope import Scope
from db.client import Database
from memory.desk import MemoryDesk
from tools.runner import ToolRunner, call_position
from tools.tool import ToolContext


@dataclass(frozen=True, slots=True)
class Answer:
    """A finished answer of one agent, as it will be stored."""

    message_id: str
    agent: str
    content: str
    model: str
    prompt_digest: str


class TurnOutput(Protocol):
    """Takes everything a turn produces. Durable events reach clients only once they are stored, in order."""

    def emit(self, event: Event) -> None:
        """Show a volatile event now."""

    async def record(self, *events: Event) -> None:
        """Store durable events, with all that was put back for later, then show them."""

    def record_now(self, *events: Event) -> None:
        """Start to store durable events, with all that waits, and go on meanwhile."""

    def record_soon(self, *events: Event) -> None:
        """Store and show durable events with the next ``record``, or by themselves after a moment."""

    def answer(self, answer: Answer, *events: Event) -> None:
        """Keep a finished answer and its events for the next ``record``."""


@dataclass(slots=True)
class Turn:
    """A turn in progress. ``turn_id`` is the id of the message it answers: a repeated turn has the same one.

    ``own_words``: ``text`` is what a person has written, not what the house says of a decision or sends on an errand.
    """

    scope: Scope
    database: Database
    clock: Clock
    models: Models
    runner: ToolRunner
    output: TurnOutput
    conversation_id: str
    run_id: str
    turn_id: str
    text: str
    timezone: str
    context: dict[str, Any]
    situation: Situation
    own_words: bool = False
    campaign_id: str | None = None
    summary: str = ""
    history: Sequence[BaseMessage] = ()
    pending_approvals: list[dict[str, str]] = field(default_factory=list[dict[str, str]])
    interrupts: list[Interrupt] = field(default_factory=list[Interrupt])
    usage: dict[str, Usage] = field(default_factory=dict[str, Usage])
    calls_made: Counter[str] = field(default_factory=Counter[str])
    memory: Brought = NOTHING
    desk: MemoryDesk | None = None
    started: StartedReply | None = None

    def next_call_id(self, tool: str) -> str:
        """Return the id of the next call of ``tool`` in this turn; a repeated turn counts the same way."""
        self.calls_made[tool] += 1
        return call_position(self.turn_id, tool, self.calls_made[tool])

    def tool_context(self, agent: str, call_id: str) -> ToolContext:
        """Return the context one tool call runs in."""
        return ToolContext(
            scope=self.scope,
            database=self.database,
            clock=self.clock,
            conversation_id=self.conversation_id,
            run_id=self.run_id,
            call_id=call_id,
            agent=agent,
            timezone=self.timezone,
            context=self.context,
            campaign_id=self.campaign_id,
            memory=self.desk,
            links=self.runner.parts.links,
            outside=self.runner.parts.outside,
            in_turn=True,
            said=self._said(),
            order=self._order(),
            words=self.text,
            press=self.runner.parts.press,
        )

    def _order(self) -> str | None:
        found = campaign_order(self.text) if self.own_words else None
        return found.order if found else None

    def _said(self) -> str:
        """What the person said, and the last answer where they ask for it to be kept ("remember that")."""
        words = [str(message.content) for message in self.history if isinstance(message, HumanMessage)]
        if (asked := memory_request(self.text)) and asked.kind in {"remember", "correct"}:
            answers = [str(message.content) for message in self.history if isinstance(message, AIMessage)]
            words += answers[-1:]
        return "\n".join([*words, self.text])

    def note_requests(self, asked: Iterable[Interrupt], withdrawn: Iterable[str]) -> None:
        """Take up what a call has asked a person, and let go of what it has withdrawn."""
        asked = tuple(asked)
        gone = {*withdrawn, *(interrupt.approval_id for interrupt in asked)}
        self.pending_approvals = [item for item in self.pending_approvals if item["approval_id"] not in gone]
        self.interrupts = [item for item in self.interrupts if item.approval_id not in gone]
        self.interrupts += asked

    def count(self, usage: Usage | None) -> None:
        """Add the tokens of one model call to the turn's usage."""
        if usage is None:
            return
        before = self.usage.get(usage.model, Usage(usage.model, 0, 0))
        self.usage[usage.model] = Usage(
            usage.model, before.input_tokens + usage.input_tokens, before.output_tokens + usage.output_tokens
        )


class TurnState(TypedDict, total=False):
    """The graph's state: the route, how far it has come, and the messages of this turn so far."""

    route: Routed | None
    position: int
    messages: list[BaseMessage]


AgentNode = Callable[[TurnState, Turn], Awaitable[TurnState]]
