"""What happened in the sandbox, so that it outlives a killed process: tables of documents, and a file of changes."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeAlias, cast

import orjson

Row: TypeAlias = dict[str, Any]


class Journal:
    """Tables by place and name. With a ``path`` every change is written there before it counts, and read at start.

    The operating system keeps what a killed process has written; no more is needed here.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._tables: dict[tuple[str, str], dict[str, Row]] = {}
        self._file = path.open("ab", buffering=0) if path else None
        if path and self._file:
            kept = path.read_bytes()
            for line in kept.splitlines():
                self._replay(line)
            if kept and not kept.endswith(b"\n"):
                self._file.write(b"\n")

    def close(self) -> None:
        """Close the file."""
        if self._file:
            self._file.close()

    def table(self, place: str, name: str) -> Mapping[str, Row]:
        """Return the rows of a table by their id, in the order in which they were first written."""
        return self._tables.setdefault((place, name), {})

    def write(self, place: str, name: str, row_id: str, row: Row) -> Row:
        """Write a row, new or changed."""
        if self._file:
            self._file.write(orjson.dumps([place, name, row_id, row]) + b"\n")
        self._tables.setdefault((place, name), {})[row_id] = row
        return row

    def change(self, place: str, name: str, row_id: str, **fields: Any) -> Row:
        """Change fields of a row."""
        return self.write(place, name, row_id, {**self.table(place, name)[row_id], **fields})

    def _replay(self, line: bytes) -> None:
        try:
            place, name, row_id, row = cast("tuple[str, str, str, Row]", orjson.loads(line))
        except (orjson.JSONDecodeError, ValueError):
            return  # a line cut short by the end of a process never counted
        self._tables.setdefault((place, name), {})[row_id] = row
