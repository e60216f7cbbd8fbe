"""How Slack tells an app what happens: signed requests with retries, or a WebSocket (socket mode).

An answer is due within three seconds. An event that was not answered with 200 comes again, up to three times.
"""

import asyncio
import hashlib
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlencode

import aiohttp
import orjson
from aiohttp import web

SIGNING_SECRET: Final = "sandbox-signing-secret"  # noqa: S105 - signs nothing but what this twin sends
DUE_SECONDS: Final = 3.0


@dataclass(slots=True)
class Told:
    """One request to the app, and what came back: the status, None if nothing did in time."""

    kind: str
    payload: dict[str, Any]
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict[str, str])
    statuses: list[int | None] = field(default_factory=list[int | None])
    answer: str = ""

    @property
    def acknowledged(self) -> bool:
        """Whether the app has said that it has got it."""
        return bool(self.statuses) and self.statuses[-1] == 200


class Delivery:
    """Sends to ``request_url``. ``retries`` are the pauses in seconds before an event comes again."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self.request_url = ""
        self.retries: tuple[float, ...] = (0.0, 60.0, 300.0)
        self.log: list[Told] = []
        self.socket: Sockets = Sockets()
        self._now = now
        self._tasks: set[asyncio.Task[Any]] = set()

    def signed(self, body: bytes, *, at: float | None = None, secret: str = SIGNING_SECRET) -> dict[str, str]:
        """Return the headers that prove where a body comes from."""
        moment = str(int(self._now().timestamp() if at is None else at))
        told = hmac.new(secret.encode(), b"v0:" + moment.encode() + b":" + body, hashlib.sha256).hexdigest()
        return {"X-Slack-Request-Timestamp": moment, "X-Slack-Signature": f"v0={told}"}

    async def event(self, payload: Mapping[str, Any]) -> Told:
        """Send an event; come again until it was acknowledged, or three more times."""
        told = Told("events_api", dict(payload), orjson.dumps(payload), {"Content-Type": "application/json"})
        self.log.append(told)
        if self.socket.open:
            return await self.socket.send(told)
        for number, pause in enumerate((0.0, *self.retries)):
            await asyncio.sleep(pause)
            more: dict[str, str] = {}
            if number:
                reason = "http_timeout" if told.statuses[-1] is None else "http_error"
                more = {"X-Slack-Retry-Num": str(number), "X-Slack-Retry-Reason": reason}
            await self._post(told, more)
            if told.acknowledged:
                break
        return told

    async def form(self, kind: str, fields: Mapping[str, str], payload: Mapping[str, Any]) -> Told:
        """Send a command or an interaction. It comes once: whoever pressed the button sees that nothing happened."""
        content = {"Content-Type": "application/x-www-form-urlencoded"}
        told = Told(kind, dict(payload), urlencode(fields).encode(), content)
        self.log.append(told)
        if self.socket.open:
            return await self.socket.send(told)
        await self._post(told, {})
        return told

    async def again(self, told: Told) -> int:
        """Send exactly the same request once more, signature and all, as somebody who has overheard it would."""
        async with aiohttp.ClientSession() as session:
            request = session.post(self.request_url, data=told.body, headers=told.headers)
            async with request as answer:
                return answer.status

    def later(self, work: Any) -> None:
        """Send something without waiting for it."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        """Stop sending."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.socket.close()

    async def _post(self, told: Told, more: Mapping[str, str]) -> None:
        told.headers = {**told.headers, **self.signed(told.body)}
        timeout = aiohttp.ClientTimeout(total=DUE_SECONDS)
        try:
            async with (
                aiohttp.ClientSession(timeout=timeout) as session,
                session.post(self.request_url, data=told.body, headers={**told.headers, **more}) as answer,
            ):
                told.answer = await answer.text()
                told.statuses.append(answer.status)
        except (aiohttp.ClientError, TimeoutError, OSError):
            told.statuses.append(None)


class Sockets:
    """The WebSockets an app has opened. What is sent goes to one of them, and waits for its acknowledgement."""

    def __init__(self) -> None:
        self._open: list[web.WebSocketResponse] = []
        self._waiting: dict[str, asyncio.Future[dict[str, Any]]] = {}
        self._number = 0

    @property
    def open(self) -> bool:
        """Whether an app is connected."""
        return bool(self._open)

    async def serve(self, request: web.Request) -> web.WebSocketResponse:
        """Hold one connection."""
        socket = web.WebSocketResponse(heartbeat=None)
        await socket.prepare(request)
        await socket.send_json({"type": "hello", "num_connections": 1, "connection_info": {"app_id": "A0SANDBOX"}})
        self._open.append(socket)
        try:
            async for message in socket:
                if message.type == aiohttp.WSMsgType.TEXT:
                    told: dict[str, Any] = orjson.loads(message.data)
                    waiting = self._waiting.pop(str(told.get("envelope_id")), None)
                    if waiting and not waiting.done():
                        waiting.set_result(told)
        finally:
            if socket in self._open:
                self._open.remove(socket)
        return socket

    async def send(self, told: Told) -> Told:
        """Send an envelope and wait for its acknowledgement, three seconds at most."""
        self._number += 1
        envelope_id = f"envelope-{self._number}"
        future: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self._waiting[envelope_id] = future
        await self._open[-1].send_json(
            {
                "type": told.kind,
                "envelope_id": envelope_id,
                "payload": told.payload,
                "accepts_response_payload": told.kind != "events_api",
            }
        )
        try:
            async with asyncio.timeout(DUE_SECONDS):
                told.answer = orjson.dumps((await future).get("payload")).decode()
                told.statuses.append(200)
        except TimeoutError:
            told.statuses.append(None)
        return told

    async def refresh(self) -> None:
        """Ask the app to connect again, as Slack does every few hours."""
        for socket in list(self._open):
            await socket.send_json({"type": "disconnect", "reason": "refresh_requested"})
            self._open.remove(socket)

    async def close(self) -> None:
        """End every connection."""
        for socket in list(self._open):
            await socket.close()
        self._open.clear()
