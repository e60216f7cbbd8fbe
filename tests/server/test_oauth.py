"""OAuth for MCP clients: the SDK's own client registers, its person agrees on our page, and it works with the token."""

import asyncio
import re
from collections.abc import AsyncGenerator
from datetime import timedelta
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import httpx2
import pytest
from mcp.client import Client
from mcp.client.auth import AuthorizationCodeResult, OAuthClientProvider
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.auth import OAuthClientInformationFull, OAuthClientMetadata, OAuthToken
from pydantic import AnyUrl

from core.clock import ManualClock
from db.api_keys import API_KEYS
from db.client import Database
from server.auth.caller import COOKIE
from server.auth.grants import challenge_of
from server.oauth.clients import Clients
from server.services import Services
from tests.server.conftest import Person

CALLBACK = "http://127.0.0.1:4711/callback"
VERIFIER = "v" * 50
HIDDEN = re.compile(r'name="(\w+)" value="([^"]*)"')
NAMES = ("Helper", "Other")
NOT_TAKEN = (
    "javascript:alert(1)",
    "http://elsewhere.example/callback",
    "data:text/html,x",
    "https://a@b.example/",
    "https://b.example/#x",
    "nonsense",
)


class Kept:
    """Where the client keeps what it gets."""

    def __init__(self) -> None:
        self.tokens: OAuthToken | None = None
        self.client: OAuthClientInformationFull | None = None

    async def get_tokens(self) -> OAuthToken | None:
        return self.tokens

    async def set_tokens(self, tokens: OAuthToken) -> None:
        self.tokens = tokens

    async def get_client_info(self) -> OAuthClientInformationFull | None:
        return self.client

    async def set_client_info(self, client_info: OAuthClientInformationFull) -> None:
        self.client = client_info


class Browser:
    """A person's browser, logged in to our page."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self.http = http
        self.back: dict[str, str] = {}
        self.agreed = 0

    async def agree(self, address: str) -> None:
        self.back = await self.decide(address, "agree")
        self.agreed += 1

    async def decide(self, address: str, decision: str) -> dict[str, str]:
        page = await self.http.get(address)
        assert page.status_code == 200, page.text
        assert page.headers["referrer-policy"] == "same-origin"
        assert "http://127.0.0.1:4711" in page.headers["content-security-policy"]
        fields = {name: unescape(value) for name, value in HIDDEN.findall(page.text) if name != "decision"}
        answer = await self.http.post("/oauth/authorize", data=fields | {"decision": decision})
        assert answer.status_code == 303, answer.text
        assert answer.headers["location"].startswith(CALLBACK)
        return {name: values[0] for name, values in parse_qs(urlsplit(answer.headers["location"]).query).items()}

    async def answer(self) -> AuthorizationCodeResult:
        return AuthorizationCodeResult(code=self.back["code"], state=self.back["state"], iss=self.back["iss"])


@pytest.fixture
async def browser(live: str, person: Person, services: Services) -> AsyncGenerator[Browser]:
    cookie = services.tokens.issue(person.user_id, channel="web")
    headers = {"Origin": f"http://{live}"}
    async with httpx.AsyncClient(base_url=f"http://{live}", cookies={COOKIE: cookie}, headers=headers) as http:
        yield Browser(http)


async def asked_for(browser: Browser, **more: Any) -> tuple[dict[str, str], str]:
    """Register; return an authorization request, and the client's id."""
    body = {"redirect_uris": [CALLBACK], "client_name": "<b>Helper</b>", **more}
    made = (await browser.http.post("/oauth/register", json=body)).json()
    request = {
        "response_type": "code",
        "client_id": made["client_id"],
        "redirect_uri": CALLBACK,
        "code_challenge": challenge_of(VERIFIER),
        "code_challenge_method": "S256",
        "state": "s1",
    }
    return request, str(made["client_id"])


def exchange_of(code: str, client_id: str) -> dict[str, str]:
    """Return what a program sends for its token."""
    return {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": CALLBACK,
        "client_id": client_id,
        "code_verifier": VERIFIER,
    }


def path_of(request: dict[str, str]) -> str:
    return str(httpx.URL("/oauth/authorize", params=request))


