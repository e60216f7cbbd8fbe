"""The WebSocket of a conversation: who may open it, what comes in, and everything that happens going out."""

import asyncio
from abc import ABC, abstractmethod
from contextlib import suppress
from typing import Final, assert_never

import structlog
from fastapi import APIRouter, WebSocket, WebSocketDisconnect
from starlette.websockets import WebSocketState

from core.errors import AppError, Forbidden, InvalidInput, LimitReached, NotAuthenticated, NotFound, Unavailable
from core.frame_refused import FrameRefused
from core.ids import is_public_id, new_id
from core.scope import Scope
from db.accounts import Accounts
from db.conversations import CONVERSATIONS
from server.auth.caller import COOKIE, bearer_token
from server.auth.tokens import Login
from server.live.frames import (
    PONG,
    AuthFrame,
    CancelFrame,
    ClientFrame,
    DecisionFrame,
    MessageFrame,
    PingFrame,
    about,
    encode,
    read_frame,
    refused,
)
from server.live.protocol import AsgiLink, ChatSocketProtocol, DirectLink, Link, TooSlow, connection_of
from server.live.tasks import end
from server.origins import origin_allowed
from server.problems import unexpected_id
from server.services import Services, services_of

log = structlog.get_logger(__name__)

SUBPROTOCOL: Final = "marketing-minds"
BEARER_PREFIX: Final = "bearer."
AUTH_SECONDS: Final = 5.0
LARGEST_SEQ: Final = 2**53
LAST_WORDS_SECONDS: Final = 10.0
LOOK_AGAIN_SECONDS: Final = 3.0
NOT_AUTHENTICATED, NOT_YOURS, NO_CONVERSATION, TOO_SLOW, TOO_MANY = 4401, 4403, 4404, 4408, 4429
GOING_AWAY, BROKEN = 1012, 1011

router = APIRouter()


