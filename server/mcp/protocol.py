"""The MCP server: what it lists, and where calls go. It keeps no sessions, so that any process can answer."""

from typing import Any, Final, cast

from mcp.server.context import ServerRequestContext
from mcp.server.lowlevel.server import Server
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from mcp.server.transport_security import TransportSecuritySettings
from mcp.shared.exceptions import MCPError
from mcp_types import (
    INVALID_PARAMS,
    CallToolRequestParams,
    CallToolResult,
    ListToolsResult,
    PaginatedRequestParams,
    TextContent,
    Tool,
)

from core.errors import AppError
from core.scope import Scope
from server.mcp.endpoint import CALLER
from server.mcp.listing import CHAT, chat_tool, described
from server.mcp.turns import ChatTurns
from server.mcp.work import ToolWork
from server.problems import unexpected_id
from server.services import Services
from tools.catalogue import BY_NAME, CATALOGUE

NAME: Final = "marketing-minds"
VERSION: Final = "0.1.0"
LARGEST_BODY: Final = 1_000_000
INSTRUCTIONS: Final = """\
A marketing team: strategist, writer, publisher and analyst. `chat` takes a whole turn with the team; the other tools \
do one thing each. What leaves the house waits for a person, who decides in the app: no tool can approve.
"""
Context = ServerRequestContext[Any, Any]


def build(services: Services) -> StreamableHTTPSessionManager:
    """Put the protocol over the house. The manager is run by its caller."""
    tools = HouseTools(services)
    server: Server[Any] = Server(
        NAME,
        version=VERSION,
        title="Marketing Minds",
        instructions=INSTRUCTIONS,
        on_list_tools=tools.listed,
        on_call_tool=tools.called,
    )
    return StreamableHTTPSessionManager(
        server,
        stateless=True,
        max_request_body_size=LARGEST_BODY,
        # Callers are known by their bearer token alone and foreign origins are refused before, at the endpoint: a
        # rebound host name gives a page nothing.
        security_settings=TransportSecuritySettings(enable_dns_rebinding_protection=False),
    )


class HouseTools:
    """The registry's tools as an MCP client sees them, and ``chat``."""

    def __init__(self, services: Services) -> None:
        self._runner = services.turns.house.runner
        self._work = ToolWork(services)
        self._chat = ChatTurns(services)

    async def listed(self, context: Context, _: PaginatedRequestParams | None) -> ListToolsResult:
        """List the tools the caller may use."""
        scope = caller_of(context)
        offered = [described(tool) for tool in self._runner.offered(CATALOGUE, scope)]
        tools: list[Tool] = [chat_tool(), *offered] if scope.may_write else offered
        return ListToolsResult(tools=tools, ttl_ms=0, cache_scope="private")

    async def called(self, context: Context, params: CallToolRequestParams) -> CallToolResult:
        """Run one tool. What it refuses is its result; only a tool there isn't is an error of the protocol."""
        scope = caller_of(context)
        arguments = params.arguments or {}
        if params.name != CHAT and params.name not in BY_NAME:
            raise MCPError(INVALID_PARAMS, f"There is no tool {params.name[:80]!r}.")
        try:
            if params.name == CHAT:
                return await self._chat.take(scope, arguments, context.session.report_progress)
            return await self._work.call(scope, params.name, arguments, dict(params.meta or {}))
        except AppError as error:
            return refused(error.message)
        except Exception as error:  # noqa: BLE001 - one call that breaks something must not end the connection
            error_id = unexpected_id(error, where=f"mcp {params.name[:80]}")
            return refused(f"Something went wrong here. If it stays, tell the operator this id: {error_id}.")


def refused(message: str) -> CallToolResult:
    """Return the result of a call that was not done."""
    return CallToolResult(content=[TextContent(text=message)], is_error=True)


def caller_of(context: Context) -> Scope:
    """Return who calls, as the endpoint has found."""
    request = context.request
    if request is None:
        raise RuntimeError("A call without an HTTP request.")
    return cast("Scope", request.scope[CALLER])
