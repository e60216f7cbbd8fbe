"""The tool loop of an agent: ask the model, run the tools it calls, until it answers or a person has to decide."""

from collections.abc import Sequence
from dataclasses import dataclass

from langchain_core.messages import AIMessage, BaseMessage, ToolMessage
from langchain_core.messages import ToolCall as LangChainToolCall

from agents.briefing import conversation, system_message
from agents.models.reply import ChatModel, Reply, ToolRequest, ask
from agents.models.started import StartedReply
from agents.spec import AgentSpec
from agents.turn import Answer, Turn, TurnOutput
from core.events import (
    Event,
    StepFinished,
    TextDelta,
    TextEnded,
    TextStarted,
    ToolCallArguments,
    ToolCallEnded,
    ToolCallFinished,
    ToolCallStarted,
)
from core.ids import derived_id
from prompts.loader import Prompt, load

MODEL_CALLS_PER_AGENT = 8
OUT_OF_CALLS = "I have stopped here: this took more steps than one turn allows. Tell me how to go on."


class AnswerStream:
    """Shows an answer while it is written. It begins with the first piece of text, and anew after a failed attempt."""

    def __init__(self, output: TurnOutput, message_id: str, agent: str) -> None:
        self._output = output
        self._message_id = message_id
        self._agent = agent
        self._kept: list[str] = []
        self._current: list[str] = []
        self._started = False

    def text(self, delta: str) -> None:
        """Show the next piece."""
        if not self._started:
            self._started = True
            self._output.emit(TextStarted(self._message_id, self._agent))
        elif self._kept and not self._current:
            delta = f"\n\n{delta}"
        self._current.append(delta)
        self._output.emit(TextDelta(self._message_id, delta))

    def restart(self) -> None:
        """Forget what the failed attempt said and show again what stands."""
        self._current.clear()
        if self._started:
            self._output.emit(TextStarted(self._message_id, self._agent))
            if self._kept:
                self._output.emit(TextDelta(self._message_id, self.content))

    def keep(self) -> None:
        """What was said so far stands; the model goes on after its tools have run."""
        self._kept += self._current
        self._current.clear()

    @property
    def content(self) -> str:
        """The answer so far."""
        return "".join([*self._kept, *self._current])


@dataclass(frozen=True, slots=True)
class Worker:
    """An agent with its prompt loaded."""

    spec: AgentSpec
    prompt: Prompt

    @classmethod
    def of(cls, spec: AgentSpec) -> "Worker":
        """Load the agent's prompt."""
        return cls(spec, load(spec.prompt))

    async def work(
        self, turn: Turn, position: int, turn_messages: Sequence[BaseMessage], task: str | None
    ) -> list[BaseMessage]:
        """Do this agent's part of the turn and return the turn's messages for the one that follows."""
        name = self.spec.name
        stream = AnswerStream(turn.output, derived_id("msg", turn.run_id, str(position)), name)
        model = self._model(turn)
        started, turn.started = turn.started, None
        if started and started.agent == name:
            asked: ChatModel = started
            messages = started.messages
        else:
            asked, messages = model, self._messages(turn, turn_messages, task)
        for _ in range(MODEL_CALLS_PER_AGENT):
            reply = await ask(asked, messages, stream, name=turn.models.careful_name, retries=turn.models.retries)
            asked = model
            turn.count(reply.usage)
            if not reply.calls:
                break
            stream.keep()
            messages += await self._run_tools(turn, reply)
            if turn.interrupts:
                stream.text(waiting_words(turn))
                break
        else:
            stream.text(OUT_OF_CALLS)
        self._finish(turn, position, stream.content)
        return [*turn_messages, AIMessage(stream.content, name=name)]

    def start(self, turn: Turn, task: str | None) -> None:
        """Begin the first call of a turn this agent comes first in, to be read by ``work``."""
        turn.started = StartedReply(self.spec.name, self._model(turn), self._messages(turn, (), task))

    def _messages(self, turn: Turn, turn_messages: Sequence[BaseMessage], task: str | None) -> list[BaseMessage]:
        return [system_message(self.prompt, turn, self.spec.name, task), *conversation(turn, turn_messages)]

    def _model(self, turn: Turn) -> ChatModel:
        return turn.models.bound(turn.models.careful, turn.runner.offered(self.spec.tools, turn.scope))

    async def _run_tools(self, turn: Turn, reply: Reply) -> list[BaseMessage]:
        """Run the calls of one reply. Their results are stored together: a repeated turn finds all of them or none."""
        calls: list[LangChainToolCall] = []
        results: list[BaseMessage] = []
        finished: list[Event] = []
        for request in reply.calls:
            call_id = turn.next_call_id(request.name)
            calls.append(LangChainToolCall(name=request.name, args=request.parsed(), id=call_id, type="tool_call"))
            result, events = await self._run_tool(turn, request, call_id)
            results.append(result)
            finished += events
        turn.output.record_now(*finished)
        return [AIMessage(reply.text, name=self.spec.name, tool_calls=calls), *results]

    async def _run_tool(self, turn: Turn, request: ToolRequest, call_id: str) -> tuple[BaseMessage, list[Event]]:
        turn.output.record_soon(
            ToolCallStarted(call_id, request.name),
            ToolCallArguments(call_id, request.arguments),
            ToolCallEnded(call_id),
        )
        context = turn.tool_context(self.spec.name, call_id)
        outcome = await turn.runner.call(request.name, request.arguments, context)
        turn.campaign_id, turn.timezone = context.campaign_id, context.timezone
        turn.note_requests(outcome.interrupts, context.withdrawn)
        message_id = derived_id("msg", turn.run_id, call_id)
        finished = ToolCallFinished(message_id, call_id, outcome.content, outcome.ok)
        return ToolMessage(outcome.content, tool_call_id=call_id, name=request.name), [finished, *outcome.events]

    def _finish(self, turn: Turn, position: int, content: str) -> None:
        message_id = derived_id("msg", turn.run_id, str(position))
        name = self.spec.name
        turn.output.answer(
            Answer(message_id, name, content, turn.models.careful_name, self.prompt.digest),
            TextEnded(message_id, name, content),
            StepFinished(name),
        )


def waiting_words(turn: Turn) -> str:
    """Say what waits for a decision, in the house's words: no model can claim here that something was done."""
    asked = " ".join(interrupt.message for interrupt in turn.interrupts)
    return f"{asked} Nothing goes out until you approve it."
