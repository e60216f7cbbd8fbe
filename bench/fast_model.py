"""A scripted OpenAI-compatible model server that costs next to nothing, for benchmarks; a process of its own.

``python -m bench.fast_model`` serves it and prints its address. It routes where it is asked to, calls the first tool
offered once a turn, then answers. ``GET /stats`` tells what it has done since ``POST /reset``.
"""

import argparse
import asyncio
import gc
import re
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any, cast

import orjson
import uvloop

AGENT = re.compile(r"ref (strategist|writer|publisher|analyst)-")
LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
STAMP = "@"
JSON_HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n"
STREAM_HEAD = (
    b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\n"
    b"cache-control: no-cache\r\ntransfer-encoding: chunked\r\n\r\n"
)
ANSWER = (
    "The campaign is ready and the next step is clear so we keep one message a channel and the budget within the plan "
    "while every week we look at the figures and move what does not work to where it does until the goal that we have "
    "agreed on is reached and the whole team knows why and what comes"
)
WORDS = ANSWER.split()
TOKENS = len(WORDS)

Request = dict[str, Any]


@dataclass(slots=True)
class Stats:
    """What was asked for, and the time spent on it."""

    calls: int = 0
    body_bytes: int = 0
    busy_ns: int = 0
    connections: int = 0


@dataclass(frozen=True, slots=True)
class Manner:
    """How answers come: all at once, or a token every so often that says when it was sent."""

    seconds: float = 0.0
    tokens: int = TOKENS
    tools: bool = True


class Connection(asyncio.Protocol):
    """One client; answers its requests in order."""

    def __init__(self, stats: Stats, manner: Manner) -> None:
        self._stats = stats
        self._manner = manner
        self._unread = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        self._transport = cast("asyncio.Transport", transport)
        self._stats.connections += 1

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - the protocol's form
        """Stop whatever is being streamed."""
        self._transport = None

    def data_received(self, data: bytes) -> None:
        """Answer every request that is complete."""
        self._unread += data
        while True:
            head, end, rest = self._unread.partition(b"\r\n\r\n")
            length = LENGTH.search(head)
            size = int(length[1]) if length else 0
            if not end or len(rest) < size:
                return
            self._unread = rest[size:]
            self._answer(head.split(b" ", 2)[1], rest[:size])

    def _answer(self, path: bytes, body: bytes) -> None:
        if path.endswith(b"/chat/completions"):
            self._complete(body)
        elif path.endswith(b"/models"):
            self._write_json({"object": "list", "data": [{"id": "scripted", "object": "model"}]})
        elif path == b"/reset":
            self._stats.calls = self._stats.body_bytes = self._stats.busy_ns = self._stats.connections = 0
            self._write_json({})
        else:
            self._write_json(asdict(self._stats))

    def _complete(self, body: bytes) -> None:
        began = time.perf_counter_ns()
        request: Request = orjson.loads(body)
        self._stats.calls += 1
        self._stats.body_bytes += len(body)
        call = called(request, tools=self._manner.tools)
        model = str(request.get("model", ""))
        if not request.get("stream"):
            self._write_json(_whole(model, call))
        elif call or not self._manner.seconds:
            pieces = _tool_call(model, *call) if call else _text(model)
            self._write(STREAM_HEAD + b"".join([*pieces, *_end(model, "tool_calls" if call else "stop")]))
        else:
            self._write(STREAM_HEAD + _chunk(model, {"role": "assistant", "content": ""}))
            self._next_token(model, 0, time.monotonic())
        self._stats.busy_ns += time.perf_counter_ns() - began

    def _next_token(self, model: str, number: int, due: float) -> None:
        if self._transport is None:
            return
        if number == self._manner.tokens:
            self._write(b"".join(_end(model, "stop")))
            return
        self._write(_chunk(model, {"content": f" {STAMP}{time.monotonic_ns()}"}))
        due += self._manner.seconds
        asyncio.get_running_loop().call_later(
            max(0.0, due - time.monotonic()), self._next_token, model, number + 1, due
        )

    def _write_json(self, document: dict[str, Any]) -> None:
        body = orjson.dumps(document)
        self._write(JSON_HEAD % len(body) + body)

    def _write(self, data: bytes) -> None:
        if self._transport is not None:
            self._transport.write(data)


