"""A conversation with the offline model: its own prompts and the real tools, without graph or server."""

import json
from dataclasses import dataclass, field
from typing import Any, cast

from langchain_core.messages import (
    AIMessage,
    AIMessageChunk,
    BaseMessage,
    HumanMessage,
    SystemMessage,
    ToolCall,
    ToolMessage,
)

from agents.language.intent import read_intent
from agents.language.situation import Situation, open_question
from agents.models.offline.model import OfflineChatModel
from agents.roster import ROSTER
from core.ids import derived_id, new_id
from core.scope import Scope
from db.approval_requests import APPROVAL_REQUESTS
from db.client import Database
from db.conversations import CONVERSATIONS, Conversation
from db.repository import Repository
from prompts.loader import load
from tools.runner import ToolRunner
from tools.tool import ToolContext

SPECS = {spec.name: spec for spec in ROSTER}
MOST_CALLS = 8


@dataclass(slots=True)
class Reply:
    """What one agent did with one message."""

    agent: str
    text: str
    calls: list[tuple[str, dict[str, Any]]]
    results: list[dict[str, Any]]
    interrupts: list[str]

    def names(self) -> list[str]:
        """The tools called, in order."""
        return [name for name, _ in self.calls]

    def arguments(self, tool: str) -> dict[str, Any]:
        """The arguments of the first call of a tool."""
        return next(arguments for name, arguments in self.calls if name == tool)


@dataclass(slots=True)
class Desk:
    """Holds a conversation as the server would, and plays the tool loop."""

    database: Database
    scope: Scope
    timezone: str = "Europe/London"
    model: OfflineChatModel = field(default_factory=OfflineChatModel)
    conversation_id: str = field(default_factory=lambda: new_id("cnv"))
    context: dict[str, Any] = field(
        default_factory=lambda: {"campaign_brief": {}, "collected_info": {}, "ready_to_plan": False}
    )
    campaign_id: str | None = None
    history: list[BaseMessage] = field(default_factory=list[BaseMessage])
    turns: int = 0
    replies: list[Reply] = field(default_factory=list[Reply])

    @classmethod
    async def open(cls, database: Database, scope: Scope) -> "Desk":
        """Begin a conversation."""
        desk = cls(database, scope)
        repository = Repository(database, CONVERSATIONS, scope)
        await repository.insert(Conversation(conversation_id=desk.conversation_id))
        return desk

    async def say(self, text: str, *agents: str) -> list[Reply]:
        """Say something; the reading decides who answers unless agents are named."""
        chosen = agents or read_intent(text, self.situation()).agents
        self.turns += 1
        earlier: list[BaseMessage] = []
        replies: list[Reply] = []
        for agent in chosen:
            reply = await self._work(agent, text, earlier, [])
            earlier.append(AIMessage(reply.text, name=agent))
            replies.append(reply)
        self._keep(text, replies)
        return replies

    async def decide(self, approval_id: str, *, approve: bool, notes: str = "") -> Reply:
        """Decide what waits, and let the publisher speak about it."""
        self.turns += 1
        requests = Repository(self.database, APPROVAL_REQUESTS, self.scope)
        status = "approved" if approve else "rejected"
        request = await requests.update(approval_id, {"status": status, "rejection_reason": notes or None})
        if approve:
            outcome = await self._runner().execute(request, self._tool_context("publisher", "execute"))
            content = outcome.content
        else:
            content = json.dumps({"status": "rejected", "reason": notes})
        call = ToolCall(name=request.tool, args={}, id=request.call_id, type="tool_call")
        step: list[BaseMessage] = [
            AIMessage("", name="publisher", tool_calls=[call]),
            ToolMessage(content, tool_call_id=request.call_id, name=request.tool),
        ]
        text = f"{status.capitalize()}: {request.summary}"
        reply = await self._work("publisher", text, [], step)
        self._keep(text, [reply])
        return reply

    def situation(self) -> Situation:
        """What the reader of intents is told."""
        answers = [message for message in self.history if isinstance(message, AIMessage)]
        speaker = answers[-1].name if answers else None
        return Situation(
            last_agent=speaker,
            asked=open_question(self.context["collected_info"].get("asked"), speaker),
            last_answer=str(answers[-1].text) if answers else "",
            brief_started=bool(self.context["campaign_brief"]),
            ready_to_plan=self.context["ready_to_plan"],
            has_plan=self.campaign_id is not None,
            has_drafts=any(message.name == "writer" for message in answers),
        )

    def messages(self, agent: str, text: str, rest: list[BaseMessage]) -> list[BaseMessage]:
        """The prompt an agent gets."""
        data: dict[str, Any] = {
            "today": self.database.clock.now().date().isoformat(),
            "weekday": "",
            "timezone": self.timezone,
            "agent": agent,
            "context": self.context,
            "campaign": {"campaign_id": self.campaign_id} if self.campaign_id else None,
            "summary": "",
            "pending_approvals": [],
            "task": None,
            "offline": True,
        }
        system = SystemMessage(load(agent).render(context=json.dumps(data).replace("<", "\\u003c")))
        return [system, *self.history, HumanMessage(text), *rest]

    async def _work(self, agent: str, text: str, earlier: list[BaseMessage], step: list[BaseMessage]) -> Reply:
        tools = [tool.schema() for tool in SPECS[agent].tools]
        bound = self.model.bind_tools(tools)
        messages = self.messages(agent, text, [*earlier, *step])
        reply = Reply(agent, "", [], [], [])
        for _ in range(MOST_CALLS):
            whole: AIMessageChunk | None = None
            async for chunk in bound.astream(messages):
                piece = cast("AIMessageChunk", chunk)
                whole = piece if whole is None else whole + piece  # pyright: ignore[reportUnknownVariableType]
            assert whole is not None, "the model says something"
            reply.text += str(whole.text)
            if not whole.tool_calls:
                return reply
            messages.append(AIMessage(str(whole.text), name=agent, tool_calls=whole.tool_calls))
            for number, call in enumerate(whole.tool_calls):
                messages.append(await self._run(agent, reply, call, f"{len(messages)}:{number}"))
            if reply.interrupts:
                return reply
        raise AssertionError(f"{agent} does not come to an end")

    async def _run(self, agent: str, reply: Reply, call: Any, place: str) -> ToolMessage:
        context = self._tool_context(agent, place)
        outcome = await self._runner().call(call["name"], call["args"], context)
        self.campaign_id = context.campaign_id
        reply.calls.append((call["name"], call["args"]))
        reply.results.append(json.loads(outcome.content))
        if outcome.interrupt:
            reply.interrupts.append(outcome.interrupt.approval_id)
        return ToolMessage(outcome.content, tool_call_id=call["id"], name=call["name"])

    def _runner(self) -> ToolRunner:
        return ToolRunner({tool.name: tool for spec in ROSTER for tool in spec.tools}.values())

    def _tool_context(self, agent: str, place: str) -> ToolContext:
        return ToolContext(
            scope=self.scope, database=self.database, clock=self.database.clock,
            conversation_id=self.conversation_id, run_id=derived_id("run", self.conversation_id, str(self.turns)),
            call_id=derived_id("call", self.conversation_id, str(self.turns), agent, place), agent=agent,
            timezone=self.timezone, context=self.context, campaign_id=self.campaign_id,
        )  # fmt: skip

    def _keep(self, text: str, replies: list[Reply]) -> None:
        self.history.append(HumanMessage(text))
        self.history += [AIMessage(reply.text, name=reply.agent) for reply in replies if reply.text]
        self.replies += replies
