"""The export of an account: every document of it, without secrets and without what only the database needs."""

from collections.abc import AsyncIterator
from typing import Any

from core.scope import Scope
from db.catalogue import OWNED
from db.client import Database
from db.encryption import without_secrets
from db.failures import translated

UNWANTED = {"_id": 0, "embedding": 0}


async def export(database: Database, scope: Scope) -> AsyncIterator[tuple[str, dict[str, Any]]]:
    """Go through all documents of the tenant, soft-deleted ones included, as (collection, document)."""
    for collection in OWNED:
        with translated():
            async for stored in database.raw(collection).find({str(collection.tenant): scope.user_id}, UNWANTED):
                yield collection.name, without_secrets(stored, collection.secrets)
