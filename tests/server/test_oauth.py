"""OAuth for MCP clients: the SDK's own client registers, its person agrees on our page, and it works with the token."""

import re
from collections.abc import AsyncGenerator
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
from server.auth.caller import COOKIE
from server.auth.grants import challenge_of
from server.oauth.clients import Clients
from server.services import Services
from tests.server.conftest import Person

CALLBACK = "http://127.0.0.1:4711/callback"
VERIFIER = "v" * 50
HIDDEN = re.compile(r'name="(\w+)" value="([^"]*)"')
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

    async def agree(self, address: str) -> None:
        self.back = await self.decide(address, "agree")

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


async def asked_for(browser: Browser) -> tuple[dict[str, str], str]:
    """Register; return an authorization request, and the client's id."""
    body = {"redirect_uris": [CALLBACK], "client_name": "<b>Helper</b>"}
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


async def test_a_code_works_once_for_its_program_and_with_its_verifier(browser: Browser) -> None:
    request, client_id = await asked_for(browser)
    other = {"redirect_uris": [CALLBACK], "client_name": "Other"}
    other_id = (await browser.http.post("/oauth/register", json=other)).json()["client_id"]
    page = await browser.http.get(path_of(request))
    assert "<b>Helper" not in page.text
    assert "&lt;b&gt;Helper" in page.text
    code = (await browser.decide(path_of(request), "agree"))["code"]
    right = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": CALLBACK,
        "client_id": client_id,
        "code_verifier": VERIFIER,
    }
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
    again = await browser.http.post("/oauth/token", data=right)
    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")


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
