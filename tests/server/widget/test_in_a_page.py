"""The widget on a page of another origin, in a real Chromium: talking, deciding, coming back, and being read by all."""

import re
from pathlib import Path
from typing import Literal

import pytest
from playwright.async_api import BrowserContext, Locator, Page, expect

from core.ids import new_id
from core.scope import Scope
from db.analytics_data import ANALYTICS_DATA, AnalyticsData
from server.services import Services
from tests.server.conftest import Person
from tests.server.widget.conftest import Shop

BRIEF = "We open a second bakery in Leeds on 3 December, 200 visitors, £1,500, local families, Instagram and email."
AXE = Path(__file__).parents[2] / "clients" / "axe" / "node_modules" / "axe-core" / "axe.min.js"
WIDTHS = (375, 768, 1440)
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
PATIENCE = 30_000


async def opened(shop: Shop, context: BrowserContext) -> Page:
    page = await shop.visit(context)
    await page.get_by_role("button", name="Open the chat").click()
    await expect(page.locator(".welcome, .bubble").first).to_be_visible(timeout=PATIENCE)
    return page


async def reopened(page: Page) -> None:
    await page.reload()
    await page.get_by_role("button", name="Open the chat").click()


async def say(page: Page, words: str) -> None:
    await page.get_by_label("Your message").fill(words)
    await page.keyboard.press("Enter")
    await answered(page, words)


async def answered(page: Page, words: str) -> None:
    await expect(page.locator(".bubble.user").last).to_contain_text(words)
    await expect(page.locator(".bubble.user .state:visible")).to_have_count(0, timeout=PATIENCE)
    await expect(page.locator(".at-work")).to_be_hidden(timeout=PATIENCE)


async def serious(page: Page) -> list[str]:
    """Return what axe finds wrong that is serious or worse, on the page and in the widget's shadow."""
    found = await page.evaluate(
        """async () => (await axe.run(document, { resultTypes: ["violations"] })).violations
          .filter((one) => ["serious", "critical"].includes(one.impact))
          .map((one) => `${one.id}: ${one.nodes.map((node) => node.html).join(" ").slice(0, 400)}`)"""
    )
    return list(found)


async def fits(page: Page) -> bool:
    inside = "document.querySelector('marketing-minds-chat').shadowRoot.querySelector('.stream')"
    return bool(
        await page.evaluate(
            f"document.documentElement.scrollWidth <= innerWidth && {inside}.scrollWidth <= {inside}.clientWidth"
        )
    )


async def test_a_stranger_talks_on_a_page_of_another_origin_under_a_strict_policy(
    shop: Shop, context: BrowserContext
) -> None:
    page = await opened(shop, context)
    await expect(page.get_by_role("heading", name="What would you like to promote?")).to_be_visible()
    await say(page, BRIEF)
    await expect(page.locator(".who").last).to_contain_text("Strategist")
    await expect(page.locator(".tools summary").last).to_contain_text("noting the brief")
    await expect(page.locator(".bubble.assistant .body strong").first).to_be_visible()
    assert await page.locator(".bubble.assistant").count() == 1

    await reopened(page)
    await expect(page.locator(".bubble.user")).to_have_text([re.compile("Leeds")])
    await page.get_by_role("button", name="New conversation").click()
    await expect(page.get_by_role("heading", name="What would you like to promote?")).to_be_visible()
    await page.get_by_role("button", name="What can you do?").click()
    await answered(page, "What can you do?")
    await page.get_by_role("button", name="Conversations").click()
    rows = page.locator(".history li button")
    await expect(rows).to_have_count(2)
    await expect(rows.first).to_be_focused()
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    await expect(page.locator(".bubble.user")).to_have_text([re.compile("Leeds")])
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("button", name="Open the chat")).to_be_focused()
    assert shop.trouble == []


async def test_a_page_that_is_not_named_gets_words_and_no_chat(
    shop: Shop, context: BrowserContext, person: Person
) -> None:
    await person.client.patch(f"/api/v1/sites/{shop.site_id}", json={"origins": ["https://elsewhere.example"]})
    page = await shop.visit(context)
    await page.get_by_role("button", name="Open the chat").click()
    await expect(page.locator(".trouble")).to_contain_text("may not be used from here")
    await expect(page.locator(".trouble").get_by_role("button", name="Try again")).to_be_visible()


