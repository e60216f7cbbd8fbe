"""A walk over the memories of ALL accounts, for rebuilding indexes and embeddings, that goes on where it was left off.

Memory ids are spread evenly, so that a walk takes them by their first digits: each step reads one stretch of an index.
"""

from dataclasses import dataclass, replace
from typing import Any, Final, TypeAlias

from db.client import Database
from db.failures import translated
from db.memory_shelves import SHELVES, Shelf

Raw: TypeAlias = dict[str, Any]

STATE: Final = "system_state"
FEW: Final = 50_000
DIGITS_FOR_FEW: Final = 2
DIGITS_FOR_MANY: Final = 4


@dataclass(frozen=True, slots=True)
class Walk:
    """How far a walk over a shelf has come: ``step`` of ``steps`` are done. ``purpose`` tells two walks apart."""

    name: str
    purpose: str
    shelf: Shelf
    digits: int
    step: int = 0
    memories: int = 0

    @property
    def steps(self) -> int:
        """How many steps there are in all."""
        return int(16**self.digits)

    @property
    def done(self) -> bool:
        """Whether it has come to its end."""
        return self.step >= self.steps


class MemoryWalk:
    """Walks and keeps how far it came."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._shelves = {shelf: database.raw(collection) for shelf, collection in SHELVES.items()}
        self._state = database.collection(STATE)

    async def begin(self, name: str, purpose: str, *, shelf: Shelf = "user", again: bool = False) -> Walk:
        """Return the walk where it was left off; a new one if its purpose is another, or it is to begin ``again``."""
        with translated():
            row = await self._state.find_one({"_id": name})
            if row and row["purpose"] == purpose and not again:
                return Walk(name, purpose, shelf, int(row["digits"]), int(row["step"]), int(row["memories"]))
            count = await self._shelves[shelf].estimated_document_count()
        walk = Walk(name, purpose, shelf, DIGITS_FOR_MANY if count > FEW else DIGITS_FOR_FEW)
        if not count:
            walk = replace(walk, step=walk.steps)
        await self._keep(walk)
        return walk

    async def read(self, walk: Walk) -> list[Raw]:
        """Return the memories of the walk's next step, of whatever account."""
        prefix = f"{SHELVES[walk.shelf].id_prefix}_{walk.step:0{walk.digits}x}"
        with translated():
            cursor = self._shelves[walk.shelf].find({"memory_id": {"$gte": prefix, "$lt": f"{prefix}g"}}, {"_id": 0})
            return await cursor.to_list()

    async def reopen(self, name: str) -> None:
        """Let a walk begin again when it is next asked for: there is something new to do."""
        with translated():
            await self._state.delete_one({"_id": name})

    async def advance(self, walk: Walk, memories: int) -> Walk:
        """Note that the step is done, and that it brought so many memories."""
        following = replace(walk, step=walk.step + 1, memories=walk.memories + memories)
        await self._keep(following)
        return following

    async def _keep(self, walk: Walk) -> None:
        kept = {"purpose": walk.purpose, "digits": walk.digits, "step": walk.step, "memories": walk.memories}
        with translated():
            await self._state.update_one(
                {"_id": walk.name}, {"$set": {**kept, "updated_at": self._database.clock.now()}}, upsert=True
            )
