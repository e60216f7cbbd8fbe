"""A clock that several processes share and one of them moves on: weeks pass while they work, and go on passing."""

import mmap
import struct
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from core.clock import SystemClock

SECONDS: Final = struct.Struct("=d")


class SharedClock:
    """The machine's time, moved on by what stands in a file. Without the file it is made, and nothing is added yet."""

    def __init__(self, path: Path) -> None:
        if not path.exists():
            path.write_bytes(SECONDS.pack(0.0))
        with path.open("r+b") as file:
            self._ahead = mmap.mmap(file.fileno(), SECONDS.size)
        self._machine = SystemClock()

    def now(self) -> datetime:
        """Return the time for everybody who shares the file."""
        return self._machine.now() + timedelta(seconds=SECONDS.unpack(self._ahead[:])[0])

    def advance(self, by: timedelta) -> None:
        """Move it on, for everybody."""
        self._ahead[:] = SECONDS.pack(SECONDS.unpack(self._ahead[:])[0] + by.total_seconds())
