"""For which people, and in which conversations, memory is off: one document each, so that no number is too many."""

from typing import Any, Literal, TypeAlias

from core.ids import derived_id
from db.client import Database
from db.collection import Collection, Index, OwnedDocument
from db.failures import translated

Kind: TypeAlias = Literal["person", "conversation"]
KEPT_IN_SETTINGS: dict[str, Kind] = {"off_for": "person", "off_in": "conversation"}


class MemorySwitch(OwnedDocument):
    """Memory is off for the person, or in the conversation, that ``name`` is the id of. Switched on, it is removed."""

    switch_id: str
    kind: Kind
    name: str


MEMORY_SWITCHES = Collection(
    name="memory_switches",
    model=MemorySwitch,
    id_field="switch_id",
    id_prefix="msw",
    indexes=(Index(("user_id",)), Index(("user_id", "kind", "-created_at", "-switch_id"))),
)


def switch_id_of(user_id: str, kind: Kind, name: str) -> str:
    """Return the id of the switch of a person or a conversation."""
    return derived_id("msw", user_id, kind, name)


async def carry_over_switches(database: Database) -> None:
    """Move the switches that an earlier version kept as lists with the settings. Harmless when repeated."""
    settings, switches = database.collection("settings"), database.raw(MEMORY_SWITCHES)
    now = database.clock.now()
    with translated():
        async for stored in settings.find({"memory": {"$exists": True}}, {"user_id": 1, "memory": 1}):
            user_id = stored["user_id"]
            for field, kind in KEPT_IN_SETTINGS.items():
                for name in stored["memory"].get(field, []):
                    made: dict[str, Any] = {"user_id": user_id, "kind": kind, "name": name}
                    at_first = made | {"created_at": now, "updated_at": now}
                    found = {"switch_id": switch_id_of(user_id, kind, name)}
                    await switches.update_one(found, {"$setOnInsert": at_first}, upsert=True)
            await settings.update_one({"_id": stored["_id"]}, {"$unset": {"memory": ""}})
