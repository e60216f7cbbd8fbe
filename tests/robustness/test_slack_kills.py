"""The server killed after it has acknowledged what Slack told it: every message is answered in Slack, and once.

Also with two servers on one database, and killed in the middle of an answer and of an upload.
"""

import asyncio
import base64
import json
import random
import re
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from bench.product import Product
from core.clock import SystemClock
from core.ids import new_id
from core.scope import Scope
from db.charts import CHARTS, Chart
from db.client import Database
from db.repository import Repository
from db.slack_store import SlackStore
from sandbox.authorisation import CLIENT_ID, CLIENT_SECRET
from sandbox.faults import Fault
from sandbox.journal import Row
from sandbox.model_server import Call, ModelServer, Request, Say, Step
from sandbox.planning_model import CHAT, WRITE, answer, reply
from sandbox.server import Sandbox
from sandbox.slack.delivery import SIGNING_SECRET
from sandbox.slack.twin import SlackTwin
from server.auth.caller import COOKIE
from tests.conftest import ENCRYPTION_KEY

KILLS = 5
LONGEST_WAIT = 3.0
PATIENCE_SECONDS = 120.0


CHART = "Draw me a chart of clicks by day."
SCHEDULE = "Schedule the Instagram post."
PNG = base64.b64encode(b"\x89PNG\r\n\x1a\n" + b"0" * 200).decode()


def reaching(twin: SlackTwin) -> dict[str, str]:
    """Return the settings by which a server finds a sandbox's Slack."""
    return {
        "MM_PLATFORM_ADDRESSES": json.dumps({"slack": twin.url}),
        "SLACK_CLIENT_ID": CLIENT_ID,
        "SLACK_CLIENT_SECRET": CLIENT_SECRET,
        "SLACK_SIGNING_SECRET": SIGNING_SECRET,
    }


async def installed(product: Product, twin_url: str) -> None:
    """Install the app, as the local owner does it in a browser."""
    async with httpx.AsyncClient(base_url=product.address, cookies={COOKIE: product.token}) as client:
        to_slack = await client.get("/slack/install")
        async with httpx.AsyncClient() as outside:
            back = await outside.get(to_slack.headers["location"])
        assert to_slack.headers["location"].startswith(twin_url)
        place = urlsplit(back.headers["location"])
        answered = await client.get(f"{place.path}?{place.query}")
        assert answered.status_code == 200, answered.text


@pytest.mark.alone
async def test_what_was_acknowledged_is_answered_once_however_often_the_server_dies(tmp_path: Path) -> None:
    rolled = random.Random(7)
    async with Sandbox() as sandbox, ModelServer(lambda asked: reply(asked, 0.03)) as model:
        twin = sandbox.slack
        twin.delivery.retries = (0.2, 0.5, 1.0)
        product = Product(tmp_path / "data", model.url, reaching(twin))
        team = twin.spaces.add_team("Bakery")
        ada = twin.spaces.add_user(team["id"], "Ada")
        twin.consents = {"team_id": team["id"], "user_id": ada["id"]}
        try:
            await product.launch()
            await product.ready()
            await installed(product, twin.url)
            bot = twin.spaces.bot_of(team["id"])
            assert bot
            general = twin.spaces.add_channel(team["id"], "general", members=[ada["id"], bot["bot_user_id"]])
            threads: list[str] = []
            for number in range(KILLS):
                twin.delivery.request_url = f"{product.address}/slack/events"
                thread = threads[-1] if number % 2 else None
                told = await twin.people.say(
                    general["id"], ada["id"], f"<@{bot['bot_user_id']}> {CHAT}", thread_ts=thread
                )
                assert told.acknowledged
                threads.append(thread or told.payload["event"]["ts"])
                await asyncio.sleep(rolled.uniform(0, LONGEST_WAIT))
                await product.kill()
                await product.launch()
                await product.ready()

            def ours() -> list[Row]:
                return [row for row in twin.spaces.messages(general["id"]) if row["user"] == bot["bot_user_id"]]

            async with asyncio.timeout(PATIENCE_SECONDS):
                while (
                    len([row for row in ours() if row["text"].endswith("Done.") and not row.get("streaming")]) < KILLS
                ):
                    await asyncio.sleep(0.2)
            await asyncio.sleep(3)
            assert [row["text"] for row in ours()] == [answer(CHAT)] * KILLS
            said = {row["thread_ts"]: 0 for row in ours()}
            for row in ours():
                said[row["thread_ts"]] += 1
            assert said == {thread: threads.count(thread) for thread in threads}
        finally:
            await product.kill()
            product.kill_database()
        assert await product.orphans() == []


