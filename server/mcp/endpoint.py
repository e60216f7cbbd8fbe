"""``/mcp``: who may come in. The protocol itself is loaded when the first client does."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import structlog
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from core.errors import AppError, Forbidden, NotAuthenticated
from core.scope import Scope as Caller
from server.auth.caller import bearer_token
from server.oauth.routes import METADATA, issuer_of
from server.origins import origin_allowed
from server.problems import of_error
from server.services import Services

if TYPE_CHECKING:
    from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

log = structlog.get_logger(__name__)

PATH: Final = "/mcp"
CALLER: Final = "marketing_minds.caller"
Build = Callable[[Services], "StreamableHTTPSessionManager"]


class McpEndpoint:
    """Lets callers in who have a token or a key made for it, and hands them on with their scope."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._app: ASGIApp | None = None
        self._starting: asyncio.Lock = asyncio.Lock()
        self._task: asyncio.Task[None] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one HTTP request."""
        request = Request(scope, receive)
        try:
            caller = await self._admitted(request)
            app = self._app or await self._started()
        except AppError as error:
            refusal = of_error(error)
            if error.kind == "not_authenticated":
                place = issuer_of(request, self._services) + METADATA + PATH
                refusal.headers["WWW-Authenticate"] = f'Bearer resource_metadata="{place}", scope="mcp"'
            await refusal(scope, receive, send)
            return
        await app({**scope, CALLER: caller}, receive, send)

    async def _admitted(self, request: Request) -> Caller:
        """Return who calls. Nobody decides about approvals from here: what speaks may be a model."""
        if not origin_allowed(request, self._services.settings):
            raise Forbidden("This page may not call here. The operator names those that may in MM_ALLOWED_ORIGINS.")
        token = bearer_token(request)
        if not token:
            raise NotAuthenticated("Send an API key with the scope `mcp` as `Authorization: Bearer`.")
        login = await self._services.callers.login(token)
        login.require("mcp")
        return replace(await self._services.callers.scope_of_login(login), may_decide=False)

    async def _started(self) -> ASGIApp:
        """Load the protocol and keep it running until the server stops."""
        async with self._starting:
            if self._app is None:
                build = await asyncio.to_thread(_protocol)
                ready: asyncio.Future[ASGIApp] = asyncio.get_running_loop().create_future()
                self._task = asyncio.create_task(self._run(build, ready), name="mcp")
                self._app = await ready
        return self._app

    async def _run(self, build: Build, ready: asyncio.Future[ASGIApp]) -> None:
        manager = build(self._services)
        async with manager.run():
            ready.set_result(manager.handle_request)
            await self._services.stopping.wait()
            self._app = None


def _protocol() -> Build:
    """Import what is heavy, off the event loop."""
    from server.mcp.protocol import build

    return build
