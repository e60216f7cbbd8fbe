"""What every HTTP exchange passes: size limit, security headers, figures, the last catch for unforeseen errors."""

import re
import time
from http import HTTPStatus
from typing import Final

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server.metrics import Metrics
from server.problems import CODES, SENTENCES, problem, unexpected

log = structlog.get_logger(__name__)

MAX_BODY: Final = 1_000_000
# A minute of speech, 16 kHz in 16 bits, and some room.
MAX_RECORDING: Final = 2_500_000
RECORDING: Final = re.compile(r"/api/v1/approvals/[^/]+/voice")
CONTENT_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
SECURITY_HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


class Guard:
    """Answers oversized bodies, adds security headers and turns unforeseen errors into a problem, logged once."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = False
        began = time.perf_counter()

        async def send_guarded(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                self._count(scope, message["status"], time.perf_counter() - began)
                _secure(MutableHeaders(scope=message))
            await send(message)

        try:
            body = await _read_body(scope, receive)
            if body is None:
                status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
                too_large = problem(status, CODES[status], SENTENCES[status], headers={"Connection": "close"})
                await too_large(scope, receive, send_guarded)
                return
            await self._app(scope, _replay(body, receive), send_guarded)
        except Exception as error:  # noqa: BLE001 - the last catch there is
            failed = unexpected(error, where=f"{scope['method']} {scope['path']}")
            if started:
                raise ConnectionAbortedError from None
            await failed(scope, receive, send_guarded)

    def _count(self, scope: Scope, status: int, seconds: float) -> None:
        """Count an answer under its route's pattern, so that ids do not become labels."""
        route = getattr(scope.get("route"), "path", "unknown")
        self._metrics.requests.labels(scope["method"], route, status).inc()
        self._metrics.seconds.labels(route).observe(seconds)
        # What stands in place of an id may be a secret, such as the token of a link.
        log.debug("request", method=scope["method"], path=route, status=status)


async def _read_body(scope: Scope, receive: Receive) -> bytes | None:
    """Read the whole body; None when it is too large."""
    most = MAX_RECORDING if RECORDING.fullmatch(scope["path"]) else MAX_BODY
    declared = Headers(scope=scope).get("content-length", "")
    if declared.isdecimal() and int(declared[:18]) > most:
        return None
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return b"".join(parts)
        part = message.get("body", b"")
        size += len(part)
        if size > most:
            return None
        parts.append(part)
        if not message.get("more_body", False):
            return b"".join(parts)


def _replay(body: bytes, receive: Receive) -> Receive:
    sent = False

    async def replay() -> Message:
        nonlocal sent
        if sent:
            return await receive()
        sent = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replay


def _secure(headers: MutableHeaders) -> None:
    for name, value in SECURITY_HEADERS.items():
        headers.setdefault(name, value)
    headers.setdefault("Content-Security-Policy", CONTENT_POLICY)
    headers.setdefault("Cache-Control", "no-store")
