"""Conversations: making, listing, reading and leaving them, and taking a turn in one."""

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Body, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from agents.turns.accepted import RunResult
from core.ids import new_id
from core.scope import Channel
from db.conversations import CONVERSATIONS, Conversation, ConversationContext, PendingApproval, RunLease
from db.messages import MESSAGES, Message
from server.auth.caller import Caller, Writer
from server.by_hand import HandWork
from server.live.sse import event_stream, wants_events
from server.problems import responses
from server.rendering import as_html
from server.rest.pages import PageView, page_view
from server.rest.text import ClientId, Cursor, Limit, Line, MessageText, PathId
from server.services import Parts
from tools.brief import UpdateBrief

router = APIRouter(prefix="/api/v1/conversations", tags=["Conversations"])


class ConversationView(BaseModel):
    """A conversation. ``last_seq`` is the number of its newest durable event, or a little less."""

    conversation_id: str
    title: str
    channel: Channel
    context: ConversationContext
    campaign_id: str | None
    pending_approvals: list[PendingApproval]
    message_count: int
    last_seq: int
    running: bool = Field(description="Whether a turn is running now.")
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, conversation: Conversation) -> "ConversationView":
        """Show a conversation."""
        shown = set(cls.model_fields) - {"running", "context"}
        return cls(
            running=conversation.run is not None,
            context=conversation.context,
            **conversation.model_dump(include=shown),
        )


class MessageView(BaseModel):
    """Something said. ``html`` is the sanitised form of an answer, ready to show."""

    message_id: str
    client_message_id: str | None
    role: Literal["user", "assistant", "system"]
    kind: Literal["message", "decision"]
    agent: str | None
    content: str
    html: str | None
    status: Literal["pending", "done", "failed", "cancelled"]
    run_id: str | None
    timestamp: datetime
    metadata: dict[str, Any]

    @classmethod
    def of(cls, message: Message, run: RunLease | None = None) -> "MessageView":
        """Show a message; ``run`` is the conversation's turn that is running."""
        html = message.html or (as_html(message.content) if message.role == "assistant" else None)
        status = "pending" if run and run.message_id == message.message_id else message.status
        return cls(html=html, status=status, **message.model_dump(include=set(cls.model_fields) - {"html", "status"}))


class NewConversation(BaseModel):
    """A conversation to start. Everything has a default; by which channel it came is said by the login."""

    title: Annotated[Line, Field(max_length=200)] = ""


class NewMessage(BaseModel):
    """Something to say. Sending the same ``client_message_id`` again is the same turn."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"content": "Write an Instagram post for our winter sale.", "client_message_id": "a-1"}]
        }
    )

    content: MessageText
    client_message_id: ClientId | None = None


class TurnError(BaseModel):
    """Why a turn could not be finished, and what to do."""

    model_config = ConfigDict(extra="allow")

    code: str | None = None
    message: str


class TurnView(BaseModel):
    """What came of a turn. ``approvals`` are the AG-UI interrupts it waits for."""

    run_id: str
    status: Literal["success", "interrupt", "cancelled", "failed"]
    messages: list[MessageView]
    approvals: list[dict[str, Any]]
    error: TurnError | None

    @classmethod
    def of(cls, result: RunResult) -> "TurnView":
        """Show a finished turn."""
        return cls(
            run_id=result.run_id,
            status=result.status,
            messages=[MessageView.of(Message.model_validate(message)) for message in result.messages],
            approvals=result.approvals,
            error=TurnError.model_validate(result.error) if result.error else None,
        )


class BriefView(BaseModel):
    """What is known of the campaign somebody wants. ``missing`` are required fields, in the order to ask for them."""

    brief: dict[str, Any]
    collected_info: dict[str, Any]
    missing: list[str]
    ready_to_plan: bool
    changed: list[str]
    campaign_affected: dict[str, Any] | None = None


class Cancelled(BaseModel):
    """Whether a turn was running."""

    cancelled: bool


@router.post("", status_code=201, operation_id="add_conversation", responses=responses(), summary="Start one")
async def add(scope: Writer, parts: Parts, body: Annotated[NewConversation | None, Body()] = None) -> ConversationView:
    """Start a conversation."""
    asked = body or NewConversation()
    conversation = Conversation(
        conversation_id=new_id(CONVERSATIONS.id_prefix), title=asked.title, channel=scope.channel
    )
    return ConversationView.of(await parts.turns.open(scope, conversation))


@router.get("", operation_id="list_conversations", responses=responses(), summary="List them, newest first")
async def list_all(scope: Caller, parts: Parts, limit: Limit = 20, cursor: Cursor = None) -> PageView[ConversationView]:
    """Return the account's conversations."""
    page = await parts.repository(CONVERSATIONS, scope).page({}, limit=limit, cursor=cursor)
    return page_view(page, ConversationView.of)


