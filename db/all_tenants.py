"""Access across ALL tenants, for recovery and schedulers. The modules that may import it are listed in a contract."""

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any, Generic, TypeVar

from db.client import Database
from db.collection import Collection, Document
from db.encryption import change_secrets
from db.failures import translated
from db.stored import to_document

D = TypeVar("D", bound=Document)


class AllTenants(Generic[D]):
    """Sees and changes the documents of every tenant, soft-deleted ones included.

    Filters are not guarded: never pass on what a person or a model wrote. The tenant of a document found is its
    ``user_id``; go on with a Repository for that tenant.
    """

    def __init__(self, database: Database, collection: Collection[D]) -> None:
        self._database = database
        self._collection = collection
        self._raw = database.raw(collection)

    async def find_one(self, where: Mapping[str, Any], *, reveal: bool = False) -> D | None:
        """Return any one document that matches."""
        with translated():
            stored = await self._raw.find_one(dict(where))
        return None if stored is None else self._to_document(stored, reveal=reveal)

    async def find(
        self, where: Mapping[str, Any], *, sort: Sequence[tuple[str, int]] = (), limit: int = 100
    ) -> list[D]:
        """Return up to ``limit`` documents that match."""
        with translated():
            cursor = self._raw.find(dict(where), sort=list(sort) or None, limit=limit)
            return [self._to_document(stored) for stored in await cursor.to_list()]

    async def each(self, where: Mapping[str, Any], *, reveal: bool = False) -> AsyncIterator[D]:
        """Go through all documents that match, in no order."""
        with translated():
            async for stored in self._raw.find(dict(where)):
                yield self._to_document(stored, reveal=reveal)

    async def tenants(self, where: Mapping[str, Any]) -> set[str]:
        """Return whose documents match. Nothing else of them is read, so that a malformed one stops nobody."""
        tenant = str(self._collection.tenant)
        with translated():
            return {str(stored[tenant]) async for stored in self._raw.find(dict(where), {"_id": 0, tenant: 1})}

    async def count(self, where: Mapping[str, Any]) -> int:
        """Return how many documents match."""
        with translated():
            return await self._raw.count_documents(dict(where))

    async def update_many(self, where: Mapping[str, Any], changes: Mapping[str, Any]) -> int:
        """Set dotted fields in every document that matches; return how many did."""
        sealed = change_secrets(changes, self._collection.secrets, self._database.cipher.encrypt)
        if "updated_at" in self._collection.model.model_fields:
            sealed["updated_at"] = self._database.clock.now()
        with translated():
            return (await self._raw.update_many(dict(where), {"$set": sealed})).matched_count

    async def delete_many(self, where: Mapping[str, Any]) -> int:
        """Remove every document that matches, for good; return how many did."""
        with translated():
            return (await self._raw.delete_many(dict(where))).deleted_count

    def _to_document(self, stored: dict[str, Any], *, reveal: bool = False) -> D:
        return to_document(self._collection, stored, cipher=self._database.cipher if reveal else None)
