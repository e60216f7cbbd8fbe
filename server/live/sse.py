"""Server-sent events: each AG-UI event as ``data``, the number of a durable one as ``id``."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from typing import Final

import orjson
from fastapi import Request
from fastapi.responses import StreamingResponse

from agents.turns.feed import Frame
from core.errors import AppError
from core.events import RunFailed
from server.live.tasks import end

MEDIA_TYPE: Final = "text/event-stream"
KEEP_ALIVE_SECONDS: Final = 15.0
COMMENT: Final = b": still here\n\n"


def wants_events(request: Request) -> bool:
    """Whether the client asks for a stream rather than one answer."""
    return MEDIA_TYPE in request.headers.get("accept", "").lower()


def event_stream(frames: AsyncIterator[Sequence[Frame]], stopping: asyncio.Event) -> StreamingResponse:
    """Answer with a stream of events that ends with the run, or when the server stops."""
    return stream_of(_encoded(frames), stopping)


def stream_of(chunks: AsyncGenerator[bytes], stopping: asyncio.Event) -> StreamingResponse:
    """Answer with chunks as they come, with a comment in long silences so that proxies keep the connection."""
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(_alive(chunks, stopping), media_type=MEDIA_TYPE, headers=headers)


def event(wire: dict[str, object], seq: int | None = None) -> bytes:
    """Encode one event."""
    number = b"" if seq is None else b"id: %d\n" % seq
    return b"%bdata: %b\n\n" % (number, orjson.dumps(wire, default=str))


async def _encoded(frames: AsyncIterator[Sequence[Frame]]) -> AsyncGenerator[bytes]:
    run_id = ""
    try:
        async for batch in frames:
            run_id = batch[-1].run_id
            yield b"".join(event(frame.wire, frame.seq) for frame in batch)
    except AppError as error:
        yield event(RunFailed(run_id, error.message, error.code, error.retry_after).wire())


async def _alive(chunks: AsyncGenerator[bytes], stopping: asyncio.Event) -> AsyncGenerator[bytes]:
    """Pass chunks on; stop when the server does. The source is closed either way."""
    stop = asyncio.ensure_future(stopping.wait())
    following = asyncio.ensure_future(anext(chunks, None))
    try:
        while True:
            await asyncio.wait({following, stop}, timeout=KEEP_ALIVE_SECONDS, return_when=asyncio.FIRST_COMPLETED)
            if following.done():
                chunk = following.result()
                if chunk is None:
                    return
                yield chunk
                following = asyncio.ensure_future(anext(chunks, None))
            elif stop.done():
                return
            else:
                yield COMMENT
    finally:
        await end([stop, following])
        await chunks.aclose()
