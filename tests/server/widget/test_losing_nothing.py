"""What could be lost and is not: answers that end while a page loads, messages that can't be kept, tools, decisions."""

import asyncio
import re
from contextlib import suppress
from datetime import timedelta

from playwright.async_api import BrowserContext, Page, Route, expect

from core.clock import ManualClock
from core.ids import new_id
from core.scope import Scope
from db.approval_requests import APPROVAL_REQUESTS, ApprovalRequest
from db.conversations import CONVERSATIONS, Conversation
from db.messages import MESSAGES, Message
from server.services import Services
from tests.server.conftest import Person
from tests.server.widget.conftest import Shop
from tests.server.widget.test_in_a_page import BRIEF, PATIENCE, opened, reopened, say

RELOAD = "Reload this page to go on."
FULL = "void (Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError'); })"
KEPT = "Object.keys(localStorage).filter((key) => key.includes(':outbox:')).length"


def team(shop: Shop, person: Person) -> str:
    return f'data-user-token="{shop.user_token(email=person.email, team=True)}"'


async def test_an_answer_that_ends_while_the_page_loads_is_there_once(
    shop: Shop, context: BrowserContext, person: Person
) -> None:
    shop.more = team(shop, person)
    page = await opened(shop, context)
    await say(page, "Hello about our bakery")
    talk = (await person.client.get("/api/v1/conversations")).json()["items"][0]["conversation_id"]
    read = asyncio.Event()

    async def about(route: Route) -> None:
        # Whoever reads messages before this has what was said before; the turn begins and ends after that.
        with suppress(TimeoutError):
            await asyncio.wait_for(read.wait(), 2)
        assert (await person.say(talk, "What can you do?")).status_code == 200
        await route.continue_()

    async def messages(route: Route) -> None:
        if route.request.method == "GET" and "limit=30" in route.request.url:
            answer = await route.fetch()
            read.set()
            assert (await person.say(talk, "And what else?", "between")).status_code == 200
            await route.fulfill(response=answer)
        else:
            await route.continue_()

    await page.route(re.compile(rf"/widget/conversations/{talk}$"), about)
    await page.route(re.compile(rf"/widget/conversations/{talk}/messages"), messages)
    await reopened(page)
    await expect(page.locator(".bubble.user")).to_have_count(3, timeout=PATIENCE)
    await expect(page.locator(".bubble.assistant")).to_have_count(3, timeout=PATIENCE)
    await page.unroute_all()
    assert shop.trouble == []


async def test_a_message_goes_where_the_browser_can_keep_nothing_more(shop: Shop, context: BrowserContext) -> None:
    page = await opened(shop, context)
    await say(page, "What can you do?")
    await page.evaluate(FULL)
    await say(page, "And what else?")
    await context.set_offline(True)
    field = page.get_by_label("Your message")
    for words in ("Write a post about bread.", "Make it shorter."):
        await field.fill(words)
        await field.press("Enter")
    await context.set_offline(False)
    await expect(page.locator(".bubble.user .state:visible")).to_have_count(0, timeout=PATIENCE)
    await expect(page.locator(".at-work")).to_be_hidden(timeout=PATIENCE)
    await reopened(page)
    said = page.locator(".bubble.user .body")
    await expect(said).to_have_text(
        ["What can you do?", "And what else?", "Write a post about bread.", "Make it shorter."]
    )


