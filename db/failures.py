"""Turns what the database driver raises into the product's own errors, without addresses or passwords."""

from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

from pymongo.errors import (
    AutoReconnect,
    ClientBulkWriteException,
    DuplicateKeyError,
    ExecutionTimeout,
    InvalidOperation,
    NetworkTimeout,
    OperationFailure,
    PyMongoError,
    ServerSelectionTimeoutError,
    WTimeoutError,
)

from core.errors import AppError, Conflict, InvalidInput, NotConfigured, Unavailable

DUPLICATE_KEY = 11000
VALIDATION_FAILED = 121
NO_ACCESS = frozenset({13, 18})
INDEX_NOT_FOUND = 27
NAMESPACE_EXISTS = 48
INDEX_CONFLICTS = frozenset({85, 86})

UNREACHABLE = "The database can't be reached right now. Nothing that was saved is lost; try again in a moment."
NO_RIGHTS = "The database refuses the user in MONGODB_URI. Check its name, password and rights."
ALREADY_THERE = "There is already one of these. Load it instead of making a second one."
NOT_STORABLE = "The database refuses this value: a field is missing, has the wrong type or is not an allowed choice."


@contextmanager
def translated() -> Generator[None]:
    """Raise Conflict, InvalidInput, NotConfigured or Unavailable in place of the driver's errors."""
    try:
        yield
    except PyMongoError as error:
        found = translation(error)
        if found is None:
            raise
        raise found from error


def translation(error: PyMongoError) -> AppError | None:
    """Return the product's error for a driver's error, or None if it is not one we expect."""
    match error:
        case (
            ServerSelectionTimeoutError()
            | AutoReconnect()
            | NetworkTimeout()
            | ExecutionTimeout()
            | WTimeoutError()
            | InvalidOperation()
        ):
            return Unavailable(UNREACHABLE)
        case ClientBulkWriteException():
            return _of_bulk(error)
        case DuplicateKeyError():
            return Conflict(ALREADY_THERE)
        case OperationFailure():
            return of_code(error.code)
        case _:
            return None


def _of_bulk(error: ClientBulkWriteException) -> AppError | None:
    if isinstance(error.error, PyMongoError):
        return translation(error.error)
    errors: list[Any] = list(error.write_errors or [])
    if not errors:
        return None
    first = errors[0]
    found = of_code(first.get("code"))
    if found is not None:
        found.details["index"] = first.get("idx")
    return found


def of_code(code: int | None) -> AppError | None:
    """Return the product's error for a code of the server, or None if it is not one we expect."""
    if code == DUPLICATE_KEY:
        return Conflict(ALREADY_THERE)
    if code == VALIDATION_FAILED:
        return InvalidInput(NOT_STORABLE)
    if code in NO_ACCESS:
        return NotConfigured(NO_RIGHTS)
    return None
