"""Erasure of an account: everything the catalogue lists, and the account itself. Nothing is left."""

from db.catalogue import OWNED
from db.client import Database
from db.failures import translated
from db.users import USERS


async def erase(database: Database, user_id: str) -> int:
    """Remove every document of the tenant, then its members, then the account; return how many went.

    Harmless when repeated: after a crash in the middle the account is still there and erases again.
    """
    if not user_id:
        return 0
    removed = 0
    with translated():
        for collection in OWNED:
            if collection.name != USERS.name:
                removed += (await database.raw(collection).delete_many({str(collection.tenant): user_id})).deleted_count
        for field in ("tenant_id", "user_id"):
            removed += (await database.raw(USERS).delete_many({field: user_id})).deleted_count
    return removed
