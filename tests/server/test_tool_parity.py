"""Every tool of the registry gives the same result in a turn and over MCP, and names what REST lists too."""

import json
import re
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import contextmanager
from typing import Any

import pytest
from mcp_types import CallToolResult, TextContent

from core.settings import Settings
from sandbox.model_server import Call, ModelServer, Request, Say, Step
from tests.server.conftest import Person
from tests.server.test_api_keys import new_key
from tests.server.test_mcp import connected
from tools.catalogue import CATALOGUE

Arguments = dict[str, Any]
Results = dict[str, Any]
ID = re.compile(r"\b([a-z]{2,4})_[0-9a-f]{32}\b")
DIGEST = re.compile(r"\b[0-9a-f]{64}\b")
ASKED_BY = re.compile(r'"requested_by":"\w+",?')
PLAN = {
    "name": "Leeds opening",
    "strategy": "Families nearby hear of the opening where they look every day.",
    "tasks": [{"key": "posts", "agent": "writer", "description": "Write the posts."}],
    "phases": [{"name": "Build-up", "start": "2026-11-23", "end": "2026-12-02"}],
    "kpis": [{"name": "Visitors", "target": 200, "unit": "visitors", "why": "It is the goal."}],
}
BRIEF = {
    "product": "Second bakery in Leeds",
    "objective": "200 visitors",
    "target_audience": "Local families",
    "timeline": "Six weeks",
    "budget": "£1,500",
    "channels": ["instagram"],
}
POST = {"platform": "instagram", "text": "Fresh bread in Leeds, from six every morning.", "hashtags": ["#Leeds"]}


def fixed(**arguments: Any) -> Callable[[Results], Arguments]:
    return lambda _: arguments


CALLS: list[tuple[str, Callable[[Results], Arguments]]] = [
    ("explain_answer", fixed()),
    ("update_brief", fixed(**BRIEF)),
    ("create_campaign_plan", fixed(**PLAN)),
    ("list_campaigns", fixed()),
    ("get_campaign", lambda seen: {"campaign_id": seen["create_campaign_plan"]["campaign_id"]}),
    ("revise_campaign", lambda seen: {"campaign_id": seen["create_campaign_plan"]["campaign_id"], "name": "Leeds"}),
    ("platform_limits", fixed(platform="instagram")),
    ("save_draft", fixed(**POST)),
    ("revise_draft", lambda seen: {"content_id": seen["save_draft"]["content_id"], "text": "Bread, daily."}),
    ("set_journey", lambda seen: {"content_id": seen["save_draft"]["content_id"], "conversion_goal": "sale"}),
    ("list_drafts", fixed()),
    ("get_content", lambda seen: {"content_id": seen["save_draft"]["content_id"]}),
    ("show_policy", fixed()),
    ("back_test_policy", fixed(mode="hybrid")),
    ("review_drafts", lambda seen: {"content_ids": [seen["save_draft"]["content_id"]]}),
    (
        "schedule_posts",
        lambda seen: {"items": [{"content_id": seen["save_draft"]["content_id"], "publish_at": "2026-12-01T09:00"}]},
    ),
    ("list_approvals", fixed()),
    ("list_posts", fixed()),
    ("cancel_post", fixed(post_id="pst_" + "0" * 32)),
    ("retry_post", fixed(post_id="pst_" + "0" * 32)),
    ("estimate_cost", fixed()),
    ("request_budget", fixed(amount="£500", reason="A second flyer.")),
    ("launch_campaign", fixed()),
    ("pause_campaign", fixed()),
    ("resume_campaign", fixed()),
    ("query_metrics", fixed(metrics=["views"])),
    ("draw_chart", fixed(metric="views")),
    ("search_crm", fixed(module="Leads")),
    ("remember", fixed(text="Our delivery fee is £3.")),
    ("recall_memory", fixed(question="What is our delivery fee?")),
    ("correct_memory", fixed(content="Our delivery fee is £4.", about="delivery fee")),
    ("forget_memory", fixed(about="delivery fee")),
    ("switch_memory", fixed(on=True)),
    ("set_timezone", fixed(timezone="Europe/Berlin")),
    ("cancel_campaign", fixed()),
    ("stop_everything", fixed(reason="The shop is on fire.")),
]
REFUSED = {"request_budget", "cancel_post", "retry_post", "pause_campaign", "resume_campaign"}
LISTS = {
    "list_campaigns": "campaigns",
    "list_drafts": "content",
    "list_posts": "posts",
    "list_approvals": "approvals?status=pending",
}


