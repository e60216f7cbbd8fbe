"""What the team says reaches Slack whole, in order and once: streamed, split, paced, and after lost answers."""

import asyncio
import base64
from collections.abc import AsyncGenerator, Callable
from datetime import timedelta
from typing import Any

import pytest

from agents.turns.notice import Notice
from agents.turns.notices import Notices
from core.campaign_progress import CampaignProgress
from core.clock import ManualClock
from core.ids import new_id
from core.settings import Settings
from db.charts import CHARTS, Chart
from sandbox.faults import Fault
from sandbox.model_server import ModelServer, Refuse, Request, Say, Step
from sandbox.planning_model import CHAT, answer, reply
from server.services import Services
from server.slack.parts import SlackParts
from tests.server.conftest import Person
from tests.server.slack.conftest import Workspace
from tests.server.slack.test_conversing import conversations

LONG = "\n\n".join(f"## Part {number}\n\n" + f"**Word** & <more> {number} " * 40 for number in range(12))
PNG = base64.b64encode(b"\x89PNG\r\n\x1a\n" + b"0" * 200).decode()


def called(workspace: Workspace, method: str) -> int:
    return sum(name == method for name, _ in workspace.twin.api.calls)


async def passing(workspace: Workspace, clock: ManualClock, holds: Callable[[], Any]) -> Any:
    """Wait until something holds, while the clock goes on."""
    for _ in range(300):
        if found := holds():
            return found
        clock.advance(timedelta(seconds=1))
        await asyncio.sleep(0.1)
    raise AssertionError([row["text"][:80] for row in workspace.twin.published()])


class TestWithAModel:
    """With a model that takes its time."""

    @pytest.fixture
    async def model(self) -> AsyncGenerator[ModelServer]:
        self.says: dict[str, Step] = {}
        async with ModelServer(self.decide) as server:
            yield server

    @pytest.fixture
    def settings(self, settings: Settings, model: ModelServer) -> Settings:
        changes = {"openai_api_key": "key", "openai_base_url": model.url, "model_retries": 0}
        return Settings.model_validate(settings.model_dump() | changes)

    def decide(self, request: Request) -> Step:
        asked = [str(message["content"]) for message in request["messages"] if message["role"] == "user"][-1]
        offered = {tool["function"]["name"] for tool in request.get("tools", ())}
        return self.says[asked] if asked in self.says and "route" not in offered else reply(request, 0.08)

    async def test_an_answer_grows_while_it_is_written(self, workspace: Workspace) -> None:
        told = await workspace.mention(CHAT)
        assert (told.statuses, workspace.ours()) == ([200], []), "acknowledged before anything was said"
        growing = await workspace.until(workspace.ours)
        assert growing[0].get("streaming")
        assert len(growing[0]["text"]) < len(answer(CHAT))
        await workspace.until(lambda: workspace.ours()[0]["text"].endswith("Done."))
        await workspace.quiet()
        (whole,) = workspace.ours()
        assert (whole["text"], whole["streaming"]) == (answer(CHAT), False)
        assert called(workspace, "chat.startStream") == called(workspace, "chat.stopStream") == 1
        assert called(workspace, "chat.appendStream") >= 1

        await workspace.write(CHAT)
        direct = workspace.direct(workspace.ada)
        await workspace.until(lambda: any(one["text"].endswith("Done.") for one in workspace.ours(direct)))
        await workspace.quiet()
        assert [one["text"] for one in workspace.ours(direct)] == [answer(CHAT)]
        assert called(workspace, "chat.startStream") == 1, "only threads can stream"
        assert called(workspace, "chat.update") >= 3

    async def test_a_word_stops_an_answer_that_is_being_written(self, workspace: Workspace) -> None:
        told = await workspace.mention(CHAT)
        await workspace.until(workspace.ours)
        await workspace.mention("Stop.", thread_ts=told.payload["event"]["ts"])
        await workspace.until(lambda: any(one["text"] == "_Stopped._" for one in workspace.ours()))
        await workspace.quiet()
        part, _ = workspace.ours()
        assert not part["streaming"]
        assert answer(CHAT).startswith(part["text"])
        assert part["text"] != answer(CHAT)

    async def test_a_long_answer_comes_in_parts_and_an_error_in_words(self, workspace: Workspace) -> None:
        self.says = {"long": Say(LONG), "broken": Refuse(400, "no")}
        await workspace.mention("long")
        await workspace.until(lambda: "Part 11" in "".join(one["text"] for one in workspace.ours()))
        await workspace.quiet()
        parts = workspace.ours()
        assert len(parts) > 2
        assert all(len(one["text"]) <= 4_000 for one in parts)
        whole = "\n\n".join(one["text"] for one in parts)
        assert [whole.index(f"*Part {number}*") for number in range(12)] == sorted(
            whole.index(f"*Part {number}*") for number in range(12)
        )
        assert whole.count("*Word* &amp; &lt;more&gt;") == 12 * 40

        await workspace.mention("broken")
        await workspace.until(lambda: any(one["text"].startswith("⚠️") for one in workspace.ours()))

    async def test_a_chart_follows_as_a_picture(self, workspace: Workspace, services: Services, person: Person) -> None:
        scope = services.slack.ground.of_tenant(person.user_id)
        made = {"title": "Clicks by day", "kind": "line", "metric": "clicks", "unit": "clicks", "group_by": "day"}
        more: dict[str, Any] = {"definition": "", "basis": "", "spec": "{}", "svg": "<svg/>", "png": PNG, "points": []}
        chart = Chart.model_validate({"chart_id": new_id("cht"), **made, **more})
        await services.repository(CHARTS, scope).insert(chart)
        self.says = {"chart": Say(f"Here it is:\n\n![Clicks](/api/v1/charts/{chart.chart_id}.svg)")}
        told = await workspace.mention("chart")
        _, picture = await workspace.until(lambda: len(workspace.ours()) == 2 and workspace.ours())
        await workspace.quiet()
        (file,) = workspace.twin.spaces.rows("files").values()
        assert (picture["files"], picture["thread_ts"]) == ([file["id"]], told.payload["event"]["ts"])
        assert (file["title"], file["start"], file["done"]) == ("Clicks by day", b"\x89PNG\r\n\x1a\n".hex(), True)

    @pytest.mark.parametrize("method", ["chat.startStream", "chat.postMessage", "chat.update", "chat.stopStream"])
    async def test_a_lost_answer_of_slacks_is_looked_up_before_anything_is_sent_again(
        self, workspace: Workspace, clock: ManualClock, method: str
    ) -> None:
        if method == "chat.postMessage":
            self.says = {CHAT: Say(answer(CHAT))}
        workspace.twin.faults.add(Fault(path=f"/api/{method}", cut="after"))
        await workspace.mention(CHAT)
        await passing(workspace, clock, lambda: any(one["text"].endswith("Done.") for one in workspace.ours()))
        await passing(workspace, clock, lambda: not workspace.services.slack.newsroom.busy)
        assert [(one["text"], one.get("streaming", False)) for one in workspace.ours()] == [(answer(CHAT), False)]
        assert not workspace.twin.faults