@router.get("/{conversation_id}", operation_id="get_conversation", responses=responses(404), summary="Read one")
async def get(conversation_id: PathId, scope: Caller, parts: Parts) -> ConversationView:
    """Return one conversation without its messages."""
    return ConversationView.of(await parts.repository(CONVERSATIONS, scope).get(conversation_id))


@router.delete(
    "/{conversation_id}",
    status_code=204,
    operation_id="delete_conversation",
    responses=responses(404),
    summary="Delete one",
)
async def delete(conversation_id: PathId, scope: Writer, parts: Parts) -> Response:
    """Delete a conversation; a turn that runs in it is stopped first."""
    conversations = parts.repository(CONVERSATIONS, scope)
    await conversations.get(conversation_id)
    await parts.turns.cancel(scope, conversation_id)
    await parts.turns.forget_conversation(conversation_id)
    await conversations.delete(conversation_id)
    await parts.turns.close_line(scope, conversation_id)
    await parts.memory.forget_conversation(scope, conversation_id)
    return Response(status_code=204)


@router.get(
    "/{conversation_id}/messages", operation_id="list_messages", responses=responses(404), summary="What was said"
)
async def messages(
    conversation_id: PathId, scope: Caller, parts: Parts, limit: Limit = 50, cursor: Cursor = None
) -> PageView[MessageView]:
    """Return messages, newest page first, newest message first."""
    conversation = await parts.repository(CONVERSATIONS, scope).get(conversation_id)
    found = await parts.repository(MESSAGES, scope).page(
        {"conversation_id": conversation_id}, limit=limit, cursor=cursor
    )
    return page_view(found, lambda message: MessageView.of(message, conversation.run))


@router.post(
    "/{conversation_id}/messages",
    operation_id="send_message",
    response_model=TurnView,
    responses={
        **responses(404, 409),
        200: {
            "description": "What came of the turn; with `Accept: text/event-stream` its AG-UI events as they happen.",
            "content": {"text/event-stream": {"schema": {"type": "string"}}},
        },
    },
    summary="Say something",
)
async def send(conversation_id: PathId, body: NewMessage, request: Request, scope: Writer, parts: Parts) -> Any:
    """Take a turn. The message is stored first; a repeat with its `client_message_id` is the same turn."""
    client_id = body.client_message_id or new_id("cli")
    accepted = await parts.turns.accept(scope, conversation_id, body.content, client_id)
    if wants_events(request):
        frames = parts.turns.follow(scope, conversation_id, accepted.after, run_id=accepted.run_id)
        return event_stream(frames, parts.stopping)
    return TurnView.of(await parts.turns.result(scope, conversation_id, accepted))


@router.patch(
    "/{conversation_id}/brief", operation_id="change_brief", responses=responses(404, 409), summary="Change its brief"
)
async def change_brief(conversation_id: PathId, body: UpdateBrief, scope: Writer, parts: Parts) -> BriefView:
    """Add to the brief of a conversation, correct it or take something back. What is not given stays."""
    await parts.repository(CONVERSATIONS, scope).get(conversation_id)
    given = body.model_dump(mode="json", exclude_unset=True)
    return BriefView.model_validate(await HandWork(parts, scope).call("update_brief", given, conversation_id))


@router.post("/{conversation_id}/cancel", operation_id="cancel_turn", responses=responses(404), summary="Stop the turn")
async def cancel(conversation_id: PathId, scope: Writer, parts: Parts) -> Cancelled:
    """Stop the running turn. What was said so far is kept and marked."""
    return Cancelled(cancelled=await parts.turns.cancel(scope, conversation_id))
