"""What happens while one looks: nothing written is lost, failures can be tried again, a campaign is seen to run."""

import shutil
from collections.abc import AsyncGenerator
from urllib.parse import urlencode

import pytest
from playwright.async_api import Browser, Page, WebSocketRoute, async_playwright, expect

from core.settings import Settings
from db.campaigns import CAMPAIGNS, Budget, Campaign, CampaignBrief, Phase, Plan, PlanTask, Timeline
from db.conversations import CONVERSATIONS
from sandbox.model_server import ModelServer, Refuse, Request, Say, Step
from server.services import Services
from tests.server.conftest import PASSWORD, Person
from tests.server.console.samples import ask, post, scope_of
from tests.server.test_browser import ARGUMENTS

PATIENCE_MS = 90_000
SOCKETS = "**/api/v1/conversations/*/ws?*"


@pytest.fixture
async def page(live: str, person: Person) -> AsyncGenerator[Page]:
    async with async_playwright() as playwright:
        browser: Browser = await playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=list(ARGUMENTS)
        )
        context = await browser.new_context(viewport={"width": 1440, "height": 900})
        await context.add_cookies([{"name": "mm_session", "value": person.token, "url": f"http://{live}"}])
        made = await context.new_page()
        made.set_default_timeout(PATIENCE_MS)
        expect.set_options(timeout=PATIENCE_MS)
        yield made
        await browser.close()


async def test_what_is_written_is_kept_until_it_is_taken_and_read_out_once(
    live: str, person: Person, page: Page
) -> None:
    dead = True

    def road(socket: WebSocketRoute) -> None:
        if not dead:
            socket.connect_to_server()

    await page.route_web_socket(SOCKETS, road)
    here = f"http://{live}/console/conversations/{await person.conversation()}"
    await page.goto(here)
    field, mine = page.get_by_label("Your message"), page.locator(".message.user")
    await field.fill("What can you do?")
    await page.keyboard.press("Control+Enter")
    await expect(page.locator(".message.user.waiting")).to_have_text("What can you do?")
    await page.goto(f"http://{live}/console/conversations")
    await page.goto(here)
    await expect(page.locator(".message.user.waiting")).to_have_text("What can you do?")

    dead = False
    await page.reload()
    await expect(page.locator("#thread .message.user")).to_have_count(1)
    await expect(page.locator("#thread .message:not(.user)").first).to_be_visible()
    await expect(page.locator(".waiting")).to_have_count(0)
    assert await page.evaluate("sessionStorage.length") == 0
    assert await page.locator("#live").get_attribute("aria-live") is None
    await expect(page.locator("#announce.unseen[aria-live=polite] p")).to_have_count(1)
    heard = await page.locator("#announce p").inner_text()
    said = await page.locator("#thread .message:not(.user) .body").first.inner_text()
    assert said.split()[0] in heard

    # What the server refuses goes back to where it was written, and is not sent again.
    await field.evaluate("(field) => { field.value = 'x'.repeat(33_000); field.focus(); }")
    await page.keyboard.press("Control+Enter")
    await expect(page.locator(".trouble")).to_contain_text("can't be used")
    assert await field.input_value() == "x" * 33_000
    await expect(mine).to_have_count(1)
    assert await page.evaluate("sessionStorage.length") == 0


class TestWithAModelThatFails:
    """A turn that failed is tried again from the page."""

    failing = True

    def decide(self, _: Request) -> Step:
        return Refuse(400, "no such model") if self.failing else Say("Here you are: three ideas.")

    @pytest.fixture
    async def model(self) -> AsyncGenerator[ModelServer]:
        async with ModelServer(self.decide) as server:
            yield server

    @pytest.fixture
    def settings(self, settings: Settings, model: ModelServer) -> Settings:
        given = settings.model_dump() | {"openai_base_url": model.url, "openai_api_key": "key"}
        return Settings.model_validate(given)

    async def test_a_message_that_was_not_answered_is_tried_again(self, live: str, person: Person, page: Page) -> None:
        await page.goto(f"http://{live}/console/conversations/{await person.conversation()}")
        await page.get_by_label("Your message").fill("Give me three ideas.")
        await page.keyboard.press("Control+Enter")
        again = page.locator("#thread .alert.danger").get_by_role("button", name="Try again")
        await expect(again).to_be_visible()
        TestWithAModelThatFails.failing = False
        await again.click()
        await expect(page.locator("#thread")).to_contain_text("Here you are: three ideas.")
        await expect(page.locator("#thread .message.user")).to_have_count(1)
        await expect(again).to_have_count(0)


