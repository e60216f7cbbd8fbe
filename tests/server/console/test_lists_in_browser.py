"""Every list with nothing, one thing and a thousand, slow and broken, on every width and from right to left."""

import asyncio
import shutil
from collections.abc import AsyncGenerator, Callable, Sequence
from typing import Any, Final

import pytest
from fastapi import FastAPI
from playwright.async_api import Browser, Page, Route, async_playwright, expect

from core.ids import new_id
from db.api_keys import API_KEYS, ApiKey
from db.approval_requests import APPROVAL_REQUESTS, ApprovalRequest
from db.campaigns import CAMPAIGNS, Campaign
from db.collection import Collection
from db.content_library import CONTENT_LIBRARY, Content, ContentBody
from db.conversations import CONVERSATIONS, Conversation
from server.services import Services
from tests.server.conftest import Person, somebody
from tests.server.console.samples import ARABIC, GERMAN, ask, post, scope_of
from tests.server.test_browser import ARGUMENTS

PATIENCE_MS: Final = 60_000
MANY: Final = 1_000
ROWS: Final = "[data-list] :is(ul.rows > li, tbody > tr, .tiles > *, .list > li)"
Maker = Callable[[int, Person], Any]

# What reaches beyond the window, where the page as a whole is too wide.
STICKING_OUT = """() => document.documentElement.scrollWidth <= innerWidth ? [] :
  [...document.querySelectorAll("body *")].filter((one) => {
    const box = one.getBoundingClientRect();
    return box.width && (box.right > innerWidth + 1 || box.left < -1);
  }).slice(0, 8).map((one) => `${one.tagName} ${one.className} ${one.id}`)"""


def conversation(number: int, _: Person) -> Conversation:
    return Conversation(conversation_id=new_id("cnv"), title=f"{number} {GERMAN}", channel="web")


def campaign(number: int, _: Person) -> Campaign:
    return Campaign(campaign_id=new_id("cmp"), name=f"{number} {ARABIC} {GERMAN}", status="active")


def text(number: int, _: Person) -> Content:
    body = ContentBody(text=f"{number} {GERMAN}")
    return Content(content_id=new_id("cnt"), content_type="social_post", platform="twitter", content=body)


def key(number: int, person: Person) -> ApiKey:
    return ApiKey(
        key_id=new_id("key"), actor_id=person.user_id, name=f"{number} {GERMAN}", prefix="mm_abc",
        key_hash=new_id("hash"), scopes=["api"], rate_limit=60,
    )  # fmt: skip


def lists() -> Sequence[tuple[str, Collection[Any], Maker]]:
    return (
        ("conversations", CONVERSATIONS, conversation),
        ("campaigns", CAMPAIGNS, campaign),
        ("library", CONTENT_LIBRARY, text),
        ("keys", API_KEYS, key),
    )


async def fill(services: Services, person: Person, many: int) -> None:
    """Give somebody so many of everything."""
    for _, collection, maker in lists():
        made = [maker(number, person) for number in range(many)]
        await services.repository(collection, scope_of(person)).put_each(made)
    asked = await ask(services, person, post(GERMAN))
    more = [asked.model_copy(update={"request_id": new_id("apr")}) for _ in range(many - 1)]
    requests: list[ApprovalRequest] = [one.model_copy(update={"user_id": ""}) for one in more]
    if requests:
        await services.repository(APPROVAL_REQUESTS, scope_of(person)).put_each(requests)


@pytest.fixture
async def browser() -> AsyncGenerator[Browser]:
    async with async_playwright() as playwright:
        started = await playwright.chromium.launch(executable_path=shutil.which("chromium"), args=list(ARGUMENTS))
        yield started
        await started.close()


async def entered(browser: Browser, live: str, person: Person) -> Page:
    context = await browser.new_context(viewport={"width": 1440, "height": 900})
    await context.add_cookies([{"name": "mm_session", "value": person.token, "url": f"http://{live}"}])
    page = await context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    expect.set_options(timeout=PATIENCE_MS)
    return page


async def fits(page: Page) -> None:
    """Nothing sticks out at the narrowest and the widest, in either direction of writing."""
    for direction in ("ltr", "rtl"):
        await page.evaluate("(direction) => { document.documentElement.dir = direction; }", direction)
        for width in (375, 768, 1440):
            await page.set_viewport_size({"width": width, "height": 900})
            assert await page.evaluate(STICKING_OUT) == [], (page.url, width, direction)
    await page.evaluate("document.documentElement.dir = 'ltr'")


async def slow_then_broken(page: Page, name: str) -> None:
    """While the next page is fetched a skeleton stands there; if it fails, why, and a way to try again."""
    go_on = asyncio.Event()

    async def late(route: Route) -> None:
        await go_on.wait()
        await route.continue_()

    older = page.get_by_role("link", name="Older")
    await page.route("**/*cursor=*", late)
    await older.click()
    await expect(page.locator('#content[aria-busy="true"] .skeleton').first).to_be_visible()
    go_on.set()
    await expect(page.locator(ROWS).first).to_be_visible()
    await page.unroute("**/*cursor=*")
    await page.route("**/*cursor=*", lambda route: route.abort())
    await older.click()
    await expect(page.get_by_role("alert")).to_contain_text("can't be reached")
    await page.unroute("**/*cursor=*")
    await page.get_by_role("link", name="Try again").click()
    await expect(page.locator(ROWS).first).to_be_visible()
    await expect(page.get_by_role("alert")).to_have_count(0)
    await page.wait_for_url(f"**/console/{name}?*cursor=*")


async def test_every_list_with_nothing_one_and_a_thousand(
    app: FastAPI, live: str, services: Services, person: Person, stranger: Person, browser: Browser
) -> None:
    names = [name for name, _, _ in lists()] + ["approvals"]
    await fill(services, person, MANY)
    await fill(services, stranger, 1)
    async with somebody(app) as nobody:
        for somebody_here, count in ((nobody, 0), (stranger, 1), (person, MANY)):
            page = await entered(browser, live, somebody_here)
            for name in names:
                await page.goto(f"http://{live}/console/{name}")
                rows = page.locator(ROWS)
                if count == 0:
                    await expect(page.locator(".empty")).to_be_visible()
                    await expect(rows).to_have_count(0)
                elif count == 1:
                    await expect(rows).to_have_count(1)
                else:
                    assert 20 <= await rows.count() <= 100, name
                await fits(page)
                if count == MANY:
                    await slow_then_broken(page, name)
            await page.context.close()
