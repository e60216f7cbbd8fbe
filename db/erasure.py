"""Erasure of an account: everything the catalogue lists, and the account itself. Nothing is left."""

from collections.abc import Sequence
from itertools import islice

from db.catalogue import OWNED
from db.client import Database
from db.failures import translated
from db.users import USERS
from db.visitors import AT_ONCE, VISITORS, visitors_of


async def erase(database: Database, user_id: str) -> int:
    """Remove every document of the tenant and its visitors, then its members, then the account; return how many went.

    Harmless when repeated: after a crash in the middle the account is still there and erases again.
    """
    if not user_id:
        return 0
    removed = await erase_visitors(database, await visitors_of(database, user_id))
    with translated():
        for collection in OWNED:
            if collection.name != USERS.name:
                removed += (await database.raw(collection).delete_many({str(collection.tenant): user_id})).deleted_count
        for field in ("tenant_id", "user_id"):
            removed += (await database.raw(USERS).delete_many({field: user_id})).deleted_count
    return removed


async def erase_visitors(database: Database, visitor_ids: Sequence[str]) -> int:
    """Remove everything visitors have said and were told, and then what is known of them; return how many went."""
    removed = 0
    waiting = iter(visitor_ids)
    with translated():
        while some := list(islice(waiting, AT_ONCE)):
            for collection in OWNED:
                found = {str(collection.tenant): {"$in": some}}
                removed += (await database.raw(collection).delete_many(found)).deleted_count
            removed += (await database.raw(VISITORS).delete_many({"visitor_id": {"$in": some}})).deleted_count
    return removed
