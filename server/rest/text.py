"""Text as people may send it, and ids as we make them: the types every request model is built from."""

import re
from typing import Annotated, Final

from fastapi import Path, Query
from pydantic import AfterValidator, Field, StringConstraints

from agents.turns.intake import LONGEST_CLIENT_ID, LONGEST_MESSAGE
from core.errors import NotFound
from core.ids import PUBLIC_ID, is_public_id

CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
BREAKS: Final = re.compile(r"[\t\r\n]")
SURROGATE: Final = re.compile(r"[\ud800-\udfff]")


def clean(text: str) -> str:
    """Refuse control characters and half characters; line breaks and tabs are fine."""
    if CONTROL.search(text) or SURROGATE.search(text):
        raise ValueError("contains control characters or broken Unicode")
    return text


def one_line(text: str) -> str:
    """Refuse line breaks too."""
    if BREAKS.search(clean(text)):
        raise ValueError("must be a single line")
    return text


def public_id(value: str) -> str:
    """Answer 404 for an id that was not made here."""
    if not is_public_id(value):
        raise NotFound
    return value


Line = Annotated[str, StringConstraints(strip_whitespace=True), AfterValidator(one_line)]
Text = Annotated[str, AfterValidator(clean)]
ClientId = Annotated[
    str,
    Field(
        min_length=1,
        max_length=LONGEST_CLIENT_ID,
        description="Made by the client; sending it again is the same message.",
    ),
    AfterValidator(one_line),
]
MessageText = Annotated[str, Field(min_length=1, max_length=LONGEST_MESSAGE), AfterValidator(clean)]
PathId = Annotated[
    str,
    Path(json_schema_extra={"pattern": PUBLIC_ID.pattern}, examples=["cnv_0198f6c2a1b07c3d8e4f5a6b7c8d9e0f"]),
    AfterValidator(public_id),
]
Cursor = Annotated[
    str | None,
    Query(max_length=300, pattern=r"^[A-Za-z0-9_-]+$", description="`next_cursor` of the page before."),
]
Limit = Annotated[int, Query(ge=1, le=100, description="How many at most.")]
