"""Reads what clients send to a twin, where anything may arrive."""

from collections.abc import Sequence
from typing import Any, cast

from aiohttp import web

from core.json_text import json_object


async def sent_object(request: web.Request) -> dict[str, Any]:
    """Return the JSON object of a request, and an empty one for anything else."""
    return json_object(await request.read()) or {}


async def sent_form(request: web.Request) -> dict[str, str]:
    """Return the text fields of a form, and those of the address."""
    form = {name: value for name, value in (await request.post()).items() if isinstance(value, str)}
    return dict(request.query) | form


def bearer(request: web.Request) -> str:
    """Return the bearer token of a request, or an empty text."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def texts_in(value: object) -> list[str]:
    """Return the texts of a list, and none for anything that is not a list."""
    items = cast("Sequence[Any]", value) if isinstance(value, list) else ()
    return [item for item in items if isinstance(item, str)]