async def test_the_sdks_client_is_let_in_and_stopped_by_revoking(live: str, browser: Browser, person: Person) -> None:
    metadata = OAuthClientMetadata(client_name="Helper", redirect_uris=[AnyUrl(CALLBACK)])
    provider = OAuthClientProvider(f"http://{live}/mcp", metadata, Kept(), browser.agree, browser.answer)
    async with httpx2.AsyncClient(auth=provider, timeout=30) as http:
        transport = streamable_http_client(f"http://{live}/mcp", http_client=http)
        async with Client(transport, mode="2026-07-28") as client:
            assert "chat" in {tool.name for tool in (await client.list_tools()).tools}
    (key,) = (await person.client.get("/api/v1/api-keys")).json()["items"]
    assert (key["name"], key["scopes"], key["role"]) == ("Helper", ["mcp"], "user")
    token = provider.context.current_tokens
    assert token is not None
    bearer = {"Authorization": f"Bearer {token.access_token}"}
    assert (await browser.http.get("/api/v1/conversations", headers=bearer)).status_code == 403
    await person.client.delete(f"/api/v1/api-keys/{key['key_id']}")
    refused = await browser.http.post("/mcp", json={}, headers=bearer)
    assert refused.status_code == 401
    assert f"http://{live}/.well-known/oauth-protected-resource/mcp" in refused.headers["www-authenticate"]


class Program:
    """A program that was let in, as it calls the token endpoint itself."""

    def __init__(self, browser: Browser, client_id: str, given: dict[str, Any]) -> None:
        self._http = browser.http
        self.client_id = client_id
        self.given = given

    async def renew(self, refresh: str, client_id: str = "", **more: str) -> httpx.Response:
        asked = {"grant_type": "refresh_token", "refresh_token": refresh, "client_id": client_id or self.client_id}
        return await self._http.post("/oauth/token", data=asked | more)

    async def give_back(self, token: str, client_id: str = "") -> httpx.Response:
        body = {"token": token, "client_id": client_id or self.client_id}
        return await self._http.post("/oauth/revoke", data=body)

    async def works(self, access: str) -> bool:
        answer = await self._http.post("/mcp", json={}, headers={"Authorization": f"Bearer {access}"})
        return answer.status_code != 401


async def let_in(browser: Browser, *grants: str, name: str = "Helper") -> Program:
    request, client_id = await asked_for(browser, grant_types=list(grants), client_name=name)
    code = (await browser.decide(path_of(request), "agree"))["code"]
    given = await browser.http.post("/oauth/token", data=exchange_of(code, client_id))
    assert given.status_code == 200, given.text
    return Program(browser, client_id, given.json())


async def test_the_sdks_client_renews_its_token_by_itself(
    live: str, browser: Browser, person: Person, clock: ManualClock
) -> None:
    metadata = OAuthClientMetadata(client_name="Helper", redirect_uris=[AnyUrl(CALLBACK)])
    provider = OAuthClientProvider(f"http://{live}/mcp", metadata, Kept(), browser.agree, browser.answer)
    async with httpx2.AsyncClient(auth=provider, timeout=30) as http:
        for turn in range(3):
            transport = streamable_http_client(f"http://{live}/mcp", http_client=http)
            before = provider.context.current_tokens
            async with Client(transport, mode="2026-07-28") as client:
                assert "chat" in {tool.name for tool in (await client.list_tools()).tools}, turn
            now = provider.context.current_tokens
            assert now is not None
            assert before is None or {before.access_token, before.refresh_token}.isdisjoint(
                {now.access_token, now.refresh_token}
            )
            clock.advance(timedelta(minutes=61))
            bearer = {"Authorization": f"Bearer {now.access_token}"}
            assert (await browser.http.post("/mcp", json={}, headers=bearer)).status_code == 401
            provider.context.token_expiry_time = 1.0  # so that an hour has gone by on the client's clock too
    assert browser.agreed == 1
    (key,) = (await person.client.get("/api/v1/api-keys")).json()["items"]
    assert (key["name"], key["revoked_at"]) == ("Helper", None)
    assert (await person.client.post(f"/api/v1/api-keys/{key['key_id']}/rotate")).status_code == 409


