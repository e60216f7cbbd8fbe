"""Lets pages of other origins load the widget and ask its interface, and nothing else of this server.

The interface takes no cookies, only the widget's own tokens, and checks itself which origin may use which; so that the
answer to a browser's question before a request can be the same for everybody.
"""

from typing import Final

from starlette.datastructures import MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

SCRIPT: Final = "/widget.js"
INTERFACE: Final = "/api/v1/widget/"
EVERYBODY: Final = {"Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin"}
BEFOREHAND: Final = {
    **EVERYBODY,
    "Access-Control-Allow-Methods": "GET, POST",
    "Access-Control-Allow-Headers": "Authorization, Content-Type",
    "Access-Control-Max-Age": "7200",
}


class WidgetAnywhere:
    """Opens these two addresses to other origins."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not (scope["path"] == SCRIPT or scope["path"].startswith(INTERFACE)):
            await self._app(scope, receive, send)
            return
        if scope["method"] == "OPTIONS":
            await Response(status_code=204, headers=BEFOREHAND)(scope, receive, send)
            return

        async def send_opened(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in EVERYBODY.items():
                    headers[name] = value
                headers["Access-Control-Expose-Headers"] = "Retry-After"
            await send(message)

        await self._app(scope, receive, send_opened)
