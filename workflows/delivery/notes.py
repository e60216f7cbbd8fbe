"""What a half-done publication has to know at its next attempt, kept in the delivery itself."""

import hashlib

from db.deliveries import Delivery
from db.delivery_store import DeliveryStore


class DurableNotes:
    """Notes of one delivery whose lease is ours."""

    def __init__(self, store: DeliveryStore, held: Delivery) -> None:
        self._store = store
        self._held = held
        self._notes = dict(held.notes)

    def get(self, name: str) -> str | None:
        """Return a note, or None."""
        return self._notes.get(_key(name))

    async def put(self, name: str, value: str) -> None:
        """Keep a note; it is stored when this returns. DeliveryLost if the lease is no longer ours."""
        await self._store.change(self._held, {f"notes.{_key(name)}": value})
        self._notes[_key(name)] = value


def _key(name: str) -> str:
    """Return the field of a note: names may hold what fields may not."""
    return hashlib.sha256(name.encode()).hexdigest()[:32]