async def test_a_refresh_token_works_once_for_its_program_and_ends(
    browser: Browser, person: Person, clock: ManualClock, database: Database
) -> None:
    program, other = [await let_in(browser, "authorization_code", "refresh_token", name=name) for name in NAMES]
    first = program.given
    wrong = [{"client_id": other.client_id}, {"scope": "api"}, {"resource": "https://elsewhere.example/mcp"}]
    for change in wrong:
        assert (await program.renew(first["refresh_token"], **change)).status_code == 400, change
    renewed = (await program.renew(first["refresh_token"], scope="mcp")).json()
    assert renewed["expires_in"] == 3600
    stored = str(await database.raw(API_KEYS).find({}).to_list())  # lint: allow raw-collection: looks at what is kept
    for token in (first, renewed):
        assert token["access_token"] not in stored
        assert token["refresh_token"].partition(".")[2] not in stored
        assert token["refresh_token"].removeprefix("mmr_").partition(".")[0] not in stored
    assert await program.works(first["access_token"]), "what is on its way arrives"
    clock.advance(timedelta(minutes=1))
    assert not await program.works(first["access_token"])
    assert await program.works(renewed["access_token"])

    again = await program.renew(first["refresh_token"])
    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")
    assert (await program.renew(renewed["refresh_token"])).status_code == 400
    assert not await program.works(renewed["access_token"])
    log = (await person.client.get("/api/v1/audit", params={"action": "api_key.revoked"})).json()["items"]
    assert ["used twice" in entry["details"]["why"] for entry in log] == [True]

    assert await other.works(other.given["access_token"])
    clock.advance(timedelta(days=31))
    late = await other.renew(other.given["refresh_token"])
    assert (late.status_code, late.json()["error"]) == (400, "invalid_grant")


async def test_of_two_renewals_at_once_none_is_left(browser: Browser) -> None:
    program = await let_in(browser, "authorization_code", "refresh_token")
    answers = await asyncio.gather(*(program.renew(program.given["refresh_token"]) for _ in range(4)))
    given = [answer.json() for answer in answers if answer.status_code == 200]
    assert len(given) <= 1
    for one in given:
        assert (await program.renew(one["refresh_token"])).status_code == 400
        assert not await program.works(one["access_token"])


@pytest.mark.parametrize("token", ["access_token", "refresh_token"])
async def test_a_program_gives_back_what_it_was_let_in_for(browser: Browser, token: str) -> None:
    program, other = [await let_in(browser, "authorization_code", "refresh_token", name=name) for name in NAMES]
    for wrong in (await other.give_back(program.given[token]), await program.give_back("mmr_nothing.like-it")):
        assert wrong.status_code == 200, "which tokens there are is nobody's to find out"
    assert (await program.give_back(program.given[token], "x")).status_code == 401
    assert await program.works(program.given["access_token"])
    assert (await program.give_back(program.given[token])).status_code == 200
    assert not await program.works(program.given["access_token"])
    assert (await program.renew(program.given["refresh_token"])).status_code == 400
    assert await other.works(other.given["access_token"])


async def test_a_program_that_does_not_renew_gets_one_token_for_a_month(browser: Browser, clock: ManualClock) -> None:
    program = await let_in(browser, "authorization_code")
    assert "refresh_token" not in program.given
    clock.advance(timedelta(days=29))
    assert await program.works(program.given["access_token"])
    clock.advance(timedelta(days=2))
    assert not await program.works(program.given["access_token"])
    for body in ({"grant_types": ["refresh_token"]}, {"grant_types": ["implicit"]}):
        refused = await browser.http.post("/oauth/register", json={"redirect_uris": [CALLBACK], **body})
        assert (refused.status_code, refused.json()["error"]) == (400, "invalid_client_metadata")
    told = (await browser.http.get("/.well-known/oauth-authorization-server")).json()
    assert told["grant_types_supported"] == ["authorization_code", "refresh_token"]
    assert told["revocation_endpoint"].endswith("/oauth/revoke")


