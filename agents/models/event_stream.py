"""The stream of a chat completion: JSON objects in ``data:`` lines, read as many at a time as the network brought."""

import re
from collections.abc import AsyncIterator, Sequence
from typing import Any, cast

import aiohttp
import orjson

from agents.models.reply import CallPart, Part, TokensUsed
from core.errors import ModelError
from core.json_text import inner_object, json_object

SECRET_LOOKING = re.compile(r"\b(sk|key|pk)[-_][\w*.-]{4,}", re.IGNORECASE)
DONE = b"[DONE]"


async def streamed(content: aiohttp.StreamReader) -> AsyncIterator[tuple[list[Part], bool]]:
    """Yield the parts of an answer until ``[DONE]``, and whether the server has said that the answer is over.

    Raises ModelError on a line that is not a JSON object, and on an error the server reports in the stream.
    """
    rest = b""
    async for block in content.iter_any():
        *lines, rest = (rest + block).split(b"\n")
        data = [line[5:] for line in lines if line.startswith(b"data:")]
        ended = bool(data) and data[-1].strip() == DONE
        if events := _decoded(data[:-1] if ended else data):
            parts: list[Part] = []
            over = [read_event(event, parts) for event in events]
            yield parts, any(over)
        if ended:
            return


def _decoded(data: Sequence[bytes]) -> list[dict[str, Any]]:
    """Decode lines in one go where that works: most of what a line costs is the call."""
    try:
        events: list[Any] = orjson.loads(b"[" + b",".join(data) + b"]")
    except orjson.JSONDecodeError:
        return [_event(line) for line in data if line.strip() != DONE]
    if any(type(event) is not dict for event in events):
        raise _unreadable()
    return cast("list[dict[str, Any]]", events)


def _event(data: bytes) -> dict[str, Any]:
    event = json_object(data)
    if event is None:
        raise _unreadable()
    return event


def _unreadable() -> ModelError:
    return ModelError("The language model sent something unreadable. Try again.", retryable=True)


def read_event(event: dict[str, Any], parts: list[Part]) -> bool:
    """Add what one event carries to ``parts``; True if it ends the answer. ModelError if it reports an error."""
    if reported := event.get("error"):
        raise ModelError(_broken_off(reported), retryable=True)
    ends = False
    if choices := event.get("choices"):
        choice = choices[0]
        ends = bool(choice.get("finish_reason"))
        delta = choice.get("delta")
        if isinstance(delta, dict):
            _read_delta(cast("dict[str, Any]", delta), parts)
    if usage := event.get("usage"):
        parts.append(TokensUsed(usage.get("prompt_tokens") or 0, usage.get("completion_tokens") or 0))
    return ends


def _read_delta(delta: dict[str, Any], parts: list[Part]) -> None:
    if content := delta.get("content"):
        parts.append(content)
    for position, call in enumerate(delta.get("tool_calls") or ()):
        function = inner_object(call.get("function"))
        place = call.get("index")
        parts.append(
            CallPart(
                position if place is None else place,
                function.get("name") or "",
                function.get("arguments") or "",
                call.get("id"),
            )
        )


def _broken_off(reported: Any) -> str:
    said = inner_object(reported).get("message", "") or str(reported)
    return f"The language model stopped: {SECRET_LOOKING.sub('…', str(said))[:200]} Your message is kept; try again."