async def test_tabs_that_write_at_the_same_time_keep_all_messages_apart(shop: Shop, context: BrowserContext) -> None:
    page = await opened(shop, context)
    await say(page, "What can you do?")
    other = await opened(shop, context)
    await expect(other.locator(".bubble.user")).to_have_count(1)
    await context.set_offline(True)

    async def write(tab: Page, name: str) -> None:
        for number in range(3):
            await tab.get_by_label("Your message").fill(f"{name} {number}")
            await tab.keyboard.press("Enter")

    await asyncio.gather(write(page, "left"), write(other, "right"))
    assert await page.evaluate(KEPT) == 6
    await context.set_offline(False)
    for tab in (page, other):
        await expect(tab.locator(".bubble.user")).to_have_count(7, timeout=PATIENCE)
        await expect(tab.locator(".bubble.user .state:visible")).to_have_count(0, timeout=PATIENCE)
    assert await other.evaluate(KEPT) == 0
    said = await page.locator(".bubble.user .body").all_inner_texts()
    assert sorted(said[1:]) == [f"{name} {number}" for name in ("left", "right") for number in range(3)]


async def test_a_token_that_has_expired_asks_for_a_reload_and_keeps_what_was_written(
    shop: Shop, context: BrowserContext, person: Person, clock: ManualClock
) -> None:
    shop.more = team(shop, person)
    page = await opened(shop, context)
    await say(page, "What can you do?")
    clock.advance(timedelta(hours=2))
    await expect(page.locator(".notice")).to_have_text(RELOAD, timeout=PATIENCE)
    field = page.get_by_label("Your message")
    await field.fill("And what else?")
    await field.press("Enter")
    await expect(page.locator(".bubble.user").last).to_contain_text(RELOAD, timeout=PATIENCE)
    assert await page.evaluate(KEPT) == 1
    shop.more = team(shop, person)
    await reopened(page)
    await expect(page.locator(".bubble.user .body")).to_have_text(["What can you do?", "And what else?"])
    await expect(page.locator(".bubble.assistant")).to_have_count(2, timeout=PATIENCE)
    assert await page.evaluate(KEPT) == 0


async def test_a_page_that_loses_its_leave_is_told_so_and_keeps_what_was_written(
    shop: Shop, context: BrowserContext, person: Person
) -> None:
    page = await opened(shop, context)
    await say(page, "What can you do?")
    site = f"/api/v1/sites/{shop.site_id}"
    await person.client.patch(site, json={"origins": ["https://elsewhere.example"]})
    await expect(page.locator(".notice")).to_contain_text("may not be used from here", timeout=PATIENCE)
    field = page.get_by_label("Your message")
    await field.fill("And what else?")
    await field.press("Enter")
    await expect(page.locator(".bubble.user").last).to_contain_text("may not be used from here", timeout=PATIENCE)
    await person.client.patch(site, json={"origins": [shop.origin]})
    await reopened(page)
    await expect(page.locator(".bubble.assistant")).to_have_count(2, timeout=PATIENCE)
    assert await page.evaluate(KEPT) == 0


async def test_tools_and_memories_are_there_after_a_reload(
    shop: Shop, context: BrowserContext, person: Person, clock: ManualClock
) -> None:
    await person.client.post("/api/v1/memory", json={"content": "Our opening hours are 9 to 5."})
    shop.more = team(shop, person)
    page = await opened(shop, context)
    await say(page, BRIEF)
    clock.advance(timedelta(seconds=5))
    await say(page, "Write an Instagram post about our opening hours")
    for _ in range(2):
        tools = page.locator(".column > .tools summary")
        await expect(tools.first).to_contain_text("noting the brief")
        raw = page.locator(".column > .tools").first.locator("li pre")
        await expect(raw).to_have_count(2)
        await expect(raw.first).to_be_hidden()
        await tools.first.click()
        await page.locator(".column > .tools li summary").first.click()
        await expect(raw.first).to_contain_text('"Leeds"')
        await expect(raw.last).to_be_visible()
        used = page.locator(".bubble.assistant").last.locator(".tools")
        await expect(used.locator("summary")).to_contain_text(re.compile("memor(y|ies) used"))
        await expect(used.get_by_text("Our opening hours are 9 to 5.")).to_be_hidden()
        await used.locator("summary").click()
        await expect(used.get_by_text("Our opening hours are 9 to 5.")).to_be_visible()
        count = await tools.count()
        await reopened(page)
        await expect(page.locator(".bubble.assistant")).to_have_count(2)
        await expect(tools).to_have_count(count)
    assert shop.trouble == []


