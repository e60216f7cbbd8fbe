"""One call of a chat model as the tool loop sees it: text as it comes, then the tool calls, usage and retries."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeAlias

from langchain_core.language_models import LanguageModelInput
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
from langchain_core.runnables import Runnable

from core.errors import ModelError
from core.events import Usage
from core.json_text import json_object

LONGEST_WAIT_SECONDS = 20.0

Sleep = Callable[[float], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class CallPart:
    """A piece of a tool call; pieces of one ``index`` belong together."""

    index: int
    name: str = ""
    arguments: str = ""
    call_id: str | None = None


@dataclass(frozen=True, slots=True)
class TokensUsed:
    """What a call has cost."""

    sent: int
    received: int


Part: TypeAlias = str | CallPart | TokensUsed


class ChatModel(Protocol):
    """What the loop needs of a chat model, with its tools already bound."""

    def parts(self, messages: Sequence[BaseMessage]) -> AsyncIterator[Sequence[Part]]:
        """Yield text, pieces of tool calls and usage as they come. Raises ModelError."""
        ...


class AnyChatModel:
    """Any LangChain chat model, through its own streaming."""

    def __init__(self, model: Runnable[LanguageModelInput, AIMessage]) -> None:
        self._model = model

    async def parts(self, messages: Sequence[BaseMessage]) -> AsyncIterator[Sequence[Part]]:
        """Yield the parts of each chunk."""
        calls = 0
        async for chunk in self._model.astream(list(messages)):
            if not isinstance(chunk, AIMessageChunk):
                continue
            parts: list[Part] = [chunk.content] if isinstance(chunk.content, str) and chunk.content else []
            for piece in chunk.tool_call_chunks:
                index = piece["index"]
                calls += 1
                place = index if isinstance(index, int) else calls
                parts.append(CallPart(place, piece["name"] or "", piece["args"] or ""))
            if used := chunk.usage_metadata:
                parts.append(TokensUsed(used["input_tokens"], used["output_tokens"]))
            yield parts


@dataclass(slots=True)
class ToolRequest:
    """A tool the model wants called. ``arguments`` is the JSON text as it came, which may be malformed."""

    name: str
    arguments: str

    def parsed(self) -> dict[str, Any]:
        """Return the arguments, or none where they can't be read."""
        return json_object(self.arguments or "{}") or {}


@dataclass(slots=True)
class Reply:
    """A model's complete answer to one call."""

    text: str = ""
    calls: list[ToolRequest] = field(default_factory=list[ToolRequest])
    usage: Usage | None = None


class Listener(Protocol):
    """Hears the text while it comes; ``restart`` says that what came so far is void."""

    def text(self, delta: str) -> None: ...

    def restart(self) -> None: ...


async def ask(
    model: ChatModel,
    messages: Sequence[BaseMessage],
    listener: Listener,
    *,
    name: str,
    retries: int,
    sleep: Sleep = asyncio.sleep,
) -> Reply:
    """Call the model, again after a passing failure: at most ``retries`` times, waiting as the server asks.

    Raises ModelError when it did not work out. Text heard before a repeated attempt is void.
    """
    for attempt in range(retries + 1):
        try:
            return await _once(model, messages, listener, name)
        except ModelError as error:
            wait = _wait(error, attempt)
            if attempt == retries or wait is None:
                raise
            listener.restart()
            await sleep(wait)
    raise ModelError


def _wait(error: ModelError, attempt: int) -> float | None:
    if not error.details.get("retryable"):
        return None
    if error.retry_after is not None:
        return error.retry_after if error.retry_after <= LONGEST_WAIT_SECONDS else None
    pause = min(LONGEST_WAIT_SECONDS, 0.25 * 2.0**attempt)
    return pause * (0.75 + random.random() / 2)  # noqa: S311 - jitter


async def _once(model: ChatModel, messages: Sequence[BaseMessage], listener: Listener, name: str) -> Reply:
    pieces: list[str] = []
    calls: dict[int, ToolRequest] = {}
    reply = Reply()
    async for parts in model.parts(messages):
        for part in parts:
            match part:
                case str():
                    pieces.append(part)
                    listener.text(part)
                case CallPart():
                    call = calls.setdefault(part.index, ToolRequest("", ""))
                    call.name += part.name
                    call.arguments += part.arguments
                case TokensUsed():
                    reply.usage = Usage(name, part.sent, part.received)
    reply.text = "".join(pieces)
    reply.calls = [calls[index] for index in sorted(calls) if calls[index].name]
    if not reply.text and not reply.calls:
        raise ModelError("The language model gave no answer. Your message is kept; try again.", retryable=True)
    return reply
