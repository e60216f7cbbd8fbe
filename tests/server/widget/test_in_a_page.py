"""The widget on a page of another origin, in a real Chromium."""

from playwright.async_api import BrowserContext, Page, expect

from tests.server.widget.conftest import Shop

BRIEF = "We open a second bakery in Leeds on 3 December, 200 visitors, £1,500, local families, Instagram and email."


async def say(page: Page, words: str) -> None:
    await page.get_by_label("Your message").fill(words)
    await page.keyboard.press("Enter")
    await expect(page.locator(".bubble.user").last).to_contain_text(words)
    await expect(page.locator(".bubble.user .state:visible")).to_have_count(0)
    await expect(page.locator(".at-work")).to_be_hidden(timeout=30_000)


async def test_a_stranger_talks_on_a_page_of_another_origin_under_a_strict_policy(
    shop: Shop, context: BrowserContext
) -> None:
    page = await shop.visit(context)
    await page.get_by_role("button", name="Open the chat").click()
    await expect(page.get_by_role("heading", name="What would you like to promote?")).to_be_visible()
    await say(page, BRIEF)
    await expect(page.locator(".who").last).to_contain_text("Strategist")
    await expect(page.locator(".tools summary").last).to_contain_text("noting the brief")
    await expect(page.locator(".bubble.assistant .body strong").first).to_be_visible()
    await page.screenshot(path="/tmp/wshots/first.png")
    assert shop.trouble == []