async def test_a_person_of_the_account_sees_charts_and_decides_with_edits_and_reasons(
    shop: Shop, context: BrowserContext, person: Person, services: Services
) -> None:
    days = services.repository(ANALYTICS_DATA, Scope(person.user_id, person.user_id, "user"))
    told = {"social": {"by_platform": {"facebook": {"clicks": 7}}}}
    row = {"analytics_id": new_id("ana"), "post_id": "pst_1", "platform": "facebook", "day": "2026-11-19"}
    await days.insert(AnalyticsData.model_validate(row | {"date": services.clock.now(), "metrics": told}))
    shop.more = f'data-user-token="{shop.user_token(email=person.email, team=True)}"'
    page = await opened(shop, context)
    await expect(page.get_by_role("heading", name="Hello Ada")).to_be_visible()
    await say(page, "draw me a chart of clicks by day")
    await expect(page.get_by_role("img", name="Clicks by day")).to_be_visible()
    await expect(page.locator(".bubble td.number").first).to_be_visible()
    await say(page, BRIEF)
    await say(page, "Yes, plan it and write the posts.")
    await say(page, "Schedule the Instagram post for 2 December at 9am and the email for 3 December at noon.")
    card = page.get_by_role("region", name="Your decision is needed")
    await expect(card.locator(".preview")).to_have_count(2)
    await expect(card.locator(".on-email .text strong")).to_be_visible()
    for part in ("Nothing is spent", "Publisher", "No account is connected for Instagram yet"):
        await expect(card).to_contain_text(part)

    await card.get_by_role("button", name="Edit").click()
    text = card.get_by_label("Text").first
    await text.fill(f"{await text.input_value()} Bring your neighbours.")
    await card.get_by_role("button", name="Show what changes").click()
    await expect(card.locator("ins")).to_contain_text("neighbours")
    await card.get_by_role("button", name="Back").click()
    await card.get_by_role("button", name="Reject").click()
    await card.get_by_label("Reason").fill("Too early")
    await page.keyboard.press("Escape")
    await expect(page.locator(".panel")).to_be_visible()

    # Decided elsewhere, while another tab looks: both say who and when.
    other = await opened(shop, context)
    same = other.get_by_role("region", name="Your decision is needed")
    await expect(same.get_by_role("button", name="Approve")).to_be_visible()
    waiting = (await person.client.get("/api/v1/approvals?status=pending")).json()["items"][0]["approval_id"]
    decided = await person.client.post(
        f"/api/v1/approvals/{waiting}/decision", json={"decision": "reject", "notes": "No"}
    )
    assert decided.status_code == 200
    for shown in (card, same):
        await expect(shown).to_contain_text("Rejected by Ada", timeout=PATIENCE)
        await expect(shown.get_by_role("button", name="Approve")).to_have_count(0)
    await say(page, "Schedule the email for 4 December at noon.")
    last = page.get_by_role("region", name="Your decision is needed").last
    await last.get_by_role("button", name="Edit").click()
    await last.get_by_label("Subject").fill("You are invited")
    await last.get_by_role("button", name="Show what changes").click()
    await last.get_by_role("button", name="Approve with these changes").click()
    await expect(last).to_contain_text("Approved by Ada", timeout=PATIENCE)
    await expect(last.locator(".subject")).to_have_text("You are invited")
    await expect(page.locator(".who").last).to_contain_text("Publisher", timeout=PATIENCE)
    assert shop.trouble == []


async def test_two_tabs_show_the_same_and_what_is_written_offline_goes_once(
    shop: Shop, context: BrowserContext
) -> None:
    page = await opened(shop, context)
    await say(page, "What can you do?")
    other = await opened(shop, context)
    await expect(other.locator(".bubble.user")).to_have_count(1)
    await say(other, "Write an Instagram post for our winter sale.")
    await expect(page.locator(".bubble.user")).to_have_count(2)
    await expect(page.locator(".bubble.user").last).to_contain_text("winter sale")

    await context.set_offline(True)
    for tab, words in ((page, "Make it shorter."), (other, "And write one for Facebook.")):
        await tab.get_by_label("Your message").fill(words)
        await tab.keyboard.press("Enter")
        await expect(tab.locator(".bubble.user").last).to_contain_text("Will be sent when you are back online.")
    await context.set_offline(False)
    for tab in (page, other):
        await expect(tab.locator(".bubble.user")).to_have_count(4, timeout=PATIENCE)
        await expect(tab.locator(".bubble.user .state:visible")).to_have_count(0, timeout=PATIENCE)
        await expect(tab.locator(".at-work")).to_be_hidden(timeout=PATIENCE)
    await reopened(page)
    await expect(page.locator(".bubble.user")).to_have_count(4)
    said = await page.locator(".bubble.user .body").all_inner_texts()
    assert sorted(said[2:]) == ["And write one for Facebook.", "Make it shorter."]


