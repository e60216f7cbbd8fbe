"""A CRM over HTTP: connected by logging in there, read by the worker's job, shown, and forgotten when it is ended."""

from collections.abc import AsyncIterator
from datetime import timedelta
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest

from core.clock import ManualClock
from core.settings import Settings
from sandbox.authorisation import CLIENT_ID, CLIENT_SECRET
from sandbox.server import Sandbox
from server.services import Services
from tests.server.conftest import Person

HOSTILE = "<img src=x onerror=\"document.title='owned'\">"


@pytest.fixture
async def sandbox(clock: ManualClock) -> AsyncIterator[Sandbox]:
    async with Sandbox(clock=clock) as running:
        yield running


@pytest.fixture
def settings(settings: Settings, sandbox: Sandbox) -> Settings:
    registered = {"zoho_client_id": CLIENT_ID, "zoho_client_secret": CLIENT_SECRET}
    given = settings.model_dump() | registered | {"platform_addresses": sandbox.addresses()}
    return Settings.model_validate(given)


async def left(person: Person) -> tuple[str, dict[str, str]]:
    """Begin, go where Zoho is, and return the address it sends back to."""
    begun = await person.client.post("/api/v1/connections/zoho/start", json={"return_to": "/console/connections"})
    assert begun.status_code == 200, begun.text
    async with httpx.AsyncClient() as browser:
        parts = urlsplit((await browser.get(begun.json()["authorise_url"])).headers["location"])
    assert f"{parts.scheme}://{parts.netloc}{parts.path}" == "http://server.test/api/v1/connections/zoho/callback"
    return parts.path, dict(parse_qsl(parts.query))


async def test_a_crm_is_connected_read_shown_and_forgotten(
    person: Person, stranger: Person, viewer: Person, sandbox: Sandbox, services: Services
) -> None:
    sandbox.zoho.login.home = "eu"
    sandbox.zoho.put("Leads", First_Name="Ada", Last_Name="Bell", Description=HOSTILE)
    sandbox.zoho.put("Contacts", Last_Name=HOSTILE)
    assert (await person.client.get("/api/v1/crm")).json()["status"] == "not_connected"
    assert (await viewer.client.post("/api/v1/connections/zoho/start", json={})).status_code == 403
    path, query = await left(person)
    assert (await stranger.client.get(path, params=query)).status_code == 409
    finished = await person.client.get(path, params=query)
    assert finished.status_code == 200, finished.text
    assert (finished.json()["status"], finished.json()["data_center"]) == ("active", "eu")
    assert "token" not in finished.text
    assert await services.work.runner.run_due() == 1

    shown = (await viewer.client.get("/api/v1/crm")).json()
    assert (shown["records"]["Leads"], shown["records"]["Contacts"]) == (1, 1)
    assert shown["last_synced"]
    (lead,) = (await person.client.get("/api/v1/crm/records", params={"module": "Leads"})).json()["items"]
    assert (lead["name"], lead["data"]["Description"]) == ("Ada Bell", HOSTILE)
    at = f"/api/v1/crm/records/{lead['crm_record_id']}"
    assert (await person.client.get(at)).json() == lead
    assert (await stranger.client.get(at)).status_code == 404
    assert (await stranger.client.get("/api/v1/crm/records")).json()["items"] == []
    talk = await person.conversation()
    said = (await person.say(talk, "How many leads came in this month?")).json()["messages"][-1]["content"]
    assert "**1 lead**" in said
    assert lead["crm_record_id"] in said
    said = (await person.say(talk, "And who are our newest contacts in the CRM?")).json()["messages"][-1]["content"]
    assert HOSTILE not in said
    page = (await person.client.get("/console/connections")).text
    assert "Ada Bell" in page
    assert "The Bakery" in page
    assert HOSTILE not in page

    assert (await viewer.client.delete("/api/v1/connections/zoho")).status_code == 403
    assert (await person.client.delete("/api/v1/connections/zoho")).status_code == 204
    assert (await person.client.delete("/api/v1/connections/zoho")).status_code == 404
    assert (await person.client.get("/api/v1/crm/records")).json()["items"] == []


async def test_an_ended_login_says_where_to_go_and_a_browser_comes_back_to_the_page(
    person: Person, sandbox: Sandbox, services: Services, clock: ManualClock
) -> None:
    path, query = await left(person)
    page = {"Accept": "text/html"}
    back = await person.client.get(path, params=query, headers=page)
    assert back.headers["location"] == "/console/connections?connected=zoho"
    again = await person.client.get(path, params=query, headers=page)
    assert again.headers["location"] == "/console/connections?connection_error=conflict&platform=zoho"
    failed = await person.client.get(again.headers["location"])
    assert "Zoho CRM was not connected." in failed.text
    await services.work.runner.run_due()
    sandbox.zoho.login.withdraw()
    clock.advance(timedelta(minutes=30))
    await services.work.runner.run_due()
    shown = (await person.client.get("/api/v1/crm")).json()
    assert (shown["status"], shown["connect_again"]) == ("expired", "/api/v1/connections/zoho/start")
    assert "Connect again" in (await person.client.get("/console/connections")).text
    path, query = await left(person)
    assert (await person.client.get(path, params=query)).json()["status"] == "active"
