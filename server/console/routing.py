"""Routes of the console: errors become pages, and who is not signed in is led to the door and back."""

from collections.abc import Callable, Coroutine
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse
from fastapi.routing import APIRoute

from core.errors import AppError, NotAuthenticated
from server.auth.caller import SAFE_METHODS
from server.console.shell import HEADERS, shell_of
from server.problems import STATUS, field_problems, unexpected_id

DOOR: Final = "/console/sign-in"
TITLES: Final = {
    HTTPStatus.FORBIDDEN: "Your role does not allow this",
    HTTPStatus.NOT_FOUND: "There is nothing here",
    HTTPStatus.CONFLICT: "This has changed in the meantime",
    HTTPStatus.UNPROCESSABLE_ENTITY: "This can't be used as it is",
    HTTPStatus.TOO_MANY_REQUESTS: "That was a little too much at once",
}
SOMETHING: Final = "Something went wrong here"


class ConsoleRoute(APIRoute):
    """A route whose errors are pages."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return the handler, guarded."""
        answer = super().get_route_handler()

        async def guarded(request: Request) -> Response:
            try:
                return await answer(request)
            except NotAuthenticated:
                return RedirectResponse(door_of(request), status_code=303, headers=HEADERS)
            except RequestValidationError as error:
                named = "; ".join(f"{entry['field']}: {entry['message']}" for entry in field_problems(error.errors()))
                return trouble(request, HTTPStatus.UNPROCESSABLE_ENTITY, f"Correct this and send it again: {named}.")
            except AppError as error:
                if error.kind != "internal":
                    return trouble(request, HTTPStatus(STATUS[error.kind]), error.message)
                return _unforeseen(request, error)
            except Exception as error:  # noqa: BLE001 - people on a page get a page; it is logged with its id
                return _unforeseen(request, error)

        return guarded


def console_router() -> APIRouter:
    """Return a router for one page of the console; its paths begin below ``/console``."""
    return APIRouter(prefix="/console", route_class=ConsoleRoute, include_in_schema=False)


def door_of(request: Request) -> str:
    """Return the address of the door, with the way back."""
    url = request.url
    path = url.path if request.method in SAFE_METHODS else "/console"
    back = f"{path}?{url.query}" if url.query and request.method in SAFE_METHODS else path
    return DOOR if back == "/console" else f"{DOOR}?{urlencode({'next': back})}"


def trouble(request: Request, status: HTTPStatus, message: str) -> Response:
    """Return a page that says what happened and what can be done."""
    shell = shell_of(request)
    page = shell.page_at(request.url.path)
    values: dict[str, Any] = {
        "title": TITLES.get(status, SOMETHING),
        "message": message,
        "back": page.address if page else "/console",
        "back_title": page.title if page else "Overview",
        "retry": request.url.path if request.method in SAFE_METHODS and status >= HTTPStatus.CONFLICT else "",
    }
    return shell.render("trouble.html", values, status)


def _unforeseen(request: Request, error: Exception) -> Response:
    error_id = unexpected_id(error, where=f"{request.method} {request.url.path}")
    said = f"Nothing of yours is lost. Try again; if it stays, tell the operator this id: {error_id}."
    return trouble(request, HTTPStatus.INTERNAL_SERVER_ERROR, said)