async def test_limits_and_refusals_say_what_comes_next(shop: Shop, context: BrowserContext, person: Person) -> None:
    await person.client.patch(f"/api/v1/sites/{shop.site_id}", json={"daily_messages": 1})
    page = await opened(shop, context)
    await say(page, "What can you do?")
    await page.get_by_label("Your message").fill("And what else?")
    await page.keyboard.press("Enter")
    refused = page.locator(".bubble.user.refused")
    await expect(refused).to_contain_text("It is open again at midnight UTC.")
    await person.client.patch(f"/api/v1/sites/{shop.site_id}", json={"daily_messages": 5})
    await refused.get_by_role("button", name="Try again").click()
    await answered(page, "And what else?")
    await expect(page.locator(".bubble.user")).to_have_count(2)
    await page.get_by_label("Your message").fill("x" * 2001)
    await expect(page.locator(".left")).to_have_text("1 character too many")
    await expect(page.get_by_role("button", name="Send")).to_be_disabled()


@pytest.mark.parametrize("language", ["en", "de", "ar"])
async def test_it_fits_every_screen_and_axe_finds_nothing_serious(
    shop: Shop, context: BrowserContext, person: Person, language: str
) -> None:
    shop.more = f'data-lang="{language}" data-open data-user-token="{shop.user_token(email=person.email, team=True)}"'
    # axe is put into the page by the test; the policy has to let it in.
    shop.policy = "script-src http://{server} 'unsafe-inline' 'unsafe-eval'; connect-src http://{server} ws://{server}"
    page = await shop.visit(context)
    await page.evaluate(AXE.read_text("utf-8"))
    await expect(page.locator(".welcome")).to_be_visible(timeout=PATIENCE)
    assert await serious(page) == []
    field: Locator = page.locator(".composer textarea")
    for words in (
        "Write a post for Threads about our new bakery in Leeds, local families.",
        "Schedule it for 2 December.",
    ):
        await field.fill(words)
        await field.press("Enter")
        await answered(page, words)
    await expect(page.locator(".card .preview")).to_be_visible()
    assert await page.locator(".panel").evaluate("panel => getComputedStyle(panel).direction") == (
        "rtl" if language == "ar" else "ltr"
    )
    for width in WIDTHS:
        await page.set_viewport_size({"width": width, "height": 800})
        for scheme in SCHEMES:
            await page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            assert await fits(page), (width, scheme)
            assert await serious(page) == [], (width, scheme)
        box = await page.locator(".panel").bounding_box()
        assert box
        assert (box["width"] == width and box["x"] == 0) if width < 480 else box["width"] == 400
    await page.locator(".top button").first.click()
    await expect(page.locator(".history li")).to_have_count(1)
    assert await serious(page) == []


async def test_the_host_page_themes_it_and_says_who_is_there(shop: Shop, context: BrowserContext) -> None:
    shop.more = 'data-theme="dark"'
    page = await opened(shop, context)
    await page.evaluate("document.documentElement.style.setProperty('--mm-accent', 'rgb(1, 2, 3)')")
    color = "button => getComputedStyle(button).backgroundColor"
    assert await page.get_by_role("button", name="Send").evaluate(color) == "rgb(1, 2, 3)"
    assert await page.locator(".panel").evaluate(color) == "rgb(20, 22, 27)"
    await say(page, "What can you do?")
    token = shop.user_token(name="Grace")
    await page.evaluate("token => MarketingMinds.identify(() => Promise.resolve(token))", token)
    await expect(page.get_by_role("heading", name="Hello Grace")).to_be_visible()
    await page.evaluate("MarketingMinds.identify(null)")
    await expect(page.locator(".bubble.user")).to_have_count(1)