async def test_slack_is_given_the_pause_it_asks_for(workspace: Workspace) -> None:
    refused: dict[str, Any] = {
        "status": 429,
        "headers": {"Retry-After": "1"},
        "body": '{"ok": false, "error": "ratelimited"}',
    }
    workspace.twin.faults.add(Fault(path="/api/chat.postMessage", times=2, **refused))
    await workspace.mention("Hi, our second bakery opens in Leeds on 3 December")
    await workspace.until(workspace.ours)
    await workspace.quiet()
    assert len(workspace.ours()) == 1
    assert called(workspace, "chat.postMessage") == 1


async def test_a_message_whose_form_is_refused_comes_without_it(workspace: Workspace) -> None:
    refused = '{"ok": false, "error": "invalid_blocks"}'
    workspace.twin.faults.add(Fault(path="/api/chat.postMessage", status=200, body=refused))
    await workspace.mention("Hi, our second bakery opens in Leeds on 3 December")
    (said,) = await workspace.until(workspace.ours)
    assert "Leeds" in said["text"]
    assert "blocks" not in said


async def test_what_the_house_says_by_itself_is_told_also_after_a_restart(
    workspace: Workspace, services: Services, person: Person
) -> None:
    await workspace.mention("Hi, our second bakery opens in Leeds on 3 December")
    await workspace.until(workspace.ours)
    await workspace.quiet()
    (conversation,) = await conversations(person)
    scope = services.slack.ground.of_tenant(person.user_id)
    notices, here = Notices(services.turns), conversation["conversation_id"]

    await notices.tell(scope, here, Notice("ntc_1", "publisher", text="The **Instagram** post is out."))
    await workspace.until(lambda: workspace.ours()[-1]["text"] == "The *Instagram* post is out.")
    await workspace.quiet()

    await services.slack.stop()
    step = CampaignProgress("cmp_1", "step", "The team <writes> the posts.")
    await notices.tell(scope, here, Notice("ntc_2", "publisher", events=(step,)))
    said = CampaignProgress("cmp_1", "step", "Said in words")
    await notices.tell(scope, here, Notice("ntc_3", "publisher", events=(said,), text="In words."))
    again = SlackParts(services.slack.ground)
    await again.start()
    await workspace.until(lambda: workspace.ours()[-1]["text"] == "In words.")
    for _ in range(100):
        if not again.newsroom.busy:
            break
        await asyncio.sleep(0.1)
    await again.stop()
    texts = [one["text"] for one in workspace.ours()][1:]
    assert texts == ["The *Instagram* post is out.", "_The team &lt;writes&gt; the posts._", "In words."]


async def test_a_workspace_whose_token_is_gone_is_left_alone_until_it_is_installed_again(
    workspace: Workspace, services: Services, person: Person
) -> None:
    bot = workspace.twin.spaces.bot_of(workspace.team["id"])
    assert bot
    told = workspace.twin.people
    workspace.twin.spaces.change("tokens", bot["token"], revoked=True)
    workspace.twin.spaces.write("tokens", "later", **(bot | {"token": "later", "revoked": False}))
    await told.say(workspace.direct(workspace.ada), workspace.ada["id"], "Our second bakery opens in Leeds")

    async def broken() -> bool:
        listed = (await person.client.get("/api/v1/slack/workspaces")).json()["items"]
        return "Install the app again" in (listed[0]["broken"] or "")

    for _ in range(200):
        if await broken():
            break
        await asyncio.sleep(0.1)
    assert await broken()
    assert [one["message_count"] for one in await conversations(person)] == [2], "the turn itself took place"
