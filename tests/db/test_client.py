"""The connection: what it refuses and in which words, several writes in one trip, times in UTC."""

import asyncio
import struct
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import bson
import pytest
from pymongo import InsertOne, UpdateOne
from pymongo.errors import OperationFailure

from core.clock import ManualClock
from core.errors import Conflict, InvalidInput, NotConfigured, Unavailable
from core.ids import new_id
from core.scope import Scope
from db.audit_log import AUDIT_LOG
from db.campaigns import CAMPAIGNS, Campaign
from db.client import Database
from db.encryption import FieldCipher
from db.repository import Repository
from db.stored import to_stored
from db.writes import Insert, Update
from db.zoho_crm_records import ZOHO_CRM_RECORDS
from tests.db.samples import sample

OP_MSG = 2013
OP_REPLY = 1


@asynccontextmanager
async def mongo_that_says(hello: dict[str, Any], failure: dict[str, Any] | None = None) -> AsyncGenerator[str]:
    """A server that speaks just enough of the protocol to introduce itself; every other command fails."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                length, request_id, _, opcode = struct.unpack("<iiii", await reader.readexactly(16))
                body = await reader.readexactly(length - 16)
                command: dict[str, Any] = bson.BSON(body[5:]).decode() if opcode == OP_MSG else {"hello": 1}
                introduces = next(iter(command)) in {"hello", "ismaster", "ping"}
                answer = bson.encode(hello if introduces else failure or {"ok": 1})
                if opcode == OP_MSG:
                    reply, kind = struct.pack("<i", 0) + b"\0" + answer, OP_MSG
                else:
                    reply, kind = struct.pack("<iqii", 8, 0, 0, 1) + answer, OP_REPLY
                writer.write(struct.pack("<iiii", 16 + len(reply), 1, request_id, kind) + reply)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    try:
        yield f"127.0.0.1:{port}"
    finally:
        server.close()


def hello(**fields: Any) -> dict[str, Any]:
    return {
        "ok": 1,
        "isWritablePrimary": True,
        "helloOk": True,
        "maxBsonObjectSize": 16_777_216,
        "maxMessageSizeBytes": 48_000_000,
        "maxWriteBatchSize": 100_000,
        "logicalSessionTimeoutMinutes": 30,
        "minWireVersion": 0,
        "maxWireVersion": 25,
        "readOnly": False,
    } | fields


async def refusal(uri: str) -> str:
    clock = ManualClock(datetime(2026, 1, 1, tzinfo=UTC))
    with pytest.raises((NotConfigured, Unavailable)) as caught:
        await Database.connect(uri, "shop", clock=clock, cipher=FieldCipher([FieldCipher.new_key()]))
    message = caught.value.message
    assert "hunter2" not in message + repr(caught.value.__cause__)
    assert "\n" not in message
    return message


async def test_an_unreachable_database_is_one_sentence() -> None:
    message = await refusal("mongodb://ann:hunter2@127.0.0.1:9/?authSource=admin")
    assert "127.0.0.1:9" in message
    assert "MONGODB_URI" in message


@pytest.mark.parametrize("uri", ["hunter2", "http://ann:hunter2@host", "mongodb://ann:hunter2@:x/", "mongodb://"])
async def test_a_broken_address_is_one_sentence(uri: str) -> None:
    assert "not a usable MongoDB address" in await refusal(uri)


async def test_an_old_database_is_one_sentence() -> None:
    async with mongo_that_says(hello(maxWireVersion=21)) as host:
        message = await refusal(f"mongodb://{host}/?directConnection=true")
    assert message == f"The MongoDB at {host} is too old. Use MongoDB 8.0 or newer."


async def test_a_database_outside_a_replica_set_is_one_sentence() -> None:
    async with mongo_that_says(hello()) as host:
        assert "replica set" in await refusal(f"mongodb://{host}/")


async def test_wrong_credentials_are_one_sentence() -> None:
    denied = {
        "ok": 0,
        "code": 18,
        "codeName": "AuthenticationFailed",
        "errmsg": "Authentication failed for ann:hunter2",
    }
    async with mongo_that_says(hello(setName="rs"), denied) as host:
        message = await refusal(f"mongodb://ann:hunter2@{host}/?directConnection=true&authMechanism=SCRAM-SHA-256")
    assert "user name or password" in message


async def test_a_bulk_writes_to_several_collections_in_one_trip(
    database: Database, scope: Scope, clock: ManualClock
) -> None:
    campaign = await Repository(database, CAMPAIGNS, scope).insert(Campaign(campaign_id=new_id("cmp"), name="a"))
    entry = to_stored(
        AUDIT_LOG, sample(AUDIT_LOG, scope), tenant=scope.user_id, now=clock.now(), cipher=database.cipher
    )
    before = database.round_trips.by_command()
    renamed = UpdateOne(
        {"campaign_id": campaign.campaign_id}, {"$set": {"name": "b"}}, namespace=database.namespace(CAMPAIGNS)
    )
    await database.bulk([InsertOne(dict(entry), namespace=database.namespace(AUDIT_LOG)), renamed])
    after = database.round_trips.by_command()
    assert after["bulkWrite"] - before.get("bulkWrite", 0) == sum(after.values()) - sum(before.values()) == 1
    assert (await Repository(database, CAMPAIGNS, scope).get(campaign.campaign_id)).name == "b"
    assert await Repository(database, AUDIT_LOG, scope).count({}) == 1

    other = {**entry, "audit_id": new_id("aud")}
    with pytest.raises(Conflict) as conflict:
        await database.bulk([InsertOne(one, namespace=database.namespace(AUDIT_LOG)) for one in (other, entry)])
    assert conflict.value.details["index"] == 1
    wrong = {**entry, "audit_id": new_id("aud"), "action": 7}
    with pytest.raises(InvalidInput):
        await database.bulk([InsertOne(wrong, namespace=database.namespace(AUDIT_LOG))])


async def test_a_few_writes_take_one_command_and_say_which_failed(
    database: Database, scope: Scope, clock: ManualClock
) -> None:
    entry = to_stored(
        AUDIT_LOG, sample(AUDIT_LOG, scope), tenant=scope.user_id, now=clock.now(), cipher=database.cipher
    )
    space = database.namespace(AUDIT_LOG)
    before = database.round_trips.by_command()
    same = {"audit_id": entry["audit_id"]}
    assert await database.write(Insert(space, entry), Update(space, same, {"$set": {"action": "signed in"}})) == 1
    after = database.round_trips.by_command()
    assert after["bulkWrite"] - before.get("bulkWrite", 0) == sum(after.values()) - sum(before.values()) == 1

    other = {**entry, "audit_id": new_id("aud")}
    with pytest.raises(Conflict) as conflict:
        await database.write(Insert(space, other), Insert(space, entry))
    assert conflict.value.details["index"] == 1
    with pytest.raises(InvalidInput):
        await database.write(Insert(space, {**entry, "audit_id": new_id("aud"), "action": 7}))
    with pytest.raises(OperationFailure):
        await database.write(Update(space, same, {"$inc": {"action": 1}}))


async def test_times_come_back_in_utc_and_as_they_were_written(database: Database, scope: Scope) -> None:
    records = Repository(database, ZOHO_CRM_RECORDS, scope)
    in_delhi = datetime(2026, 3, 1, 18, 0, 0, 123_456, tzinfo=timezone(timedelta(hours=5, minutes=30)))
    record = type(sample(ZOHO_CRM_RECORDS, scope))(
        crm_record_id=new_id("crm"), module="Leads", record_id="7", synced_at=in_delhi
    )
    written = await records.insert(record)
    read = await records.get(record.crm_record_id)
    assert written == read
    assert read.synced_at == datetime(2026, 3, 1, 12, 30, 0, 123_000, tzinfo=UTC)
    assert read.synced_at.tzinfo is UTC


async def test_a_closed_connection_is_unavailable(mongo_uri: str, clock: ManualClock) -> None:
    database = await Database.connect(mongo_uri, "shop", clock=clock, cipher=FieldCipher([FieldCipher.new_key()]))
    await database.ping()
    await database.close()
    await database.close()
    with pytest.raises(Unavailable):
        await database.ping()
