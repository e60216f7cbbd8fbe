"""Connecting a CRM: at the data center the account lies in, exactly once, encrypted, renewed by one at a time."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest

from core.clock import ManualClock
from core.errors import Conflict, Forbidden, NotConfigured, ReconnectNeeded, Rejected, Retryable
from core.ids import new_id
from core.scope import Scope
from db.client import Database
from db.repository import Repository
from db.zoho_crm_records import ZOHO_CRM_RECORDS, ZohoCrmRecord
from db.zoho_tokens import ZOHO_TOKENS
from sandbox.authorisation import CLIENT_ID, CLIENT_SECRET
from sandbox.faults import Fault
from sandbox.server import Sandbox
from tools.outside.http import Outside
from tools.outside.oauth import Registration
from tools.zoho.access import ZohoAccess
from tools.zoho.client import Opened, ZohoCrm
from tools.zoho.connection import ZohoArrival, ZohoConnection

BACK = "https://minds.example/api/v1/connections/zoho/callback"
OURS = {"zoho": Registration(CLIENT_ID, CLIENT_SECRET)}


@dataclass
class House:
    """A process with one account, and Zoho as a sandbox."""

    sandbox: Sandbox
    database: Database
    outside: Outside
    scope: Scope
    connection: ZohoConnection

    @property
    def access(self) -> ZohoAccess:
        return self.connection.access

    def another(self) -> ZohoAccess:
        return ZohoAccess(self.database, self.outside, OURS)

    async def way_back(self) -> dict[str, str]:
        departure = await self.connection.start(self.scope, BACK, "/console/connections")
        async with httpx.AsyncClient() as browser:
            answer = await browser.get(departure.authorise_url)
        assert answer.headers["location"].startswith(f"{BACK}?")
        return dict(parse_qsl(urlsplit(answer.headers["location"]).query))

    async def come_back(self, query: dict[str, str]) -> ZohoArrival:
        return await self.connection.finish(
            self.scope,
            query["state"],
            query.get("code", ""),
            location=query.get("location", ""),
            refusal=query.get("error", ""),
        )

    async def name(self, access: ZohoAccess | None = None) -> str:
        async def asked(opened: Opened) -> tuple[str, str]:
            return await ZohoCrm(self.outside).organisation(opened)

        return (await (access or self.access).use(self.scope, asked))[1]

    @property
    def refreshes(self) -> int:
        return len(self.sandbox.zoho.rows("refreshes"))


@pytest.fixture
async def house(database: Database, clock: ManualClock) -> AsyncIterator[House]:
    user = new_id("usr")
    async with Sandbox(clock=clock) as sandbox, Outside(clock, addresses=sandbox.addresses()) as outside:
        access = ZohoAccess(database, outside, OURS)
        yield House(sandbox, database, outside, Scope(user, user, "admin"), ZohoConnection(database, outside, access))


@pytest.mark.parametrize("center", ["com", "in", "eu", "com.au"])
async def test_it_is_connected_where_the_account_lies_and_kept_encrypted(house: House, center: str) -> None:
    house.sandbox.zoho.login.home = center
    arrival = await house.come_back(await house.way_back())
    assert arrival.return_to == "/console/connections"
    assert (arrival.token.data_center, arrival.token.account_name, arrival.token.status) == (
        center,
        "The Bakery",
        "active",
    )
    assert await house.name() == "The Bakery"
    raw = await house.database.raw(ZOHO_TOKENS).find_one(  # lint: allow raw-collection: looks at what is at rest
        {"zoho_token_id": arrival.token.zoho_token_id}
    )
    assert raw is not None
    given = [*house.sandbox.zoho.rows("tokens"), *house.sandbox.zoho.rows("refresh")]
    assert len(given) == 2
    assert not any(secret in str(raw) for secret in given)
    assert arrival.token.access_token == arrival.token.refresh_token == ""


async def test_a_way_back_works_once_and_a_refusal_or_a_far_center_is_told(house: House) -> None:
    query = await house.way_back()
    await house.come_back(query)
    with pytest.raises(Conflict):
        await house.come_back(query)
    house.sandbox.zoho.login.refuse()
    with pytest.raises(Forbidden):
        await house.come_back(await house.way_back())
    with pytest.raises(Rejected, match="jp"):
        await house.come_back(await house.way_back() | {"location": "jp"})
    with pytest.raises(ReconnectNeeded, match="invalid_code"):
        await house.come_back(await house.way_back() | {"code": "1000.0"})
    unregistered = ZohoConnection(house.database, house.outside, ZohoAccess(house.database, house.outside, {}))
    with pytest.raises(NotConfigured, match="ZOHO_CLIENT_ID"):
        await unregistered.start(house.scope, BACK)


async def test_it_is_renewed_before_its_end_by_one_of_several_processes(house: House, clock: ManualClock) -> None:
    await house.come_back(await house.way_back())
    clock.advance(timedelta(minutes=56))
    names = await asyncio.gather(*(house.name(house.another()) for _ in range(6)))
    assert names == ["The Bakery"] * 6
    assert house.refreshes == 1
    house.sandbox.zoho.login.expire()
    assert await house.name() == "The Bakery"
    assert house.refreshes == 2


async def test_what_was_withdrawn_is_expired_until_it_is_connected_again(house: House) -> None:
    await house.come_back(await house.way_back())
    house.sandbox.zoho.login.withdraw()
    with pytest.raises(ReconnectNeeded):
        await house.name()
    stored = await house.access.stored(house.scope)
    assert stored
    assert stored.status == "expired"
    asked = len(house.sandbox.zoho.requests)
    with pytest.raises(ReconnectNeeded):
        await house.name()
    assert len(house.sandbox.zoho.requests) == asked
    arrival = await house.come_back(await house.way_back())
    assert (arrival.token.status, arrival.token.error_message) == ("active", None)
    assert await house.name() == "The Bakery"


async def test_too_many_renewals_and_trouble_there_are_no_end_of_the_login(house: House, clock: ManualClock) -> None:
    await house.come_back(await house.way_back())
    clock.advance(timedelta(minutes=56))
    for number in range(10):
        house.sandbox.zoho.write("refreshes", str(number), at=clock.now().isoformat())
    assert await house.name() == "The Bakery"
    house.sandbox.zoho.faults.add(Fault(path="/com/oauth/v2/token", times=9, status=500))
    clock.advance(timedelta(minutes=5))
    with pytest.raises(Retryable):
        await house.name()
    house.sandbox.zoho.faults.clear()
    clock.advance(timedelta(minutes=10))
    assert await house.name() == "The Bakery"


@pytest.mark.parametrize(
    ("status", "code", "error"),
    [
        (401, "OAUTH_SCOPE_MISMATCH", ReconnectNeeded),
        (403, "NO_PERMISSION", Rejected),
        (400, "INVALID_MODULE", Rejected),
        (400, "LIMIT_EXCEEDED", Retryable),
        (429, "TOO_MANY_REQUESTS", Retryable),
        (500, "INTERNAL_ERROR", Retryable),
        (200, "unreadable", Retryable),
    ],
)
async def test_refusals_become_the_houses_errors_without_the_token(
    house: House, status: int, code: str, error: type[Exception]
) -> None:
    await house.come_back(await house.way_back())
    (secret,) = house.sandbox.zoho.rows("tokens")
    body = f'{{"code": "{code}", "message": "no {secret}", "details": {{}}, "status": "error"}}'
    headers = {"Retry-After": "90"} if status == 429 else {}
    fault = Fault(path="/com/crm/v8/.*", status=status, body=body if status != 200 else "<html>", headers=headers)
    house.sandbox.zoho.faults.add(fault)
    with pytest.raises(error) as raised:
        await ZohoCrm(house.outside).records(Opened("com", secret), "Leads")
    assert secret not in str(raised.value)
    if status == 429:
        assert isinstance(raised.value, Retryable)
        assert raised.value.retry_after == 90


async def test_another_organisation_or_the_end_forgets_what_was_read(house: House, clock: ManualClock) -> None:
    records: Repository[ZohoCrmRecord] = Repository(house.database, ZOHO_CRM_RECORDS, house.scope)

    async def one() -> None:
        await records.insert(
            ZohoCrmRecord(crm_record_id=new_id("crm"), module="Leads", record_id="1", synced_at=clock.now())
        )

    await house.come_back(await house.way_back())
    await one()
    await house.come_back(await house.way_back())
    assert await records.count({}) == 1
    house.sandbox.zoho.organisation = {"id": "2", "company_name": "The Mill"}
    assert (await house.come_back(await house.way_back())).token.account_name == "The Mill"
    assert await records.count({}) == 0
    await one()
    assert await house.connection.disconnect(house.scope) is True
    assert await records.count({}) == 0
    assert all(row["revoked"] for row in house.sandbox.zoho.rows("refresh").values())
    assert await house.connection.disconnect(house.scope) is False
