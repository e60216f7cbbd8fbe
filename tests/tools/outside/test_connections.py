"""Accounts are connected, kept fresh by one at a time, and ended; against the sandbox and a real database."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest

from core.clock import ManualClock
from core.errors import Conflict, Forbidden, InvalidInput, NotConfigured, NotFound, ReconnectNeeded, Retryable
from core.scope import Scope
from db.client import Database
from db.connection_attempts import CONNECTION_ATTEMPTS
from db.repository import Repository
from db.social_accounts import SOCIAL_ACCOUNTS, SocialAccount
from sandbox.authorisation import CLIENT_ID, CLIENT_SECRET, Authorisation
from sandbox.faults import Fault
from sandbox.graph import GraphTwin
from sandbox.platforms import wordpress
from sandbox.platforms.linkedin import LinkedInTwin
from sandbox.platforms.twitter import TwitterTwin
from sandbox.server import Sandbox
from sandbox.twin import Twin
from tools.outside.attempts import ATTEMPT_LIFETIME
from tools.outside.connections import Arrival, Connections
from tools.outside.http import Outside
from tools.outside.logins import Logins
from tools.outside.oauth import Registration
from tools.outside.open_accounts import LEASE, OpenAccounts

CALLBACK = "https://mm.example/api/v1/connections/{}/callback"
APPS = {app: Registration(CLIENT_ID, CLIENT_SECRET) for app in ("x", "linkedin", "meta")}
BY_LOGIN = ("twitter", "linkedin", "facebook", "instagram")
HOUR = timedelta(hours=1)


@pytest.fixture
async def sandbox(clock: ManualClock) -> AsyncIterator[Sandbox]:
    async with Sandbox(clock=clock) as running:
        yield running


@pytest.fixture
async def logins(sandbox: Sandbox, clock: ManualClock) -> AsyncIterator[Logins]:
    async with Outside(clock, timeout=20, addresses=sandbox.addresses()) as outside:
        yield Logins(outside, APPS)


@pytest.fixture
def connections(database: Database, logins: Logins) -> Connections:
    return Connections(database, logins)


@pytest.fixture
def accounts(database: Database, logins: Logins) -> OpenAccounts:
    return OpenAccounts(database, logins)


def authorisation(twin: Twin) -> Authorisation:
    assert isinstance(twin, TwitterTwin | LinkedInTwin | GraphTwin)
    return twin.authorisation


async def sent_back(url: str) -> dict[str, str]:
    """Go where the person is sent, and return what they come back with."""
    async with httpx.AsyncClient() as browser:
        answer = await browser.get(url)
    assert answer.status_code == 302, answer.text
    return dict(parse_qsl(urlsplit(answer.headers["location"]).query))


async def connected(connections: Connections, scope: Scope, name: str, return_to: str = "") -> Arrival:
    departure = await connections.start(scope, name, CALLBACK.format(name), return_to)
    back = await sent_back(departure.authorise_url)
    return await connections.finish(scope, name, back["state"], back["code"])


async def stored(database: Database, scope: Scope, account_id: str) -> SocialAccount:
    return await Repository(database, SOCIAL_ACCOUNTS, scope).get(account_id, reveal=True)


@pytest.mark.parametrize("name", BY_LOGIN)
async def test_an_account_is_connected_by_logging_in(
    connections: Connections, accounts: OpenAccounts, logins: Logins, database: Database, scope: Scope, name: str
) -> None:
    arrival = await connected(connections, scope, name, "/settings")
    assert arrival.return_to == "/settings"
    opened = [await accounts.open(scope, account.social_account_id) for account in arrival.accounts]
    for account in arrival.accounts:
        assert (account.status, account.auth_type, account.platform) == ("active", "oauth", name)
    access = opened[0]
    assert all(one.token for one in opened)
    assert await logins.adapter(name).identify(access)
    raw = await database.raw(SOCIAL_ACCOUNTS).find({}).to_list()  # lint: allow raw-collection: looks for plain secrets
    assert access.token not in str(raw)


async def test_connecting_again_renews_the_account(connections: Connections, scope: Scope, database: Database) -> None:
    (first,) = (await connected(connections, scope, "twitter")).accounts
    before = await stored(database, scope, first.social_account_id)
    (again,) = (await connected(connections, scope, "twitter")).accounts
    assert again.social_account_id == first.social_account_id
    after = await stored(database, scope, first.social_account_id)
    assert after.credentials.access_token != before.credentials.access_token


async def test_a_state_works_once_for_who_began_and_in_time(
    connections: Connections, scope: Scope, other_scope: Scope, clock: ManualClock
) -> None:
    departure = await connections.start(scope, "twitter", CALLBACK.format("twitter"))
    back = await sent_back(departure.authorise_url)
    colleague = replace(scope, actor_id=other_scope.actor_id)
    for somebody, platform, state in (
        (other_scope, "twitter", back["state"]),
        (colleague, "twitter", back["state"]),
        (scope, "linkedin", back["state"]),
        (scope, "twitter", "made-up"),
    ):
        with pytest.raises(Conflict):
            await connections.finish(somebody, platform, state, back["code"])
    assert (await connections.finish(scope, "twitter", back["state"], back["code"])).accounts
    with pytest.raises(Conflict):
        await connections.finish(scope, "twitter", back["state"], back["code"])
    late = await connections.start(scope, "twitter", CALLBACK.format("twitter"))
    clock.advance(ATTEMPT_LIFETIME)
    back = await sent_back(late.authorise_url)
    with pytest.raises(Conflict):
        await connections.finish(scope, "twitter", back["state"], back["code"])


async def test_of_two_that_come_back_at_once_one_is_let_in(connections: Connections, scope: Scope) -> None:
    departure = await connections.start(scope, "twitter", CALLBACK.format("twitter"))
    back = await sent_back(departure.authorise_url)
    both = [connections.finish(scope, "twitter", back["state"], back["code"]) for _ in range(2)]
    results = await asyncio.gather(*both, return_exceptions=True)
    assert sorted(type(result).__name__ for result in results) == ["Arrival", "Conflict"]


async def test_the_way_back_is_kept_with_its_secrets_encrypted(
    connections: Connections, database: Database, scope: Scope
) -> None:
    departure = await connections.start(scope, "twitter", CALLBACK.format("twitter"))
    asked = dict(parse_qsl(urlsplit(departure.authorise_url).query))
    assert asked["redirect_uri"] == CALLBACK.format("twitter")
    assert asked["code_challenge_method"] == "S256"
    (kept,) = await Repository(database, CONNECTION_ATTEMPTS, scope).find({})
    raw = str(await database.raw(CONNECTION_ATTEMPTS).find({}).to_list())  # lint: allow raw-collection: as above
    revealed = await Repository(database, CONNECTION_ATTEMPTS, scope).get(kept.attempt_id, reveal=True)
    assert revealed.verifier
    assert revealed.verifier not in raw
    assert asked["state"] not in raw


async def test_a_person_who_says_no_connects_nothing(
    connections: Connections, sandbox: Sandbox, scope: Scope, database: Database
) -> None:
    async with httpx.AsyncClient() as client:
        await client.post(f"{sandbox.url}/twitter/_control/consent", json={"agree": False})
    departure = await connections.start(scope, "twitter", CALLBACK.format("twitter"))
    back = await sent_back(departure.authorise_url)
    with pytest.raises(Forbidden):
        await connections.finish(scope, "twitter", back["state"], "", back["error"])
    assert await Repository(database, SOCIAL_ACCOUNTS, scope).count({}) == 0


async def test_a_token_is_refreshed_before_it_expires(
    connections: Connections, accounts: OpenAccounts, sandbox: Sandbox, scope: Scope, clock: ManualClock
) -> None:
    (account,) = (await connected(connections, scope, "twitter")).accounts
    first = await accounts.open(scope, account.social_account_id)
    clock.advance(timedelta(minutes=114))
    assert (await accounts.open(scope, account.social_account_id)).token == first.token
    clock.advance(timedelta(minutes=2))
    second = await accounts.open(scope, account.social_account_id)
    assert second.token != first.token
    clock.advance(timedelta(minutes=116))
    assert (await accounts.open(scope, account.social_account_id)).token != second.token
    assert len(sandbox.twins["twitter"].rows("refreshes")) == 2


async def test_many_processes_refresh_once(
    connections: Connections, database: Database, logins: Logins, sandbox: Sandbox, scope: Scope, clock: ManualClock
) -> None:
    (account,) = (await connected(connections, scope, "twitter")).accounts
    clock.advance(timedelta(hours=3))
    twin = sandbox.twins["twitter"]
    twin.faults.add(Fault(method="POST", path="/2/oauth2/token", delay=0.3))
    processes = [OpenAccounts(database, logins) for _ in range(12)]
    opened = await asyncio.gather(*(one.open(scope, account.social_account_id) for one in processes))
    assert len({access.token for access in opened}) == 1
    assert len(twin.rows("refreshes")) == 1
    kept = await stored(database, scope, account.social_account_id)
    assert (kept.refresh_owner, kept.refresh_until, kept.status) == (None, None, "active")


async def test_a_lease_that_a_killed_process_left_is_taken_over(
    connections: Connections, accounts: OpenAccounts, database: Database, scope: Scope, clock: ManualClock
) -> None:
    (account,) = (await connected(connections, scope, "twitter")).accounts
    clock.advance(timedelta(hours=3))
    lease = {"refresh_owner": "own_dead", "refresh_until": clock.now() + LEASE}
    await Repository(database, SOCIAL_ACCOUNTS, scope).change(account.social_account_id, lease)
    clock.advance(LEASE)
    assert (await accounts.open(scope, account.social_account_id)).token


async def test_a_withdrawn_account_is_expired_and_comes_back_by_connecting_again(
    connections: Connections,
    accounts: OpenAccounts,
    sandbox: Sandbox,
    database: Database,
    scope: Scope,
    clock: ManualClock,
) -> None:
    (account,) = (await connected(connections, scope, "twitter")).accounts
    authorisation(sandbox.twins["twitter"]).withdraw_all()
    clock.advance(timedelta(hours=3))
    for _ in range(2):
        with pytest.raises(ReconnectNeeded) as error:
            await accounts.open(scope, account.social_account_id)
        assert error.value.details["connection_id"] == account.social_account_id
    kept = await stored(database, scope, account.social_account_id)
    assert kept.status == "expired"
    assert kept.error_message
    (again,) = (await connected(connections, scope, "twitter")).accounts
    assert (again.social_account_id, again.status, again.error_message) == (account.social_account_id, "active", None)
    assert (await accounts.open(scope, account.social_account_id)).token


async def test_credentials_refused_in_use_expire_the_account(
    connections: Connections,
    accounts: OpenAccounts,
    logins: Logins,
    sandbox: Sandbox,
    database: Database,
    scope: Scope,
    clock: ManualClock,
) -> None:
    (account,) = (await connected(connections, scope, "twitter")).accounts
    found = await accounts.find(scope, "twitter", account.account_id)
    async with accounts.opened(scope, found) as access:
        await logins.adapter("twitter").identify(access)
    assert (await stored(database, scope, found)).last_used == clock.now()
    authorisation(sandbox.twins["twitter"]).withdraw_all()
    with pytest.raises(ReconnectNeeded):
        async with accounts.opened(scope, found) as access:
            await logins.adapter("twitter").identify(access)
    kept = await stored(database, scope, found)
    assert (kept.status, bool(kept.error_message)) == ("expired", True)
    with pytest.raises(NotFound):
        await accounts.find(scope, "linkedin", account.account_id)


async def test_while_the_platform_is_away_an_unexpired_token_still_serves(
    connections: Connections, accounts: OpenAccounts, sandbox: Sandbox, scope: Scope, clock: ManualClock
) -> None:
    (account,) = (await connected(connections, scope, "twitter")).accounts
    first = await accounts.open(scope, account.social_account_id)
    sandbox.twins["twitter"].faults.add(Fault(method="POST", path="/2/oauth2/token", status=503, times=2))
    clock.advance(timedelta(minutes=118))
    assert (await accounts.open(scope, account.social_account_id)).token == first.token
    clock.advance(timedelta(minutes=5))
    with pytest.raises(Retryable):
        await accounts.open(scope, account.social_account_id)
    assert (await accounts.open(scope, account.social_account_id)).token != first.token


async def test_an_account_is_opened_by_its_own_tenant_only(
    connections: Connections, accounts: OpenAccounts, scope: Scope, other_scope: Scope
) -> None:
    (account,) = (await connected(connections, scope, "twitter")).accounts
    for attempt in (accounts.open, connections.disconnect):
        with pytest.raises(NotFound):
            await attempt(other_scope, account.social_account_id)


async def test_one_account_of_a_login_ends_without_the_others(
    connections: Connections, accounts: OpenAccounts, scope: Scope
) -> None:
    (page,) = (await connected(connections, scope, "facebook")).accounts
    (profile,) = (await connected(connections, scope, "instagram")).accounts
    member, organisation = (await connected(connections, scope, "linkedin")).accounts
    for gone, kept in ((page, profile), (member, organisation)):
        await connections.disconnect(scope, gone.social_account_id)
        assert (await accounts.open(scope, kept.social_account_id)).token


@pytest.mark.parametrize("name", BY_LOGIN)
async def test_what_is_disconnected_is_revoked_and_forgotten(
    connections: Connections, accounts: OpenAccounts, sandbox: Sandbox, database: Database, scope: Scope, name: str
) -> None:
    account, *others = (await connected(connections, scope, name)).accounts
    access = await accounts.open(scope, account.social_account_id)

    def revoked() -> bool:
        return any(row["revoked"] for row in sandbox.twins[name].rows("tokens").values())

    for other in others:
        await connections.disconnect(scope, other.social_account_id)
        assert not revoked(), "what other accounts still need is not given back"
    await connections.disconnect(scope, account.social_account_id)
    assert revoked()
    with pytest.raises(NotFound):
        await accounts.open(scope, account.social_account_id)
    raw = await database.raw(SOCIAL_ACCOUNTS).find({}).to_list()  # lint: allow raw-collection: as above
    assert {row["account_id"]: row["credentials"] for row in raw}[account.account_id] == {}
    assert access.token
    assert (await connected(connections, scope, name)).accounts[0].social_account_id != account.social_account_id


async def test_a_site_is_connected_by_credentials_that_were_tried_out(
    connections: Connections, accounts: OpenAccounts, database: Database, scope: Scope
) -> None:
    fields = {"site": "https://site.example", "username": wordpress.USER, "password": wordpress.PASSWORD}
    account = await connections.connect(scope, "wordpress", fields)
    assert (account.auth_type, account.config["site"]) == ("credentials", "https://site.example")
    assert (await accounts.open(scope, account.social_account_id)).credentials.password == wordpress.PASSWORD
    raw = str(await database.raw(SOCIAL_ACCOUNTS).find({}).to_list())  # lint: allow raw-collection: as above
    assert wordpress.PASSWORD not in raw
    again = await connections.connect(scope, "wordpress", fields)
    assert again.social_account_id == account.social_account_id
    with pytest.raises(ReconnectNeeded):
        await connections.connect(scope, "wordpress", {**fields, "password": "not the password at all"})
    for unusable in ({}, {**fields, "site": ""}, {**fields, "more": "x"}, {**fields, "site": "ftp://site.example"}):
        with pytest.raises((InvalidInput, ReconnectNeeded)):
            await connections.connect(scope, "wordpress", unusable)


async def test_what_is_not_set_up_says_what_to_set(database: Database, sandbox: Sandbox, scope: Scope) -> None:
    async with Outside(database.clock, addresses=sandbox.addresses()) as outside:
        connections = Connections(database, Logins(outside, {}))
        with pytest.raises(NotConfigured, match="X_CLIENT_ID"):
            await connections.start(scope, "twitter", CALLBACK.format("twitter"))
        with pytest.raises(InvalidInput):
            await connections.start(scope, "wordpress", CALLBACK.format("wordpress"))
        with pytest.raises(InvalidInput):
            await connections.connect(scope, "twitter", {"access_token": "x"})
