"""The account's pages in a real Chromium: what is shown once, dialogs, filters, hostile names, widths and schemes."""

import shutil
from pathlib import Path
from typing import Literal

from playwright.async_api import Browser, Page, async_playwright, expect

from core.ids import new_id
from core.scope import Scope
from db.zoho_crm_records import ZOHO_CRM_RECORDS, ZohoCrmRecord
from db.zoho_tokens import ZOHO_TOKENS, ZohoToken
from memory.recollection import NewMemory
from server.services import Services
from tests.server.conftest import PASSWORD, Person
from tests.server.console.samples import ARABIC, GERMAN, HOSTILE
from tests.server.test_browser import ARGUMENTS
from tools.zoho.access import token_id

AXE = Path(__file__).parents[2] / "clients" / "axe" / "node_modules" / "axe-core" / "axe.min.js"
WIDTHS = (375, 768, 1440)
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
PATIENCE = 60_000
SERIOUS = """async () => (await axe.run(document, { resultTypes: ["violations"] })).violations
  .filter((one) => ["serious", "critical"].includes(one.impact))
  .map((one) => `${one.id}: ${one.nodes.map((node) => node.html).join(" ").slice(0, 400)}`)"""


async def entered(browser: Browser, live: str, person: Person, trouble: list[str]) -> Page:
    page = await browser.new_page(viewport={"width": 1440, "height": 900})
    page.set_default_timeout(PATIENCE)
    page.on("pageerror", lambda error: trouble.append(str(error)))
    page.on("request", lambda asked: None if live in asked.url else trouble.append(f"asked {asked.url}"))
    await page.goto(f"http://{live}/console/keys")
    await page.get_by_label("Email").fill(person.email)
    await page.get_by_label("Password").fill(PASSWORD)
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/console/keys")
    return page


async def a_key_is_shown_once(page: Page) -> None:
    """Make a key in a dialog; reloading neither shows it again nor makes another."""
    await page.get_by_role("button", name="Make a key").click()
    await page.get_by_role("textbox", name="Name").fill(f"{HOSTILE} {GERMAN}")
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_be_hidden(timeout=PATIENCE)
    await page.get_by_role("button", name="Make a key").click()
    await page.get_by_role("textbox", name="Name").press("Control+Enter")
    shown = page.locator("#once-key")
    await expect(shown).to_contain_text("mmk_", timeout=PATIENCE)
    await page.get_by_role("button", name="Copy").click()
    await expect(page.get_by_role("button", name="Cop").or_(page.get_by_text("Press Ctrl C"))).to_be_visible(
        timeout=PATIENCE
    )
    await page.reload()
    await expect(page.locator("tbody tr")).to_have_count(1, timeout=PATIENCE)
    await expect(shown).to_have_count(0, timeout=PATIENCE)


async def memory_is_asked_and_changed(page: Page, live: str) -> None:
    """Note, find by a question, correct, see the history, forget with what goes along."""
    await page.goto(f"http://{live}/console/memory")
    await page.get_by_role("button", name="Remember something").click()
    await page.get_by_label("What should the team remember?").fill("Our delivery fee is £3.")
    await page.get_by_role("button", name="Remember", exact=True).click()
    await page.get_by_role("button", name="Correct", exact=True).click()
    await page.get_by_label("What it should say").fill("Our delivery fee is £4.")
    await page.get_by_role("dialog").get_by_role("button", name="Correct").click()
    await expect(page.locator(".course li")).to_have_count(2, timeout=PATIENCE)
    await page.get_by_role("link", name="Memory", exact=True).first.click()
    await page.wait_for_url("**/console/memory")
    await page.wait_for_load_state("networkidle")
    await page.keyboard.press("/")
    await page.keyboard.type("what does delivery cost")
    await expect(page.locator(".rows .why").first).to_contain_text("deliver", timeout=PATIENCE)
    await page.locator(".rows a").first.click()
    await page.get_by_role("button", name="Forget", exact=True).click()
    await page.get_by_role("dialog").get_by_role("button", name="Forget these 2").click()
    await expect(page.locator(".toast")).to_contain_text("Forgotten, with 1 more", timeout=PATIENCE)


