"""A Slack workspace of the sandbox's, the app installed in it by OAuth, and the server it talks to, over real HTTP."""

import asyncio
import re
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from fastapi import FastAPI

from core.clock import ManualClock
from core.settings import Settings
from sandbox.authorisation import CLIENT_ID, CLIENT_SECRET
from sandbox.journal import Row
from sandbox.server import Sandbox
from sandbox.slack.delivery import SIGNING_SECRET, Told
from sandbox.slack.twin import SlackTwin
from server.auth.caller import COOKIE
from server.services import Services
from tests.server.conftest import Person

PATIENCE = 30.0


@pytest.fixture
async def sandbox(clock: ManualClock) -> AsyncGenerator[Sandbox]:
    async with Sandbox(clock=clock) as running:
        yield running


@pytest.fixture
def settings(tmp_path: Path, sandbox: Sandbox) -> Settings:
    given = {"data_dir": tmp_path, "secret_key": "k" * 40, "registration": "open", "openai_api_key": "", "port": 0}
    slack = {
        "slack_client_id": CLIENT_ID,
        "slack_client_secret": CLIENT_SECRET,
        "slack_signing_secret": SIGNING_SECRET,
        "platform_addresses": sandbox.addresses(),
    }
    return Settings.model_validate(given | slack)


@dataclass
class Workspace:
    """A workspace, the app in it, and hands to use both."""

    twin: SlackTwin
    services: Services
    app: FastAPI
    team: Row
    ada: Row
    bob: Row
    general: Row
    url: str = ""
    starts: list[Services] = field(default_factory=list[Services])

    @property
    def bot(self) -> str:
        found = self.twin.spaces.bot_of(self.team["id"])
        assert found
        return str(found["bot_user_id"])

    def direct(self, user: Row) -> str:
        return str(self.twin.spaces.direct(self.team["id"], user["id"])["id"])

    async def mention(self, text: str, user: Row | None = None, thread_ts: str | None = None) -> Told:
        said = f"<@{self.bot}> {text}"
        return await self.twin.people.say(self.general["id"], (user or self.ada)["id"], said, thread_ts=thread_ts)

    async def write(self, text: str, user: Row | None = None, thread_ts: str | None = None) -> Told:
        who = user or self.ada
        return await self.twin.people.say(self.direct(who), who["id"], text, thread_ts=thread_ts)

    def ours(self, channel: str | None = None) -> list[Row]:
        """What the app has said in a channel, oldest first."""
        return [
            row
            for row in self.twin.spaces.messages(channel or self.general["id"])
            if row["user"] == self.bot and row["text"] != "New chat"
        ]

    def privately(self, user: Row) -> list[Row]:
        return [row for row in self.twin.spaces.rows("ephemerals").values() if row["user"] == user["id"]]

    async def until(self, holds: Callable[[], Any], what: str = "") -> Any:
        """Wait until something holds, and return it."""
        for _ in range(int(PATIENCE / 0.05)):
            if found := holds():
                return found
            await asyncio.sleep(0.05)
        raise AssertionError(what or f"never came; Slack has {[row['text'][:80] for row in self.twin.published()]}")

    async def quiet(self) -> None:
        """Wait until everything that came in is worked off and told."""
        for _ in range(int(PATIENCE / 0.1)):
            slack = self.services.slack
            arrivals = await slack.ground.store.arrivals()
            if not arrivals and not slack.newsroom.busy:
                return
            await asyncio.sleep(0.1)
        raise AssertionError("never quiet")

    async def link(self, user: Row, person: Person) -> httpx.Response:
        """Follow the link a Slack user was shown last, as somebody who is logged in."""
        shown = [*self.privately(user), *self.ours(self.direct(user))]
        found = re.findall(r'"url":\s*"([^"]+/slack/link/[^"]+)"', repr(shown).replace("'", '"'))
        path = urlsplit(str(found[-1])).path
        async with browser(self.app, person) as client:
            return await client.post(path, headers={"Origin": "http://server.test"})


@asynccontextmanager
async def browser(app: FastAPI, person: Person) -> AsyncGenerator[httpx.AsyncClient]:
    """The browser of somebody who is logged in."""
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(
        transport=transport, base_url="http://server.test", cookies={COOKIE: person.token}
    ) as client:
        yield client


async def install(app: FastAPI, person: Person) -> httpx.Response:
    """Install the app by OAuth: to Slack and back, in one browser."""
    async with browser(app, person) as client, httpx.AsyncClient() as outside:
        to_slack = await client.get("/slack/install")
        assert to_slack.status_code == 303, to_slack.text
        back = await outside.get(to_slack.headers["location"])
        place = urlsplit(back.headers["location"])
        return await client.get(f"{place.path}?{place.query}")


@pytest.fixture
async def workspace(
    sandbox: Sandbox, app: FastAPI, services: Services, live: str, person: Person
) -> AsyncGenerator[Workspace]:
    twin = sandbox.slack
    twin.delivery.retries = (0.05, 0.1, 0.2)
    spaces = twin.spaces
    team = spaces.add_team("Bakery")
    ada, bob = spaces.add_user(team["id"], "Ada"), spaces.add_user(team["id"], "Bob")
    twin.consents = {"team_id": team["id"], "user_id": ada["id"]}
    twin.delivery.request_url = f"http://{live}/slack/events"
    answer = await install(app, person)
    assert answer.status_code == 200, answer.text
    made = spaces.bot_of(team["id"])
    assert made
    general = spaces.add_channel(team["id"], "general", members=[ada["id"], bob["id"], made["bot_user_id"]])
    await services.slack.start()
    yield Workspace(twin, services, app, team, ada, bob, general, live)
    await services.slack.stop()
