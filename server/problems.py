"""Errors as RFC 9457 problem details: one table from an error's kind to a status, and the handlers that use it."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final

import orjson
import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException

from core.errors import AppError, Kind
from core.ids import new_id

log = structlog.get_logger(__name__)

STATUS: Final[Mapping[Kind, int]] = {
    "invalid": 422,
    "not_authenticated": 401,
    "forbidden": 403,
    "not_found": 404,
    "conflict": 409,
    "approval_required": 409,
    "limit": 429,
    "tool_input": 422,
    "tool_failed": 502,
    "platform": 502,
    "model": 503,
    "not_configured": 503,
    "unavailable": 503,
    "internal": 500,
}
CODES: Final[Mapping[int, str]] = {
    400: "invalid_input",
    404: "not_found",
    405: "method_not_allowed",
    413: "too_large",
    415: "unsupported_media_type",
}
SENTENCES: Final[Mapping[int, str]] = {
    400: "The request body can't be read. Send valid JSON.",
    404: "There is nothing at this address. /docs lists what there is.",
    405: "This address does not take that method. /docs lists what it takes.",
    413: "The request is too large: 1 MB at most, 2.5 MB for a recording. Send less at once.",
}


class FieldProblem(BaseModel):
    """One field that can't be used, and why."""

    field: str
    message: str


class Problem(BaseModel):
    """RFC 9457 problem details. ``code`` is stable; ``detail`` says what happened and what to do."""

    model_config = ConfigDict(extra="allow", json_schema_extra={"additionalProperties": True})

    type: str = Field(examples=["urn:marketing-minds:problem:not_found"])
    title: str = Field(examples=["Not Found"])
    status: int = Field(examples=[404])
    code: str = Field(examples=["not_found"])
    detail: str = Field(examples=["There is no such thing here, or it is not yours. Check the id."])
    instance: str | None = None
    errors: list[FieldProblem] | None = None


class ProblemResponse(Response):
    """A problem on its way out."""

    media_type = "application/problem+json"


def problem(
    status: int, code: str, detail: str, *, headers: Mapping[str, str] | None = None, **more: Any
) -> ProblemResponse:
    """Build a problem response; ``more`` are extension members."""
    body: dict[str, Any] = {
        "type": f"urn:marketing-minds:problem:{code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "code": code,
        "detail": detail,
    }
    content = orjson.dumps(body | {name: value for name, value in more.items() if value is not None}, default=str)
    return ProblemResponse(content, status_code=status, headers=dict(headers or {}))


def of_error(error: AppError) -> ProblemResponse:
    """Turn an error raised on purpose into its problem. An internal one is logged and gets an id."""
    if error.kind == "internal":
        return unexpected(error)
    status = STATUS[error.kind]
    headers: dict[str, str] = {}
    if status == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = "Bearer"
    if error.retry_after is not None:
        headers["Retry-After"] = str(max(1, round(error.retry_after)))
    details = {name: value for name, value in error.details.items() if name not in {"status", "code", "detail"}}
    return problem(status, error.code, error.message, headers=headers, **details)


def unexpected(error: BaseException, *, where: str = "") -> ProblemResponse:
    """Answer an error nobody foresaw."""
    error_id = unexpected_id(error, where=where)
    detail = f"Something went wrong here. Try again; if it stays, tell the operator this id: {error_id}."
    return problem(HTTPStatus.INTERNAL_SERVER_ERROR, "internal", detail, error_id=error_id)


def unexpected_id(error: BaseException, *, where: str = "") -> str:
    """Log an error nobody foresaw, once, and return the id the person sees too."""
    error_id = new_id("err")
    log.error("unexpected_error", error_id=error_id, where=where, exc_info=error)
    return error_id


def field_problems(errors: Sequence[Any]) -> list[dict[str, str]]:
    """Name the fields of a validation error as a client wrote them, without repeating their values."""
    found: list[dict[str, str]] = []
    for error in errors:
        path = [str(part) for part in error.get("loc", ()) if part not in {"body", "query", "path", "header"}]
        name = ".".join(path) or "body"
        found.append({"field": _printable(name)[:200], "message": _printable(str(error.get("msg", "")))[:500]})
    return found[:20]


def invalid(errors: Sequence[Any]) -> ProblemResponse:
    """Build the problem for input that fails validation."""
    fields = field_problems(errors)
    names = ", ".join(dict.fromkeys(entry["field"] for entry in fields))
    detail = f"Some of this can't be used: {names}. Correct it and send it again."
    return problem(STATUS["invalid"], "invalid_input", detail, errors=fields)


def add_problem_handlers(app: FastAPI) -> None:
    """Make every error of ``app`` a problem document."""

    async def on_app_error(_: Request, error: Exception) -> Response:
        assert isinstance(error, AppError)
        return of_error(error)

    async def on_invalid(_: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        return invalid(error.errors())

    async def on_http(_: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        code = CODES.get(error.status_code, "invalid_input")
        detail = SENTENCES.get(error.status_code, str(error.detail))
        return problem(error.status_code, code, detail, headers=error.headers)

    app.add_exception_handler(AppError, on_app_error)
    app.add_exception_handler(RequestValidationError, on_invalid)
    app.add_exception_handler(HTTPException, on_http)


def responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Describe the problems a route can answer with, for the OpenAPI page."""
    described = sorted({400, 401, 403, 413, 422, 429, *statuses})
    return {
        status: {
            "description": HTTPStatus(status).phrase,
            "content": {ProblemResponse.media_type: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
        for status in described
    }


def _printable(text: str) -> str:
    return text.encode("utf-8", "replace").decode()
