"""AG-UI: one run over server-sent events, for any AG-UI client. Its thread is a conversation of ours."""

from collections.abc import AsyncGenerator, Sequence
from typing import Annotated, Any, Literal

import orjson
from ag_ui.core import ResumeEntry, RunAgentInput, TextPart, UserMessage
from fastapi import APIRouter, Response
from pydantic import BaseModel, Field, ValidationError

from agents.turns.accepted import Accepted
from core.errors import AppError, Conflict, InvalidInput, NotFound
from core.events import RunFailed
from core.ids import is_public_id, new_id
from core.scope import Scope
from db.approval_requests import APPROVAL_REQUESTS
from db.conversations import CONVERSATIONS, Conversation
from server.auth.caller import Writer
from server.live.ag_ui_order import RunOrder
from server.live.sse import event, stream_of
from server.problems import responses
from server.rest.text import Text, one_line
from server.services import Parts, Services

LONGEST_THREAD_ID = 200
LONGEST_RUN_ID = 200
router = APIRouter(tags=["AG-UI"])


class ResumePayload(BaseModel):
    """What an answer to an approval interrupt carries."""

    decision: Literal["approve", "reject"]
    notes: Annotated[Text, Field(max_length=2000)] = ""
    edits: dict[str, Any] | None = None
    payload_hash: Annotated[Text, Field(max_length=128)] | None = None


@router.post(
    "/ag-ui",
    operation_id="run_agent",
    response_class=Response,
    responses={
        **responses(404, 409),
        200: {"description": "AG-UI 1.0 events.", "content": {"text/event-stream": {"schema": {"type": "string"}}}},
    },
    summary="Run a turn over AG-UI",
)
async def run_agent(body: RunAgentInput, scope: Writer, parts: Parts) -> Response:
    """Take the last user message as a turn, or answer interrupts with `resume`, and stream the run's events.

    `threadId` is a conversation's id, or any id of the client's own: a conversation is made for it at first use.
    """
    _bounded(body.thread_id, LONGEST_THREAD_ID, "threadId")
    _bounded(body.run_id, LONGEST_RUN_ID, "runId")
    known = await _conversation_of(parts, scope, body.thread_id)
    conversation_id = known or new_id(CONVERSATIONS.id_prefix)
    if body.resume:
        accepted = [await _resumed(parts, scope, conversation_id, entry) for entry in body.resume]
    elif known:
        accepted = [await parts.turns.accept(scope, conversation_id, *_last_words(body))]
    else:
        run, conversation_id = await _first(parts, scope, conversation_id, body)
        accepted = [run]
    return stream_of(_events(parts, scope, conversation_id, accepted, body), parts.stopping)


async def _events(
    parts: Services, scope: Scope, conversation_id: str, runs: Sequence[Accepted], asked: RunAgentInput
) -> AsyncGenerator[bytes]:
    """Yield the runs' events as those of the one run the client asked for."""
    order = RunOrder(asked.thread_id, asked.run_id, len(runs), asked.parent_run_id)
    try:
        for run in runs:
            async for frames in parts.turns.follow(scope, conversation_id, run.after, run_id=run.run_id):
                ready = [event(wire) for frame in frames for wire in order.take(frame.wire)]
                if ready:
                    yield b"".join(ready)
                if order.over:
                    return
    except AppError as error:
        yield event(RunFailed(asked.run_id, error.message, error.code, error.retry_after).wire())


async def _conversation_of(parts: Services, scope: Scope, thread_id: str) -> str | None:
    conversations = parts.repository(CONVERSATIONS, scope)
    if is_public_id(thread_id) and thread_id.startswith(f"{CONVERSATIONS.id_prefix}_"):
        return (await conversations.get(thread_id)).conversation_id
    found = await conversations.find_one({"external_id": thread_id})
    return found.conversation_id if found else None


async def _first(parts: Services, scope: Scope, conversation_id: str, body: RunAgentInput) -> tuple[Accepted, str]:
    """Take the first message of a thread and store its conversation with it, unless another request was faster."""
    content, message_id = _last_words(body)
    new = Conversation(conversation_id=conversation_id, channel=scope.channel, external_id=body.thread_id)
    try:
        return await parts.turns.accept(scope, conversation_id, content, message_id, new), conversation_id
    except Conflict:
        found = await _conversation_of(parts, scope, body.thread_id)
        if found is None:
            raise
        return await parts.turns.accept(scope, found, content, message_id), found


async def _resumed(parts: Services, scope: Scope, conversation_id: str, entry: ResumeEntry) -> Accepted:
    if not is_public_id(entry.interrupt_id):
        raise NotFound("There is no such interrupt here. Check its id.")
    request = await parts.repository(APPROVAL_REQUESTS, scope).get(entry.interrupt_id)
    if request.conversation_id != conversation_id:
        raise NotFound("This interrupt belongs to another thread. Check the ids.")
    answer = _answer_of(entry)
    _, run = await parts.decisions.decide(
        scope,
        entry.interrupt_id,
        answer.decision,
        notes=answer.notes,
        edits=answer.edits,
        payload_hash=answer.payload_hash,
        via=scope.channel,
    )
    if run is None:
        raise NotFound("The conversation of this interrupt is gone.")
    return run


def _answer_of(entry: ResumeEntry) -> ResumePayload:
    payload: Any = _object(entry.payload) if isinstance(entry.payload, str) else entry.payload
    if entry.status == "cancelled":
        payload = {"decision": "reject", "notes": "Withdrawn by the person."}
    try:
        return ResumePayload.model_validate(payload)
    except ValidationError as error:
        raise InvalidInput(
            "The answer to an interrupt needs `payload.decision`, approve or reject.", field="resume.payload"
        ) from error


def _object(text: str) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return {}


def _last_words(body: RunAgentInput) -> tuple[str, str]:
    """Return text and id of the last message, which has to be the person's."""
    last = body.messages[-1] if body.messages else None
    if not isinstance(last, UserMessage):
        raise InvalidInput("The last message has to be the user's. Add one, or answer with `resume`.", field="messages")
    if isinstance(last.content, str):
        return last.content, last.id
    parts = [part.text for part in last.content if isinstance(part, TextPart)]
    if len(parts) < len(last.content):
        raise InvalidInput("Only text can be read here. Leave images and files out.", field="messages")
    return "\n".join(parts), last.id


def _bounded(value: str, longest: int, field: str) -> None:
    try:
        one_line(value)
    except ValueError as error:
        raise InvalidInput(f"{field} {error}.", field=field) from error
    if not 0 < len(value) <= longest:
        raise InvalidInput(f"{field} has to have 1 to {longest} characters.", field=field)