class Model:
    """A model that takes its time for words, shows a chart, and schedules what was written."""

    def __init__(self, chart_id: str) -> None:
        self._chart_id = chart_id

    def __call__(self, request: Request) -> Step:
        messages = request["messages"]
        asked = max(index for index, message in enumerate(messages) if message["role"] == "user")
        text = str(messages[asked]["content"])
        routes = any(tool["function"]["name"] == "route" for tool in request.get("tools", ()))
        if text == CHART and not routes:
            return Say(f"Here it is:\n\n![Clicks](/api/v1/charts/{self._chart_id}.svg)")
        if text != SCHEDULE:
            return reply(request, 0.1)
        if routes:
            return Call((("route", json.dumps({"agents": ["publisher"], "reason": "by rule"})),))
        results = [str(message["content"]) for message in messages[asked + 1 :] if message["role"] == "tool"]
        if not results:
            return Call((("list_drafts", json.dumps({"platform": "instagram"})),))
        if len(results) > 1:
            return Say("Nothing goes out before you approve it.")
        found = re.findall(r"cnt_[0-9a-f]{32}", results[0])
        at = (SystemClock().now() + timedelta(days=2)).strftime("%Y-%m-%dT09:00")
        return Call((("schedule_posts", json.dumps({"items": [{"content_id": found[0], "publish_at": at}]})),))