def called(request: Request, *, tools: bool) -> tuple[str, str] | None:
    """Return the tool this request is answered with, by name and arguments; None for an answer in words."""
    messages = request["messages"]
    asked = max(index for index, message in enumerate(messages) if message["role"] == "user")
    offered = [tool["function"] for tool in request.get("tools", ())]
    if offered and offered[0]["name"] == "route":
        named = AGENT.search(str(messages[asked]["content"]))
        return "route", orjson.dumps({"agents": [named[1] if named else "strategist"], "reason": "by rule"}).decode()
    if not tools or not offered or any(message["role"] == "tool" for message in messages[asked:]):
        return None
    properties: dict[str, dict[str, Any]] = offered[0]["parameters"]["properties"]
    arguments = {name: 7 if schema.get("type") == "integer" else f"a {name}" for name, schema in properties.items()}
    return offered[0]["name"], orjson.dumps(arguments).decode()


def _text(model: str) -> Iterator[bytes]:
    yield _chunk(model, {"role": "assistant", "content": ""})
    before, after = _chunk_event(model, {"content": STAMP}).split(orjson.dumps(STAMP))
    for number, word in enumerate(WORDS):
        yield _framed(before + orjson.dumps(word if number == 0 else f" {word}") + after)


def _tool_call(model: str, name: str, arguments: str) -> Iterator[bytes]:
    call = {"index": 0, "id": f"call_{time.monotonic_ns()}", "type": "function"}
    first = {**call, "function": {"name": name, "arguments": ""}}
    yield _chunk(model, {"role": "assistant", "content": None, "tool_calls": [first]})
    yield _chunk(model, {"tool_calls": [{"index": 0, "function": {"arguments": arguments}}]})


def _end(model: str, reason: str) -> Iterator[bytes]:
    yield _chunk(model, {}, reason)
    yield _framed(_event(model, [], {"prompt_tokens": 100, "completion_tokens": TOKENS, "total_tokens": 100 + TOKENS}))
    yield _framed(b"data: [DONE]\n\n")
    yield b"0\r\n\r\n"


def _chunk(model: str, delta: dict[str, Any], reason: str | None = None) -> bytes:
    return _framed(_chunk_event(model, delta, reason))


def _chunk_event(model: str, delta: dict[str, Any], reason: str | None = None) -> bytes:
    return _event(model, [{"index": 0, "delta": delta, "logprobs": None, "finish_reason": reason}])


def _event(model: str, choices: list[dict[str, Any]], usage: dict[str, int] | None = None) -> bytes:
    head = {"id": "chatcmpl-scripted", "object": "chat.completion.chunk", "created": 1_700_000_000, "model": model}
    return b"data: " + orjson.dumps({**head, "choices": choices, "usage": usage}) + b"\n\n"


def _framed(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)


def _whole(model: str, call: tuple[str, str] | None) -> dict[str, Any]:
    message: dict[str, Any] = {"role": "assistant", "content": None if call else ANSWER}
    if call:
        function = {"name": call[0], "arguments": call[1]}
        message["tool_calls"] = [{"id": f"call_{time.monotonic_ns()}", "type": "function", "function": function}]
    choice = {"index": 0, "message": message, "finish_reason": "tool_calls" if call else "stop"}
    return {"id": "chatcmpl-scripted", "object": "chat.completion", "model": model, "choices": [choice]}


async def serve(manner: Manner) -> None:
    """Serve on a free port until ended; print the address."""
    stats = Stats()
    server = await asyncio.get_running_loop().create_server(
        lambda: Connection(stats, manner), "127.0.0.1", 0, backlog=1024
    )
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1", flush=True)
    gc.freeze()
    gc.set_threshold(50_000, 50, 50)
    await server.serve_forever()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=0.0, help="time between two tokens, which then tell the time")
    parser.add_argument("--tokens", type=int, default=TOKENS, help="how many of them")
    parser.add_argument("--no-tools", action="store_true", help="never call a tool")
    asked = parser.parse_args()
    uvloop.run(serve(Manner(asked.seconds, asked.tokens, not asked.no_tools)))
