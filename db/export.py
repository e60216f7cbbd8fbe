"""The export of an account: every document of it and of its visitors, without what is secret or only the database's."""

from collections.abc import AsyncIterator, Iterator, Mapping
from typing import Any, Final

from core.scope import Scope
from db.approval_requests import APPROVAL_REQUESTS
from db.audit_log import AUDIT_LOG
from db.catalogue import OWNED
from db.client import Database
from db.collection import Collection
from db.content_library import CONTENT_LIBRARY
from db.content_versions import CONTENT_VERSIONS
from db.encryption import without_secrets
from db.failures import translated
from db.member_traces import OWNERS
from db.messages import MESSAGES
from db.user_memory import USER_MEMORY
from db.users import USERS
from db.visitors import AT_ONCE, visitors_of

UNWANTED = {"_id": 0, "embedding": 0}
# Where what a member has said, done or changed lies among what is the account's, and the field that says who.
WRITTEN: Final[Mapping[str, str]] = {
    **OWNERS,
    MESSAGES.name: "metadata.actor_id",
    USER_MEMORY.name: "metadata.speaker",
    AUDIT_LOG.name: "actor_id",
    CONTENT_LIBRARY.name: "created_by",
    CONTENT_VERSIONS.name: "created_by",
    APPROVAL_REQUESTS.name: "approved_by",
}


async def export(database: Database, scope: Scope) -> AsyncIterator[tuple[str, dict[str, Any]]]:
    """Go through all documents of the tenant, soft-deleted ones and its members included, as (collection, document)."""
    tenants = [scope.user_id, *await visitors_of(database, scope.user_id)]
    for collection in OWNED:
        wanted: list[dict[str, Any]] = [{str(collection.tenant): {"$in": some}} for some in _batched(tenants, AT_ONCE)]
        if collection.name == USERS.name:
            wanted.append({"tenant_id": scope.user_id})
        async for document in _found(database, collection, wanted):
            yield collection.name, document


async def export_member(database: Database, scope: Scope) -> AsyncIterator[tuple[str, dict[str, Any]]]:
    """Go through what is a member's own: who they are, and what they have said and done in the account they work in."""
    for collection in OWNED:
        tenant = str(collection.tenant)
        wanted: list[dict[str, Any]] = [{tenant: scope.actor_id}]
        if field := WRITTEN.get(collection.name):
            wanted.append({tenant: scope.user_id, field: scope.actor_id})
        async for document in _found(database, collection, wanted):
            yield collection.name, document


async def _found(
    database: Database, collection: Collection[Any], wanted: list[dict[str, Any]]
) -> AsyncIterator[dict[str, Any]]:
    with translated():
        for where in wanted:
            async for stored in database.raw(collection).find(where, UNWANTED):
                yield without_secrets(stored, collection.secrets)


def _batched(tenants: list[str], size: int) -> Iterator[list[str]]:
    for start in range(0, len(tenants), size):
        yield tenants[start : start + size]