async def filters_narrow_the_log(page: Page, live: str) -> None:
    """A filter counts as soon as it is chosen, without leaving the page."""
    await page.goto(f"http://{live}/console/audit")
    await page.get_by_label("Action").select_option("api_key.created")
    await expect(page.locator(".log li")).to_have_count(1, timeout=PATIENCE)
    await page.locator(".log summary").first.click()
    await expect(page.locator("pre.raw")).to_contain_text("onerror", timeout=PATIENCE)
    await page.get_by_role("link", name="Show everything").click()
    await expect(page.locator(".log li").nth(2)).to_be_visible(timeout=PATIENCE)


async def unfit(page: Page, places: list[str]) -> list[str]:
    """Return what is too wide or what axe finds serious, on each page, in each width and scheme."""
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
        if await page.title() == "owned" or await page.locator("#content img").count():
            wrong.append(f"{place} ran what it was given")
    return wrong


async def records_of_a_crm(services: Services, scope: Scope) -> None:
    now = services.clock.now()
    token = ZohoToken(zoho_token_id=token_id(scope), expires_in=3600, expires_at=now, last_synced=now)
    await services.repository(ZOHO_TOKENS, scope).insert(token)
    for number, name in enumerate((HOSTILE, GERMAN, ARABIC)):
        record = ZohoCrmRecord(
            crm_record_id=new_id("crm"), module="Leads", record_id=f"z{number}", name=name, data={"Company": name},
            added_at=now, synced_at=now,
        )  # fmt: skip
        await services.repository(ZOHO_CRM_RECORDS, scope).insert(record)


async def test_the_account_in_a_browser(live: str, services: Services, person: Person) -> None:
    trouble: list[str] = []
    scope = Scope(person.user_id, person.user_id, "user")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=shutil.which("chromium"), args=list(ARGUMENTS))
        page = await entered(browser, live, person, trouble)
        await a_key_is_shown_once(page)
        await memory_is_asked_and_changed(page, live)
        await filters_narrow_the_log(page, live)

        told = [
            NewMemory("user_message", f"{text} {number}") for text in (GERMAN, HOSTILE, ARABIC) for number in range(340)
        ]
        (memory, *_) = await services.memory.memories.remember(scope, told)
        _, hook = await services.telling.webhooks.add(
            scope, f"{HOSTILE} {GERMAN}", f"https://shop.example/{GERMAN}", []
        )
        sent = await services.telling.webhooks.test(scope, hook.webhook_id)
        member = {"email": f"m-{person.email}", "password": PASSWORD, "name": f"{HOSTILE}{GERMAN}{ARABIC}"}
        await person.client.post("/api/v1/members", json=member)
        site = {"name": f"{HOSTILE} {GERMAN}", "origins": [f"https://{'a' * 60}.example"]}
        await person.client.post("/api/v1/sites", json=site)
        one = f"/console/webhooks/{hook.webhook_id}"
        below = [
            "settings/you",
            "settings/approvals?try=full_auto",
            "settings/data",
            "webhooks/calendar",
            "memory/recall",
        ]
        await records_of_a_crm(services, scope)
        pages = ["memory", "memory?q=Donau", "connections", "settings", "team", "keys", "sites", "webhooks", "audit"]
        paths = [f"/console/{path}" for path in (*pages, *below)]
        paths += [f"/console/memory/{memory.memory_id}", one, f"{one}/deliveries/{sent.delivery_id}"]
        assert "\n".join(await unfit(page, [f"http://{live}{path}" for path in paths])) == ""
        await page.goto(f"http://{live}/console/connections")
        await expect(page.get_by_text(HOSTILE).first).to_be_visible()
        await browser.close()
    assert trouble == []
