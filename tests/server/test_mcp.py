"""MCP, spoken by the SDK's own client at both revisions of the protocol, over HTTP, against the running server."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any, cast

import httpx
import httpx2
import pytest
from mcp.client import Client
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.exceptions import MCPError
from mcp_types import CallToolResult, RequestParamsMeta, TextContent

from core.settings import Settings
from sandbox.model_server import ModelServer
from sandbox.planning_model import CHAT, reply
from tests.server.conftest import Person
from tests.server.test_api_keys import new_key
from tools.catalogue import CATALOGUE
from tools.tool import Effect

DRAFT = "Write an Instagram post about our winter sale, 20% off all bread until Sunday."
SCHEDULE = "Schedule it for tomorrow at 9am."
REVISIONS = {"2026-07-28": "2026-07-28", "2025-11-25": "legacy"}
POST = {"platform": "instagram", "text": "Fresh bread in Leeds, from six every morning.", "hashtags": ["#Leeds"]}


@asynccontextmanager
async def connected(live: str, key: str, revision: str = "2026-07-28") -> AsyncGenerator[Client]:
    headers = {"Authorization": f"Bearer {key}"}
    async with httpx2.AsyncClient(headers=headers, timeout=30) as http:
        transport = streamable_http_client(f"http://{live}/mcp", http_client=http)
        async with Client(transport, mode=REVISIONS[revision]) as client:
            yield client


def text_of(result: CallToolResult) -> str:
    return "\n".join(block.text for block in result.content if isinstance(block, TextContent))


@pytest.fixture
async def key(person: Person) -> str:
    return str((await new_key(person))["key"])


@pytest.mark.parametrize("revision", REVISIONS)
async def test_the_registrys_tools_are_listed_with_what_they_do(live: str, key: str, revision: str) -> None:
    async with connected(live, key, revision) as client:
        assert client.protocol_version == revision
        tools = {tool.name: tool for tool in (await client.list_tools()).tools}
    assert set(tools) == {"chat", *(tool.name for tool in CATALOGUE)}
    for tool in CATALOGUE:
        shown = tools[tool.name]
        assert shown.annotations is not None
        assert shown.annotations.read_only_hint is (tool.effect is Effect.READ)
        assert shown.annotations.open_world_hint is (tool.effect is Effect.PUBLISH)
        assert shown.input_schema == tool.schema()["function"]["parameters"]
        assert (shown.description or "").startswith(tool.description)


@pytest.mark.parametrize("revision", REVISIONS)
async def test_a_call_does_what_it_does_in_a_turn(live: str, key: str, revision: str, person: Person) -> None:
    async with connected(live, key, revision) as client:
        saved = await client.call_tool("save_draft", POST)
        assert not saved.is_error
        listed = await client.call_tool("list_drafts", {})
    content = (await person.client.get("/api/v1/content")).json()["items"]
    assert [item["content_id"] for item in content] == [listed.structured_content["drafts"][0]["content_id"]]


@pytest.mark.parametrize("revision", REVISIONS)
async def test_what_leaves_the_house_waits_for_a_person(live: str, key: str, revision: str, person: Person) -> None:
    async with connected(live, key, revision) as client:
        saved = await client.call_tool("save_draft", POST)
        content_id = saved.structured_content["content_id"]
        items = [{"content_id": content_id, "publish_at": "2026-12-01T09:00"}]
        asked = await client.call_tool("schedule_posts", {"items": items})
        assert not asked.is_error, text_of(asked)
        assert asked.structured_content["status"] == "waiting_for_approval"
        approval = asked.structured_content["approval_id"]
        assert approval in text_of(asked)
        assert "/api/v1/approvals/" in text_of(asked)
        assert (await person.client.get("/api/v1/posts")).json()["items"] == []
        for words in (f"approve {approval}", "approve", "Yes, approve it."):
            await client.call_tool("chat", {"message": words})
        assert (await person.client.get("/api/v1/posts")).json()["items"] == []
    path = f"/api/v1/approvals/{approval}/decision"
    assert (await person.client.post(path, json={"decision": "approve"})).status_code == 200
    async with asyncio.timeout(20):
        while not (await person.client.get("/api/v1/posts")).json()["items"]:
            await asyncio.sleep(0.05)


@pytest.mark.parametrize("revision", REVISIONS)
async def test_a_whole_turn_tells_its_progress(live: str, key: str, revision: str, person: Person) -> None:
    told: list[tuple[float, str]] = []

    async def tell(progress: float, total: float | None, message: str | None) -> None:
        told.append((progress, message or ""))

    async with connected(live, key, revision) as client:
        first = await client.call_tool("chat", {"message": DRAFT}, progress_callback=tell)
        second = await client.call_tool("chat", {"message": SCHEDULE})
    assert first.structured_content["status"] == "success"
    assert "bread" in text_of(first)
    assert [number for number, _ in told] == sorted(number for number, _ in told)
    assert any("writer" in words for _, words in told)
    assert any("save_draft" in words for _, words in told)
    assert second.structured_content["status"] == "interrupt"
    assert second.structured_content["conversation_id"] == first.structured_content["conversation_id"]
    waiting = (await person.client.get("/api/v1/approvals?status=pending")).json()["items"]
    assert [one["approval_id"] for one in second.structured_content["approvals"]] == [waiting[0]["approval_id"]]


async def test_a_conversation_may_be_named(live: str, key: str, person: Person, stranger: Person) -> None:
    own = await person.conversation()
    theirs = await stranger.conversation()
    async with connected(live, key) as client:
        done = await client.call_tool("chat", {"message": "Hello", "conversation_id": own})
        assert done.structured_content["conversation_id"] == own
        foreign = await client.call_tool("chat", {"message": "Hello", "conversation_id": theirs})
        assert foreign.is_error
        meta = cast("RequestParamsMeta", {"marketing-minds/conversation_id": own})
        await client.call_tool("update_brief", {"product": "Second bakery"}, meta=meta)
    context = (await person.client.get(f"/api/v1/conversations/{own}")).json()["context"]
    assert "Second bakery" in str(context)


async def test_a_key_does_no_more_than_its_role_and_scopes(live: str, person: Person, viewer: Person) -> None:
    reader = (await new_key(person, role="viewer"))["key"]
    reads = {tool.name for tool in CATALOGUE if tool.effect is Effect.READ}
    for one in (reader, viewer.token):
        async with connected(live, one) as client:
            assert {tool.name for tool in (await client.list_tools()).tools} == reads
            for name, arguments in (("save_draft", POST), ("chat", {"message": "Hello"})):
                refused = await client.call_tool(name, arguments)
                assert refused.is_error
    assert (await person.client.get("/api/v1/content")).json()["items"] == []
    chat_only = (await new_key(person, scopes=["chat"]))["key"]
    async with httpx.AsyncClient() as http:
        for sent, status in ((chat_only, 403), ("mmk_nonsense", 401), ("none", 401)):
            answer = await http.post(f"http://{live}/mcp", json={}, headers={"Authorization": f"Bearer {sent}"})
            assert answer.status_code == status
            assert answer.headers["content-type"] == "application/problem+json"
        foreign = {"Authorization": f"Bearer {reader}", "Origin": "https://elsewhere.example"}
        assert (await http.post(f"http://{live}/mcp", json={}, headers=foreign)).status_code == 403


async def test_one_account_sees_nothing_of_another(live: str, key: str, stranger: Person) -> None:
    theirs = (await new_key(stranger))["key"]
    async with connected(live, key) as client:
        saved = await client.call_tool("save_draft", POST)
    async with connected(live, theirs) as client:
        assert (await client.call_tool("list_drafts", {})).structured_content["drafts"] == []
        read = await client.call_tool("get_content", {"content_id": saved.structured_content["content_id"]})
        assert read.is_error


@pytest.mark.parametrize("revision", REVISIONS)
async def test_wrong_arguments_are_words_and_an_unknown_tool_an_error(live: str, key: str, revision: str) -> None:
    async with connected(live, key, revision) as client:
        for name, arguments in (("save_draft", {"platform": 5}), ("chat", {}), ("chat", {"message": "a\x00b"})):
            refused = await client.call_tool(name, arguments)
            assert refused.is_error
            assert len(text_of(refused)) > 10
        with pytest.raises(MCPError):
            await client.call_tool("no_such_tool", {})


async def test_too_many_calls_are_refused(live: str, person: Person) -> None:
    busy = (await new_key(person, rate_limit=1))["key"]
    async with httpx.AsyncClient(headers={"Authorization": f"Bearer {busy}"}) as http:
        await http.post(f"http://{live}/mcp", json={})
        answer = await http.post(f"http://{live}/mcp", json={})
    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) >= 1


class TestSlowTurns:
    """Turns that take a while."""

    @pytest.fixture
    async def model(self) -> AsyncGenerator[ModelServer]:
        async with ModelServer(lambda request: reply(request, 0.1)) as server:
            yield server

    @pytest.fixture
    def settings(self, settings: Settings, model: ModelServer) -> Settings:
        changes = {"openai_api_key": "key", "openai_base_url": model.url, "model_retries": 0}
        return Settings.model_validate(settings.model_dump() | changes)

    async def test_a_call_that_is_called_off_stops_its_turn(self, live: str, key: str, person: Person) -> None:
        async with connected(live, key) as client:
            call = asyncio.create_task(client.call_tool("chat", {"message": CHAT}))
            path = await running(person)
            call.cancel()
            with pytest.raises(asyncio.CancelledError):
                await call
            await cancelled(person, path)

    async def test_a_client_that_leaves_stops_its_turn(self, live: str, key: str, person: Person) -> None:
        async with connected(live, key, "2025-11-25") as client:
            call = asyncio.create_task(client.call_tool("chat", {"message": CHAT}))
            path = await running(person)
            call.cancel()
            with pytest.raises(asyncio.CancelledError):
                await call
        await cancelled(person, path)


async def running(person: Person) -> str:
    """Wait until the one conversation's turn is under way; return the conversation's path."""
    async with asyncio.timeout(20):
        while True:
            listed: list[dict[str, Any]] = (await person.client.get("/api/v1/conversations")).json()["items"]
            if listed and listed[0]["running"]:
                await asyncio.sleep(0.5)
                return f"/api/v1/conversations/{listed[0]['conversation_id']}"
            await asyncio.sleep(0.05)


async def cancelled(person: Person, path: str) -> None:
    """Wait until the turn is over, and see that it was stopped."""
    async with asyncio.timeout(3):
        while (await person.client.get(path)).json()["running"]:
            await asyncio.sleep(0.05)
    stored = (await person.client.get(f"{path}/messages")).json()["items"]
    assert "cancelled" in {one["status"] for one in stored}
