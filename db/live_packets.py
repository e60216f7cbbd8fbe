"""The live feed between processes over MongoDB: packets that every process inserts and every other one watches.

They are read within moments and removed after a minute; nothing is ever looked up in them.
"""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any, Final

from pymongo.errors import OperationFailure
from pymongo.write_concern import WriteConcern

from core.ids import new_id
from db.client import Database
from db.collection import Collection, Retention, SharedDocument
from db.failures import translated

WAIT_MS: Final = 5_000


class LivePacket(SharedDocument):
    """What one process tells the others at once."""

    packet_id: str
    body: str


LIVE_PACKETS = Collection(
    name="live_packets",
    model=LivePacket,
    id_field="packet_id",
    id_prefix="pkt",
    tenant=None,
    retention=Retention("created_at", timedelta(minutes=1)),
)


class LivePackets:
    """Sends packets and watches for them."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._packets = database.raw(LIVE_PACKETS)
        # Losing one costs a read of the log, so that nobody waits for a disk or a second member.
        self._quickly = self._packets.with_options(write_concern=WriteConcern(w=1, j=False))

    async def send(self, body: bytes) -> None:
        """Insert a packet. 1 round trip."""
        now = self._database.clock.now()
        packet = {"packet_id": new_id("pkt"), "body": body.decode(), "created_at": now, "updated_at": now}
        with translated():
            await self._quickly.insert_one(packet)

    async def watch(self) -> AsyncIterator[bytes | None]:
        """Yield packets from now on, of whatever process; None once it watches, and where some may be missing."""
        inserts: list[dict[str, Any]] = [
            {"$match": {"operationType": "insert"}},
            {"$project": {"fullDocument.body": 1}},
        ]
        while True:
            with translated():
                async with await self._packets.watch(inserts, max_await_time_ms=WAIT_MS) as stream:
                    yield None
                    try:
                        async for change in stream:
                            yield str(change["fullDocument"]["body"]).encode()
                    except OperationFailure:
                        # The place in the stream is no longer known; watch from here on.
                        continue
