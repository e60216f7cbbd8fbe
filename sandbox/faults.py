"""Faults on demand: the next requests that match are refused, slowed, cut off or answered with nonsense."""

import asyncio
import re
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Literal, TypeAlias

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field

Handler: TypeAlias = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Fault(BaseModel):
    """What goes wrong with the next ``times`` requests whose method and path match.

    ``delay`` comes before anything is done, ``late`` between that and the answer. ``cut`` closes the connection:
    before anything is done, in the middle of the answer, or instead of the answer to what was done. With a ``status``
    the request is answered so, without effect unless ``done``.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    method: str = "*"
    path: str = Field(default=".*", description="A regular expression for the whole path below the platform.")
    times: int = Field(default=1, ge=1)
    delay: float = Field(default=0.0, ge=0)
    late: float = Field(default=0.0, ge=0)
    cut: Literal["before", "middle", "after"] | None = None
    status: int | None = None
    headers: dict[str, str] = Field(default_factory=dict)
    body: str = ""
    content_type: str = "application/json"
    done: bool = False

    def matches(self, method: str, path: str) -> bool:
        """Whether this fault is for the request."""
        return self.method in {"*", method} and re.fullmatch(self.path, path) is not None


class Faults:
    """The faults still to come."""

    def __init__(self) -> None:
        self._coming: deque[Fault] = deque()

    def add(self, *faults: Fault) -> None:
        """Script faults."""
        self._coming.extend(faults)

    def clear(self) -> None:
        """Forget the faults still to come."""
        self._coming.clear()

    def __len__(self) -> int:
        return len(self._coming)

    def take(self, method: str, path: str) -> Fault | None:
        """Return the first fault for a request and use it up."""
        for index, fault in enumerate(self._coming):
            if fault.matches(method, path):
                del self._coming[index]
                if fault.times > 1:
                    self._coming.insert(index, fault.model_copy(update={"times": fault.times - 1}))
                return fault
        return None


async def suffer(fault: Fault, request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer a request as the fault says."""
    if fault.delay:
        await asyncio.sleep(fault.delay)
    if fault.cut == "before":
        return _cut(request)
    if fault.cut == "middle":
        await handler(request)
        response = web.StreamResponse(headers={"Content-Type": "application/json", "Content-Length": "1000"})
        await response.prepare(request)
        await response.write(b'{"da')
        _cut(request)
        return response
    if fault.cut == "after":
        await handler(request)
        return _cut(request)
    if fault.status is None:
        answer = await handler(request)
        await asyncio.sleep(fault.late)
        return answer
    if fault.done:
        await handler(request)
    return web.Response(status=fault.status, text=fault.body, headers=fault.headers, content_type=fault.content_type)


def _cut(request: web.Request) -> web.Response:
    if request.transport:
        request.transport.abort()
    return web.Response()
