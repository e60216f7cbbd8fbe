"""Collections, validators and indexes after a start: what S1 and we ask for, once, and the same ever after."""

import asyncio
import sys
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any, Literal, get_args, get_origin

import pytest

from core.clock import ManualClock
from core.errors import InvalidInput, NotConfigured
from core.ids import new_id
from core.scope import Scope
from db.catalogue import CATALOGUE
from db.client import Database
from db.collection import Collection, Index
from db.encryption import FieldCipher
from db.global_memory import GLOBAL_MEMORY
from db.repository import Repository
from db.scheduled_jobs import SCHEDULED_JOBS
from db.stored import to_stored
from db.sync import synchronise
from db.users import USERS, User
from db.validator import validator_of
from db.webhooks import WEBHOOKS, Webhook
from tests.db.samples import sample

# Every index the documents are specified with; a leading - is descending, ! is unique.
SEED_INDEXES: Mapping[str, tuple[str, ...]] = {
    "users": ("!user_id", "!email"),
    "conversations": ("!conversation_id", "user_id", "-updated_at"),
    "campaigns": ("!campaign_id", "user_id", "status", "-created_at"),
    "zoho_tokens": ("!user_id", "expires_at"),
    "social_accounts": ("user_id", "platform", "account_id", "user_id platform"),
    "social_posts": ("!post_id", "user_id", "campaign_id", "schedule.publish_at", "-created_at"),
    "zoho_crm_records": ("user_id module", "record_id", "-synced_at"),
    "email_campaigns": ("!campaign_id", "user_id", "status", "schedule.send_at"),
    "content_library": ("!content_id", "user_id", "campaign_id", "type", "-created_at"),
    "user_memory": ("user_id", "memory_type", "-created_at"),
    "agent_memory": ("agent_name", "memory_type"),
    "global_memory": ("memory_type",),
    "agent_events": ("!event_id", "conversation_id -timestamp", "agent_name", "event_type"),
    "agent_tasks": ("!task_id", "campaign_id", "status"),
    "approval_requests": ("!request_id", "user_id", "status", "-created_at"),
    "analytics_data": ("user_id -date", "campaign_id", "-date"),
    "settings": ("!user_id",),
    "webhooks": ("!webhook_id", "user_id", "active"),
    "scheduled_jobs": ("!job_id", "status", "schedule.execute_at"),
    "audit_log": ("user_id", "action", "-timestamp"),
}

each = pytest.mark.parametrize("collection", CATALOGUE, ids=lambda collection: collection.name)


async def indexes_of(database: Database, name: str) -> dict[str, dict[str, Any]]:
    return {row["name"]: dict(row) for row in await (await database.collection(name).list_indexes()).to_list()}


def described(row: Mapping[str, Any]) -> str:
    keys = " ".join(f"{'-' if direction == -1 else ''}{field}" for field, direction in row["key"].items())
    return f"!{keys}" if row.get("unique") else keys


@pytest.mark.parametrize("name", SEED_INDEXES)
async def test_every_index_of_the_seed_exists(database: Database, name: str) -> None:
    found = {described(row) for row in (await indexes_of(database, name)).values()}
    assert set(SEED_INDEXES[name]) <= found


@each
async def test_public_ids_are_unique_and_tenants_indexed(database: Database, collection: Collection[Any]) -> None:
    rows = [described(row) for row in (await indexes_of(database, collection.name)).values()]
    assert f"!{collection.id_field}" in rows
    if collection.tenant:
        assert any(row.removeprefix("!").split()[0] == collection.tenant for row in rows)


async def test_finished_jobs_expire_after_thirty_days(database: Database) -> None:
    (ttl,) = [row for row in (await indexes_of(database, "scheduled_jobs")).values() if "expireAfterSeconds" in row]
    assert (described(ttl), ttl["expireAfterSeconds"]) == ("finished_at", 30 * 24 * 3600)


async def test_a_second_start_costs_one_read(database: Database) -> None:
    before = database.round_trips.by_command()
    assert await synchronise(database) is False
    after = database.round_trips.by_command()
    assert {name: after[name] - before.get(name, 0) for name in after if after[name] != before.get(name, 0)} == {
        "find": 1
    }


async def test_repeating_the_work_drops_and_changes_nothing(bare_database: Database) -> None:
    assert await synchronise(bare_database) is True
    await bare_database.collection("system_state").delete_one({"_id": "schema"})
    before = bare_database.round_trips.by_command()
    assert await synchronise(bare_database) is True
    after = bare_database.round_trips.by_command()
    for command in ("dropIndexes", "collMod", "create"):
        assert after.get(command, 0) == before.get(command, 0)


@each
async def test_the_database_refuses_documents_that_lack_a_required_field(
    database: Database, collection: Collection[Any], clock: ManualClock, scope: Scope
) -> None:
    def stored() -> dict[str, Any]:
        return to_stored(
            collection, sample(collection, scope), tenant=scope.user_id, now=clock.now(), cipher=database.cipher
        )

    required = validator_of(collection)["$jsonSchema"]["required"]
    assert {collection.id_field, collection.tenant or collection.id_field, collection.time_field} <= set(required)
    for field in required:
        document = stored()
        del document[field]
        await refused(database, collection, document)
    for field, wrong in ((collection.id_field, 7), (collection.time_field, "yesterday")):
        await refused(database, collection, stored() | {field: wrong})
    await database.raw(collection).insert_one(stored())


def is_choice(annotation: Any) -> bool:
    """Whether a field is one of some words, or nothing."""
    return any(get_origin(one) is Literal for one in (annotation, *get_args(annotation)))


CHOICES = [
    (collection, name)
    for collection in CATALOGUE
    for name, field in collection.model.model_fields.items()
    if is_choice(field.annotation)
]