class Puppet:
    """A model that calls exactly one tool in each turn, the one it was told to."""

    def __init__(self) -> None:
        self.call: tuple[str, str] | None = None

    def __call__(self, request: Request) -> Step:
        if any(tool["function"]["name"] == "route" for tool in request.get("tools", ())):
            return Call((("route", json.dumps({"agents": ["strategist"], "reason": "by rule"})),))
        call, self.call = self.call, None
        return Call((call,)) if call else Say("Done.")

    @contextmanager
    def told(self, name: str, arguments: Arguments) -> Generator[None]:
        self.call = (name, json.dumps(arguments))
        yield
        assert self.call is None, f"{name} was not called."


@pytest.fixture
def puppet() -> Puppet:
    return Puppet()


@pytest.fixture
async def model(puppet: Puppet) -> AsyncGenerator[ModelServer]:
    async with ModelServer(puppet) as server:
        yield server


@pytest.fixture
def settings(settings: Settings, model: ModelServer) -> Settings:
    changes = {"openai_api_key": "key", "openai_base_url": model.url, "model_retries": 0}
    return Settings.model_validate(settings.model_dump() | changes)


def alike(text: str) -> Any:
    """A result without what differs from call to call: the random part of ids, hashes over them, and who asked."""
    return json.loads(ASKED_BY.sub("", DIGEST.sub("hash", ID.sub(r"\1_id", text))))


def first_text(result: CallToolResult) -> str:
    block = result.content[0]
    assert isinstance(block, TextContent)
    return block.text


def ids(text: str, prefix: str) -> set[str]:
    return {found[0] for found in ID.finditer(text) if found[1] == prefix}


async def in_a_turn(person: Person, conversation: str, puppet: Puppet, name: str, arguments: Arguments) -> str:
    path = f"/api/v1/conversations/{conversation}/messages"
    words = "Go on, as agreed."
    if name in {"remember", "correct_memory"}:  # in a turn only what the person says themselves is noted
        words = str(arguments.get("text") or arguments.get("content"))
    with puppet.told(name, arguments):
        headers = {"Accept": "text/event-stream"}
        answer = await person.client.post(path, json={"content": words}, headers=headers, timeout=30)
    events = [json.loads(line[6:]) for line in answer.text.splitlines() if line.startswith("data: ")]
    results: list[str] = [event["content"] for event in events if event["type"] == "TOOL_CALL_RESULT"]
    assert len(results) == 1, f"{name}: {[event['type'] for event in events]}"
    return results[0]


async def test_a_tool_gives_the_same_in_a_turn_and_over_mcp(
    person: Person, stranger: Person, live: str, puppet: Puppet
) -> None:
    assert Counter(name for name, _ in CALLS) == Counter(tool.name for tool in CATALOGUE)
    conversation = await person.conversation()
    seen_in_turns: Results = {}
    seen_over_mcp: Results = {}
    async with connected(live, (await new_key(stranger))["key"]) as client:
        for name, arguments in CALLS:
            in_turn = await in_a_turn(person, conversation, puppet, name, arguments(seen_in_turns))
            called = await client.call_tool(name, arguments(seen_over_mcp))
            over_mcp = first_text(called)
            assert alike(in_turn) == alike(over_mcp), name
            assert ("error" in json.loads(in_turn)) is (name in REFUSED), f"{name}: {in_turn}"
            assert called.structured_content == json.loads(over_mcp)
            assert called.is_error is ("error" in json.loads(over_mcp))
            seen_in_turns[name], seen_over_mcp[name] = json.loads(in_turn), json.loads(over_mcp)
        for name, path in LISTS.items():
            listed = (await stranger.client.get(f"/api/v1/{path}")).text
            again = first_text(await client.call_tool(name, {}))
            prefix = {"campaigns": "cmp", "content": "cnt", "posts": "pst"}.get(path, "apr")
            assert ids(again, prefix) <= ids(listed, prefix), name
            assert bool(ids(again, prefix)) is bool(json.loads(listed)["items"]), f"{name} {again} {listed}"