async def test_a_campaign_is_seen_to_run(live: str, services: Services, person: Person, page: Page) -> None:
    scope = scope_of(person)
    conversation_id = await person.conversation()
    tasks = [
        PlanTask(task_id="message", agent_assigned="strategist", description="Settle the one message"),
        PlanTask(
            task_id="write", agent_assigned="writer", description="Write the LinkedIn texts", dependencies=["message"]
        ),
    ]
    phases = [Phase(name="Push", start="2026-11-22", end="2026-12-20")]
    made = await services.repository(CAMPAIGNS, scope).insert(
        Campaign(
            campaign_id="cmp_" + "0" * 32, conversation_id=conversation_id, name="Opening", status="planning",
            plan=Plan(tasks=tasks, timeline=Timeline(start="2026-11-22", end="2026-12-20", phases=phases)),
            platforms=["linkedin"], start_date="2026-11-22", end_date="2026-12-20",
            brief=CampaignBrief(product="second bakery", target_audience="families", objective="200 visitors"),
            budget=Budget(allocated_minor=90_000, remaining_minor=90_000, currency="GBP"),
        )
    )  # fmt: skip
    await services.repository(CONVERSATIONS, scope).change(conversation_id, {"campaign_id": made.campaign_id})
    await services.work.start()
    try:
        await page.goto(f"http://{live}/console/campaigns/{made.campaign_id}")
        await expect(page.locator("#events")).to_contain_text("Nothing yet")
        await page.locator("#moves").get_by_role("button", name="Launch").click()
        await page.locator("dialog#launch").get_by_role("button", name="Launch").click()
        await expect(page.locator("#progress")).to_contain_text("Look and decide")
        await page.evaluate("window.here = 'the same page'")
        (asked,) = (await person.client.get("/api/v1/approvals?status=pending")).json()["items"]
        decided = await person.client.post(f"/api/v1/approvals/{asked['approval_id']}/decision", json={
            "decision": "approve", "payload_hash": asked["payload_hash"],
        })  # fmt: skip
        assert decided.status_code == 200
        await expect(page.locator("#plan .node.completed").first).to_be_visible()
        await expect(page.locator("#events li").first).to_be_visible()
        await expect(page.locator("#moves").get_by_role("button", name="Pause")).to_be_visible()
        assert await page.evaluate("window.here") == "the same page"
    finally:
        await services.work.stop()


async def test_single_keys_can_be_turned_off_and_arrows_turn_the_calendar(
    live: str, services: Services, person: Person, page: Page
) -> None:
    request = await ask(services, person, post("Bread"))
    await page.goto(f"http://{live}/console/approvals/{request.request_id}")
    await page.get_by_role("button", name="Turn single keys off").click()
    await page.locator("#main").focus()
    await page.keyboard.press("r")
    await expect(page.get_by_label("What should change?")).to_be_hidden()
    await page.get_by_role("button", name="Turn single keys on").click()
    await page.locator("#main").focus()
    await page.keyboard.press("r")
    await expect(page.get_by_label("What should change?")).to_be_focused()

    await page.goto(f"http://{live}/console/calendar?day=2026-11-20")
    await page.keyboard.press("ArrowRight")
    await expect(page.locator(".calendar-bar h2")).to_have_text("December 2026")
    await page.keyboard.press("ArrowLeft")
    await expect(page.locator(".calendar-bar h2")).to_have_text("November 2026")
    await page.evaluate("document.documentElement.dir = 'rtl'")
    await page.keyboard.press("ArrowLeft")
    await expect(page.locator(".calendar-bar h2")).to_have_text("December 2026")


async def test_signing_in_on_the_way_leads_back_to_what_a_program_asked(live: str, person: Person, page: Page) -> None:
    here = f"http://{live}"
    body = {"client_name": "A <b>program</b>", "redirect_uris": [f"{here}/healthz"]}
    made = (await person.client.post("/oauth/register", json=body)).json()
    asked = {
        "client_id": made["client_id"], "redirect_uri": f"{here}/healthz", "response_type": "code", "state": "s 1",
        "code_challenge": "c" * 43, "code_challenge_method": "S256",
    }  # fmt: skip
    await page.context.clear_cookies()
    await page.goto(f"{here}/oauth/authorize?{urlencode(asked)}")
    await page.get_by_role("link", name="Sign in").click()
    await page.get_by_label("Email").fill(person.email)
    await page.get_by_label("Password").fill(PASSWORD)
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading")).to_have_text("Let a program in?")
    await expect(page.locator("main")).to_contain_text("A <b>program</b> would read")
    for width in (375, 1440):
        await page.set_viewport_size({"width": width, "height": 800})
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert await page.evaluate("getComputedStyle(document.querySelector('button.primary')).minHeight") == "40px"
    await page.get_by_role("button", name="Let it in").click()
    await page.wait_for_url("**/healthz?*code=*")
    assert "state=s+1" in page.url
