"""What the memory engine reads and writes of one account, in few round trips, with the log that other processes follow.

Every write adds to the account's log after the documents are stored, so that whoever sees the log sees them. What all
accounts share has the log of ``HOUSE_ID``.
"""

from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, TypeAlias

from pymongo import InsertOne, UpdateOne
from pymongo.errors import BulkWriteError

from core.errors import Conflict
from core.ids import derived_id, new_id
from db.client import Database, Operation
from db.collection import NEVER
from db.failures import DUPLICATE_KEY, translated
from db.memory_changes import MEMORY_CHANGES
from db.memory_shelves import HOUSE_ID, SHELVES, Shelf, own, shelf_of
from db.stored import to_stored
from db.user_memory import USER_MEMORY, MemoryType, UserMemory

Raw: TypeAlias = dict[str, Any]

RECENT = 100
IDS_PER_READ = 200
ROWS_PER_READ = 1000
WANTED_ROWS = 500
FIRST_STRETCH = timedelta(seconds=1)
SHORTEST_STRETCH = timedelta(milliseconds=1)
MOST_GROWTH = 4.0
NO_ID = {"_id": 0}
STATE_FIELDS = {"_id": 0, "user_id": 1, "count": 1, "epoch": 1, "switched": 1}
# What is read to be indexed comes whole: leaving a field out costs the embedded database half as much again.
WHOLE: Raw | None = None
NO_VECTORS: Raw = {"embedding": 0}
# Where each shelf counts how often a memory was brought to mind.
COUNTED: dict[Shelf, str] = {"user": "use_count", "agent": "recall_count", "global": "metadata.usage_count"}


@dataclass(frozen=True, slots=True)
class State:
    """How many changes an account's memories have seen. Equal states mean that nothing of them has changed.

    ``switched`` says by itself how often memory was switched on or off.
    """

    epoch: str = ""
    count: int = 0
    switched: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Log:
    """The state of an account's memories, the ids of what changed last, oldest first; its first and last change."""

    state: State
    recent: tuple[str, ...]
    began: datetime = NEVER
    ended: datetime = NEVER

    def since(self, seen: "State") -> tuple[str, ...] | None:
        """Return the ids changed after that state; None if the log no longer tells."""
        missed = self.state.count - seen.count
        if self.state.epoch != seen.epoch or missed < 0 or missed > len(self.recent):
            return None
        return self.recent[len(self.recent) - missed :]


