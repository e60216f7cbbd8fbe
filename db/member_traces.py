"""What an account keeps of a member who is erased: their own things go, their name is taken off everything else."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, TypeAlias, cast

from db.api_keys import API_KEYS
from db.audit_log import AUDIT_LOG
from db.calendar_feeds import CALENDAR_FEEDS
from db.catalogue import OWNED
from db.client import Database
from db.connection_attempts import CONNECTION_ATTEMPTS
from db.failures import translated
from db.memory_switches import MEMORY_SWITCHES
from db.slack_links import SLACK_LINKS
from db.user_memory import USER_MEMORY
from db.users import USERS
from db.voice_checks import VOICE_CHECKS

Raw: TypeAlias = dict[str, Any]

# Where a document is one person's alone, and the field that says whose.
OWNERS: Final[Mapping[str, str]] = {
    API_KEYS.name: "actor_id",
    CALENDAR_FEEDS.name: "actor_id",
    CONNECTION_ATTEMPTS.name: "actor_id",
    SLACK_LINKS.name: "actor_id",
    VOICE_CHECKS.name: "actor_id",
    MEMORY_SWITCHES.name: "name",
}
UNREAD: Final = {"embedding": 0}
WHERE_FROM: Final = {"ip_address": "", "user_agent": ""}


async def remove_traces(database: Database, tenant_id: str, actor_id: str, pseudonym: str) -> tuple[int, list[str]]:
    """Remove a member's own documents, and put a pseudonym in place of their id, and of their address, everywhere else.

    Return how many documents went or changed, and which memories did. Each place is changed only if it still says what
    was read there; repeated, it finds only what is left.
    """
    touched, memories = 0, list[str]()
    with translated():
        person = await database.raw(USERS).find_one({"user_id": actor_id}, {"email": 1})
        email = str(person["email"]).lower() if person else actor_id
        for collection in OWNED:
            if field := OWNERS.get(collection.name):
                where = {str(collection.tenant): tenant_id, field: actor_id}
                touched += (await database.raw(collection).delete_many(where)).deleted_count
        touched += await _close_audit(database, tenant_id, actor_id, pseudonym)
        for collection in OWNED:
            if collection.name == USERS.name:
                continue
            raw = database.raw(collection)
            async for stored in raw.find({str(collection.tenant): tenant_id}, UNREAD):
                found = list(_places(stored, (), actor_id, email))
                for place, said in found:
                    path = ".".join(place)
                    renamed = said.replace(actor_id, pseudonym) if actor_id in said else pseudonym
                    change = {"$set": {path: renamed}}
                    await raw.update_one({"_id": stored["_id"], path: said}, change, bypass_document_validation=True)
                touched += bool(found)
                if found and collection.name == USER_MEMORY.name:
                    memories.append(str(stored["memory_id"]))
    return touched, memories


async def _close_audit(database: Database, tenant_id: str, actor_id: str, pseudonym: str) -> int:
    """Take from the log where the member came from and what was said of them; that it happened stays."""
    entries = database.raw(AUDIT_LOG)
    by_them = {"user_id": tenant_id, "actor_id": actor_id}
    about_them = {"user_id": tenant_id, "resource_id": actor_id}
    told = await entries.update_many(
        about_them, {"$set": {"resource_id": pseudonym, "details": {}}, "$unset": {"changes": ""}}
    )
    done = await entries.update_many(by_them, {"$set": {"actor_id": pseudonym}, "$unset": WHERE_FROM})
    return told.modified_count + done.modified_count


def _places(value: Any, path: tuple[str, ...], actor_id: str, email: str) -> Iterator[tuple[tuple[str, ...], str]]:
    """Return where a document names the member, and what it says there."""
    if isinstance(value, str):
        if actor_id in value or value.lower() == email:
            yield path, value
    elif isinstance(value, dict):
        for key, inner in cast("Raw", value).items():
            yield from _places(inner, (*path, key), actor_id, email)
    elif isinstance(value, list):
        for index, inner in enumerate(cast("Sequence[Any]", value)):
            yield from _places(inner, (*path, str(index)), actor_id, email)
