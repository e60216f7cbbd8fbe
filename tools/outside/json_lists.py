"""Reads lists of objects from answers, where anything may arrive in place of what was asked for."""

from collections.abc import Sequence
from typing import Any, cast

import orjson

from core.json_text import inner_object
from tools.outside.http import Answer


def objects_in(value: Any) -> list[dict[str, Any]]:
    """Return the objects of a list, and none for anything that is not a list."""
    items = cast("Sequence[Any]", value) if isinstance(value, list) else ()
    return [cast("dict[str, Any]", item) for item in items if isinstance(item, dict)]


def json_list(answer: Answer, name: str | None = None) -> list[dict[str, Any]]:
    """Return the objects of a JSON list, or of the list under ``name``; an answer that holds none makes no sense."""
    try:
        found: Any = orjson.loads(answer.body)
    except orjson.JSONDecodeError:
        raise answer.nonsense() from None
    if name is not None:
        found = inner_object(found).get(name)
    if not isinstance(found, list):
        raise answer.nonsense()
    return objects_in(found)