class MemoryStore:
    """The memories of every account, each method for the one it names."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._memories = database.raw(USER_MEMORY)
        self._changes = database.raw(MEMORY_CHANGES)
        self._shelves = {shelf: database.raw(collection) for shelf, collection in SHELVES.items()}
        self._spaces = {shelf: database.namespace(collection) for shelf, collection in SHELVES.items()}
        self._changes_space = database.namespace(MEMORY_CHANGES)

    async def state(self, user_id: str) -> State:
        """Return the account's state. 1 round trip."""
        with translated():
            found = await self._changes.find_one({"user_id": user_id}, STATE_FIELDS)
        return _state(found) if found else State()

    async def states(self, user_ids: Sequence[str]) -> list[State]:
        """Return the states of several accounts. 1 round trip."""
        if len(user_ids) == 1:
            return [await self.state(user_ids[0])]
        with translated():
            rows = await self._changes.find({"user_id": {"$in": list(user_ids)}}, STATE_FIELDS).to_list()
        found = {str(row["user_id"]): _state(row) for row in rows}
        return [found.get(user_id, State()) for user_id in user_ids]

    async def log(self, user_id: str) -> Log:
        """Return the account's log. 1 round trip."""
        with translated():
            found = await self._changes.find_one({"user_id": user_id}, NO_ID)
        if not found:
            return Log(State(), ())
        return Log(_state(found), tuple(found["recent"]), found["created_at"], found["updated_at"])

    async def all(self, user_id: str, *, vectors: bool = True) -> AsyncIterator[list[Raw]]:
        """Go through every memory of the account's own, superseded ones too, as stored.

        1 round trip, and 1 for each further thousand.
        """
        fields = WHOLE if vectors else NO_VECTORS
        with translated():
            cursor = self._memories.find({"user_id": user_id}, fields, batch_size=ROWS_PER_READ)
            while rows := await cursor.to_list(ROWS_PER_READ):
                yield rows

    async def learnings(self, user_id: str) -> list[Raw]:
        """Return what the account's agents have learnt; for ``HOUSE_ID`` what all accounts share. 1 round trip."""
        shelf: Shelf = "global" if user_id == HOUSE_ID else "agent"
        with translated():
            return await self._shelves[shelf].find(own(shelf, user_id, {})).to_list()

    async def newest_first(
        self, user_id: str, types: Sequence[MemoryType], log: Log, *, vectors: bool = True
    ) -> AsyncIterator[list[Raw]]:
        """Go through the account's own memories of these types, newest first, some hundreds at a time.

        Reads by stretches of time that grow and shrink with what they hold: a sort would read everything first.
        """
        fields = WHOLE if vectors else NO_VECTORS
        upper, stretch = datetime.max.replace(tzinfo=UTC), FIRST_STRETCH
        lower = log.ended
        while True:
            lower = max(lower - stretch, NEVER)
            last = lower <= log.began
            within: Raw = {"$lt": upper} if last else {"$gte": lower, "$lt": upper}
            rows: list[Raw] = []
            with translated():
                for kind in types:
                    where = {"user_id": user_id, "memory_type": kind, "created_at": within}
                    rows += await self._shelves["user"].find(where, fields).to_list()
            if rows:
                yield rows
            if last:
                return
            stretch = _next_stretch(stretch, len(rows))
            upper = lower

    async def some(self, user_id: str, memory_ids: Sequence[str]) -> list[Raw]:
        """Return those of these memories that there are."""
        found: list[Raw] = []
        with translated():
            for shelf, part in _parts(memory_ids):
                where = own(shelf, user_id, {"memory_id": {"$in": part}})
                found += await self._shelves[shelf].find(where, NO_ID).to_list()
        return found

    async def note_changed(self, user_id: str, memory_ids: Sequence[str]) -> None:
        """Put memories that were written elsewhere into the account's log. 1 round trip."""
        with translated():
            await self._changes.update_one(*self._counted(user_id, memory_ids), upsert=True)

    async def note_switched(self, user_id: str) -> None:
        """Let every process know that the account's memory switches were changed. 1 round trip."""
        now = self._database.clock.now()
        change: Raw = {
            "$inc": {"switched": 1, "count": 0},
            "$set": {"updated_at": now},
            "$setOnInsert": {**_new_log(user_id), "recent": [], "created_at": now},
        }
        with translated():
            await self._changes.update_one({"user_id": user_id}, change, upsert=True)

    async def add(self, user_id: str, memories: Sequence[UserMemory]) -> list[Raw]:
        """Store memories; those whose id is there already stay as they are. Return them as stored.

        1 round trip for one memory, 2 for several: a bulk over two collections costs the embedded database more.
        """
        stored = [self._to_stored(user_id, memory) for memory in memories]
        ids = [str(memory["memory_id"]) for memory in stored]
        if len(stored) > 1:
            return await self._add_several(user_id, stored, ids)
        insert: Operation = InsertOne(stored[0], namespace=self._spaces["user"])
        try:
            await self._database.bulk([insert, self._entry(user_id, ids)])
        except Conflict:
            return await self._add_several(user_id, stored, ids)
        return [_without_id(memory) for memory in stored]

    async def change(self, user_id: str, changes: Mapping[str, Mapping[str, Any]]) -> int:
        """Set fields of memories, by id; return how many there were. 1 round trip."""
        now = self._database.clock.now()
        updates: list[Operation] = [
            UpdateOne(
                own(shelf := shelf_of(memory_id), user_id, {"memory_id": memory_id}),
                {"$set": {**fields, "updated_at": now}},
                namespace=self._spaces[shelf],
            )
            for memory_id, fields in changes.items()
        ]
        done = await self._database.bulk([*updates, self._entry(user_id, list(changes))])
        return done.matched_count - 1 + done.upserted_count

    async def remove(self, user_id: str, memory_ids: Sequence[str]) -> int:
        """Remove memories for good; return how many there were. 2 round trips."""
        removed = 0
        with translated():
            for start in range(0, len(memory_ids), IDS_PER_READ):
                part = list(memory_ids[start : start + IDS_PER_READ])
                done = await self._memories.delete_many({"memory_id": {"$in": part}, "user_id": user_id})
                removed += done.deleted_count
        await self._database.bulk([self._entry(user_id, memory_ids)])
        return removed

    async def note_recall(self, user_id: str, memory_ids: Sequence[str]) -> None:
        """Count one recall of each. It is no change that others have to follow. 1 round trip a shelf."""
        now = self._database.clock.now()
        with translated():
            for shelf, part in _parts(memory_ids):
                counted: Raw = {"$inc": {COUNTED[shelf]: 1}}
                if shelf != "global":
                    counted["$set"] = {"last_recalled_at": now}
                await self._shelves[shelf].update_many(own(shelf, user_id, {"memory_id": {"$in": part}}), counted)

    async def _add_several(self, user_id: str, stored: Sequence[Raw], ids: Sequence[str]) -> list[Raw]:
        """Store what is not there yet, and return all as stored."""
        rows = [_without_id(memory) for memory in stored]
        repeated = False
        with translated():
            try:
                await self._memories.insert_many(rows, ordered=False)
            except BulkWriteError as error:
                failures = (error.details or {}).get("writeErrors", [])
                if any(failure["code"] != DUPLICATE_KEY for failure in failures):
                    raise
                repeated = True
            await self._changes.update_one(*self._counted(user_id, ids), upsert=True)
        if not repeated:
            return [_without_id(row) for row in rows]
        found = {str(memory["memory_id"]): memory for memory in await self.some(user_id, ids)}
        return [found[memory_id] for memory_id in ids if memory_id in found]

    def _to_stored(self, user_id: str, memory: UserMemory) -> Raw:
        database = self._database
        return to_stored(USER_MEMORY, memory, tenant=user_id, now=database.clock.now(), cipher=database.cipher)

    def _entry(self, user_id: str, memory_ids: Sequence[str]) -> UpdateOne:
        query, change = self._counted(user_id, memory_ids)
        return UpdateOne(query, change, upsert=True, namespace=self._changes_space)

    def _counted(self, user_id: str, memory_ids: Sequence[str]) -> tuple[Raw, Raw]:
        now = self._database.clock.now()
        return {"user_id": user_id}, {
            "$inc": {"count": len(memory_ids)},
            "$push": {"recent": {"$each": list(memory_ids[-RECENT:]), "$slice": -RECENT}},
            "$set": {"updated_at": now},
            "$setOnInsert": {**_new_log(user_id), "created_at": now},
        }


def _new_log(user_id: str) -> Raw:
    return {"changes_id": derived_id("mch", user_id), "epoch": new_id("mch")}


def _state(found: Raw) -> State:
    return State(str(found["epoch"]), int(found["count"]), int(found.get("switched", 0)))


def _next_stretch(stretch: timedelta, rows: int) -> timedelta:
    """Return how long the next stretch of time should be, to hold about as many rows as one read takes well."""
    share = WANTED_ROWS / rows if rows else MOST_GROWTH
    return max(stretch * min(share, MOST_GROWTH), SHORTEST_STRETCH)


def _parts(memory_ids: Iterable[str]) -> list[tuple[Shelf, list[str]]]:
    """Return the ids by shelf, as many at a time as one read takes."""
    of_shelf: defaultdict[Shelf, list[str]] = defaultdict(list)
    for memory_id in memory_ids:
        of_shelf[shelf_of(memory_id)].append(memory_id)
    return [
        (shelf, ids[start : start + IDS_PER_READ])
        for shelf, ids in of_shelf.items()
        for start in range(0, len(ids), IDS_PER_READ)
    ]


def _without_id(stored: Raw) -> Raw:
    return {name: value for name, value in stored.items() if name != "_id"}
