"""A scripted OpenAI-compatible model server on loopback: chat completions, streamed or whole, with faults on demand.

Shapes follow the public reference of the Chat Completions API: chunks with deltas, a usage chunk when asked for, errors
as ``{"error": {message, type, code}}``, ``Retry-After`` with 429.
"""

import asyncio
import json
from collections import deque
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from types import TracebackType
from typing import Any, Self, TypeAlias

from aiohttp import web

Request: TypeAlias = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Say:
    """Answer with text, one word a chunk. ``pause`` seconds between chunks."""

    text: str
    pause: float = 0.0


@dataclass(frozen=True, slots=True)
class Call:
    """Call tools: pairs of name and arguments, as JSON text, which may be malformed on purpose."""

    calls: tuple[tuple[str, str], ...]
    text: str = ""


@dataclass(frozen=True, slots=True)
class Refuse:
    """Answer with an error status."""

    status: int
    message: str = "scripted"
    headers: dict[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class BreakOff:
    """Send some words, then close the connection in the middle."""

    words: str


@dataclass(frozen=True, slots=True)
class Stall:
    """Send some words, then nothing for a long time."""

    words: str
    seconds: float = 60.0


Step: TypeAlias = Say | Call | Refuse | BreakOff | Stall
Script: TypeAlias = Iterable[Step] | Callable[[Request], Step]


class ModelServer:
    """Serves a script and records what it was asked. An empty script is answered with an error 500."""

    def __init__(self, script: Script = ()) -> None:
        self.requests: list[Request] = []
        self.keys: list[str] = []
        self._decide = script if callable(script) else None
        self._steps: deque[Step] = deque(() if callable(script) else script)
        self._numbers = count(1)
        self._runner: web.AppRunner | None = None
        self.url = ""

    def add(self, *steps: Step) -> None:
        """Add to the script."""
        self._steps.extend(steps)

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=32 * 1024 * 1024)
        app.router.add_post("/v1/chat/completions", self._completions)
        app.router.add_get("/v1/models", self._models)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}/v1"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._runner:
            await self._runner.cleanup()

    async def _models(self, request: web.Request) -> web.Response:
        if request.headers.get("Authorization") == "Bearer wrong":
            return _error(Refuse(401, "Incorrect API key provided."))
        return web.json_response({"object": "list", "data": [{"id": "scripted", "object": "model"}]})

    async def _completions(self, request: web.Request) -> web.StreamResponse:
        asked: Request = await request.json()
        self.requests.append(asked)
        self.keys.append(request.headers.get("Authorization", ""))
        step = self._next(asked)
        if isinstance(step, Refuse):
            return _error(step)
        head = {"id": f"chatcmpl-{next(self._numbers)}", "created": 1_700_000_000, "model": asked.get("model", "")}
        if not asked.get("stream"):
            return web.json_response(_whole(head, step, asked))
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        with suppress(ConnectionError):  # a client that hangs up in the middle is no fault of this server
            await self._stream(request, response, asked, head, step)
        return response

    def _next(self, asked: Request) -> Step:
        if self._decide:
            return self._decide(asked)
        return self._steps.popleft() if self._steps else Refuse(500, "The script is at its end.")

    async def _stream(
        self, request: web.Request, response: web.StreamResponse, asked: Request, head: dict[str, Any], step: Step
    ) -> None:
        await response.prepare(request)
        pause = step.pause if isinstance(step, Say) else 0.0
        for delta in _deltas(step):
            await _send(response, {**head, "object": "chat.completion.chunk", "choices": [_choice(delta)]})
            if pause:
                await asyncio.sleep(pause)
        if isinstance(step, Stall):
            await asyncio.sleep(step.seconds)
        if isinstance(step, Stall | BreakOff):
            if request.transport:
                request.transport.close()
            return
        reason = "tool_calls" if isinstance(step, Call) else "stop"
        await _send(response, {**head, "object": "chat.completion.chunk", "choices": [_choice({}, reason)]})
        options: dict[str, Any] = asked.get("stream_options") or {}
        if options.get("include_usage"):
            await _send(response, {**head, "object": "chat.completion.chunk", "choices": [], "usage": _usage(asked)})
        await response.write(b"data: [DONE]\n\n")


def _deltas(step: Step) -> list[dict[str, Any]]:
    match step:
        case Call():
            deltas: list[dict[str, Any]] = [{"content": piece} for piece in _words(step.text)]
            for index, (name, arguments) in enumerate(step.calls):
                half = len(arguments) // 2
                first = {"index": index, "id": f"call_{index}", "type": "function"}
                deltas.append({"tool_calls": [{**first, "function": {"name": name, "arguments": arguments[:half]}}]})
                deltas.append({"tool_calls": [{"index": index, "function": {"arguments": arguments[half:]}}]})
            return deltas
        case Say():
            return [{"content": piece} for piece in _words(step.text)]
        case BreakOff() | Stall():
            return [{"content": piece} for piece in _words(step.words)]
        case Refuse():
            return []


def _whole(head: dict[str, Any], step: Step, asked: Request) -> dict[str, Any]:
    message: dict[str, Any] = {"role": "assistant", "content": None}
    reason = "stop"
    match step:
        case Say():
            message["content"] = step.text
        case Call():
            reason = "tool_calls"
            message["content"] = step.text or None
            message["tool_calls"] = [
                {"id": f"call_{index}", "type": "function", "function": {"name": name, "arguments": arguments}}
                for index, (name, arguments) in enumerate(step.calls)
            ]
        case _:
            pass
    choice = {"index": 0, "message": message, "finish_reason": reason}
    return {**head, "object": "chat.completion", "choices": [choice], "usage": _usage(asked)}


def _words(text: str) -> list[str]:
    if not text:
        return []
    first, *rest = text.split(" ")
    return [first, *(f" {word}" for word in rest)]


def _choice(delta: dict[str, Any], reason: str | None = None) -> dict[str, Any]:
    return {"index": 0, "delta": delta, "finish_reason": reason}


def _usage(asked: Request) -> dict[str, int]:
    sent = len(json.dumps(asked.get("messages", []))) // 4
    return {"prompt_tokens": sent, "completion_tokens": 10, "total_tokens": sent + 10}


def _error(step: Refuse) -> web.Response:
    body = {"error": {"message": step.message, "type": "scripted", "param": None, "code": None}}
    return web.json_response(body, status=step.status, headers=step.headers)


async def _send(response: web.StreamResponse, document: dict[str, Any]) -> None:
    await response.write(b"data: " + json.dumps(document).encode() + b"\n\n")
