"""Errors in the form OpenAI's clients know: status, type and code, one table from an error's kind."""

from collections.abc import Callable, Coroutine, Mapping
from http import HTTPStatus
from typing import Any, Final

import orjson
from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException

from core.errors import AppError, Kind
from server.problems import SENTENCES, STATUS, field_problems, unexpected_id

INVALID: Final = "invalid_request_error"
SERVER: Final = "server_error"
TYPES: Final[Mapping[int, str]] = {401: "authentication_error", 403: "permission_error", 429: "rate_limit_error"}
CODES: Final[Mapping[Kind, str]] = {"not_authenticated": "invalid_api_key", "limit": "rate_limit_exceeded"}


class Unusable(Exception):
    """A request of OpenAI's form that can't be used here."""

    def __init__(self, message: str, param: str | None, code: str | None = None, status: int = 400) -> None:
        super().__init__(message)
        self.message = message
        self.param = param
        self.code = code
        self.status = status


def status_of(error: AppError) -> int:
    """Return the status of an error; what can't be used is 400 in this interface."""
    status = STATUS[error.kind]
    return 400 if status == HTTPStatus.UNPROCESSABLE_ENTITY else status


def body_of(message: str, status: int, code: str | None, param: str | None = None) -> dict[str, Any]:
    """Return an error document."""
    kind = TYPES.get(status, SERVER if status >= HTTPStatus.INTERNAL_SERVER_ERROR else INVALID)
    return {"error": {"message": message, "type": kind, "param": param, "code": code}}


def document_of(error: AppError) -> dict[str, Any]:
    """Return the document of one of our errors."""
    return body_of(error.message, status_of(error), CODES.get(error.kind, error.code), error.details.get("field"))


def error_response(error: AppError) -> Response:
    """Answer with one of our errors."""
    headers: dict[str, str] = {}
    if error.kind == "internal":
        return unforeseen(error)
    if error.kind == "not_authenticated":
        headers["WWW-Authenticate"] = "Bearer"
    if error.retry_after is not None:
        headers["Retry-After"] = str(max(1, round(error.retry_after)))
    return _answer(document_of(error), status_of(error), headers)


def unforeseen(error: BaseException) -> Response:
    """Answer an error nobody foresaw."""
    error_id = unexpected_id(error, where="/v1")
    message = f"Something went wrong here. Try again; if it stays, tell the operator this id: {error_id}."
    return _answer(body_of(message, 500, "internal"), 500)


class CompletionRoute(APIRoute):
    """A route whose errors have OpenAI's form."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return the handler with its errors translated."""
        handle = super().get_route_handler()

        async def handled(request: Request) -> Response:
            try:
                return await handle(request)
            except Unusable as error:
                return _answer(body_of(error.message, error.status, error.code, error.param), error.status)
            except AppError as error:
                return error_response(error)
            except HTTPException as error:
                return _answer(
                    body_of(SENTENCES.get(error.status_code, error.detail), error.status_code, None), error.status_code
                )
            except RequestValidationError as error:
                first = field_problems(error.errors())[0]
                message = f"{first['field']}: {first['message']}."
                return _answer(body_of(message, 400, None, first["field"]), 400)

        return handled


def _answer(document: dict[str, Any], status: int, headers: Mapping[str, str] | None = None) -> Response:
    return Response(orjson.dumps(document), status, dict(headers or {}), media_type="application/json")
