"""One conversation: begun in the widget, continued in Slack, approved by voice, watched in the console, in one log.

The widget stands on a page of another origin in one browser, the console is open in a second one.
"""

import asyncio
import json
import re
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Locator, Page, expect
from playwright.async_api import Response as WebResponse
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from core.clock import ManualClock
from core.settings import Settings
from sandbox.authorisation import CLIENT_ID, CLIENT_SECRET
from sandbox.journal import Row
from sandbox.server import Sandbox
from sandbox.slack.delivery import SIGNING_SECRET
from sandbox.telephony import ACCOUNT, TOKEN, PickUp, Saying
from server.auth.caller import COOKIE
from tests.server.conftest import PASSWORD, Person
from tests.server.slack.conftest import Workspace, sandbox, workspace
from tests.server.widget.conftest import Shop, browser, shop
from tests.server.widget.test_in_a_page import opened

__all__ = ["browser", "sandbox", "shop", "workspace"]

PUBLIC = "https://minds.example"
BRIEF = "Our second bakery opens in Leeds on 3 December, 200 visitors, local families, £1,500, Instagram and email"
PLAN, ASK, AFTER = "Now plan it and write the posts", "schedule the instagram post for 1 December", "What can you do?"
PATIENCE = 60_000
REFRESH = 21_000


class GoingClock(ManualClock):
    """A clock that shows another moment at each look, as a real one does: what was said has an order."""

    def now(self) -> datetime:
        """Return the time, a millisecond later than before."""
        self.advance(timedelta(milliseconds=1))
        return super().now()


@pytest.fixture
def clock() -> ManualClock:
    return GoingClock(datetime(2026, 11, 20, 9, 30, tzinfo=UTC))


@pytest.fixture
def settings(tmp_path: Path, sandbox: Sandbox) -> Settings:
    given = {"data_dir": tmp_path, "secret_key": "k" * 40, "registration": "open", "openai_api_key": "", "port": 0}
    surfaces = {
        "public_url": PUBLIC,
        "slack_client_id": CLIENT_ID,
        "slack_client_secret": CLIENT_SECRET,
        "slack_signing_secret": SIGNING_SECRET,
        "twilio_account_sid": ACCOUNT,
        "twilio_auth_token": TOKEN,
        "twilio_phone_number": "+441134960000",
        "platform_addresses": sandbox.addresses(),
    }
    return Settings.model_validate(given | surfaces)


async def watch(live: str, token: str, conversation_id: str, seen: list[dict[str, Any]]) -> None:
    """Follow a conversation's log, cut off now and then, going on after the last number."""
    with suppress(asyncio.CancelledError):
        while True:
            after = seen[-1]["seq"] if seen else 0
            address = f"ws://{live}/api/v1/conversations/{conversation_id}/ws?after={after}"
            async with connect(address, additional_headers={"Authorization": f"Bearer {token}"}) as socket:
                with suppress(ConnectionClosed):
                    for _ in range(25):
                        frame = json.loads(await socket.recv())
                        if "seq" in frame:
                            seen.append(frame)


def over(seen: list[dict[str, Any]], runs: int) -> bool:
    """Whether so many runs have ended, waiting for a decision or not."""
    return [frame["event"]["type"] for frame in seen].count("RUN_FINISHED") == runs


def begun(answer: WebResponse) -> bool:
    """Whether this is the answer to beginning a conversation in the widget."""
    return answer.request.method == "POST" and answer.url.endswith("/widget/conversations")


async def continued(workspace: Workspace, conversation_id: str) -> Row:
    """Go on with a conversation in Ada's direct messages; return the first message of its thread."""
    people, direct = workspace.twin.people, workspace.direct(workspace.ada)
    await people.command(workspace.general["id"], workspace.ada["id"], "continue")
    offer = await workspace.until(
        lambda: next((one for one in workspace.privately(workspace.ada) if one.get("blocks")), None)
    )
    mine = (block["accessory"] for block in offer["blocks"] if "accessory" in block)
    button = next(one for one in mine if one["value"] == conversation_id)
    await people.pressed(workspace.general["id"], workspace.twin.spaces.new_ts(), workspace.ada["id"], button)
    found = await workspace.until(
        lambda: next((o for o in workspace.ours(direct) if "goes on here" in o["text"]), None)
    )
    return dict(found)


async def in_step(inbox: Page, shown: Locator, count: int) -> None:
    """Wait until the inbox shows so many of something, letting the time go by in which it looks again by itself."""
    for _ in range(100):
        if await shown.count() == count:
            return
        await inbox.clock.fast_forward(REFRESH)
        await asyncio.sleep(0.2)
    raise AssertionError(await inbox.locator("main").inner_text())