@pytest.mark.parametrize(("collection", "name"), CHOICES, ids=[f"{one.name}-{name}" for one, name in CHOICES])
async def test_the_database_refuses_values_that_are_no_choice(
    database: Database, collection: Collection[Any], name: str, clock: ManualClock, scope: Scope
) -> None:
    document = to_stored(
        collection, sample(collection, scope), tenant=scope.user_id, now=clock.now(), cipher=database.cipher
    )
    await refused(database, collection, document | {name: "none of these"})
    assert await database.raw(collection).count_documents({name: "none of these"}) == 0


async def refused(database: Database, collection: Collection[Any], document: dict[str, Any]) -> None:
    before = await database.raw(collection).count_documents({})
    with pytest.raises(Exception, match="validation"):
        await database.raw(collection).insert_one(document)
    assert await database.raw(collection).count_documents({}) == before


async def test_emails_are_unique_whatever_their_case(database: Database, scope: Scope, other_scope: Scope) -> None:
    await Repository(database, USERS, scope).insert(User(user_id=scope.user_id, email="Ann@Example.com"))
    with pytest.raises(Exception, match="already one of these"):
        await Repository(database, USERS, other_scope).insert(
            User(user_id=other_scope.user_id, email="ann@example.COM")
        )


async def test_changed_definitions_are_applied_and_strangers_left_alone(bare_database: Database, scope: Scope) -> None:
    first = replace(WEBHOOKS, indexes=(Index(("user_id",)), Index(("active",)), Index(("name",))))
    await synchronise(bare_database, (first,))
    webhook = Webhook(webhook_id=new_id("whk"), name="shop", url="https://shop.example/hook")
    await Repository(bare_database, first, scope).insert(webhook)
    await bare_database.raw(first).create_index([("url", 1)], name="made_by_the_operator")

    class StrictWebhook(Webhook):
        kind: Literal["shop", "crm"] = "shop"

    second = Collection(
        name="webhooks",
        model=StrictWebhook,
        id_field="webhook_id",
        id_prefix="whk",
        indexes=(Index(("user_id",), sparse=True), Index(("active",), ttl=timedelta(days=1))),
    )
    assert await synchronise(bare_database, (second,)) is True
    rows = await indexes_of(bare_database, "webhooks")
    assert set(rows) == {"_id_", "webhook_id_1", "user_id_1", "active_1", "made_by_the_operator"}
    assert rows["user_id_1"]["sparse"] is True
    assert rows["active_1"]["expireAfterSeconds"] == 86_400
    assert (await Repository(bare_database, second, scope).get(webhook.webhook_id)).name == "shop"
    with pytest.raises(InvalidInput):
        await Repository(bare_database, second, scope).update(webhook.webhook_id, {"kind": "none of these"})


async def test_a_unique_index_over_doubles_is_refused_in_one_sentence(bare_database: Database, scope: Scope) -> None:
    await synchronise(bare_database, (WEBHOOKS,))
    for _ in range(2):
        await Repository(bare_database, WEBHOOKS, scope).insert(
            sample(WEBHOOKS, scope).model_copy(update={"name": "x"})
        )
    strict = replace(WEBHOOKS, indexes=(Index(("name",), unique=True),))
    with pytest.raises(NotConfigured, match="webhooks holds two documents"):
        await synchronise(bare_database, (strict,))


async def test_shared_collections_have_no_tenant(database: Database, scope: Scope, other_scope: Scope) -> None:
    await Repository(database, GLOBAL_MEMORY, scope).insert(sample(GLOBAL_MEMORY, scope))
    (found,) = await Repository(database, GLOBAL_MEMORY, other_scope).find({})
    stored = await database.raw(GLOBAL_MEMORY).find_one({"memory_id": found.memory_id})
    assert stored is not None
    assert "user_id" not in stored


async def test_a_wrong_key_is_told_at_start(bare_database: Database, mongo_uri: str, clock: ManualClock) -> None:
    await synchronise(bare_database, (SCHEDULED_JOBS,))
    stranger = await Database.connect(
        mongo_uri, bare_database.name, clock=clock, cipher=FieldCipher([FieldCipher.new_key()])
    )
    with pytest.raises(NotConfigured, match="MM_ENCRYPTION_KEYS"):
        await synchronise(stranger, (SCHEDULED_JOBS,))
    await stranger.close()


START = """
import asyncio, sys
from core.clock import SystemClock
from db.client import Database
from db.encryption import FieldCipher
from db.sync import synchronise

async def main() -> None:
    database = await Database.connect(sys.argv[1], sys.argv[2], clock=SystemClock(), cipher=FieldCipher([sys.argv[3]]))
    sys.stdin.readline()
    await synchronise(database)
    await database.close()

asyncio.run(main())
"""


async def test_four_processes_may_start_at_once(bare_database: Database, mongo_uri: str) -> None:
    outdated = [replace(one, indexes=(Index((one.id_field,)), Index(("gone",)))) for one in CATALOGUE]
    key = FieldCipher.new_key()
    for state in ("nothing there", "older definitions there"):
        if state != "nothing there":
            await bare_database.drop()
            await synchronise(bare_database, outdated)
            await bare_database.collection("system_state").delete_one({"_id": "cipher"})
        processes = [
            await asyncio.create_subprocess_exec(
                *(sys.executable, "-c", START, mongo_uri, bare_database.name, key),
                stdin=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
            )
            for _ in range(4)
        ]
        results = await asyncio.gather(*(process.communicate(b"go\n") for process in processes))
        assert [process.returncode for process in processes] == [0] * 4, results
        for collection in CATALOGUE:
            names = set(await indexes_of(bare_database, collection.name))
            assert names == {"_id_", *(index.name for index in collection.all_indexes)}
