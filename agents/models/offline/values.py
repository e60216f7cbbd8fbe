"""Values out of JSON as the types they should have; what has another type reads as empty."""

from typing import Any, cast


def mapping(value: object) -> dict[str, Any]:
    """The object, or an empty one."""
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def items(value: object) -> list[Any]:
    """The list, or an empty one."""
    return list(cast("list[Any]", value)) if isinstance(value, list | tuple) else []


def mappings(value: object) -> list[dict[str, Any]]:
    """The objects in a list."""
    return [found for item in items(value) if (found := mapping(item))]


def texts(value: object) -> list[str]:
    """The members of a list as text."""
    return [str(item) for item in items(value)]


def text(value: object) -> str:
    """The text, or an empty one."""
    return value if isinstance(value, str) else ""


def number(value: object) -> int:
    """The whole number, or 0."""
    return value if isinstance(value, int) else 0