async def by_phone(page: Page, sandbox: Sandbox) -> None:
    """Have the request on this page read out on the phone; first a bare yes, then the digits that are shown."""
    await page.get_by_text("Have it read to you").click()
    await page.get_by_label("Your number").fill("+44 113 496 0123")
    await page.get_by_role("button", name="Show me the digits").click()
    words = await page.get_by_label("What to say").inner_text()
    script = [Saying(speech="yes"), Saying(speech=words)]
    await sandbox.telephone.pick_up(PickUp(sid=list(sandbox.telephone.calls)[-1], script=script))


def card_of(workspace: Workspace, channel: str, words: str = "") -> Row | None:
    """Return the message of the one request in a channel, once it says something."""
    cards = [row for row in workspace.ours(channel) if key_of(row).startswith("card ")]
    assert len(cards) < 2
    return next((card for card in cards if words in card["text"]), None)


def key_of(message: Row) -> str:
    return str(message.get("metadata", {}).get("event_payload", {}).get("key", ""))


def told_in(workspace: Workspace, channel: str, root: Row) -> list[str]:
    """Return which of our messages a thread holds, in order; every part of them and every card is there once."""
    keys = [key_of(row) for row in workspace.ours(channel) if row.get("thread_ts") == root["ts"] and row is not root]
    keys = [key for key in keys if key]
    assert len(keys) == len(set(keys))
    return list(dict.fromkeys(key.split()[0] for key in keys if not key.startswith("card ")))


def letters(text: str) -> str:
    """Return what is left of a text, whatever marks its form is made with."""
    return re.sub(r"[\W_]+", "", text)


async def holds(places: Locator, wanted: list[str]) -> None:
    """Wait until a page shows exactly these texts, each once and in this order."""
    shown: list[str] = []
    for _ in range(300):
        shown = [letters(text) for text in await places.all_inner_texts()]
        if shown == wanted:
            return
        await asyncio.sleep(0.1)
    assert shown == wanted


