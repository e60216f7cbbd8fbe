"""The live feed between processes over MongoDB's change streams: for a MongoDB of one's own without Redis."""

import asyncio
from collections.abc import Callable
from contextlib import suppress

import structlog

from core.errors import AppError
from db.live_packets import LivePackets

log = structlog.get_logger(__name__)

PAUSE_SECONDS = 1.0


class ChangeStreamTransport:
    """Packets are documents; the change stream brings them to every process."""

    def __init__(self, packets: LivePackets) -> None:
        self._packets = packets
        self._task: asyncio.Task[None] | None = None

    async def start(self, heard: Callable[[bytes], None], missed: Callable[[], None]) -> None:
        """Begin to watch; does not wait for a database that is away."""
        began = asyncio.Event()
        self._task = asyncio.create_task(self._watch(heard, missed, began), name="live feed, watching")
        with suppress(TimeoutError):
            async with asyncio.timeout(PAUSE_SECONDS):
                await began.wait()

    async def send(self, packet: bytes) -> None:
        """Insert a packet. 1 round trip."""
        await self._packets.send(packet)

    async def check(self) -> None:
        """Nothing else has to answer: the database carries it."""

    async def stop(self) -> None:
        """Stop watching."""
        task, self._task = self._task, None
        while task and not task.done():
            task.cancel()
            await asyncio.wait({task}, timeout=0.1)

    async def _watch(self, heard: Callable[[bytes], None], missed: Callable[[], None], began: asyncio.Event) -> None:
        while True:
            try:
                async for packet in self._packets.watch():
                    if packet is not None:
                        heard(packet)
                    elif began.is_set():
                        missed()
                    began.set()
            except AppError as error:
                log.warning("live feed of other processes is away", reason=error.message)
            await asyncio.sleep(PAUSE_SECONDS)
