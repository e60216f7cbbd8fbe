"""Short links as the public follows them: to stored places only, counted once per visitor and day."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import httpx
import pytest
from fastapi import FastAPI

from core.clock import ManualClock
from core.scope import Scope
from db.link_visits import LINK_VISITS
from db.managed_urls import MANAGED_URLS, ManagedUrl
from server.services import Services
from tests.server.conftest import Person
from tools.outside.clicks import code_of_click
from tools.outside.links import Source

BROWSER = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0"}
TARGET = "https://shop.example/menu"


@pytest.fixture
async def link(services: Services, person: Person) -> ManagedUrl:
    scope = Scope(person.user_id, person.user_id, "user")
    return await services.links.manage(
        scope, Source("social_post", "pst_1", "twitter", "cmp_1", timezone="Asia/Tokyo"), TARGET
    )


@pytest.fixture
async def visitor(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app, client=("198.51.100.23", 4711))
    async with httpx.AsyncClient(transport=transport, base_url="http://server.test", headers=BROWSER) as made:
        yield made


async def shown(person: Person, link: ManagedUrl) -> dict[str, object]:
    return dict((await person.client.get(f"/api/v1/links/{link.url_id}")).json())


async def test_a_visitor_is_sent_on_and_counts_once_a_day(
    visitor: httpx.AsyncClient,
    app: FastAPI,
    services: Services,
    person: Person,
    link: ManagedUrl,
    clock: ManualClock,
) -> None:
    for _ in range(3):
        answer = await visitor.get(f"/l/{link.code}")
        assert answer.status_code == 302
        target, _, click_id = answer.headers["location"].partition("&mm_click=")
        assert (target, code_of_click(click_id)) == (link.url, link.code)
        assert answer.headers["cache-control"] == "no-store"
    assert (await shown(person, link))["clicks"] == 1
    other = httpx.ASGITransport(app, client=("198.51.100.24", 4711))
    async with httpx.AsyncClient(transport=other, base_url="http://server.test", headers=BROWSER) as somebody:
        await somebody.get(f"/l/{link.code}")
    await visitor.get(f"/l/{link.code}", headers={"User-Agent": "Another browser"})
    assert (await shown(person, link))["clicks"] == 3
    clock.advance(timedelta(hours=14))
    await visitor.get(f"/l/{link.code}")
    clock.advance(timedelta(hours=10))
    await visitor.get(f"/l/{link.code}")
    scope = Scope(person.user_id, person.user_id, "user")
    kept = await services.repository(MANAGED_URLS, scope).get(link.url_id)
    assert kept.click_count == 4
    assert kept.clicks_by_day == {"2026-11-20": 3, "2026-11-21": 1}
    assert kept.last_clicked_at == clock.now() - timedelta(hours=10)


async def test_many_at_once_are_counted_exactly(app: FastAPI, person: Person, link: ManagedUrl) -> None:
    async def visit(number: int) -> None:
        transport = httpx.ASGITransport(app, client=(f"198.51.100.{number}", 1))
        async with httpx.AsyncClient(transport=transport, base_url="http://server.test", headers=BROWSER) as somebody:
            await asyncio.gather(*(somebody.get(f"/l/{link.code}") for _ in range(3)))

    await asyncio.gather(*(visit(number) for number in range(1, 21)))
    assert (await shown(person, link))["clicks"] == 20


@pytest.mark.parametrize(
    "headers",
    [
        {"User-Agent": "facebookexternalhit/1.1"},
        {"User-Agent": "Mozilla/5.0 (compatible; Googlebot/2.1)"},
        {"User-Agent": "curl/8.5"},
        {"User-Agent": ""},
        {"Sec-Purpose": "prefetch;prerender"},
        {"Purpose": "prefetch"},
    ],
)
async def test_crawlers_and_previews_are_sent_on_and_do_not_count(
    visitor: httpx.AsyncClient, person: Person, link: ManagedUrl, headers: dict[str, str]
) -> None:
    assert (await visitor.get(f"/l/{link.code}", headers=headers)).status_code == 302
    assert (await visitor.head(f"/l/{link.code}")).status_code == 302
    assert (await shown(person, link))["clicks"] == 0


async def test_no_address_of_a_visitor_is_kept(
    visitor: httpx.AsyncClient,
    services: Services,
    person: Person,
    link: ManagedUrl,
    capsys: pytest.CaptureFixture[str],
) -> None:
    await visitor.get(f"/l/{link.code}")
    scope = Scope(person.user_id, person.user_id, "user")
    (visit,) = await services.repository(LINK_VISITS, scope).find({})
    kept = await services.repository(MANAGED_URLS, scope).get(link.url_id)
    told = visit.model_dump_json() + kept.model_dump_json() + "".join(capsys.readouterr())
    assert "198.51.100.23" not in told
    assert "Firefox" not in told


@pytest.mark.parametrize(
    "code",
    ["unknown", "https:%2f%2fevil.example", "%2f%2fevil.example", "..%2f..", "%00", "%24ne", "a" * 5000, "é", "💥"],
)
async def test_it_leads_nowhere_that_was_not_stored(visitor: httpx.AsyncClient, link: ManagedUrl, code: str) -> None:
    answer = await visitor.get(f"/l/{code}", params={"url": "https://evil.example", "to": "//evil.example"})
    assert answer.status_code == 404
    assert "location" not in answer.headers
    kept = await visitor.get(f"/l/{link.code}", params={"url": "https://evil.example"})
    assert kept.headers["location"].partition("&mm_click=")[0] == link.url


async def test_links_are_listed_by_what_they_stand_in(person: Person, services: Services, link: ManagedUrl) -> None:
    scope = Scope(person.user_id, person.user_id, "user")
    await services.links.manage(scope, Source("email", "eml_1", "email", "cmp_1"), TARGET)
    for query, count in (({}, 2), ({"source_id": "pst_1"}, 1), ({"campaign_id": "cmp_1"}, 2), ({"source_id": "x"}, 0)):
        listed = (await person.client.get("/api/v1/links", params=query)).json()["items"]
        assert len(listed) == count
    told = await shown(person, link)
    assert told["address"] == link.url
    assert told["utm_params"] == {"source": "twitter", "medium": "social", "campaign": "cmp_1", "content": "pst_1"}