async def test_one_conversation_across_surfaces_is_one_log(
    workspace: Workspace, sandbox: Sandbox, shop: Shop, browser: Browser, person: Person, live: str
) -> None:
    sandbox.telephone.reach = (PUBLIC, f"http://{live}")
    shop.more = f'data-user-token="{shop.user_token(email=person.email, team=True)}"'
    visitor, desk = await browser.new_context(), await browser.new_context()
    await desk.add_cookies([{"name": COOKIE, "value": person.token, "url": f"http://{live}"}])
    seen: list[dict[str, Any]] = []

    # Begun in the widget, watched in the console from then on.
    expect.set_options(timeout=PATIENCE)
    widget = await opened(shop, visitor)
    async with widget.expect_response(begun) as made:
        await widget.get_by_label("Your message").fill(BRIEF)
        await widget.keyboard.press("Enter")
    here = (await (await made.value).json())["conversation_id"]
    watching = asyncio.create_task(watch(live, person.token, here, seen))
    console, inbox = await desk.new_page(), await desk.new_page()
    await inbox.clock.install()
    await inbox.goto(f"http://{live}/console/approvals")
    await expect(inbox.locator("#inbox")).to_contain_text("Nothing waits for you")
    await console.goto(f"http://{live}/console/conversations/{here}")
    for page in (console, inbox):
        await page.evaluate("window.here = 'the same page'")
    await workspace.until(partial(over, seen, 1))
    await expect(console.locator("#thread .message .body")).to_have_count(2)

    # Continued in Slack: the others see it as it is said.
    direct, root = workspace.direct(workspace.ada), await continued(workspace, here)
    for number, said in enumerate((PLAN, ASK), 2):
        await workspace.write(said, thread_ts=root["ts"])
        await workspace.until(partial(over, seen, number))
        await expect(widget.locator(".bubble.user .body").last).to_have_text(said)
        await expect(console.locator("#thread .message.user .body").last).to_have_text(said)

    # What it asks waits on every surface, in the same words.
    (asked,) = (await person.client.get("/api/v1/approvals?status=pending")).json()["items"]
    assert asked["conversation_id"] == here
    card = widget.get_by_role("region", name="Your decision is needed")
    await expect(card.get_by_role("button", name="Approve", exact=True)).to_be_visible()
    there = console.locator(".approval")
    await expect(there.get_by_role("button", name="Approve exactly this")).to_be_visible()
    waits = inbox.locator("#inbox .inbox li")
    await in_step(inbox, waits, 1)
    for place in (card, there, waits):
        await expect(place).to_contain_text(asked["summary"])
    message = await workspace.until(lambda: card_of(workspace, direct))
    assert asked["summary"] in message["text"]

    # Approved by voice, on a phone that the console has asked to ring.
    one = await desk.new_page()
    await one.goto(f"http://{live}/console/approvals/{asked['approval_id']}")
    await by_phone(one, sandbox)
    await expect(one.get_by_role("status").first).to_contain_text("Approved by a voice call")
    await workspace.until(partial(over, seen, 4))
    await expect(card).to_contain_text("Approved by a voice call")
    await expect(card.get_by_role("button", name="Approve", exact=True)).to_have_count(0)
    await expect(there).to_contain_text("Approved by a voice call")
    await in_step(inbox, waits, 0)
    changed = await workspace.until(lambda: card_of(workspace, direct, "*Approved* by a voice call"))
    assert (changed["ts"], changed.get("edited")) == (message["ts"], True)
    assert "actions" not in [block["type"] for block in changed["blocks"]]
    decided = (await person.client.get(f"/api/v1/approvals/{asked['approval_id']}")).json()
    assert (decided["status"], decided["decided_by"]) == ("approved", "voice_approval")
    (check,) = re.findall(r"vck_[0-9a-f]+", decided["notes"])
    kept = (await person.client.get(f"/api/v1/approvals/{asked['approval_id']}/voice-checks/{check}")).json()
    assert (kept["heard"][0]["speech"], kept["heard"][-1]["understood"]) == ("yes", "approve")

    # And on in the widget.
    await widget.get_by_label("Your message").fill(AFTER)
    await widget.keyboard.press("Enter")
    await workspace.until(partial(over, seen, 5))
    await expect(console.locator("#thread .message.user .body").last).to_have_text(AFTER)
    await expect(console.locator("#at-work")).to_be_hidden()
    watching.cancel()
    await watching

    # One ordered log, nothing lost, nothing twice, on every surface, as it was told and as it is read again.
    assert [frame["seq"] for frame in seen] == list(range(1, len(seen) + 1))
    stored = (await person.client.get(f"/api/v1/conversations/{here}/messages?limit=100")).json()["items"][::-1]
    mine = [each["content"] for each in stored if each["role"] == "user" and each["kind"] == "message"]
    assert mine == [BRIEF, PLAN, ASK, AFTER]
    answers = [each for each in stored if each["role"] == "assistant"]
    ended = [frame["event"]["messageId"] for frame in seen if frame["event"]["type"] == "TEXT_MESSAGE_END"]
    assert ended == [each["message_id"] for each in answers]
    await expect(console.locator("header.head")).to_contain_text(f"{len(stored)} messages")
    # The numbers of a list are its form on a page.
    written = [letters(re.sub(r"(?m)^\d+\. ", "", each["content"])) for each in answers]
    for page in (console, inbox):
        assert await page.evaluate("window.here") == "the same page"
    for _ in range(2):
        await holds(widget.locator(".bubble.user .body"), [letters(each) for each in mine])
        await holds(widget.locator(".bubble.assistant .body"), written)
        await holds(console.locator(".message.user .body"), [letters(each) for each in mine])
        await holds(console.locator(".message:not(.user) .body"), written)
        await asyncio.gather(widget.reload(), console.reload())
        await widget.get_by_role("button", name="Open the chat").click()
    since = stored.index(answers[0]) + 1
    elsewhere = [one for one in stored[since:] if one["role"] == "assistant" or one["content"] == AFTER]
    wanted = [one["message_id"] for one in elsewhere]
    await workspace.until(lambda: told_in(workspace, direct, root) == wanted, "not all is told in Slack")
    await workspace.quiet()
    assert told_in(workspace, direct, root) == wanted
    assert len((await person.client.get("/api/v1/posts")).json()["items"]) == 1
    assert shop.trouble == []
    await visitor.close()
    await desk.close()


async def test_who_opens_the_link_from_slack_presses_once_and_is_that_slack_user(
    workspace: Workspace, browser: Browser, member: Person, live: str
) -> None:
    """The form in a browser whose person still has to sign in: back to it, pressed, and then Slack answers."""
    await workspace.mention("How did our posts do last week?", workspace.bob)
    shown = await workspace.until(lambda: workspace.privately(workspace.bob))
    (path,) = re.findall(r"https://[^/'\"]+(/slack/link/[\w-]+)", repr(shown))
    place = f"http://{live}{path}"
    page = await browser.new_page()
    expect.set_options(timeout=PATIENCE)
    await page.goto(place)
    await page.get_by_role("link", name="Sign in").click()
    await page.get_by_label("Email").fill(member.email)
    await page.get_by_label("Password").fill(PASSWORD)
    await page.keyboard.press("Enter")
    await page.wait_for_url(place)
    for words in ("Bob", workspace.bob["id"], "Bakery", f"would act as {member.email}"):
        await expect(page.locator("main")).to_contain_text(words)
    await page.get_by_role("button", name="Yes, this is me").click()
    await expect(page.get_by_role("status")).to_contain_text("You are linked in Bakery")
    (link,) = (await member.client.get("/api/v1/slack/links?mine=true")).json()["items"]
    assert (link["slack_user_id"], link["actor_id"]) == (workspace.bob["id"], member.user_id)
    await page.goto(place)
    await expect(page.get_by_role("alert")).to_contain_text("used already")
    await workspace.mention("What can you do?", workspace.bob)
    await workspace.until(workspace.ours)
    await page.context.close()
