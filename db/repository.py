"""A tenant's own view of one collection. The tenant comes from the scope and can't be named, widened or left out."""

import base64
import binascii
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Generic, TypeVar

import orjson
from pymongo.errors import DuplicateKeyError

from core.errors import Conflict, InvalidInput, NotFound
from core.scope import Scope
from db.client import Database, Raw
from db.collection import Collection, Document
from db.encryption import change_secrets
from db.failures import ALREADY_THERE, translated
from db.query import both, guard_changes, guard_pipeline, guard_where, of_one, plain
from db.stored import to_document, to_stored
from db.writes import Update, Write

D = TypeVar("D", bound=Document)
LONGEST_PAGE = 200
CLOCK_SKEW = timedelta(minutes=5)
# Times are stored to the millisecond.
TICK = timedelta(milliseconds=1)
STRETCHES = (
    timedelta(minutes=10),
    timedelta(hours=2),
    timedelta(days=1),
    timedelta(days=14),
    timedelta(days=180),
    None,
)


@dataclass(frozen=True, slots=True)
class Page(Generic[D]):
    """Some of the items, newest first, and where the next page starts (None: nowhere)."""

    items: list[D]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class Change:
    """Dotted fields to set in one document, if ``where`` holds of it at that moment."""

    fields: Mapping[str, Any]
    where: Mapping[str, Any] = field(default_factory=dict[str, Any])


