"""The closed union of everything a conversation can tell its clients, and its AG-UI 1.0 wire form.

A durable event is stored, numbered within its conversation and replayed to a client that missed it. A volatile one
(the text while it is being written, an answer to a broken frame) is only ever seen live: the durable end of a message
carries the whole text.
"""

from dataclasses import asdict, dataclass
from typing import Any, ClassVar, Literal, TypeAlias

from core.campaign_progress import CampaignProgress
from core.frame_refused import FrameRefused

Wire: TypeAlias = dict[str, Any]
RoutingMethod = Literal["local", "model", "forced"]


@dataclass(frozen=True, slots=True)
class RunStarted:
    """A turn begins."""

    durable: ClassVar[bool] = True
    thread_id: str
    run_id: str
    parent_run_id: str | None = None

    def wire(self) -> Wire:
        event: Wire = {
            "type": "RUN_STARTED",
            "threadId": self.thread_id,
            "runId": self.run_id,
            "protocolVersion": "1.0",
        }
        return event | {"parentRunId": self.parent_run_id} if self.parent_run_id else event


@dataclass(frozen=True, slots=True)
class UserMessageAccepted:
    """What the person said, for the other clients of the conversation."""

    durable: ClassVar[bool] = True
    message_id: str
    client_message_id: str
    content: str

    def wire(self) -> Wire:
        return _custom(
            "user_message",
            {
                "message_id": self.message_id,
                "client_message_id": self.client_message_id,
                "content": self.content,
            },
        )


@dataclass(frozen=True, slots=True)
class Routed:
    """Who answers, who follows in the same turn, and why."""

    durable: ClassVar[bool] = True
    agents: tuple[str, ...]
    reason: str
    method: RoutingMethod
    confidence: float

    def wire(self) -> Wire:
        return _custom(
            "route",
            {
                "agent": self.agents[0],
                "agents": list(self.agents),
                "reason": self.reason,
                "method": self.method,
                "confidence": round(self.confidence, 3),
            },
        )


@dataclass(frozen=True, slots=True)
class RecalledMemory:
    """One memory that was brought into a turn: its kind, how well it fits (more is better), and why it was chosen."""

    memory_id: str
    memory_type: str
    score: float
    why: str


@dataclass(frozen=True, slots=True)
class MemoryRecalled:
    """What memory brought into a turn. It names memories and does not repeat them, so that a deleted one is gone.

    ``waiting`` is about how many memories could not be looked through yet: a large account was still being loaded.
    """

    durable: ClassVar[bool] = True
    items: tuple[RecalledMemory, ...]
    searched: int
    waiting: int = 0

    def wire(self) -> Wire:
        items = [asdict(item) | {"score": round(item.score, 4)} for item in self.items]
        value: Wire = {"items": items, "searched": self.searched}
        return _custom("memory_recalled", value | {"waiting": self.waiting} if self.waiting else value)


@dataclass(frozen=True, slots=True)
class StepStarted:
    """An agent starts its part."""

    durable: ClassVar[bool] = True
    agent: str

    def wire(self) -> Wire:
        return {"type": "STEP_STARTED", "stepName": self.agent}


@dataclass(frozen=True, slots=True)
class StepFinished:
    """An agent has done its part."""

    durable: ClassVar[bool] = True
    agent: str

    def wire(self) -> Wire:
        return {"type": "STEP_FINISHED", "stepName": self.agent}


@dataclass(frozen=True, slots=True)
class TextStarted:
    """An answer begins. A client that has text under this id starts it anew."""

    durable: ClassVar[bool] = False
    message_id: str
    agent: str

    def wire(self) -> Wire:
        return {"type": "TEXT_MESSAGE_START", "messageId": self.message_id, "role": "assistant", "name": self.agent}


@dataclass(frozen=True, slots=True)
class TextDelta:
    """The next piece of an answer."""

    durable: ClassVar[bool] = False
    message_id: str
    delta: str

    def wire(self) -> Wire:
        return {"type": "TEXT_MESSAGE_CONTENT", "messageId": self.message_id, "delta": self.delta}


@dataclass(frozen=True, slots=True)
class TextEnded:
    """An answer is complete; ``content`` is the whole of it, as stored."""

    durable: ClassVar[bool] = True
    message_id: str
    agent: str
    content: str

    def wire(self) -> Wire:
        return {
            "type": "TEXT_MESSAGE_END",
            "messageId": self.message_id,
            "metadata": {"content": self.content, "agent": self.agent},
        }


@dataclass(frozen=True, slots=True)
class ToolCallStarted:
    """An agent calls a tool."""

    durable: ClassVar[bool] = True
    call_id: str
    tool: str

    def wire(self) -> Wire:
        return {"type": "TOOL_CALL_START", "toolCallId": self.call_id, "toolCallName": self.tool}


@dataclass(frozen=True, slots=True)
class ToolCallArguments:
    """The arguments of a tool call, as one JSON text."""

    durable: ClassVar[bool] = True
    call_id: str
    arguments: str

    def wire(self) -> Wire:
        return {"type": "TOOL_CALL_ARGS", "toolCallId": self.call_id, "delta": self.arguments}