async def test_older_pages_bring_the_decisions_that_were_made_then(
    shop: Shop, context: BrowserContext, person: Person, services: Services, clock: ManualClock
) -> None:
    scope = Scope(person.user_id, person.user_id, "user", "web")
    talk = Conversation(conversation_id=new_id("cnv"), title="Long", message_count=70)
    await services.repository(CONVERSATIONS, scope).insert(talk)

    async def asked(summary: str) -> None:
        request = ApprovalRequest(
            request_id=new_id("apr"),
            conversation_id=talk.conversation_id,
            request_type="publish",
            content={"audience": "all"},
            payload_hash="0",
            summary=summary,
            status="rejected",
            requested_by="publisher",
            expires_at=clock.now() + timedelta(days=1),
        )
        await services.repository(APPROVAL_REQUESTS, scope).insert(request)

    for number in range(70):
        clock.advance(timedelta(minutes=1))
        message = Message(
            message_id=new_id("msg"),
            conversation_id=talk.conversation_id,
            role="user",
            content=f"words {number}",
            timestamp=clock.now(),
        )
        await services.repository(MESSAGES, scope).insert(message)
        if number in {5, 20, 60}:
            clock.advance(timedelta(seconds=1))
            await asked(f"asked after {number}")
    shop.more = f"data-open {team(shop, person)}"
    page = await shop.visit(context)
    await page.get_by_role("button", name="Conversations").click()
    await page.locator(".history li button").click()
    cards, earlier = page.locator(".card h3"), page.get_by_role("button", name="Show earlier messages")
    await expect(cards).to_have_text(["asked after 60"], timeout=PATIENCE)
    await earlier.click()
    await expect(cards).to_have_text(["asked after 20", "asked after 60"], timeout=PATIENCE)
    await earlier.click()
    await expect(cards).to_have_text(["asked after 5", "asked after 20", "asked after 60"], timeout=PATIENCE)
    order = await page.locator(".column > *").evaluate_all("all => all.map((one) => one.textContent.slice(0, 20))")
    place = next(number for number, text in enumerate(order) if text.startswith("asked after 5"))
    assert "words 5" in order[place - 1]
    assert "words 6" in order[place + 1]
    await expect(page.locator(".bubble.user")).to_have_count(70)


async def test_times_are_those_of_the_persons_account(shop: Shop, context: BrowserContext, person: Person) -> None:
    assert (await person.client.patch("/api/v1/me", json={"timezone": "Asia/Tokyo"})).status_code == 200
    shop.more = team(shop, person)
    page = await opened(shop, context)
    await say(page, "Write a post for Threads about our new bakery in Leeds, local families.")
    await say(page, "Schedule it for 2 December at 9am.")
    card = page.get_by_role("region", name="Your decision is needed")
    (waiting,) = (await person.client.get("/api/v1/approvals?status=pending")).json()["items"]
    (post,) = waiting["content"]["posts"]
    assert post["publish_at"] == "2026-12-02T00:00:00Z"
    await expect(card.locator("header time")).to_contain_text(re.compile(r"09:00.*GMT\+9"))
    await card.get_by_role("button", name="Edit").click()
    field = card.get_by_label("Time (Asia/Tokyo)")
    await expect(field).to_have_value("2026-12-02T09:00")
    await field.fill("2026-12-03T08:30")
    await card.get_by_role("button", name="Show what changes").click()
    await card.get_by_role("button", name="Approve with these changes").click()
    await expect(card).to_contain_text("Approved by Ada", timeout=PATIENCE)
    decided = (await person.client.get(f"/api/v1/approvals/{waiting['approval_id']}")).json()
    assert decided["content"]["posts"][0]["publish_at"] == "2026-12-02T23:30:00Z"
