"""Reads JSON that comes from outside, where anything may arrive in place of what was asked for."""

from typing import Any, cast

import orjson


def json_object(text: str | bytes) -> dict[str, Any] | None:
    """Return the object the text holds, or None if it is not JSON or not an object."""
    try:
        value: Any = orjson.loads(text)
    except orjson.JSONDecodeError:
        return None
    return cast("dict[str, Any]", value) if isinstance(value, dict) else None


def inner_object(value: Any) -> dict[str, Any]:
    """Return the value if it is an object, and an empty one for anything else."""
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def inner_list(value: Any) -> list[Any]:
    """Return the value if it is a list, and an empty one for anything else."""
    return cast("list[object]", value) if isinstance(value, list) else []
