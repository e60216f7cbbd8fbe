"""What carries the live feed between processes that share a database."""

from collections.abc import Callable
from typing import Protocol


class Transport(Protocol):
    """Carries packets from every process to every other one, in the order each process sent its own.

    It may lose some, and then says so. Who sends a packet may hear it as well.
    """

    async def start(self, heard: Callable[[bytes], None], missed: Callable[[], None]) -> None:
        """Begin to listen. ``missed`` is called where packets may have been lost."""
        ...

    async def send(self, packet: bytes) -> None:
        """Send a packet. Unavailable where that can't be done now."""
        ...

    async def check(self) -> None:
        """Ask what carries it for a sign of life; Unavailable if there is none."""
        ...

    async def stop(self) -> None: ...
