"""The page in a real browser: making an account, talking, deciding, coming back."""

import shutil
from collections.abc import AsyncGenerator
from typing import Literal

import pytest
from playwright.async_api import Browser, Page, Request, async_playwright, expect

from core.ids import new_id
from core.scope import Scope
from db.analytics_data import ANALYTICS_DATA, AnalyticsData
from server.services import Services

ARGUMENTS = (
    "--no-sandbox",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
BRIEF = "We open a second bakery in Leeds on 3 December, 200 visitors, £1,500, local families, Instagram and email."
WIDTHS = (375, 768, 1440)
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


@pytest.fixture
async def browser() -> AsyncGenerator[Browser]:
    async with async_playwright() as playwright:
        started = await playwright.chromium.launch(executable_path=shutil.which("chromium"), args=list(ARGUMENTS))
        yield started
        await started.close()


async def opened(browser: Browser, live: str, trouble: list[str]) -> Page:
    """Open the page; whatever goes wrong in it is put into ``trouble``."""

    def foreign(request: Request) -> None:
        if live not in request.url and not request.url.startswith("data:"):
            trouble.append(f"asked {request.url}")

    page = await browser.new_page()
    page.on("pageerror", lambda error: trouble.append(str(error)))
    page.on("request", foreign)
    await page.goto(f"http://{live}/")
    return page


async def say(page: Page, words: str) -> None:
    await page.get_by_label("Your message").fill(words)
    await page.keyboard.press("Enter")
    await expect(page.locator(".bubble.user .body").last).to_have_text(words)
    await expect(page.locator(".bubble.user .state:visible")).to_have_count(0, timeout=20_000)
    await expect(page.locator(".at-work")).to_be_hidden(timeout=20_000)


async def test_from_an_account_to_an_approved_post(browser: Browser, live: str, services: Services) -> None:
    trouble: list[str] = []
    page = await opened(browser, live, trouble)
    await page.get_by_role("button", name="New here? Make an account").click()
    await page.get_by_label("Your name").fill("Ada")
    await page.get_by_label("Email").fill("browser@example.com")
    await page.get_by_label("Password").fill("correct horse")
    await page.get_by_role("button", name="Make an account", exact=True).click()
    await expect(page.get_by_role("heading", name="What would you like to promote?")).to_be_visible()

    await say(page, BRIEF)
    await expect(page.locator(".who").last).to_contain_text("Strategist")
    await expect(page.locator(".tools summary").last).to_contain_text("noting the brief")
    await say(page, "Yes, plan it and write the posts.")
    await expect(page.locator(".who").last).to_contain_text("Writer")
    await expect(page.locator(".bubble table").first).to_be_visible()
    await say(page, "Schedule the Instagram post for 2 December at 9am.")
    card = page.get_by_role("region", name="Your decision is needed")
    await expect(card).to_contain_text("Instagram")

    await page.reload()
    await expect(card).to_be_visible()
    said = page.locator(".bubble.user .body")
    await expect(said).to_have_count(3)
    for width in WIDTHS:
        await page.set_viewport_size({"width": width, "height": 800})
        assert not await page.evaluate("document.documentElement.scrollWidth > innerWidth"), width
    await card.get_by_role("button", name="Approve").click()
    await expect(card).to_contain_text("Approved")
    await expect(page.locator(".who").last).to_contain_text("Publisher")
    await expect(page.locator(".at-work")).to_be_hidden(timeout=20_000)

    await page.get_by_role("button", name="Sign out").click()
    await expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    assert trouble == []


async def test_text_that_looks_like_html_stays_text(browser: Browser, live: str, services: Services) -> None:
    trouble: list[str] = []
    page = await opened(browser, live, trouble)
    owner = await services.desk.local_owner()
    await page.goto(f"http://{live}/login?token={await services.desk.new_login_code(owner)}")
    words = "Write a post about <img src=x onerror=document.title='hacked'> & <b>bread</b>"
    await say(page, words)
    await page.reload()
    await expect(page.locator(".bubble.user .body")).to_have_text(words)
    assert await page.locator(".column img").count() == 0
    assert await page.title() == "Marketing Minds"
    assert trouble == []


async def test_a_chart_is_shown_with_its_table_and_is_there_after_a_reload(
    browser: Browser, live: str, services: Services
) -> None:
    trouble: list[str] = []
    page = await opened(browser, live, trouble)
    owner = await services.desk.local_owner()
    days = services.repository(ANALYTICS_DATA, Scope(owner.user_id, owner.user_id, "user"))
    told = {"social": {"by_platform": {"facebook": {"clicks": 7}}}}
    row = {"analytics_id": new_id("ana"), "post_id": "pst_1", "platform": "facebook", "day": "2026-11-19"}
    await days.insert(AnalyticsData.model_validate(row | {"date": services.clock.now(), "metrics": told}))
    await page.goto(f"http://{live}/login?token={await services.desk.new_login_code(owner)}")
    await say(page, "draw me a chart of clicks by day")
    for _ in range(2):
        picture = page.get_by_role("img", name="Clicks by day")
        await expect(picture.locator("text").first).to_be_visible()
        await expect(page.locator(".bubble table")).to_contain_text("19 November 2026")
        await page.set_viewport_size({"width": WIDTHS[0], "height": 800})
        assert not await page.evaluate("document.documentElement.scrollWidth > innerWidth")
        await page.reload()
    assert trouble == []


async def test_a_change_is_shown_beside_what_was_asked_before_and_a_link_decides_it(
    browser: Browser, live: str
) -> None:
    trouble: list[str] = []
    page = await opened(browser, live, trouble)
    await page.get_by_role("button", name="New here? Make an account").click()
    await page.get_by_label("Your name").fill("Ada")
    await page.get_by_label("Email").fill("links@example.com")
    await page.get_by_label("Password").fill("correct horse")
    await page.get_by_role("button", name="Make an account", exact=True).click()
    await say(page, "Write a post for Threads about our new bakery in Leeds, local families.")
    await say(page, "Schedule it for 2 December at noon.")
    await expect(page.get_by_role("button", name="Approve")).to_be_visible()
    await say(page, "go ahead but make it Friday")
    await expect(page.get_by_text("Changed since it was asked before")).to_be_visible()
    made: str = await page.evaluate(
        """async () => {
          const waiting = await (await fetch("/api/v1/approvals?status=pending")).json();
          const path = `/api/v1/approvals/${waiting.items[0].approval_id}/links`;
          const headers = { "Content-Type": "application/json" };
          const body = JSON.stringify({ approver: "client@shop.example" });
          return (await (await fetch(path, { method: "POST", headers, body })).json()).url;
        }"""
    )
    for scheme in SCHEMES:
        visitor = await browser.new_context(color_scheme=scheme)
        shown = await visitor.new_page()
        for width in WIDTHS:
            await shown.set_viewport_size({"width": width, "height": 800})
            await shown.goto(made)
            await expect(shown.get_by_role("heading", name="Shall this post go out on Threads?")).to_be_visible()
            assert await shown.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        if scheme == "light":
            await visitor.close()
            continue
        await shown.get_by_role("button", name="Approve exactly this").click()
        await expect(shown.get_by_role("status")).to_contain_text("Approved by client@shop.example")
        await visitor.close()
    assert trouble == []
