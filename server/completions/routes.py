"""``/v1``: the OpenAI-compatible interface."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import suppress
from typing import Annotated, Any, Final, Literal

import orjson
from fastapi import APIRouter, Depends, Header, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from agents.turns.intake import LONGEST_CLIENT_ID
from core.errors import AppError, Conflict, ModelError
from core.scope import Scope
from server.auth.caller import TheLogin
from server.completions.errors import CompletionRoute, Unusable, document_of
from server.completions.replies import AnswerText, chunk, head_of, metadata_of, usage_of, waiting_text, whole
from server.completions.requests import MODEL, ChatRequest, read
from server.completions.threads import Begun, Threads
from server.live.sse import MEDIA_TYPE, event, stream_of
from server.live.tasks import end
from server.rest.text import Line
from server.services import Parts, Services

DONE: Final = b"data: [DONE]\n\n"
router = APIRouter(prefix="/v1", tags=["Chat completions"], route_class=CompletionRoute)


class ErrorBody(BaseModel):
    """What went wrong."""

    message: str
    type: str
    param: str | None
    code: str | None


class ErrorDocument(BaseModel):
    """An error in OpenAI's form."""

    error: ErrorBody


class ModelCard(BaseModel):
    """A model."""

    id: str
    object: Literal["model"] = "model"
    created: int = 0
    owned_by: str = "marketing-minds"


class ModelList(BaseModel):
    """The models there are: the team."""

    object: Literal["list"] = "list"
    data: list[ModelCard]


class Completion(BaseModel):
    """A chat completion. ``marketing_minds`` is ours: the conversation, and the approvals that wait."""

    model_config = ConfigDict(extra="allow")

    id: str
    object: Literal["chat.completion"]
    created: int
    model: str
    choices: list[dict[str, Any]]
    usage: dict[str, int]
    marketing_minds: dict[str, Any] = Field(default_factory=dict[str, Any])


