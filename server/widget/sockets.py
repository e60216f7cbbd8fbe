"""The widget's socket: everything that happens in one conversation, for whoever it belongs to. It takes pings alone."""

import asyncio

from fastapi import APIRouter, WebSocket, WebSocketDisconnect

from core.errors import AppError, Forbidden, InvalidInput, LimitReached, NotAuthenticated
from core.scope import Scope
from db.conversations import CONVERSATIONS
from server.live.frames import AuthFrame, ClientFrame, PingFrame
from server.live.sockets import (
    BROKEN,
    LOOK_AGAIN_SECONDS,
    NO_CONVERSATION,
    NOT_AUTHENTICATED,
    NOT_YOURS,
    TOO_MANY,
    Refused,
    Talk,
    close,
    offered_token,
    token_frame,
    wanted_subprotocol,
)
from server.services import Services, services_of
from server.widget.allowance import SOCKETS
from server.widget.door import page_asking
from server.widget.passes import Pass

router = APIRouter()


@router.websocket("/api/v1/widget/conversations/{conversation_id}/ws")
async def widget_socket(socket: WebSocket, conversation_id: str) -> None:
    """Follow a conversation from ``after`` on."""
    services = services_of(socket)
    await socket.accept(subprotocol=wanted_subprotocol(socket))
    try:
        known, scope = await _admitted(socket, services, conversation_id)
        await Listening(socket, services, conversation_id, known, scope).hold()
    except Refused as refusal:
        await close(socket, refusal.code, refusal.reason)
    except WebSocketDisconnect:
        pass
    except AppError as error:
        await close(socket, BROKEN, error.message)


async def _admitted(socket: WebSocket, services: Services, conversation_id: str) -> tuple[Pass, Scope]:
    guests = services.widget.guests
    try:
        known = guests.passes.verify(offered_token(socket) or await token_frame(socket))
        guest = await guests.readmit(known, page_asking(socket))
    except NotAuthenticated as error:
        raise Refused(NOT_AUTHENTICATED, error.message) from error
    except Forbidden as error:
        raise Refused(NOT_YOURS, error.message) from error
    except LimitReached as error:
        raise Refused(TOO_MANY, error.message) from error
    if await services.repository(CONVERSATIONS, guest.scope).find_one({"conversation_id": conversation_id}) is None:
        raise Refused(NO_CONVERSATION, "There is no such conversation.")
    return known, guest.scope


class Listening(Talk):
    """One open socket of the widget. It ends when its token, its site or its person does."""

    def __init__(self, socket: WebSocket, services: Services, conversation_id: str, known: Pass, scope: Scope) -> None:
        super().__init__(socket, services, conversation_id, scope, most=SOCKETS if scope.is_visitor else None)
        self._pass = known
        self._page = page_asking(socket)

    async def renew(self) -> Scope:
        """Return who this is now."""
        return (await self._services.widget.guests.readmit(self._pass, self._page)).scope

    async def leave_with_the_login(self) -> None:
        """End the socket once it would not be let in any more."""
        while True:
            await asyncio.sleep(LOOK_AGAIN_SECONDS)
            try:
                await self.renew()
            except (NotAuthenticated, Forbidden) as error:
                raise Refused(NOT_AUTHENTICATED, error.message) from error

    async def do(self, frame: ClientFrame) -> None:
        """Answer pings. What is said and decided comes over REST, where it is limited."""
        match frame:
            case PingFrame():
                await super().do(frame)
            case AuthFrame():
                raise InvalidInput("You are logged in already.")
            case _:
                raise Forbidden("This socket only tells. Send messages and decisions over REST.")
