"""The turn that follows a decision: carries out what was approved, or hands the reason of a rejection to the agent."""

from dataclasses import dataclass
from typing import Any, Final, Literal

import orjson
from langchain_core.messages import AIMessage, BaseMessage, ToolMessage
from langchain_core.messages import ToolCall as LangChainToolCall

from agents.language.refusals import is_about_texts
from agents.turn import Turn
from agents.turns.progress import Progress
from core.events import ApprovalDecided, Event, Routed, StepStarted, ToolCallFinished
from core.ids import derived_id
from db.approval_requests import APPROVAL_REQUESTS, ApprovalRequest
from tools.approval.payload import execution_id

SCHEDULING: Final = "schedule_posts"
WRITER: Final = "writer"


@dataclass(frozen=True, slots=True)
class ApprovedCall:
    """A decided approval, as the message that resumes its run carries it."""

    approval_id: str
    decision: Literal["approve", "reject"]
    notes: str
    decided_by: str
    decided_at: str
    agent: str
    tool: str
    call_id: str
    arguments: dict[str, Any]

    @classmethod
    def of(cls, message: dict[str, Any]) -> "ApprovedCall":
        """Read it from the message."""
        kept = message["metadata"]["decision"]
        return cls(**kept)

    @classmethod
    def metadata(cls, request: ApprovalRequest) -> dict[str, Any]:
        """Return the metadata of the message that resumes the run of ``request``."""
        approved = request.status == "approved"
        return {
            "parent_run_id": request.run_id,
            "decision": {
                "approval_id": request.request_id,
                "decision": "approve" if approved else "reject",
                "notes": (request.approval_notes if approved else request.rejection_reason) or "",
                "decided_by": request.approved_by or "",
                "decided_at": request.resolved_at.isoformat() if request.resolved_at else "",
                "agent": request.requested_by,
                "tool": request.tool,
                "call_id": request.call_id,
                "arguments": request.metadata.get("arguments", {}),
            },
        }

    def opening(self) -> list[Event]:
        """Return the first events after the run's start."""
        decided = ApprovalDecided(self.approval_id, self.decision, self.decided_by, self.decided_at, self.notes)
        agents: tuple[str, ...] = (self.agent,)
        why = "A person has decided what this agent asked."
        if self.decision == "reject" and self.tool == SCHEDULING and is_about_texts(self.notes):
            agents = (WRITER, self.agent)
            why = "A person has not approved the texts and says why: the writer revises, then they are asked for again."
        return [decided, Routed(agents, why, "forced", 1.0), StepStarted(agents[0])]

    async def carried_out(self, turn: Turn, progress: Progress) -> list[BaseMessage]:
        """Do what was approved, once, and return the call with its result for the agent to speak about."""
        turn.pending_approvals = self.others(turn)
        content = progress.results.get(self.call_id) or await self._result(turn)
        call = LangChainToolCall(name=self.tool, args=self.arguments, id=self.call_id, type="tool_call")
        return [
            AIMessage("", name=self.agent, tool_calls=[call]),
            ToolMessage(content, tool_call_id=self.call_id, name=self.tool),
        ]

    def others(self, turn: Turn) -> list[dict[str, str]]:
        """Return what still waits for a decision."""
        return [item for item in turn.pending_approvals if item["approval_id"] != self.approval_id]

    async def _result(self, turn: Turn) -> str:
        message_id = derived_id("msg", turn.run_id, self.call_id)
        if self.decision == "reject":
            content = orjson.dumps({"status": "rejected", "reason": self.notes}).decode()
            await turn.output.record(ToolCallFinished(message_id, self.call_id, content, ok=False))
            return content
        context = turn.tool_context(self.agent, execution_id(self.approval_id))
        requests = context.repository(APPROVAL_REQUESTS)
        outcome = await turn.runner.execute(await requests.get(self.approval_id), context)
        await requests.update(self.approval_id, {"executed_at": turn.clock.now()})
        finished = ToolCallFinished(message_id, self.call_id, outcome.content, outcome.ok)
        await turn.output.record(finished, *outcome.events)
        return outcome.content
