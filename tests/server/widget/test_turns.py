"""Turns as the widget shows them: growing in one bubble, stopped, tried again, copied; and work that goes on alone."""

from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import BrowserContext, expect

from agents.turns.notice import Notice
from agents.turns.notices import Notices
from core.campaign_progress import CampaignProgress
from core.ids import new_id
from core.scope import Scope
from core.settings import Settings
from sandbox.model_server import Call, ModelServer, Refuse, Request, Say, Step
from server.services import Services
from tests.server.conftest import Person
from tests.server.widget.conftest import Shop
from tests.server.widget.test_in_a_page import PATIENCE, answered, opened, reopened

SLOW = " ".join([*(f"word{number}" for number in range(4000)), "done."])
QUICK = "Here is **one** answer."


class Team:
    """Decides what the model answers: slowly to a slow question, not at all to one that fails at first."""

    def __init__(self) -> None:
        self.failing = True

    def decide(self, request: Request) -> Step:
        if any(tool["function"]["name"] == "route" for tool in request.get("tools", [])):
            return Call((("route", '{"agents": ["strategist"], "reason": "by rule"}'),))
        last = str(next(message["content"] for message in reversed(request["messages"]) if message["role"] == "user"))
        if "slow" in last:
            return Say(SLOW, pause=0.02)
        return Refuse(401, "no key") if "fails" in last and self.failing else Say(QUICK)


@pytest.fixture
def team() -> Team:
    return Team()


@pytest.fixture
async def model(team: Team) -> AsyncGenerator[ModelServer]:
    async with ModelServer(team.decide) as server:
        yield server


@pytest.fixture
def settings(tmp_path: Path, model: ModelServer) -> Settings:
    given = {"data_dir": tmp_path, "secret_key": "k" * 40, "registration": "open", "port": 0}
    told = {"openai_api_key": "sk-test", "openai_base_url": model.url, "model_retries": 0}
    return Settings.model_validate(given | told)


async def test_an_answer_grows_in_one_bubble_and_can_be_stopped_tried_again_and_copied(
    shop: Shop, context: BrowserContext, team: Team
) -> None:
    await context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = await opened(shop, context)
    field = page.get_by_label("Your message")
    await field.fill("a slow question about our bakery")
    await field.press("Enter")
    answer = page.locator(".bubble.assistant .body")
    await expect(answer).to_contain_text("word3", timeout=PATIENCE)
    await expect(page.locator(".at-work")).to_contain_text("Strategist is writing")
    early = len(await answer.inner_text())
    await expect(answer).to_contain_text("word30", timeout=PATIENCE)
    assert len(await answer.inner_text()) > early
    assert await page.locator(".bubble.assistant").count() == 1

    await reopened(page)
    await expect(answer).to_contain_text("word40", timeout=PATIENCE)
    await expect(page.locator(".at-work")).to_contain_text("Strategist is")
    await page.get_by_role("button", name="Stop").click()
    await expect(page.locator(".bubble.assistant .state")).to_have_text(
        "Stopped here at your request.", timeout=PATIENCE
    )
    await expect(page.locator(".at-work")).to_be_hidden()
    await expect(answer).not_to_contain_text("done.")
    await reopened(page)
    await expect(page.locator(".bubble.assistant .state")).to_have_text("Stopped here at your request.")
    await page.locator(".bubble.assistant").get_by_role("button", name="Try again").click()
    await expect(page.locator(".bubble.user")).to_have_count(2)
    await expect(answer).to_have_count(2, timeout=PATIENCE)
    await expect(answer.last).to_contain_text("word3", timeout=PATIENCE)
    await page.get_by_role("button", name="Stop").click()
    await answered(page, "a slow question")

    await field.fill("one that fails at first")
    await field.press("Enter")
    trouble = page.locator(".trouble")
    await expect(trouble).to_be_visible(timeout=PATIENCE)
    why = await trouble.locator("span").inner_text()
    await reopened(page)
    await expect(trouble.locator("span")).to_have_text(why)
    team.failing = False
    await trouble.get_by_role("button", name="Try again").click()
    await answered(page, "one that fails at first")
    await expect(trouble).to_have_count(0)
    await expect(answer.last.locator("strong")).to_have_text("one")
    await expect(page.locator(".bubble.user")).to_have_count(3)
    await page.locator(".bubble.assistant").last.get_by_role("button", name="Copy").click()
    await expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert await page.evaluate("navigator.clipboard.readText()") == QUICK
    await expect(page.locator("[role=log]")).to_contain_text("Here is **one** answer.")
    assert shop.trouble == []


async def test_work_that_goes_on_by_itself_tells_how_far_it_is(
    shop: Shop, context: BrowserContext, person: Person, services: Services
) -> None:
    shop.more = f'data-user-token="{shop.user_token(email=person.email, team=True)}"'
    page = await opened(shop, context)
    await page.get_by_label("Your message").fill("Hello about our bakery")
    await page.keyboard.press("Enter")
    await answered(page, "Hello about our bakery")
    talk = (await person.client.get("/api/v1/conversations")).json()["items"][0]["conversation_id"]
    scope, campaign = Scope(person.user_id, person.user_id, "user"), new_id("cmp")
    done = {"task_id": "t1", "of": 8}
    told: tuple[tuple[str, str, dict[str, Any]], ...] = (
        ("started", "The campaign runs", {}),
        ("task_done", "Done: the texts", done),
    )
    for kind, message, details in told:
        progress = CampaignProgress(campaign, kind, message, details)
        await Notices(services.turns).tell(scope, talk, Notice(new_id("ntc"), "publisher", (progress,)))
    shown = page.get_by_role("region", name="Progress")
    await expect(shown).to_contain_text("Done: the texts", timeout=PATIENCE)
    await expect(shown.locator("progress")).to_have_js_property("value", 1)
    await shown.get_by_text("What happened before").click()
    await expect(shown.locator("li")).to_have_text("The campaign runs")
    assert shop.trouble == []