class Repository(Generic[D]):
    """Reads and writes the documents of one tenant.

    Filters and changes that name the tenant, ``_id`` or unknown operators raise InvalidInput. Soft-deleted documents
    are invisible. Secret fields come back empty unless ``reveal`` is given.
    """

    def __init__(self, database: Database, collection: Collection[D], scope: Scope) -> None:
        self._database = database
        self._collection = collection
        self._scope = scope
        self._raw = database.raw(collection)
        self._namespace = database.namespace(collection)

    async def insert(self, document: D) -> D:
        """Store a new document; Conflict if its id or another unique value is taken."""
        stored = self._to_stored(document)
        with translated():
            try:
                await self._raw.insert_one(stored)
            except DuplicateKeyError:
                # The driver repeats a write whose answer was lost; then the document in the way is this one.
                if await self._raw.find_one({"_id": stored["_id"]}, {"_id": 1}) is None:
                    raise
        return self._to_document(stored)

    async def insert_once(self, document: D) -> D:
        """Store a document, or return what is already stored under its public id. Repeats are harmless.

        Conflict if another unique value is taken by another document.
        """
        stored = self._to_stored(document)
        with translated():
            try:
                await self._raw.insert_one(stored)
            except DuplicateKeyError as error:
                public_id = stored[self._collection.id_field]
                earlier = await self._raw.find_one(self._own({self._collection.id_field: public_id}, deleted=True))
                if earlier is None:
                    raise Conflict(ALREADY_THERE) from error
                stored = earlier
        return self._to_document(stored)

    async def get(self, public_id: str, *, reveal: bool = False) -> D:
        """Return one document; NotFound if there is none, or it is another tenant's, or it was deleted."""
        with translated():
            stored = await self._raw.find_one(self._own(self._by_id(public_id)))
        if stored is None:
            raise NotFound(self._missing(public_id))
        return self._to_document(stored, reveal=reveal)

    async def find_one(self, where: Mapping[str, Any], *, reveal: bool = False) -> D | None:
        """Return any one document that matches."""
        guard_where(self._collection, where)
        with translated():
            stored = await self._raw.find_one(self._own(where))
        return None if stored is None else self._to_document(stored, reveal=reveal)

    async def find(
        self,
        where: Mapping[str, Any],
        *,
        sort: Sequence[tuple[str, int]] = (),
        limit: int = 100,
        reveal: bool = False,
    ) -> list[D]:
        """Return up to ``limit`` documents that match."""
        guard_where(self._collection, where)
        guard_where(self._collection, dict(sort))
        with translated():
            cursor = self._raw.find(self._own(where), limit=_positive(limit))
            if sort:
                cursor = cursor.sort(list(sort))
            return [self._to_document(stored, reveal=reveal) async for stored in cursor]

    async def each(self, where: Mapping[str, Any]) -> AsyncIterator[D]:
        """Go through all documents that match, in no order, without holding them all."""
        guard_where(self._collection, where)
        with translated():
            async for stored in self._raw.find(self._own(where)):
                yield self._to_document(stored)

    async def parts(self, where: Mapping[str, Any], fields: Sequence[str]) -> list[dict[str, Any]]:
        """Return the named fields alone of all documents that match, in no order, as they are stored.

        For work over many documents that needs little of each. Secrets can't be named.
        """
        guard_where(self._collection, where)
        guard_where(self._collection, dict.fromkeys(fields, 1))
        if any(secret.startswith(f"{name}.") for secret in self._collection.secrets for name in fields):
            raise InvalidInput("A part with secrets in it can't be read so.")
        with translated():
            return await self._raw.find(self._own(where), {**dict.fromkeys(fields, 1), "_id": 0}).to_list()

    async def page(self, where: Mapping[str, Any], *, limit: int, cursor: str | None = None) -> Page[D]:
        """Return the next ``limit`` (at most 200) documents, newest first; those made at one time by their id.

        Reads backwards in ever longer stretches of time, so that it costs what the page holds and not what there is.
        """
        guard_where(self._collection, where)
        limit = min(_positive(limit), LONGEST_PAGE)
        time_field, id_field = self._collection.time_field, self._collection.id_field
        rows: list[Raw] = []
        if cursor is None:
            until = self._database.clock.now() + CLOCK_SKEW
        else:
            until, last_id = _read_cursor(cursor)
            rows = await self._read(where, {time_field: until, id_field: {"$lt": last_id}}, limit + 1)
        for stretch in STRETCHES:
            if len(rows) > limit:
                break
            since = until - stretch if stretch else None
            # Of an index that descends, the embedded database leaves out what is exactly at a lower bound.
            within = {"$lt": until} if since is None else {"$gt": since - TICK, "$lt": until}
            rows += await self._read(where, {time_field: within}, limit + 1 - len(rows))
            until = since or until
        more, rows = len(rows) > limit, rows[:limit]
        following = _write_cursor(rows[-1][time_field], rows[-1][id_field]) if more else None
        return Page([self._to_document(row) for row in rows], following)

    async def update(self, public_id: str, changes: Mapping[str, Any], *, where: Mapping[str, Any] | None = None) -> D:
        """Set dotted fields to new values in one document and return it as it is now.

        ``where`` must hold at the moment of the change: Conflict if it does not. NotFound if the id is unknown.
        """
        guard_changes(self._collection, changes)
        sealed = change_secrets(changes, self._collection.secrets, self._database.cipher.encrypt)
        return await self._modify(public_id, {"$set": sealed}, where)

    async def change(self, public_id: str, changes: Mapping[str, Any]) -> None:
        """Set dotted fields without reading the document back, in one round trip. NotFound if the id is unknown."""
        guard_changes(self._collection, changes)
        sealed = change_secrets(changes, self._collection.secrets, self._database.cipher.encrypt)
        query = self._own(self._by_id(public_id))
        with translated():
            done = await self._raw.update_one(query, {"$set": self._dated(sealed)})
        if not done.matched_count:
            raise NotFound(self._missing(public_id))

    async def change_each(self, changes: Mapping[str, Change]) -> int:
        """Set dotted fields in several documents in one command, each only where its condition holds.

        Return how many were changed. Cut off, some are and some are not.
        """
        return await self._database.write(*self.changing(changes)) if changes else 0

    def changing(self, changes: Mapping[str, Change]) -> list[Write]:
        """Return the writes of ``change_each``, to be done together with others by ``Database.write``."""
        writes: list[Write] = []
        for public_id, change in changes.items():
            guard_where(self._collection, change.where)
            guard_changes(self._collection, change.fields)
            query = self._own({**self._by_id(public_id), **change.where})
            sealed = change_secrets(change.fields, self._collection.secrets, self._database.cipher.encrypt)
            writes.append(Update(self._namespace, query, {"$set": self._dated(sealed)}))
        return writes

    async def change_all(
        self, public_ids: Sequence[str], fields: Mapping[str, Any], *, where: Mapping[str, Any] | None = None
    ) -> int:
        """Set the same dotted fields in all of these documents for which ``where`` holds; return how many did."""
        return await self._database.write(self.changing_all(public_ids, fields, where=where))

    def changing_all(
        self, public_ids: Sequence[str], fields: Mapping[str, Any], *, where: Mapping[str, Any] | None = None
    ) -> Write:
        """Return the write of ``change_all``, to be done together with others by ``Database.write``."""
        guard_where(self._collection, where or {})
        guard_changes(self._collection, fields)
        named = {self._collection.id_field: {"$in": [plain(one, "id") for one in public_ids]}}
        sealed = change_secrets(fields, self._collection.secrets, self._database.cipher.encrypt)
        query = self._own({**named, **(where or {})})
        return Update(self._namespace, query, {"$set": self._dated(sealed)}, many=True)

    async def put_each(self, documents: Sequence[D]) -> None:
        """Store several documents in one command, new or over what is stored under their public ids.

        Repeats are harmless. Fields that are None are left as they are stored.
        """
        if documents:
            await self._database.write(*self.putting(documents))

    def putting(self, documents: Sequence[D]) -> list[Write]:
        """Return the writes of ``put_each``, to be done together with others by ``Database.write``."""
        writes: list[Write] = []
        for document in documents:
            stored = self._to_stored(document)
            made = {name: stored.pop(name) for name in ("created_at",) if name in stored}
            query = self._own(self._by_id(stored[self._collection.id_field]))
            writes.append(Update(self._namespace, query, {"$set": stored, "$setOnInsert": made}, upsert=True))
        return writes

    async def increment(self, public_id: str, by: Mapping[str, int]) -> D:
        """Add to number fields of one document at once and return it as it is now."""
        guard_changes(self._collection, by)
        return await self._modify(public_id, {"$inc": dict(by)}, None)

    async def delete(self, public_id: str) -> bool:
        """Remove a document, or hide it where the collection deletes softly. False if there was none."""
        query = self._own(self._by_id(public_id))
        with translated():
            if not self._collection.soft_delete:
                return (await self._raw.delete_one(query)).deleted_count == 1
            change: dict[str, Any] = {"$set": {"deleted_at": self._database.clock.now()}}
            if self._collection.released:
                change["$unset"] = dict.fromkeys(self._collection.released, "")
            return (await self._raw.update_one(query, change)).modified_count == 1

    async def delete_all(self, public_ids: Sequence[str]) -> int:
        """Remove all of these documents for good; return how many there were. Repeats are harmless."""
        query = self._own({self._collection.id_field: {"$in": [plain(one, "id") for one in public_ids]}}, deleted=True)
        with translated():
            return (await self._raw.delete_many(query)).deleted_count

    async def count(self, where: Mapping[str, Any]) -> int:
        """Return how many documents match."""
        guard_where(self._collection, where)
        with translated():
            return await self._raw.count_documents(self._own(where))

    async def aggregate(self, pipeline: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """Run a pipeline over the tenant's documents alone, without ``_id`` and secrets; it may not join or write."""
        guard_pipeline(pipeline)
        head: list[Mapping[str, Any]] = [
            {"$match": self._own({})},
            {"$unset": ["_id", *self._collection.secrets]},
        ]
        with translated():
            cursor = await self._raw.aggregate([*head, *pipeline])
            return await cursor.to_list()

    async def _read(self, where: Mapping[str, Any], bounds: Raw, limit: int) -> list[Raw]:
        newest_first = [(self._collection.time_field, -1), (self._collection.id_field, -1)]
        query = self._own(both(where, bounds))
        with translated():
            return await self._raw.find(query, sort=newest_first, limit=limit).to_list()

    async def _modify(self, public_id: str, change: dict[str, Any], where: Mapping[str, Any] | None) -> D:
        query = self._own(self._by_id(public_id))
        condition: Raw = query
        if where:
            guard_where(self._collection, where)
            condition = both(query, where)
        if dated := self._dated(change.get("$set", {})):
            change = {**change, "$set": dated}
        with translated():
            if (await self._raw.update_one(condition, change)).matched_count:
                # Not find-and-modify: the embedded database reads the whole collection for it.
                stored = await self._raw.find_one(query)
                if stored is not None:
                    return self._to_document(stored)
            if where and await self._raw.find_one(query, {"_id": 1}) is not None:
                raise Conflict
        raise NotFound(self._missing(public_id))

    def _own(self, where: Mapping[str, Any], *, deleted: bool = False) -> Raw:
        """Add the tenant, last, so that nothing a caller wrote can replace it."""
        query = dict(where)
        if self._collection.soft_delete and not deleted:
            query = both(query, {"deleted_at": None})
        if self._collection.tenant is not None:
            if query.get(self._collection.tenant, self._scope.user_id) != self._scope.user_id:
                raise NotFound
            query[self._collection.tenant] = self._scope.user_id
        named = isinstance(query.get(self._collection.id_field), str)
        return of_one(self._collection.id_field, query) if named else query

    def _dated(self, fields: Mapping[str, Any]) -> Raw:
        if "updated_at" not in self._collection.model.model_fields:
            return dict(fields)
        return {**fields, "updated_at": self._database.clock.now()}

    def _by_id(self, public_id: str) -> Raw:
        return {self._collection.id_field: plain(public_id, self._collection.id_field)}

    def _missing(self, public_id: str) -> str:
        what = self._collection.id_field.removesuffix("_id").replace("_", " ")
        return f"There is no {what} {public_id}, or it is not yours. Check the id."

    def _to_stored(self, document: D) -> Raw:
        return to_stored(
            self._collection,
            document,
            tenant=self._scope.user_id,
            now=self._database.clock.now(),
            cipher=self._database.cipher,
        )

    def _to_document(self, stored: Raw, *, reveal: bool = False) -> D:
        return to_document(self._collection, stored, cipher=self._database.cipher if reveal else None)


def _positive(limit: int) -> int:
    if limit < 1:
        raise InvalidInput("The limit has to be at least 1.", field="limit")
    return limit


def _write_cursor(moment: datetime, public_id: str) -> str:
    return base64.urlsafe_b64encode(orjson.dumps([moment.isoformat(), public_id])).decode().rstrip("=")


def _read_cursor(cursor: str) -> tuple[datetime, str]:
    try:
        padded = plain(cursor, "cursor") + "=" * (-len(cursor) % 4)
        moment, public_id = orjson.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        return datetime.fromisoformat(moment).astimezone(UTC), plain(public_id, "cursor")
    except (ValueError, TypeError, OverflowError, binascii.Error) as error:
        raise InvalidInput("This cursor is not one of ours. Start again without it.", field="cursor") from error
