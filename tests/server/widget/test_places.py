"""Where the widget stands on a page: in a corner or in an element, in either direction of text; and its pictures."""

import hashlib
import struct
import zlib
from collections.abc import AsyncGenerator
from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp import web
from playwright.async_api import BrowserContext, Locator, expect

from core.ids import new_id
from core.scope import Scope
from core.settings import Settings
from db.approval_requests import APPROVAL_REQUESTS, ApprovalRequest
from db.conversations import CONVERSATIONS, Conversation
from server.services import Services
from tests.server.conftest import Person
from tests.server.widget.conftest import PAGE, Shop
from tests.server.widget.test_in_a_page import PATIENCE, answered, fits, opened

INSIDE = PAGE.replace('lang="en"', 'lang="ar" dir="rtl"').replace("</main>", '</main><div id="chat"></div>')


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    given = {"data_dir": tmp_path, "secret_key": "k" * 40, "registration": "open", "openai_api_key": "", "port": 0}
    return Settings.model_validate(given | {"allow_private_addresses": True})


def png(width: int, height: int) -> bytes:
    """Return a white picture."""

    def part(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = zlib.compress((b"\0" + b"\xff" * width) * height)
    return b"\x89PNG\r\n\x1a\n" + part(b"IHDR", head) + part(b"IDAT", rows) + part(b"IEND", b"")


@pytest.fixture
async def pictures() -> AsyncGenerator[str]:
    async def answer(_: web.Request) -> web.Response:
        return web.Response(body=png(30, 20), content_type="image/png")

    app = web.Application()
    app.router.add_get("/{name}", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


async def left_of(part: Locator) -> float:
    box = await part.bounding_box()
    assert box
    return box["x"]


async def test_in_the_corner_that_is_asked_for_a_card_draws_exactly_the_picture_that_was_approved(
    shop: Shop, context: BrowserContext, person: Person, services: Services, pictures: str
) -> None:
    scope = Scope(person.user_id, person.user_id, "user", "web")
    talk = Conversation(conversation_id=new_id("cnv"), title="Pictures")
    await services.repository(CONVERSATIONS, scope).insert(talk)
    right = hashlib.sha256(png(30, 20)).hexdigest()
    media = [
        {"url": f"{pictures}/{name}.png", "content_type": "image/png", "sha256": digest}
        for name, digest in (("same", right), ("changed", "0" * 64))
    ]
    request = ApprovalRequest(
        request_id=new_id("apr"),
        conversation_id=talk.conversation_id,
        request_type="publish",
        content={"posts": [{"platform": "instagram", "text": "Bread", "media": media}]},
        payload_hash="0",
        requested_by="publisher",
        expires_at=services.clock.now() + timedelta(days=1),
    )
    await services.repository(APPROVAL_REQUESTS, scope).insert(request)
    token = shop.user_token(email=person.email, team=True)
    shop.more = f'data-position="left" data-conversation="{talk.conversation_id}" data-user-token="{token}"'
    page = await shop.visit(context)
    await page.set_viewport_size({"width": 1440, "height": 800})
    launcher = page.get_by_role("button", name="Open the chat")
    assert await left_of(launcher) < 100
    await launcher.click()
    assert await left_of(page.locator(".panel")) < 100
    drawn = page.locator(".card canvas")
    await expect(drawn).to_have_count(1, timeout=PATIENCE)
    assert await drawn.evaluate("drawn => [drawn.width, drawn.height]") == [30, 20]
    assert await drawn.get_attribute("aria-label") == "same.png (image/png)"
    await expect(page.locator(".card .file .warning")).not_to_be_empty(timeout=PATIENCE)
    assert shop.trouble == []


async def test_inside_an_element_of_a_page_that_reads_from_right_to_left(shop: Shop, context: BrowserContext) -> None:
    shop.page, shop.more = INSIDE, 'data-target="#chat"'
    page = await shop.visit(context)
    await page.set_viewport_size({"width": 1440, "height": 800})
    await expect(page.locator("#chat .welcome")).to_be_visible(timeout=PATIENCE)
    assert await page.locator(".launcher").count() == 0
    direction = "panel => getComputedStyle(panel).direction"
    assert await page.locator(".panel").evaluate(direction) == "rtl"
    conversations = page.locator(".history")
    await expect(conversations).to_be_visible()
    assert await left_of(conversations) > await left_of(page.locator(".stream"))
    field = page.locator(".composer textarea")
    await field.fill("What can you do?")
    await field.press("Enter")
    await answered(page, "What can you do?")
    await expect(conversations.locator("li")).to_have_count(1)
    await page.set_viewport_size({"width": 375, "height": 800})
    await expect(conversations).to_be_hidden()
    assert await fits(page)
    await page.locator(".top .past").click()
    await expect(conversations.locator("li")).to_have_count(1)
    assert shop.trouble == []


async def test_a_page_that_reads_from_right_to_left_has_it_on_the_left(shop: Shop, context: BrowserContext) -> None:
    shop.page = PAGE.replace('lang="en"', 'lang="en" dir="rtl"')
    page = await opened(shop, context)
    assert await left_of(page.locator(".panel")) < 100
    assert await page.locator(".panel").evaluate("panel => getComputedStyle(panel).direction") == "ltr"
