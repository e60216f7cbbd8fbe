"""The audit log as a file: JSON lines, or CSV in which no cell can be taken for a formula."""

import csv
import io
from collections.abc import AsyncIterator, Mapping
from typing import Any, Final

import orjson

JSON_LINES: Final = "application/jsonl"
CSV: Final = "text/csv"
COLUMNS: Final = (
    "timestamp", "actor_id", "action", "resource_type", "resource_id", "details", "changes", "ai_generated", "model",
    "ip_address", "user_agent", "audit_id",
)  # fmt: skip
# A spreadsheet runs cells that begin with one of these, also after blanks (OWASP, CSV injection).
STARTERS: Final = frozenset("=+-@\t\r\n＝＋－＠")


def cell(value: object) -> str:
    """Return a value as the text of a cell; one that a spreadsheet could run begins with an apostrophe."""
    match value:
        case None:
            text = ""
        case bool():
            text = "yes" if value else "no"
        case dict() | list():
            text = orjson.dumps(value).decode() if value else ""
        case _:
            text = str(value)
    return f"'{text}" if text[:1] in STARTERS or text.lstrip()[:1] in STARTERS else text


async def json_lines(rows: AsyncIterator[Mapping[str, Any]]) -> AsyncIterator[bytes]:
    """Return one JSON object a line."""
    async for row in rows:
        yield orjson.dumps(row) + b"\n"


async def csv_rows(rows: AsyncIterator[Mapping[str, Any]]) -> AsyncIterator[bytes]:
    """Return a header and one line a row, in UTF-8 with the mark that spreadsheets know it by."""
    yield b"\xef\xbb\xbf" + _line(COLUMNS)
    async for row in rows:
        yield _line(tuple(cell(row.get(name)) for name in COLUMNS))


def _line(cells: tuple[str, ...]) -> bytes:
    written = io.StringIO()
    csv.writer(written, lineterminator="\r\n").writerow(cells)
    return written.getvalue().encode()
