"""The console in a real Chromium: from a first message to a decision, by keyboard, on every width, read by all."""

import shutil
from pathlib import Path
from typing import Literal

from playwright.async_api import Browser, Page, async_playwright, expect

from db.conversations import CONVERSATIONS
from server.console.pages import PAGES
from server.services import Services
from tests.server.conftest import PASSWORD, Person
from tests.server.console.samples import ARABIC, GERMAN, HOSTILE, ask, plan, post, scope_of
from tests.server.test_browser import ARGUMENTS, BRIEF

AXE = Path(__file__).parents[2] / "clients" / "axe" / "node_modules" / "axe-core" / "axe.min.js"
WIDTHS = (375, 768, 1440)
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
PATIENCE = 60_000
SERIOUS = """async () => (await axe.run(document, { resultTypes: ["violations"] })).violations
  .filter((one) => ["serious", "critical"].includes(one.impact))
  .map((one) => `${one.id}: ${one.nodes.map((node) => node.html).join(" ").slice(0, 400)}`)"""


async def entered(browser: Browser, live: str, person: Person, trouble: list[str]) -> Page:
    """Sign in at the door, on the way to a page."""
    page = await browser.new_page(viewport={"width": 1440, "height": 900})
    page.set_default_timeout(PATIENCE)
    page.on("pageerror", lambda error: trouble.append(str(error)))
    page.on("request", lambda asked: None if live in asked.url else trouble.append(f"asked {asked.url}"))
    await page.goto(f"http://{live}/console/conversations")
    await page.get_by_label("Email").fill(person.email)
    await page.get_by_label("Password").fill(PASSWORD)
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/console/conversations")
    return page


async def say(page: Page, words: str) -> None:
    await page.get_by_label("Your message").fill(words)
    await page.keyboard.press("Control+Enter")
    await expect(page.locator("#thread .message.user").last).to_contain_text(words, timeout=PATIENCE)
    await expect(page.locator("#at-work")).to_be_hidden(timeout=PATIENCE)


async def decide(page: Page) -> None:
    """Open what waits, change it by keyboard, see the difference, approve."""
    await page.get_by_role("link", name="Edit or reject").click()
    await page.wait_for_url("**/console/approvals/*")
    await page.wait_for_load_state("networkidle")
    await page.keyboard.press("e")
    text = page.get_by_label("Text").first
    await expect(text).to_be_focused()
    await text.fill("Doors open at eight.")
    await expect(page.locator(".changes ins")).to_have_text("Doors open at eight.")
    await page.get_by_role("button", name="Approve with these changes").click()
    await expect(page.locator(".toast")).to_contain_text("Approved with your changes")
    await expect(page.locator(".preview")).to_contain_text("Doors open at eight.")
    await expect(page.locator("b[data-waiting=approvals]")).to_be_hidden()


async def search_and_lose_the_server(page: Page) -> None:
    """Find words in what was said; see what happens when the server is away, and try again."""
    await page.get_by_role("link", name="Conversations", exact=True).click()
    await page.wait_for_url("**/console/conversations")
    await page.wait_for_load_state("networkidle")
    await page.keyboard.press("/")
    await page.keyboard.type("second bakery")
    await expect(page.locator(".rows mark").first).to_have_text("second bakery")
    await page.route("**/console/conversations?*", lambda route: route.abort())
    await page.keyboard.type(" in")
    await expect(page.get_by_role("alert")).to_contain_text("can't be reached")
    await page.unroute("**/console/conversations?*")
    await page.get_by_role("link", name="Try again").click()
    await expect(page.locator(".rows mark").first).to_have_text("second bakery in")
    await page.keyboard.press("Escape")


async def a_dialog_and_a_drawer(page: Page) -> None:
    """Escape closes what opens; the pause says what it does; on a phone the navigation is a drawer."""
    await page.get_by_role("button", name="Pause").click()
    await expect(page.get_by_role("dialog")).to_contain_text("stands still before its next step")
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_be_hidden()
    await page.set_viewport_size({"width": 375, "height": 800})
    await expect(page.locator("#rail")).to_be_hidden()
    await page.get_by_role("button", name="Open the navigation").click()
    await expect(page.locator("#rail")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(page.locator("#rail")).to_be_hidden()


async def every_page_fits_and_reads_well(page: Page, places: list[str]) -> list[str]:
    """Return what is too wide, and what axe finds serious, on each page in each width and scheme."""
    wrong: list[str] = []
    for place in places:
        await page.goto(place)
        for width in WIDTHS:
            await page.set_viewport_size({"width": width, "height": 900})
            if await page.evaluate("document.documentElement.scrollWidth > innerWidth"):
                wrong.append(f"{place} is too wide at {width}")
        await page.evaluate(AXE.read_text())
        for scheme in SCHEMES:
            await page.emulate_media(color_scheme=scheme)
            wrong += [f"{place} {scheme} {one}" for one in await page.evaluate(SERIOUS)]
        if await page.title() == "owned":
            wrong.append(f"{place} ran what it was given")
    return wrong


async def test_a_day_in_the_console(live: str, services: Services, person: Person) -> None:
    trouble: list[str] = []
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=shutil.which("chromium"), args=list(ARGUMENTS))
        page = await entered(browser, live, person, trouble)
        await page.get_by_role("button", name="New conversation").click()
        await say(page, BRIEF)
        await expect(page.locator("#thread .message .agent").last).to_contain_text("Strategist")
        await expect(page.locator("#thread .tools summary").first).to_contain_text("update brief")
        await say(page, "Yes, plan it and write the posts.")
        await say(page, "Schedule the Instagram post for 2 December at 9am.")
        await expect(page.locator(".approval")).to_contain_text("Instagram")
        await expect(page.locator("b[data-waiting=approvals]")).to_have_text("1")
        thread = page.url.partition("#")[0]
        await decide(page)
        await search_and_lose_the_server(page)

        talk = thread.rsplit("/", 1)[-1]
        campaign = await plan(services, person, conversation_id=talk, name=HOSTILE)
        request = await ask(
            services, person, post(f"{GERMAN} {GERMAN} {HOSTILE}"), post(ARABIC), summary=f"{GERMAN} {HOSTILE}"
        )
        await services.repository(CONVERSATIONS, scope_of(person)).change(
            thread.rsplit("/", 1)[-1], {"title": HOSTILE + ARABIC}
        )
        root = f"http://{live}"
        one = f"{root}/console/campaigns/{campaign.campaign_id}"
        await page.goto(one)
        await a_dialog_and_a_drawer(page)
        places = [f"{root}{entry.address}" for entry in PAGES]
        places += [thread, one, f"{one}/policy?try=full_auto", f"{root}/console/approvals/{request.request_id}"]
        assert await every_page_fits_and_reads_well(page, places) == []
        await browser.close()
    assert trouble == []
