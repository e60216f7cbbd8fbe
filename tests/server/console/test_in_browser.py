"""Calendar, content library and analytics in a real browser: dragged, typed, drawn, under the page's own policy."""

import shutil
from collections.abc import AsyncGenerator
from typing import Literal

import pytest
from playwright.async_api import Browser, Page, async_playwright, expect

from server.services import Services
from tests.server.conftest import Person
from tests.server.console.house import HOSTILE, House
from tests.server.console.samples import plan
from tests.server.console.test_analytics import told
from tests.server.test_browser import ARGUMENTS

COOKIE = "mm_session"
WIDTHS = (375, 768, 1440)
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
PATIENCE_MS = 60_000


@pytest.fixture
async def page(live: str, person: Person) -> AsyncGenerator[tuple[Page, list[str]]]:
    """A page of somebody who is signed in; what goes wrong in it is noted."""
    trouble: list[str] = []
    async with async_playwright() as playwright:
        browser: Browser = await playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=list(ARGUMENTS)
        )
        context = await browser.new_context(viewport={"width": 1440, "height": 900})
        await context.add_cookies([{"name": COOKIE, "value": person.token, "url": f"http://{live}"}])
        made = await context.new_page()
        made.set_default_timeout(PATIENCE_MS)
        made.on("pageerror", lambda error: trouble.append(str(error)))
        made.on("console", lambda said: trouble.append(said.text) if said.type == "error" else None)
        made.on("request", lambda asked: None if live in asked.url else trouble.append(f"asked {asked.url}"))
        yield made, trouble
        await browser.close()


async def fits(page: Page) -> None:
    """Look at a page in every width, light and dark: nothing sticks out."""
    for scheme in SCHEMES:
        await page.emulate_media(color_scheme=scheme)
        for width in WIDTHS:
            await page.set_viewport_size({"width": width, "height": 800})
            assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (page.url, width)
    await page.set_viewport_size({"width": 1440, "height": 900})


async def test_posts_are_moved_texts_measured_and_charts_drawn(
    page: tuple[Page, list[str]], live: str, house: House, services: Services
) -> None:
    shown, trouble = page
    content_id = await house.draft(f"Bread {HOSTILE}", "twitter")
    (post_id,) = await house.scheduled("2026-11-25T18:00", content_id)
    await told(house, 3, 1000)
    await told(house, 1, 500)

    await shown.goto(f"http://{live}/console/calendar?day=2026-11-20")
    await fits(shown)
    entry = shown.locator(f'[data-entry="{post_id}"]')
    await entry.drag_to(shown.locator('[data-day="2026-11-27"]'))
    dialog = shown.locator("dialog#entry")
    await expect(dialog).to_contain_text("Friday 27 November 2026, 18:00")
    await expect(dialog).to_contain_text("withdraws that approval")
    await shown.keyboard.press("Escape")
    await expect(dialog).to_be_hidden()
    await entry.focus()
    await shown.keyboard.press("Alt+ArrowDown")
    await expect(dialog).to_contain_text("Wednesday 2 December 2026, 18:00")
    await dialog.get_by_role("button", name="Move and ask again").click()
    await expect(shown.get_by_role("status").last).to_contain_text("Moved to Wednesday 2 December, 18:00")
    await expect(shown.locator('[data-day="2026-12-02"] .entry.waiting')).to_have_count(1)

    await shown.goto(f"http://{live}/console/library/{content_id}/edit")
    await fits(shown)
    await shown.locator("textarea[name=text]").fill(f"{HOSTILE} {'word ' * 80}")
    await expect(shown.locator("#live .problems")).to_contain_text("at most 280 are allowed")
    await shown.locator("textarea[name=text]").fill("Fresh bread at https://leeds.example/a-very-long-path-indeed")
    await expect(shown.locator("#live .limits b").first).to_contain_text("38")
    await expect(shown.locator("#live .problems")).to_have_count(0)
    await shown.keyboard.press("Control+Enter")
    await expect(shown.get_by_role("status").last).to_contain_text("Saved as version 2")

    campaign = await plan(services, house.person)
    await shown.goto(f"http://{live}/console/campaigns/{campaign.campaign_id}")
    await shown.get_by_role("button", name="Ask for more money").click()
    await fits(shown)
    await shown.get_by_label("How much more").fill("500")
    await shown.get_by_label("What for").fill(HOSTILE)
    await shown.keyboard.press("Enter")
    await expect(shown.locator(".toast")).to_contain_text("Asked.")
    await expect(shown.locator("#progress .alert")).to_contain_text("£500 more")

    await shown.goto(f"http://{live}/console/analytics?days=7&metric=views")
    for number in range(3):
        await expect(shown.locator("[data-chart]").nth(number)).to_have_attribute(
            "data-drawn", "yes", timeout=PATIENCE_MS
        )
    await fits(shown)
    await shown.locator("[data-chart] svg path[aria-roledescription=bar]").first.hover()
    await expect(shown.locator(".chart-tip")).to_contain_text("1,500")
    await shown.get_by_role("link", name="30 days").click()
    await expect(shown).to_have_url(f"http://{live}/console/analytics?metric=views&days=30")
    await expect(shown.locator("[data-chart]").first).to_have_attribute("data-drawn", "yes")
    assert await shown.evaluate("document.querySelectorAll('img[src=x]').length") == 0
    assert trouble == []
