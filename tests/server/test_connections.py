"""Connecting accounts over HTTP: in a browser with its cookie, and by a client with its token."""

from collections.abc import AsyncIterator
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest
from fastapi import FastAPI

from core.clock import ManualClock
from core.settings import Settings
from sandbox.authorisation import CLIENT_ID, CLIENT_SECRET
from sandbox.platforms import wordpress
from sandbox.server import Sandbox
from tests.server.conftest import Person

SITE = {"site": "https://site.example", "username": wordpress.USER, "password": wordpress.PASSWORD}


@pytest.fixture
async def sandbox(clock: ManualClock) -> AsyncIterator[Sandbox]:
    async with Sandbox(clock=clock) as running:
        yield running


@pytest.fixture
def settings(settings: Settings, sandbox: Sandbox) -> Settings:
    registered = {"x_client_id": CLIENT_ID, "x_client_secret": CLIENT_SECRET}
    return settings.model_copy(
        update=Settings.model_validate(
            {**settings.model_dump(), **registered, "platform_addresses": sandbox.addresses()}
        ).model_dump()
    )


async def left(person: Person, return_to: str = "") -> tuple[str, dict[str, str]]:
    """Begin, go where the platform is, and return the address it sends back to."""
    begun = await person.client.post("/api/v1/connections/twitter/start", json={"return_to": return_to})
    assert begun.status_code == 200, begun.text
    async with httpx.AsyncClient() as browser:
        location = (await browser.get(begun.json()["authorise_url"])).headers["location"]
    parts = urlsplit(location)
    assert f"{parts.scheme}://{parts.netloc}" == "http://server.test"
    return parts.path, dict(parse_qsl(parts.query))


async def test_platforms_say_how_they_are_connected(person: Person) -> None:
    items = {item["name"]: item for item in (await person.client.get("/api/v1/platforms")).json()["items"]}
    assert items["twitter"]["connect_by"] == "login"
    assert items["twitter"]["ready"] is True
    assert items["linkedin"]["ready"] is False
    assert items["wordpress"]["connect_by"] == "credentials"
    assert set(items["wordpress"]["fields"]["properties"]) == set(SITE)
    assert items["instagram"]["limits"]["needs"] == ["media"]


async def test_a_client_connects_lists_and_disconnects(person: Person) -> None:
    path, query = await left(person)
    finished = await person.client.get(path, params=query)
    assert finished.status_code == 200, finished.text
    (account,) = finished.json()["items"]
    assert (account["platform"], account["status"], account["account_username"]) == ("twitter", "active", "thebakery")
    assert "token" not in finished.text.replace("token_expires_at", "")
    listed = (await person.client.get("/api/v1/connections")).json()["items"]
    assert [item["connection_id"] for item in listed] == [account["connection_id"]]
    assert listed[0]["connect_again"] is None
    gone = await person.client.delete(f"/api/v1/connections/{account['connection_id']}")
    assert gone.status_code == 204
    assert (await person.client.get("/api/v1/connections")).json()["items"] == []


async def test_a_browser_comes_back_with_its_cookie_to_where_it_was(app: FastAPI, person: Person) -> None:
    path, query = await left(person, "/settings?tab=accounts")
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://server.test") as browser:
        headers = {"Authorization": f"Bearer {person.token}", "Origin": "http://server.test"}
        assert (await browser.post("/session", headers=headers)).status_code == 204
        answer = await browser.get(path, params=query, headers={"Accept": "text/html"})
        assert answer.status_code == 303
        assert answer.headers["location"] == "/settings?tab=accounts&connected=twitter"
        again = await browser.get(path, params=query, headers={"Accept": "text/html"})
        assert again.headers["location"] == "/settings?tab=accounts&connection_error=conflict&platform=twitter"


async def test_nobody_else_can_come_back_in_ones_place(
    client: httpx.AsyncClient, person: Person, stranger: Person, viewer: Person
) -> None:
    path, query = await left(person)
    assert (await client.get(path, params=query)).status_code == 401
    assert (await stranger.client.get(path, params=query)).status_code == 409
    assert (await viewer.client.get(path, params=query)).status_code == 403
    assert (await person.client.get(path, params=query)).status_code == 200


@pytest.mark.parametrize("elsewhere", ["https://evil.example", "//evil.example", "/\\evil.example", "evil"])
async def test_people_are_sent_back_nowhere_else(person: Person, elsewhere: str) -> None:
    answer = await person.client.post("/api/v1/connections/twitter/start", json={"return_to": elsewhere})
    assert answer.status_code == 422


async def test_a_site_is_connected_by_credentials_which_are_never_told(person: Person) -> None:
    made = await person.client.post("/api/v1/connections/wordpress", json={"fields": SITE})
    assert made.status_code == 201, made.text
    assert made.json()["account_id"] == "site.example/1"
    wrong = await person.client.post("/api/v1/connections/wordpress", json={"fields": {**SITE, "password": "x" * 30}})
    assert (wrong.status_code, wrong.json()["code"]) == (502, "platform_reconnect")
    for answer in (made, wrong, await person.client.get("/api/v1/connections")):
        assert wordpress.PASSWORD not in answer.text
        assert "x" * 30 not in answer.text


async def test_what_is_not_registered_or_unknown_says_so(person: Person, viewer: Person) -> None:
    missing = await person.client.post("/api/v1/connections/linkedin/start", json={})
    assert (missing.status_code, missing.json()["code"]) == (503, "not_configured")
    assert "LINKEDIN_CLIENT_ID" in missing.json()["detail"]
    assert (await person.client.post("/api/v1/connections/myspace/start", json={})).status_code == 404
    assert (await viewer.client.post("/api/v1/connections/twitter/start", json={})).status_code == 403