async def test_a_code_works_once_for_its_program_and_with_its_verifier(browser: Browser) -> None:
    request, client_id = await asked_for(browser)
    other = {"redirect_uris": [CALLBACK], "client_name": "Other"}
    other_id = (await browser.http.post("/oauth/register", json=other)).json()["client_id"]
    page = await browser.http.get(path_of(request))
    assert "<b>Helper" not in page.text
    assert "&lt;b&gt;Helper" in page.text
    code = (await browser.decide(path_of(request), "agree"))["code"]
    right = exchange_of(code, client_id)
    wrong: list[dict[str, Any]] = [
        {"code_verifier": "w" * 50},
        {"code_verifier": ""},
        {"redirect_uri": "http://127.0.0.1:4712/callback"},
        {"code": "x"},
        {"grant_type": "password"},
        {"resource": "https://elsewhere.example/mcp"},
        {"client_id": "x"},
        {"client_id": other_id},
    ]
    for change in wrong:
        answer = await browser.http.post("/oauth/token", data=right | change)
        assert answer.status_code in {400, 401}, change
        assert set(answer.json()) == {"error", "error_description"}
    good = await browser.http.post("/oauth/token", data=right)
    assert good.status_code == 200
    assert good.json()["token_type"] == "Bearer"
    program = Program(browser, client_id, good.json())
    others = await browser.http.post("/oauth/token", data=right | {"client_id": other_id})
    assert (others.status_code, others.json()["error"]) == (400, "invalid_grant")
    assert await program.works(program.given["access_token"])
    again = await browser.http.post("/oauth/token", data=right)
    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")
    assert not await program.works(program.given["access_token"]), "somebody else may have the code"


async def test_of_two_uses_of_a_code_at_once_none_is_left(browser: Browser) -> None:
    request, client_id = await asked_for(browser)
    code = (await browser.decide(path_of(request), "agree"))["code"]
    right = exchange_of(code, client_id)
    answers = await asyncio.gather(*(browser.http.post("/oauth/token", data=right) for _ in range(4)))
    given = [answer.json() for answer in answers if answer.status_code == 200]
    assert len(given) <= 1
    for one in given:
        assert not await Program(browser, client_id, one).works(one["access_token"])


async def test_a_person_may_refuse_and_somebody_else_can_not_agree_for_them(browser: Browser) -> None:
    request, _ = await asked_for(browser)
    back = await browser.decide(path_of(request), "refuse")
    assert (back["error"], back["state"]) == ("access_denied", "s1")
    foreign = await browser.http.post(
        "/oauth/authorize", data=request | {"decision": "agree"}, headers={"Origin": "https://elsewhere.example"}
    )
    assert foreign.status_code == 400
    browser.http.cookies.clear()
    assert "Sign in first" in (await browser.http.get(path_of(request))).text
    assert (await browser.http.post("/oauth/authorize", data=request | {"decision": "agree"})).status_code == 400


async def test_nobody_is_sent_to_an_address_that_was_not_registered(browser: Browser) -> None:
    request, _ = await asked_for(browser)
    for change in ({"redirect_uri": "https://elsewhere.example/"}, {"client_id": "x"}):
        assert (await browser.http.get(path_of(request | change))).status_code == 400
    for change in ({"code_challenge_method": "plain"}, {"code_challenge": "x"}, {"response_type": "token"}):
        answer = await browser.http.get(path_of(request | change))
        assert answer.status_code == 303
        assert "error=" in answer.headers["location"]


@pytest.mark.parametrize("address", NOT_TAKEN)
async def test_addresses_that_are_no_place_for_a_person_are_not_registered(browser: Browser, address: str) -> None:
    answer = await browser.http.post("/oauth/register", json={"redirect_uris": [address]})
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_redirect_uri")


def test_a_program_on_this_machine_may_use_any_port_and_its_id_can_not_be_forged(clock: ManualClock) -> None:
    clients = Clients("s" * 40, clock)
    client = clients.register("Helper", ["http://127.0.0.1/callback"])
    assert client is not None
    assert client.takes("http://127.0.0.1:50123/callback")
    assert not client.takes("http://127.0.0.1:50123/other")
    assert not client.takes("http://localhost.elsewhere.example/callback")
    assert clients.read(client.client_id) == client
    assert Clients("t" * 40, clock).read(client.client_id) is None
