"""The login flow against an authorisation server that is not ours: npm's oidc-provider."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Awaitable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qsl, urljoin, urlsplit

import httpx
import pytest

from core.clock import SystemClock
from core.errors import AppError, NotConfigured, ReconnectNeeded, Retryable
from tools.outside.http import Outside
from tools.outside.oauth import Grant, Login, OAuthClient, Registration, s256

CLIENT = Path(__file__).parents[2] / "clients" / "oidc_provider"
REDIRECT = "http://127.0.0.1:1/api/v1/connections/oidc/callback"
VERIFIER = "v" * 64
REGISTRATION = Registration("marketing minds", "a secret: with/odd+characters")


@dataclass(frozen=True)
class Server:
    """The running server and a client for it."""

    issuer: str
    outside: Outside

    def login(self) -> Login:
        return Login(
            app="oidc",
            web=self.issuer,
            authorise="/auth",
            api=self.issuer,
            token="/token",
            revoke="/token/revocation",
            scopes=("openid", "offline_access"),
            client="basic",
        )

    def client(self, registration: Registration = REGISTRATION) -> OAuthClient:
        return OAuthClient(self.outside, "oidc", "The server", self.login(), registration)

    async def come_back(self, verifier: str = VERIFIER, **more: str) -> dict[str, str]:
        """Go to the server as a browser does and return what it sends us back with."""
        url = self.client().authorisation_url(state="s-1", verifier=verifier, redirect_uri=REDIRECT)
        async with httpx.AsyncClient() as browser:
            answer = await browser.get(url, params={**dict(parse_qsl(urlsplit(url).query)), **more})
            while answer.is_redirect and not answer.headers["location"].startswith(REDIRECT):
                answer = await browser.get(urljoin(self.issuer, answer.headers["location"]))
        assert answer.is_redirect, answer.text
        return dict(parse_qsl(urlsplit(answer.headers["location"]).query))

    async def grant(self) -> Grant:
        code = (await self.come_back())["code"]
        return await self.client().exchange(code=code, verifier=VERIFIER, redirect_uri=REDIRECT)

    async def subject(self, token: str) -> str | None:
        async with httpx.AsyncClient() as browser:
            answer = await browser.get(f"{self.issuer}/me", headers={"Authorization": f"Bearer {token}"})
        return str(answer.json()["sub"]) if answer.is_success else None


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    node = shutil.which("node")
    assert node, "node is missing; `make test` says how to get it."
    process = await asyncio.create_subprocess_exec(
        *(node, "server.mjs", REDIRECT),
        cwd=CLIENT,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    assert process.stdout
    assert process.stdin
    issuer = (await asyncio.wait_for(process.stdout.readline(), 30)).decode().strip()
    assert issuer.startswith("http"), "The server did not start; `make clients` installs what it needs."
    async with Outside(SystemClock(), timeout=20, addresses={"oidc": issuer}) as outside:
        yield Server(issuer, outside)
    process.stdin.close()
    await process.wait()


async def refused(attempt: Awaitable[object]) -> AppError:
    with pytest.raises(AppError) as caught:
        await attempt
    return caught.value


async def test_the_whole_way_there_and_back(server: Server) -> None:
    back = await server.come_back()
    assert back["state"] == "s-1"
    grant = await server.client().exchange(code=back["code"], verifier=VERIFIER, redirect_uri=REDIRECT)
    assert await server.subject(grant.access_token) == "ada"
    assert grant.refresh_token
    assert grant.expires_at
    assert "openid" in grant.scopes


async def test_a_code_works_once_with_its_verifier_at_its_address(server: Server) -> None:
    client = server.client()
    code = (await server.come_back())["code"]
    wrong = await refused(client.exchange(code=code, verifier="w" * 64, redirect_uri=REDIRECT))
    assert isinstance(wrong, ReconnectNeeded)
    code = (await server.come_back())["code"]
    elsewhere = await refused(client.exchange(code=code, verifier=VERIFIER, redirect_uri=f"{REDIRECT}/"))
    assert isinstance(elsewhere, ReconnectNeeded)
    code = (await server.come_back())["code"]
    grant = await client.exchange(code=code, verifier=VERIFIER, redirect_uri=REDIRECT)
    assert isinstance(
        await refused(client.exchange(code=code, verifier=VERIFIER, redirect_uri=REDIRECT)), ReconnectNeeded
    )
    assert code not in wrong.message
    assert grant.access_token not in repr(grant)


async def test_a_person_who_says_no_comes_back_without_a_code(server: Server) -> None:
    back = await server.come_back(login_hint="nobody", prompt="login")
    assert back["error"] == "access_denied"
    assert "code" not in back


async def test_refreshing_gives_fresh_tokens_and_the_old_one_is_used_up(server: Server) -> None:
    first = await server.grant()
    assert first.refresh_token
    second = await server.client().refresh(first.refresh_token)
    assert second.refresh_token not in {None, first.refresh_token}
    assert await server.subject(second.access_token) == "ada"
    assert isinstance(await refused(server.client().refresh(first.refresh_token)), ReconnectNeeded)


async def test_what_is_revoked_works_no_more(server: Server) -> None:
    grant = await server.grant()
    assert grant.refresh_token
    await server.client().revoke(grant)
    assert isinstance(await refused(server.client().refresh(grant.refresh_token)), ReconnectNeeded)
    assert await server.subject(grant.access_token) is None


async def test_a_wrong_registration_is_the_operators_to_correct(server: Server) -> None:
    code = (await server.come_back())["code"]
    wrong = server.client(Registration("marketing minds", "not the secret"))
    error = await refused(wrong.exchange(code=code, verifier=VERIFIER, redirect_uri=REDIRECT))
    assert isinstance(error, NotConfigured)
    assert "not the secret" not in error.message


async def test_a_server_that_is_away_is_tried_again() -> None:
    async with Outside(SystemClock(), timeout=1, addresses={"oidc": "http://127.0.0.1:1"}) as outside:
        away = Server("http://127.0.0.1:1", outside)
        assert isinstance(await refused(away.client().refresh("token")), Retryable)


def test_the_challenge_is_the_one_of_the_standard() -> None:
    """The example of RFC 7636, appendix B."""
    assert s256("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk") == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