class Channel:
    """One channel of a workspace, with Ada in it and the app."""

    def __init__(self, twin: SlackTwin) -> None:
        self.twin = twin
        self.team = twin.spaces.add_team("Bakery")
        self.ada = twin.spaces.add_user(self.team["id"], "Ada")
        twin.consents = {"team_id": self.team["id"], "user_id": self.ada["id"]}

    def open(self) -> None:
        """Make the channel, once the app is in the workspace."""
        bot = self.twin.spaces.bot_of(self.team["id"])
        assert bot
        self.bot = str(bot["bot_user_id"])
        self.id = str(
            self.twin.spaces.add_channel(self.team["id"], "general", members=[self.ada["id"], self.bot])["id"]
        )

    async def said(self, product: Product, words: str, thread: str | None = None) -> str:
        """Mention the app, which is reached in one of its servers; return the thread."""
        self.twin.delivery.request_url = f"{product.address}/slack/events"
        told = await self.twin.people.say(self.id, self.ada["id"], f"<@{self.bot}> {words}", thread_ts=thread)
        assert told.acknowledged
        return thread or str(told.payload["event"]["ts"])

    def answers(self, thread: str) -> list[Row]:
        rows = self.twin.spaces.messages(self.id, thread)
        return [row for row in rows if row["user"] == self.bot]

    async def until(self, holds: Callable[[], Any]) -> Any:
        """Wait until something holds, and return it."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not (found := holds()):
                await asyncio.sleep(0.05)
            return found


async def restarted(product: Product) -> None:
    await product.kill()
    await product.launch()
    await product.ready()


@pytest.mark.alone
async def test_two_servers_tell_a_thread_once_and_what_one_breaks_off_stands_there_once(
    mongo_uri: str, database: Database, tmp_path: Path
) -> None:
    chart_id = new_id("cht")
    async with Sandbox() as sandbox, ModelServer(Model(chart_id)) as model:
        twin = sandbox.slack
        shared = {
            "MONGODB_URI": mongo_uri,
            "MM_MONGODB_DATABASE": database.name,
            "MM_SECRET_KEY": "k" * 40,
            "MM_ENCRYPTION_KEYS": ENCRYPTION_KEY,
        }
        one, other = (Product(tmp_path / name, model.url, shared | reaching(twin)) for name in ("one", "other"))
        channel = Channel(twin)
        try:
            for product in (one, other):
                await product.launch()
                await product.ready()
            await installed(one, twin.url)
            channel.open()

            await retried_at_the_other(channel, one, other)
            await decided_at_the_other(channel, one, other)
            await killed_in_an_answer(channel, one)
            await drawn(database, channel.team["id"], chart_id)
            await killed_in_an_upload(channel, one)
        finally:
            for product in (one, other):
                await product.kill()


async def retried_at_the_other(channel: Channel, one: Product, other: Product) -> None:
    """Slack tells one server of a message, and the other of the same while the first answers."""
    thread = await channel.said(one, CHAT)
    told = channel.twin.delivery.log[-1]
    channel.twin.delivery.request_url = f"{other.address}/slack/events"
    assert await channel.twin.delivery.again(told) == 200
    await channel.until(lambda: any(row["text"] == answer(CHAT) for row in channel.answers(thread)))
    assert await channel.twin.delivery.again(told) == 200
    # What comes after it is told after it: a second answer would stand between the two.
    await channel.said(other, "And then?", thread)
    await channel.until(lambda: channel.answers(thread)[-1]["text"] == answer("And then?"))
    assert [row["text"] for row in channel.answers(thread)] == [answer(CHAT), answer("And then?")]


async def decided_at_the_other(channel: Channel, one: Product, other: Product) -> None:
    """A request that was told through one server changes in its place when it is decided through the other."""
    thread = await channel.said(one, WRITE)
    await channel.until(lambda: any(row["text"] == answer(WRITE) for row in channel.answers(thread)))
    await channel.said(one, SCHEDULE, thread)

    def cards() -> list[Row]:
        keys = {row["ts"]: str(row.get("metadata", {}).get("event_payload", {})) for row in channel.answers(thread)}
        return [row for row in channel.answers(thread) if "card " in keys[row["ts"]]]

    (before,) = await channel.until(cards)
    headers = {"Authorization": f"Bearer {other.token}"}
    async with httpx.AsyncClient(base_url=other.address, headers=headers, timeout=60) as client:
        (asked,) = (await client.get("/api/v1/approvals?status=pending")).json()["items"]
        decision = {"decision": "approve", "payload_hash": asked["payload_hash"]}
        decided = await client.post(f"/api/v1/approvals/{asked['approval_id']}/decision", json=decision)
        assert decided.json()["status"] == "approved"
    await channel.until(lambda: "*Approved*" in cards()[0]["text"])
    (after,) = cards()
    assert (after["ts"], after["edited"]) == (before["ts"], True)
    assert "actions" not in [block["type"] for block in after["blocks"]]


async def killed_in_an_answer(channel: Channel, product: Product) -> None:
    """What had grown of an answer becomes the whole one, in its place."""
    thread = ""
    growing: Row = {}
    while not growing.get("streaming"):  # one that was whole before anybody looked has nothing to break off
        thread = await channel.said(product, CHAT)
        growing = (await channel.until(partial(channel.answers, thread)))[0]
    place = growing["ts"]
    await restarted(product)
    await channel.until(lambda: not channel.answers(thread)[0].get("streaming"))
    await channel.until(lambda: channel.answers(thread)[0]["text"] == answer(CHAT))
    assert [(row["ts"], row["text"], row["streaming"]) for row in channel.answers(thread)] == [
        (place, answer(CHAT), False)
    ]


async def killed_in_an_upload(channel: Channel, product: Product) -> None:
    """A picture that was taken, and the answer to it was not heard, stands there once."""
    channel.twin.faults.add(Fault(path="/api/files.completeUploadExternal", late=5.0))
    thread = await channel.said(product, CHART)
    await channel.until(lambda: not channel.twin.faults)
    await restarted(product)
    await channel.until(lambda: any(row.get("files") for row in channel.answers(thread)))
    await channel.said(product, "And then?", thread)
    await channel.until(lambda: channel.answers(thread)[-1]["text"] == answer("And then?"))
    words, picture, _ = channel.answers(thread)
    assert words["text"].startswith("Here it is:")
    assert len(picture["files"]) == 1


async def drawn(database: Database, team_id: str, chart_id: str) -> None:
    """Store the chart the model shows, in the account that a workspace belongs to."""
    installation = await SlackStore(database).installation(team_id)
    assert installation
    owner = installation.user_id
    made = {"title": "Clicks by day", "kind": "line", "metric": "clicks", "group_by": "day"}
    chart = Chart.model_validate({"chart_id": chart_id, "spec": "{}", "svg": "<svg/>", "png": PNG, **made})
    await Repository(database, CHARTS, Scope(owner, owner, "user", "slack")).insert(chart)
