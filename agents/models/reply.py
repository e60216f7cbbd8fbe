"""One call of a chat model as the tool loop sees it: text as it comes, then the tool calls, usage and retries."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import orjson
from langchain_core.messages import AIMessageChunk, BaseMessage

from core.errors import ModelError
from core.events import Usage

LONGEST_WAIT_SECONDS = 20.0

Sleep = Callable[[float], Awaitable[None]]


class ChatModel(Protocol):
    """What the loop needs of a chat model, with its tools already bound."""

    def astream(self, input: Sequence[BaseMessage]) -> Any: ...  # noqa: A002 - LangChain's own name


@dataclass(slots=True)
class ToolRequest:
    """A tool the model wants called. ``arguments`` is the JSON text as it came, which may be malformed."""

    name: str
    arguments: str

    def parsed(self) -> dict[str, Any]:
        """Return the arguments, or none where they can't be read."""
        try:
            value = orjson.loads(self.arguments or "{}")
        except orjson.JSONDecodeError:
            return {}
        return value if isinstance(value, dict) else {}


@dataclass(slots=True)
class Reply:
    """A model's complete answer to one call."""

    text: str = ""
    calls: list[ToolRequest] = field(default_factory=list)
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
    chunk: AIMessageChunk
    async for chunk in model.astream(messages):
        content = chunk.content
        if content and isinstance(content, str):
            pieces.append(content)
            listener.text(content)
        for part in chunk.tool_call_chunks:
            index = part["index"]
            call = calls.setdefault(index if index is not None else len(calls), ToolRequest("", ""))
            call.name += part["name"] or ""
            call.arguments += part["args"] or ""
        if chunk.usage_metadata:
            usage = chunk.usage_metadata
            reply.usage = Usage(name, usage["input_tokens"], usage["output_tokens"])
    reply.text = "".join(pieces)
    reply.calls = [calls[index] for index in sorted(calls) if calls[index].name]
    return reply
