"""The console's frame: the door, the catalogue of pages, navigation by role, errors as pages, nothing inline."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx
import pytest
from fastapi import FastAPI

import server.console
from core.errors import Unavailable
from server.console.door import inside
from server.console.page import ConsolePage
from server.console.pages import PAGES
from server.console.routing import console_router
from server.console.shell import TEMPLATES
from server.console.visit import Visiting
from server.console.words import relative
from server.pages import ASSETS
from tests.rules.declarations import forgotten, modules_below
from tests.server.conftest import PASSWORD, Person

HERE = {"Origin": "http://server.test"}


def test_every_page_is_in_the_catalogue_under_a_name_and_address_of_its_own() -> None:
    assert forgotten(modules_below(server.console), ConsolePage, PAGES) == []
    for values in ([page.name for page in PAGES], [page.address for page in PAGES]):
        assert len(set(values)) == len(values)
    for page in PAGES:
        assert page.address in {getattr(route, "path", "") for route in page.router.routes}, page.name


async def test_who_is_not_signed_in_is_led_to_the_door_and_back(client: httpx.AsyncClient, person: Person) -> None:
    asked = await client.get("/console?tab=a%20b")
    door = asked.headers["location"]
    assert (asked.status_code, door) == (303, "/console/sign-in?next=%2Fconsole%3Ftab%3Da%2520b")
    assert "Sign in" in (await client.get(door)).text
    form = {"email": person.email, "password": "wrong", "next": "/console?tab=a%20b"}
    refused = await client.post("/console/sign-in", data=form, headers=HERE)
    assert refused.status_code == 401
    assert person.email in refused.text
    form["password"] = PASSWORD
    assert (await client.post("/console/sign-in", data=form)).status_code == 403
    entered = await client.post("/console/sign-in", data=form, headers=HERE)
    assert (entered.status_code, entered.headers["location"]) == (303, "/console?tab=a%20b")
    assert "HttpOnly" in entered.headers["set-cookie"]
    assert (await client.get("/console/sign-in")).headers["location"] == "/console"
    assert (await client.get("/console")).status_code == 200
    assert (await client.post("/console/sign-out")).status_code == 403
    left = await client.post("/console/sign-out", headers=HERE)
    assert left.headers["location"] == "/console/sign-in"
    assert (await client.get("/console")).status_code == 303


def test_the_door_leads_on_to_pages_of_ours_that_ask_and_nowhere_else() -> None:
    token = "A-b_9" * 8
    for path in ("/oauth/authorize?client_id=a.b&state=%2F", "/slack/install", f"/slack/link/{token}", "/console/team"):
        assert inside(path) == path
    for path in (
        "/oauth/authorize", "/oauth/token?a=b", "/oauth/authorize/..//evil.example", "/slack/oauth_redirect?code=x",
        "/slack/link/../events", "/slack/link/a?b", "/slack/installer", "//slack/install", "/oauth/authorize?a b",
        "/oauth/authorize?\\evil.example",
    ):  # fmt: skip
        assert inside(path) == "/console", path


@pytest.mark.parametrize("away", ["https://evil.example", "//evil.example", "/\\evil.example", "/login", "/console\n"])
async def test_the_way_back_stays_in_the_console(client: httpx.AsyncClient, person: Person, away: str) -> None:
    form = {"email": person.email, "password": PASSWORD, "next": away}
    entered = await client.post("/console/sign-in", data=form, headers=HERE)
    assert entered.headers["location"] == "/console"


async def test_every_page_renders_empty_for_people_and_readers_and_not_for_programs(
    person: Person, viewer: Person
) -> None:
    made = await person.client.post("/api/v1/api-keys", json={"name": "CI", "scopes": ["api"], "role": "user"})
    key = {"Authorization": f"Bearer {made.json()['key']}"}
    for page in PAGES:
        for one in (person, viewer):
            answer = await one.client.get(page.address)
            assert answer.status_code == 200, page.name
            assert f'<a href="{page.address}" title="{page.title}" aria-current="page">' in answer.text
            assert ("Viewer: reads only" in answer.text) == (one is viewer)
        assert (await person.client.get(page.address, headers=key)).status_code == 403, page.name


async def test_an_unknown_page_is_a_page(person: Person) -> None:
    answer = await person.client.get("/console/nowhere")
    assert answer.status_code == 404
    assert "There is no such page in the console" in answer.text
    assert answer.headers["content-type"].startswith("text/html")
    with_a_slash = await person.client.get("/console/")
    assert (with_a_slash.status_code, with_a_slash.headers["location"]) == (303, "/console")


async def test_what_goes_wrong_on_a_page_is_said_on_a_page(person: Person, app: FastAPI) -> None:
    router = console_router()

    @router.get("/broken")
    async def broken(visit: Visiting, number: int = 0) -> None:
        if number == 1:
            raise Unavailable
        if number:
            raise RuntimeError("a secret detail")

    app.router.routes[:0] = router.routes
    for query, status, said in [("1", 503, "Nothing is lost"), ("x", 422, "number"), ("2", 500, "this id: err_")]:
        answer = await person.client.get(f"/console/broken?number={query}")
        assert answer.status_code == status
        assert said in answer.text
        assert "secret detail" not in answer.text


async def test_what_waits_is_counted(person: Person) -> None:
    assert (await person.client.get("/console/waiting.json")).json() == {page.name: 0 for page in PAGES if page.waiting}


@pytest.mark.parametrize("path", sorted(TEMPLATES.rglob("*.html")), ids=lambda path: path.name)
def test_no_template_holds_anything_inline_or_unescaped(path: Path) -> None:
    text = path.read_text()
    assert not re.search(r"<style|\sstyle=|\son\w+=|javascript:|\|\s*safe\b|autoescape", text)
    assert not re.search(r"<script(?![^>]*src=)", text)
    assert not re.search(r"""(?:src|href|action)=["'](?:https?:)?//""", text)
    for name in re.findall(r"/assets/([\w.-]+)", text):
        assert name in ASSETS, name


NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("apart", "words"),
    [
        ({"seconds": 20}, "just now"),
        ({"minutes": -5}, "5 min ago"),
        ({"hours": 3}, "in 3 h"),
        ({"hours": -11}, "yesterday 22:30"),
        ({"days": 1}, "tomorrow 09:30"),
        ({"days": 4}, "Tue 09:30"),
        ({"days": -9}, "11 Nov"),
        ({"days": 60}, "19 Jan 2027"),
    ],
)
def test_times_are_said_as_people_say_them(apart: dict[str, int], words: str) -> None:
    assert relative(NOW + timedelta(**apart), NOW, ZoneInfo("Europe/London")) == words
