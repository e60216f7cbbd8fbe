"""Erasure of an account: everything the catalogue lists, and the account itself. Nothing is left."""

from collections.abc import Sequence
from itertools import islice

from core.campaign_states import OVER
from core.ids import derived_id
from db.campaigns import CAMPAIGNS
from db.catalogue import OWNED
from db.client import Database
from db.failures import translated
from db.settings import SETTINGS
from db.users import USERS
from db.visitors import AT_ONCE, VISITORS, visitors_of


async def stand_still(database: Database, user_id: str) -> list[str]:
    """Turn the account's stop switch and cancel its campaigns; return the ids of all their workflows.

    Neither a document that fits no model nor one that is missing gets in the way.
    """
    campaigns, now = database.raw(CAMPAIGNS), database.clock.now()
    halt = {"since": now, "by": user_id, "why": "The account is being erased."}
    at_first = {"settings_id": derived_id("set", user_id), "created_at": now}
    found: list[str] = []
    with translated():
        running = {"user_id": user_id, "status": {"$nin": sorted(OVER)}}
        over = {"status": "cancelled", "execution.attention_at": now, "updated_at": now}
        await database.raw(SETTINGS).update_one(
            {"user_id": user_id},
            {"$set": {"halt": halt, "updated_at": now}, "$setOnInsert": at_first},
            upsert=True,
            bypass_document_validation=True,
        )
        await campaigns.update_many(running, {"$set": over}, bypass_document_validation=True)
        async for stored in campaigns.find({"user_id": user_id}, {"campaign_id": 1, "execution.launch": 1}):
            launches = int(stored.get("execution", {}).get("launch") or 0)
            found += [derived_id("wfl", stored["campaign_id"], str(launch + 1)) for launch in range(launches)]
    return found


async def erase_documents(database: Database, user_id: str) -> int:
    """Remove every document of the tenant and its visitors but the account itself; return how many went."""
    if not user_id:
        return 0
    removed = await erase_visitors(database, await visitors_of(database, user_id))
    with translated():
        for collection in OWNED:
            if collection.name != USERS.name:
                removed += (await database.raw(collection).delete_many({str(collection.tenant): user_id})).deleted_count
    return removed


async def erase_people(database: Database, user_id: str) -> int:
    """Remove an account's members, then the account; return how many went."""
    removed = 0
    if user_id:
        with translated():
            for field in ("tenant_id", "user_id"):
                removed += (await database.raw(USERS).delete_many({field: user_id})).deleted_count
    return removed


async def erase(database: Database, user_id: str) -> int:
    """Remove the tenant's documents and then the account; return how many went.

    Harmless when repeated: after a crash in the middle the account is still there and erases again.
    """
    return await erase_documents(database, user_id) + await erase_people(database, user_id)


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
