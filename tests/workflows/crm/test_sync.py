"""A connected CRM's records are kept in step: all of them, what changes, what is deleted, and after being cut off."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from core.clock import ManualClock
from core.ids import new_id
from core.scope import Scope
from db.client import Database
from sandbox.faults import Fault
from sandbox.server import Sandbox
from tests.zoho import Crm
from tools.outside.http import Outside

HALF_HOUR = timedelta(minutes=30)
LEADS = "/com/crm/v8/Leads"


@pytest.fixture
async def crm(database: Database, clock: ManualClock, sandbox: Sandbox) -> AsyncIterator[Crm]:
    user = new_id("usr")
    async with Outside(clock, timeout=20, addresses=sandbox.addresses()) as outside:
        made = Crm(sandbox.zoho, database, outside, Scope(user, user, "admin"), clock)
        await made.connect()
        yield made


def asked(crm: Crm) -> list[str]:
    """Which records were asked for since the last time."""
    paths = [path.removeprefix("/com/crm/v8/") for _, path in crm.twin.requests if "/crm/v8/" in path]
    crm.twin.requests.clear()
    return paths


async def test_everything_is_read_once_and_then_what_changed_and_was_deleted(crm: Crm, clock: ManualClock) -> None:
    ada = crm.twin.put("Leads", First_Name="Ada", Last_Name="Bell", Company="Bell & Sons", Email="ada@bell.example")
    bob = crm.twin.put("Leads", Last_Name="Cole")
    crm.twin.put("Deals", Deal_Name="Wedding cakes", Amount=1200.5, Stage="Qualification")
    crm.twin.put("Accounts", Account_Name="Bell & Sons")
    made = clock.now().replace(microsecond=0)
    clock.advance(timedelta(minutes=10))
    first = await crm.run()
    assert first == {"state": "read", "stored": 4}
    assert await crm.names() == ["Ada Bell", "Cole"]
    assert (await crm.names("Deals"), await crm.names("Accounts")) == (["Wedding cakes"], ["Bell & Sons"])
    (stored,) = await crm.records.find({"record_id": ada})
    assert (stored.data["Email"], stored.added_at) == ("ada@bell.example", made)
    assert not any(name.startswith("$") for name in stored.data)

    clock.advance(timedelta(minutes=20))
    crm.twin.put("Leads", ada, Lead_Status="Contacted")
    crm.twin.remove("Leads", bob)
    crm.twin.put("Contacts", First_Name="Dee", Last_Name="Fox")
    clock.advance(timedelta(minutes=10))
    assert await crm.run() == {"state": "read", "stored": 2, "removed": 1}
    assert await crm.names() == ["Ada Bell"]
    (changed,) = await crm.records.find({"record_id": ada})
    assert (changed.crm_record_id, changed.data["Lead_Status"]) == (stored.crm_record_id, "Contacted")

    clock.advance(HALF_HOUR)
    asked(crm)
    assert await crm.run() == {"state": "read"}
    modules = ("Leads", "Contacts", "Accounts", "Deals")
    assert asked(crm) == [path for module in modules for path in (module, f"{module}/deleted")]
    token = await crm.access.stored(crm.scope)
    assert token
    assert (token.last_synced, token.sync_error) == (clock.now(), None)


async def test_a_reading_cut_off_is_gone_on_with_where_it_was(crm: Crm, clock: ManualClock) -> None:
    ids = [crm.twin.put("Leads", Last_Name=f"Lead {number:03}") for number in range(450)]
    asked(crm)
    crm.twin.faults.add(
        Fault(path=LEADS, delay=0.0),
        Fault(path=LEADS, status=429, headers={"Retry-After": "60"}, body='{"code": "TOO_MANY_REQUESTS"}'),
    )
    first = await crm.run()
    assert (first["state"], first["stored"]) == ("put off", 200)
    token = await crm.access.stored(crm.scope)
    assert token
    assert "at the moment" in (token.sync_error or "")
    assert asked(crm) == ["Leads", "Leads"]

    clock.advance(HALF_HOUR)
    done = await crm.run()
    assert (done["state"], done["stored"]) == ("read", 450)
    assert [path for path in asked(crm) if path.startswith("Leads")] == ["Leads", "Leads"]
    assert len({record.record_id for record in await crm.records.find({}, limit=1000)} & set(ids)) == 450


async def test_a_page_token_that_has_run_out_begins_the_module_anew(crm: Crm, clock: ManualClock) -> None:
    for number in range(250):
        crm.twin.put("Leads", Last_Name=f"Lead {number:03}")
    crm.twin.faults.add(Fault(path=LEADS, delay=0.0), Fault(path=LEADS, status=503))
    assert (await crm.run())["state"] == "put off"
    clock.advance(timedelta(days=2))
    assert (await crm.run())["state"] == "read"
    assert len(await crm.names()) == 250


async def test_once_a_week_what_is_not_there_any_more_goes_whatever_was_told(crm: Crm, clock: ManualClock) -> None:
    lost = crm.twin.put("Leads", Last_Name="Lost")
    crm.twin.put("Leads", Last_Name="Kept")
    await crm.run()
    crm.twin.change("Leads", lost, deleted_time="2020-01-01T00:00:00+00:00")
    clock.advance(HALF_HOUR)
    await crm.run()
    assert await crm.names() == ["Kept", "Lost"]
    clock.advance(timedelta(days=8))
    await crm.run()
    assert await crm.names() == ["Kept"]


async def test_a_module_that_may_not_be_read_holds_up_no_other(crm: Crm, clock: ManualClock) -> None:
    crm.twin.put("Deals", Deal_Name="Cakes")
    crm.twin.faults.add(Fault(path=LEADS, status=403, body='{"code": "NO_PERMISSION", "message": "permission denied"}'))
    told = await crm.run()
    assert told["state"] == "read"
    assert "permission denied" in told["problems"]["Leads"]
    assert await crm.names("Deals") == ["Cakes"]
    clock.advance(HALF_HOUR)
    assert (await crm.run())["state"] == "read"
    token = await crm.access.stored(crm.scope)
    assert token
    assert token.sync_error is None


async def test_a_login_that_has_ended_stops_it_until_it_is_connected_again(crm: Crm, clock: ManualClock) -> None:
    crm.twin.put("Leads", Last_Name="Ames")
    await crm.run()
    crm.twin.login.withdraw()
    clock.advance(HALF_HOUR)
    assert (await crm.run())["state"] == "reconnect"
    assert (await crm.job()).status == "completed"
    crm.twin.put("Leads", Last_Name="Byrd")
    clock.advance(HALF_HOUR)
    await crm.run()
    assert await crm.names() == ["Ames"]
    await crm.connect()
    assert (await crm.run())["state"] == "read"
    assert await crm.names() == ["Ames", "Byrd"]


async def test_a_connection_ended_while_it_is_read_leaves_nothing_behind(crm: Crm) -> None:
    crm.twin.put("Leads", Last_Name="Ames")
    job = await crm.job()
    await crm.connection.disconnect(crm.scope)
    assert (await crm.run())["state"] == "not connected"
    assert await crm.records.count({}) == 0
    assert (await crm.job()).job_id == job.job_id
    await crm.connect()
    await crm.run()
    assert await crm.names() == ["Ames"]