ERRORS: Final[dict[int | str, dict[str, Any]]] = {
    status: {"model": ErrorDocument, "description": description}
    for status, description in (
        (400, "Can't be used."),
        (401, "No valid key."),
        (403, "Not allowed."),
        (404, "No such model or conversation."),
        (409, "Decided or changed already."),
        (429, "Too many requests."),
        (503, "The model behind the team did not answer."),
    )
}
TOO_LARGE: Final[dict[int | str, dict[str, Any]]] = {
    413: {
        "description": "Too large.",
        "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
}


async def chat_caller(login: TheLogin, parts: Parts) -> Scope:
    """Return who calls, if they may chat."""
    login.require("chat")
    return await parts.callers.scope_of_login(login)


ChatCaller = Annotated[Scope, Depends(chat_caller)]


@router.get(
    "/models",
    operation_id="list_models",
    responses=ERRORS | TOO_LARGE,
    dependencies=[Depends(chat_caller)],
    summary="The models",
)
async def models() -> ModelList:
    """Return the one model there is: the team."""
    return ModelList(data=[ModelCard(id=MODEL)])


@router.get("/models/{model}", include_in_schema=False, dependencies=[Depends(chat_caller)])
async def model_card(model: str) -> ModelCard:
    """Return one model."""
    if model != MODEL:
        raise Unusable(f"The model {model[:80]!r} does not exist here. Use {MODEL}.", "model", "model_not_found", 404)
    return ModelCard(id=MODEL)


@router.post(
    "/chat/completions",
    operation_id="create_chat_completion",
    response_model=Completion,
    responses={
        **ERRORS,
        **TOO_LARGE,
        200: {
            "description": "The answer; with `stream` in chunks as it is written.",
            "content": {MEDIA_TYPE: {"schema": {"type": "string"}}},
        },
    },
    summary="Talk with the team as with a model",
)
async def create(
    body: ChatRequest,
    request: Request,
    scope: ChatCaller,
    parts: Parts,
    idempotency_key: Annotated[Line | None, Header(max_length=LONGEST_CLIENT_ID)] = None,
    x_conversation_id: Annotated[Line | None, Header(max_length=200)] = None,
) -> Any:
    """Answer the last user message as a turn of the conversation the history belongs to.

    The conversation is found by the header `X-Conversation-Id`, `metadata.conversation_id`, or the history itself.
    """
    asked = read(body, scope, x_conversation_id or None)
    threads = Threads(parts.database, parts.turns, parts.decisions, parts.clock, scope)
    begun = await threads.begin(asked, idempotency_key or None)
    answering = Answering(parts, scope, begun, _address(request, parts))
    headers = {"X-Conversation-Id": begun.conversation_id}
    if body.stream:
        usage = body.stream_options is not None and body.stream_options.include_usage
        answer = stream_of(answering.chunks(usage=usage), parts.stopping)
        answer.headers.update(headers)
        return answer
    return Response(await _unless_gone(request, answering), headers=headers, media_type="application/json")


class Answering:
    """One client that waits for one run."""

    def __init__(self, parts: Services, scope: Scope, begun: Begun, address: str) -> None:
        self._parts = parts
        self._scope = scope
        self._begun = begun
        self._address = address
        self._head = head_of(begun.accepted.run_id, int(parts.clock.now().timestamp()))
        self._text = AnswerText()
        self.finished: dict[str, Any] | None = None

    async def chunks(self, *, usage: bool) -> AsyncGenerator[bytes]:
        """Yield the answer as server-sent chunks."""
        more: dict[str, Any] = {"usage": None} if usage else {}
        yield event(chunk(self._head, {"role": "assistant", "content": ""}, **more))
        try:
            async for piece in self.pieces():
                yield event(chunk(self._head, {"content": piece}, **more))
        except AppError as error:
            yield event(document_of(error))
            return
        if self.finished is None:
            return
        metadata = metadata_of(self._begun.conversation_id, self.finished)
        yield event(chunk(self._head, {}, last=True, marketing_minds=metadata, **more))
        if usage:
            yield event({**chunk(self._head, {}), "choices": [], "usage": usage_of(self.finished)})
        yield DONE

    async def completion(self) -> bytes:
        """Return the answer in one piece."""
        async for _ in self.pieces():
            pass
        if self.finished is None:
            raise ModelError("The server stopped before the answer was complete. Ask again: it goes on.")
        metadata = metadata_of(self._begun.conversation_id, self.finished)
        return orjson.dumps(whole(self._head, self._text.text, usage_of(self.finished), metadata))

    async def pieces(self) -> AsyncGenerator[str]:
        """Yield the text of the run as it grows; at its end ``finished`` is the last event."""
        desk, begun, over = self._parts.completions, self._begun, False
        desk.enter(begun)
        accepted = begun.accepted
        try:
            follow = self._parts.turns.follow(
                self._scope, begun.conversation_id, accepted.after, run_id=accepted.run_id
            )
            async for frames in follow:
                for frame in frames:
                    over = over or frame.wire["type"] in {"RUN_FINISHED", "RUN_ERROR"}
                if piece := "".join(self._text.take(frame.wire) for frame in frames):
                    yield piece
                if over:
                    if piece := self._end(frames[-1].wire):
                        yield piece
                    return
        finally:
            desk.leave(self._scope, begun, over=over)

    def _end(self, wire: dict[str, Any]) -> str:
        if wire["type"] == "RUN_ERROR":
            raise RunBroke(wire["message"], wire.get("code", ""), wire.get("metadata", {}).get("retry_after"))
        self.finished = wire
        interrupts = wire["outcome"].get("interrupts", [])
        return self._text.add(waiting_text(interrupts, self._address)) if interrupts else ""


class RunBroke(ModelError):
    """The run ended with an error."""

    def __init__(self, message: str, code: str, retry_after: float | None) -> None:
        super().__init__(message, retry_after=retry_after, run_code=code)


async def _unless_gone(request: Request, answering: Answering) -> bytes:
    """Wait for the answer as long as the client does."""
    answer = asyncio.ensure_future(answering.completion())
    gone = asyncio.ensure_future(_gone(request))
    try:
        await asyncio.wait({answer, gone}, return_when=asyncio.FIRST_COMPLETED)
        if not answer.done():
            raise Conflict("The client has gone.")
        return answer.result()
    finally:
        with suppress(Exception):
            await end([answer, gone])


async def _gone(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


def _address(request: Request, parts: Services) -> str:
    return parts.settings.public_url or str(request.base_url).rstrip("/")
