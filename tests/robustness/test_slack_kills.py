"""The server killed after it has acknowledged what Slack told it: every message is answered in Slack, and once."""

import asyncio
import json
import random
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from bench.product import Product
from sandbox.authorisation import CLIENT_ID, CLIENT_SECRET
from sandbox.journal import Row
from sandbox.model_server import ModelServer
from sandbox.planning_model import CHAT, answer, reply
from sandbox.server import Sandbox
from sandbox.slack.delivery import SIGNING_SECRET
from server.auth.caller import COOKIE

KILLS = 5
LONGEST_WAIT = 3.0
PATIENCE_SECONDS = 120.0


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
        settings = {
            "MM_PLATFORM_ADDRESSES": json.dumps({"slack": twin.url}),
            "SLACK_CLIENT_ID": CLIENT_ID,
            "SLACK_CLIENT_SECRET": CLIENT_SECRET,
            "SLACK_SIGNING_SECRET": SIGNING_SECRET,
        }
        product = Product(tmp_path / "data", model.url, settings)
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