class Refused(Exception):
    """The socket may not stay open."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


@router.websocket("/api/v1/conversations/{conversation_id}/ws")
async def conversation_socket(socket: WebSocket, conversation_id: str) -> None:
    """Follow a conversation and take part in it; see the interface description for frames and close codes."""
    services = services_of(socket)
    await socket.accept(subprotocol=wanted_subprotocol(socket))
    try:
        login, scope = await _admitted(socket, services, conversation_id)
        await Conversing(socket, services, conversation_id, login, scope).hold()
    except Refused as refusal:
        await close(socket, refusal.code, refusal.reason)
    except WebSocketDisconnect:
        pass
    except AppError as error:
        await close(socket, BROKEN, error.message)


async def _admitted(socket: WebSocket, services: Services, conversation_id: str) -> tuple[Login, Scope]:
    if not origin_allowed(socket, services.settings):
        raise Refused(NOT_YOURS, "This page may not connect here.")
    try:
        login = await services.callers.login(offered_token(socket) or await token_frame(socket))
        login.require("api")
        scope = await services.callers.scope_of_login(login)
    except NotAuthenticated as error:
        raise Refused(NOT_AUTHENTICATED, error.message) from error
    except Forbidden as error:
        raise Refused(NOT_YOURS, error.message) from error
    except LimitReached as error:
        raise Refused(TOO_MANY, error.message) from error
    found = await services.repository(CONVERSATIONS, scope).find_one({"conversation_id": conversation_id})
    if found is None:
        if await Accounts(services.database).exists_anywhere(CONVERSATIONS, conversation_id):
            raise Refused(NOT_YOURS, "This conversation is not yours.")
        raise Refused(NO_CONVERSATION, "There is no such conversation.")
    return login, scope


def wanted_subprotocol(socket: WebSocket) -> str | None:
    """Return the subprotocol to accept."""
    offered: list[str] = socket.scope.get("subprotocols", [])
    return SUBPROTOCOL if SUBPROTOCOL in offered else None


def offered_token(socket: WebSocket) -> str | None:
    """Return the token a client came with, where it could send one."""
    for protocol in socket.scope.get("subprotocols", []):
        if protocol.startswith(BEARER_PREFIX):
            return str(protocol.removeprefix(BEARER_PREFIX))
    return bearer_token(socket) or socket.cookies.get(COOKIE)


async def token_frame(socket: WebSocket) -> str:
    """Return the token of the first frame; NotAuthenticated if it does not come soon."""
    try:
        async with asyncio.timeout(AUTH_SECONDS):
            message = await socket.receive()
    except TimeoutError:
        raise NotAuthenticated from None
    if message["type"] == "websocket.disconnect":
        raise WebSocketDisconnect
    frame = read_frame(message.get("text"))
    if not isinstance(frame, AuthFrame):
        raise NotAuthenticated
    return frame.token


class Talk(ABC):
    """One open socket: a task that sends what happens, and a loop that takes what the client says."""

    def __init__(
        self, socket: WebSocket, services: Services, conversation_id: str, scope: Scope, most: int | None = None
    ) -> None:
        self._socket = socket
        self._services = services
        self._conversation_id = conversation_id
        self._scope = scope
        self._most = most
        self._connection: ChatSocketProtocol | None = connection_of(socket.scope)
        patience = services.sockets.patience_seconds
        connection = self._connection
        self._link: Link = DirectLink(connection, patience) if connection else AsgiLink(socket, patience)

    @abstractmethod
    async def renew(self) -> Scope:
        """Return who this is now, at each frame; NotAuthenticated once the login is over, LimitReached for too many."""

    @abstractmethod
    async def leave_with_the_login(self) -> None:
        """End the socket by raising Refused once its login is over, whatever the client does."""

    async def do(self, frame: ClientFrame) -> None:
        """Do what a frame asks."""
        if isinstance(frame, PingFrame):
            await self._link.send([PONG])

    async def hold(self) -> None:
        """Serve the socket until either side ends it."""
        services, user_id = self._services, self._scope.user_id
        try:
            services.sockets.enter(user_id, self._most)
        except LimitReached as error:
            raise Refused(TOO_MANY, error.message) from error
        services.metrics.sockets.inc()
        tasks = [
            asyncio.create_task(self._send_what_happens()),
            asyncio.create_task(self._take_what_comes()),
            asyncio.create_task(self._leave_with_the_server()),
            asyncio.create_task(self.leave_with_the_login()),
        ]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        except TooSlow:
            await self._cut_off()
        except LimitReached:
            await self._cut_off()
        finally:
            await end(tasks)
            services.sockets.leave(user_id)
            services.metrics.sockets.dec()

    async def _send_what_happens(self) -> None:
        sent = self._services.metrics.frames
        try:
            async for frames in self._services.turns.follow(self._scope, self._conversation_id, await self._after()):
                await self._link.send([frame.text.encode() for frame in frames])
                sent.inc(len(frames))
        except NotFound:
            raise Refused(NO_CONVERSATION, "This conversation is gone.") from None

    async def _leave_with_the_server(self) -> None:
        await self._services.stopping.wait()
        raise Refused(GOING_AWAY, "The server is restarting. Connect again.")

    async def _after(self) -> int:
        asked = self._socket.query_params.get("after", "0")
        if asked.isascii() and asked.isdecimal() and int(asked[:20]) < LARGEST_SEQ:
            return int(asked)
        problem = FrameRefused("`after` has to be the last number you saw. Everything is sent again.", "invalid_input")
        await self._tell(problem)
        return 0

    async def _take_what_comes(self) -> None:
        while True:
            message = await self._socket.receive()
            if message["type"] == "websocket.disconnect":
                raise WebSocketDisconnect(message.get("code", 1000))
            frame = read_frame(message.get("text"))
            if isinstance(frame, FrameRefused):
                await self._tell(frame)
                continue
            try:
                self._scope = await self.renew()
            except NotAuthenticated as error:
                raise Refused(NOT_AUTHENTICATED, error.message) from error
            except LimitReached as error:
                await self._tell(refused(error, frame))
                continue
            await self._answer(frame)

    async def _answer(self, frame: ClientFrame) -> None:
        try:
            await self.do(frame)
        except AppError as error:
            await self._tell(refused(error, frame))
        except Exception as error:  # noqa: BLE001 - one frame that breaks something must not end the connection
            error_id = unexpected_id(error, where="socket")
            message = f"Something went wrong here. Try again; if it stays, tell the operator this id: {error_id}."
            await self._tell(FrameRefused(message, "internal", {"error_id": error_id} | about(frame)))

    async def _tell(self, event: FrameRefused) -> None:
        await self._link.send([encode(event.wire())])

    async def _cut_off(self) -> None:
        """End a client that reads too slowly: it is told so if it wakes up soon, and dropped if it does not."""
        self._services.metrics.cut_off.inc()
        try:
            async with asyncio.timeout(LAST_WORDS_SECONDS):
                await close(self._socket, TOO_SLOW, "You read too slowly. Connect again with the last number you saw.")
        except TimeoutError:
            if self._connection:
                self._connection.abort()


class Conversing(Talk):
    """The socket of somebody with an account: they say, stop and decide over it."""

    def __init__(self, socket: WebSocket, services: Services, conversation_id: str, login: Login, scope: Scope) -> None:
        super().__init__(socket, services, conversation_id, scope)
        self._login = login

    async def renew(self) -> Scope:
        """Count one more use of the login."""
        self._login = await self._services.callers.renewed(self._login)
        return await self._services.callers.scope_of_login(self._login)

    async def leave_with_the_login(self) -> None:
        """End the socket of a token that expires, a key that is revoked, and a person who may act no longer."""
        while True:
            await asyncio.sleep(LOOK_AGAIN_SECONDS)
            try:
                await self._services.callers.require_standing(self._login)
            except NotAuthenticated as error:
                raise Refused(NOT_AUTHENTICATED, error.message) from error
            except Unavailable:
                continue  # nothing can be told meanwhile either

    async def do(self, frame: ClientFrame) -> None:
        """Say, decide, stop, or answer a ping."""
        turns, scope, conversation_id = self._services.turns, self._scope, self._conversation_id
        match frame:
            case MessageFrame():
                await turns.accept(scope, conversation_id, frame.content, frame.client_message_id or new_id("cli"))
            case DecisionFrame():
                await self._decide(frame)
            case CancelFrame():
                await turns.cancel(scope, conversation_id)
            case PingFrame():
                await super().do(frame)
            case AuthFrame():
                raise InvalidInput("You are logged in already.")
            case _:
                assert_never(frame)

    async def _decide(self, frame: DecisionFrame) -> None:
        scope = self._scope
        scope.require_write()
        if not is_public_id(frame.approval_id):
            raise NotFound
        await self._services.decisions.decide(
            scope,
            frame.approval_id,
            frame.decision,
            notes=frame.notes,
            edits=frame.edits,
            payload_hash=frame.payload_hash,
            via=scope.channel,
        )


async def close(socket: WebSocket, code: int, reason: str) -> None:
    """Close a socket, if it is still open, and say why."""
    if socket.application_state is WebSocketState.CONNECTED:
        with suppress(RuntimeError, WebSocketDisconnect):
            await socket.close(code, reason[:120])
