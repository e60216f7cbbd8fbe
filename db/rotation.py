"""Re-encrypts every stored secret with the newest key, after which older keys can be taken off the list."""

from db.catalogue import CATALOGUE
from db.client import Database
from db.encryption import change_secrets
from db.failures import translated
from db.sync import rotate_probe


async def rotate_secrets(database: Database) -> int:
    """Rotate the secrets of all tenants; return how many documents changed. Harmless when repeated."""
    changed = 0
    with translated():
        for collection in CATALOGUE:
            if not collection.secrets:
                continue
            raw = database.raw(collection)
            heads = {secret.partition(".")[0] for secret in collection.secrets}
            async for stored in raw.find({}, dict.fromkeys(heads, 1)):
                before = {field: value for field, value in stored.items() if field in heads}
                after = change_secrets(before, collection.secrets, database.cipher.rotate)
                if before:
                    result = await raw.update_one({"_id": stored["_id"], **before}, {"$set": after})
                    changed += result.modified_count
        await rotate_probe(database)
    return changed