@dataclass(frozen=True, slots=True)
class ToolCallEnded:
    """The arguments are complete; the tool may run."""

    durable: ClassVar[bool] = True
    call_id: str

    def wire(self) -> Wire:
        return {"type": "TOOL_CALL_END", "toolCallId": self.call_id}


@dataclass(frozen=True, slots=True)
class ToolCallFinished:
    """What a tool returned, as JSON text. ``ok`` is false when the tool refused or failed."""

    durable: ClassVar[bool] = True
    message_id: str
    call_id: str
    content: str
    ok: bool = True

    def wire(self) -> Wire:
        return {
            "type": "TOOL_CALL_RESULT",
            "messageId": self.message_id,
            "toolCallId": self.call_id,
            "role": "tool",
            "content": self.content,
            "metadata": {"ok": self.ok},
        }


@dataclass(frozen=True, slots=True)
class ContextChanged:
    """The brief and what else was gathered, after a change."""

    durable: ClassVar[bool] = True
    context: dict[str, Any]

    def wire(self) -> Wire:
        return {"type": "STATE_SNAPSHOT", "snapshot": self.context}


@dataclass(frozen=True, slots=True)
class ApprovalDecided:
    """A person has decided; the other surfaces update their card."""

    durable: ClassVar[bool] = True
    approval_id: str
    decision: Literal["approve", "reject"]
    decided_by: str
    decided_at: str
    notes: str = ""

    def wire(self) -> Wire:
        return _custom("approval_decided", asdict(self))


@dataclass(frozen=True, slots=True)
class Interrupt:
    """One thing a person has to decide first. ``difference`` is what changed since it was asked before."""

    approval_id: str
    call_id: str
    request_type: str
    message: str
    payload: dict[str, Any]
    payload_hash: str
    expires_at: str
    difference: tuple[dict[str, Any], ...] = ()

    def wire(self) -> Wire:
        return {
            "id": self.approval_id,
            "reason": f"approval:{self.request_type}",
            "message": self.message,
            "toolCallId": self.call_id,
            "expiresAt": self.expires_at,
            "responseSchema": {
                "type": "object",
                "required": ["decision"],
                "properties": {
                    "decision": {"enum": ["approve", "reject"]},
                    "notes": {"type": "string"},
                    "edits": {"type": "object"},
                    "payload_hash": {"type": "string"},
                },
            },
            "metadata": {
                "approval_id": self.approval_id,
                "request_type": self.request_type,
                "payload": self.payload,
                "payload_hash": self.payload_hash,
                **({"difference": list(self.difference)} if self.difference else {}),
            },
        }


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens a run used at one model."""

    model: str
    input_tokens: int
    output_tokens: int

    def wire(self) -> Wire:
        return {
            "model": self.model,
            "inputTokens": self.input_tokens,
            "outputTokens": self.output_tokens,
            "totalTokens": self.input_tokens + self.output_tokens,
        }


@dataclass(frozen=True, slots=True)
class RunFinished:
    """A turn is over: done, stopped by the person, or waiting for a decision."""

    durable: ClassVar[bool] = True
    thread_id: str
    run_id: str
    outcome: Literal["success", "cancelled", "interrupt"] = "success"
    interrupts: tuple[Interrupt, ...] = ()
    usage: tuple[Usage, ...] = ()

    def wire(self) -> Wire:
        outcome: Wire = {"type": self.outcome}
        if self.outcome == "interrupt":
            outcome["interrupts"] = [interrupt.wire() for interrupt in self.interrupts]
        event: Wire = {
            "type": "RUN_FINISHED",
            "threadId": self.thread_id,
            "runId": self.run_id,
            "outcome": outcome,
        }
        return event | {"usage": [usage.wire() for usage in self.usage]} if self.usage else event


@dataclass(frozen=True, slots=True)
class RunFailed:
    """A turn could not be finished. The person's message is kept; ``message`` says what to do."""

    durable: ClassVar[bool] = True
    run_id: str
    message: str
    code: str
    retry_after: float | None = None

    def wire(self) -> Wire:
        metadata: Wire = {"run_id": self.run_id}
        if self.retry_after is not None:
            metadata["retry_after"] = self.retry_after
        return {"type": "RUN_ERROR", "message": self.message, "code": self.code, "metadata": metadata}


Event: TypeAlias = (
    RunStarted
    | UserMessageAccepted
    | Routed
    | MemoryRecalled
    | StepStarted
    | StepFinished
    | TextStarted
    | TextDelta
    | TextEnded
    | ToolCallStarted
    | ToolCallArguments
    | ToolCallEnded
    | ToolCallFinished
    | ContextChanged
    | ApprovalDecided
    | CampaignProgress
    | RunFinished
    | RunFailed
    | FrameRefused
)


def _custom(name: str, value: Wire) -> Wire:
    return {"type": "CUSTOM", "name": name, "value": value}
