"""The export of an account: every document of it and of its visitors, without what is secret or only the database's."""

from collections.abc import AsyncIterator, Iterator
from typing import Any

from core.scope import Scope
from db.catalogue import OWNED
from db.client import Database
from db.encryption import without_secrets
from db.failures import translated
from db.visitors import AT_ONCE, visitors_of

UNWANTED = {"_id": 0, "embedding": 0}


async def export(database: Database, scope: Scope) -> AsyncIterator[tuple[str, dict[str, Any]]]:
    """Go through all documents of the tenant, soft-deleted ones included, as (collection, document)."""
    tenants = [scope.user_id, *await visitors_of(database, scope.user_id)]
    for collection in OWNED:
        with translated():
            for some in _batched(tenants, AT_ONCE):
                async for stored in database.raw(collection).find({str(collection.tenant): {"$in": some}}, UNWANTED):
                    yield collection.name, without_secrets(stored, collection.secrets)


def _batched(tenants: list[str], size: int) -> Iterator[list[str]]:
    for start in range(0, len(tenants), size):
        yield tenants[start : start + size]
