"""The one place tools are called from: role, arguments, approval and words for errors."""

from datetime import timedelta
from typing import Any

import orjson
import pytest
from pydantic import BaseModel, Field

from core.errors import Conflict, Forbidden, Unavailable
from core.events import ContextChanged
from core.ids import new_id
from core.scope import Scope
from db.approval_requests import APPROVAL_REQUESTS, ApprovalRequest
from db.content_library import CONTENT_LIBRARY
from db.repository import Repository
from db.social_posts import SOCIAL_POSTS
from tests.tools.conftest import Desk
from tools.approval.payload import payload_hash
from tools.catalogue import CATALOGUE
from tools.runner import ToolOutcome, ToolRunner, call_position
from tools.tool import Effect, ToolContext, tool

RUNNER = ToolRunner(CATALOGUE)


class Nothing(BaseModel):
    """No arguments to speak of."""

    text: str = Field(default="", description="A text.")


@tool(Effect.READ)
async def unreachable(ctx: ToolContext, params: Nothing) -> str:
    """Fail because something is down."""
    raise Unavailable(f"{ctx.agent} can't reach it.{params.text}")


def words(outcome: ToolOutcome) -> dict[str, Any]:
    read: dict[str, Any] = orjson.loads(outcome.content)
    return read


async def asked(desk: Desk, call_id: str = "call_ask") -> ToolOutcome:
    saved = await desk.call(RUNNER_TOOLS["save_draft"], "call_save", platform="threads", text="Bread")
    items = [{"content_id": saved["content_id"], "publish_at": "2026-12-01T18:00"}]
    return await RUNNER.call("schedule_posts", {"items": items}, desk.call_context(call_id))


async def request_of(desk: Desk, outcome: ToolOutcome) -> ApprovalRequest:
    assert outcome.interrupt is not None
    return await Repository(desk.database, APPROVAL_REQUESTS, desk.scope).get(outcome.interrupt.approval_id)


RUNNER_TOOLS = {entry.name: entry for entry in CATALOGUE}


async def test_a_call_answers_with_json_and_what_happened_besides(desk: Desk) -> None:
    outcome = await RUNNER.call("update_brief", '{"product": "bread", "budget": null}', desk.call_context())
    assert outcome.ok
    assert words(outcome)["brief"] == {"product": "bread"}
    assert [type(event) for event in outcome.events] == [ContextChanged]


@pytest.mark.parametrize(
    ("name", "arguments", "told"),
    [
        ("fly_to_the_moon", {}, "There is no tool 'fly_to_the_moon'"),
        ("get_content", "{broken", "don't fit"),
        ("get_content", "[]", "don't fit"),
        ("get_content", "", "content_id: Field required"),
        ("get_content", {"content_id": {"$ne": None}}, "valid string"),
        ("get_content", {"content_id": "cnt_1"}, "not the id of a draft"),
        ("get_content", {"content_id": "cnt_" + "0" * 32}, "There is no content cnt_"),
        ("list_drafts", {"user_id": "usr_1"}, "user_id: Extra inputs"),
        ("update_brief", {"budget": "2000"}, "Which currency"),
        ("update_brief", '{"product": "\\ud800"}', "don't fit"),
    ],
)
async def test_what_can_not_be_done_is_told_so_that_the_model_can_correct_it(
    desk: Desk, name: str, arguments: Any, told: str
) -> None:
    before = await desk.everything()
    outcome = await RUNNER.call(name, arguments, desk.call_context())
    assert not outcome.ok
    assert told in words(outcome)["error"]
    assert words(outcome)["may_retry"] is True
    assert outcome.interrupt is None
    assert await desk.everything() == before


async def test_a_viewer_is_offered_reading_only_and_refused_the_rest(desk: Desk) -> None:
    viewer = Scope(desk.scope.user_id, desk.scope.actor_id, "viewer")
    offered = RUNNER.offered(CATALOGUE, viewer)
    assert {entry.effect for entry in offered} == {Effect.READ}
    assert set(RUNNER.offered(CATALOGUE, desk.scope)) == set(CATALOGUE)
    outcome = await RUNNER.call("update_brief", {"product": "bread"}, desk.call_context(scope=viewer))
    assert "read but not change" in words(outcome)["error"]
    assert desk.context == {}
    assert (await RUNNER.call("list_drafts", {}, desk.call_context(scope=viewer))).ok


async def test_what_is_down_is_no_words_for_the_model(desk: Desk) -> None:
    with pytest.raises(Unavailable):
        await ToolRunner([unreachable]).call("unreachable", {}, desk.call_context())


async def test_publishing_stops_at_a_stored_request(ready: Desk) -> None:
    outcome = await asked(ready)
    assert outcome.ok
    request = await request_of(ready, outcome)
    assert outcome.interrupt is not None
    assert (request.status, request.request_type, request.tool) == ("pending", "publish", "schedule_posts")
    assert request.content == outcome.interrupt.payload
    assert payload_hash(request.content) == request.payload_hash == outcome.interrupt.payload_hash
    assert request.expires_at == ready.clock.now() + timedelta(days=7)
    assert words(outcome)["status"] == "waiting_for_approval"
    assert await Repository(ready.database, SOCIAL_POSTS, ready.scope).find({}) == []


async def test_a_repeated_call_asks_once(ready: Desk) -> None:
    first = await asked(ready)
    before = await ready.everything()
    ready.clock.advance(timedelta(minutes=5))
    again = await asked(ready)
    assert again.interrupt == first.interrupt
    assert await ready.everything() == before


async def test_only_what_was_approved_is_carried_out_and_only_once(ready: Desk) -> None:
    repository = Repository(ready.database, APPROVAL_REQUESTS, ready.scope)
    request = await request_of(ready, await asked(ready))
    with pytest.raises(Forbidden, match="not been approved"):
        await RUNNER.execute(request, ready.call_context("call_do"))
    approved = await repository.update(request.request_id, {"status": "approved"})
    altered = approved.model_copy(update={"content": approved.content | {"audience": "everyone"}})
    with pytest.raises(Forbidden, match="not what was approved"):
        await RUNNER.execute(altered, ready.call_context("call_do"))
    assert await Repository(ready.database, SOCIAL_POSTS, ready.scope).count({}) == 0
    done = await RUNNER.execute(approved, ready.call_context("call_do"))
    assert words(done)["count"] == 1
    before = await ready.everything()
    assert await RUNNER.execute(approved, ready.call_context("call_do")) == done
    assert await ready.everything() == before
    (post,) = await Repository(ready.database, SOCIAL_POSTS, ready.scope).find({})
    assert post.request_id == request.request_id


async def test_a_failed_execution_is_final_and_in_words(ready: Desk) -> None:
    request = await request_of(ready, await asked(ready))
    approved = request.model_copy(update={"status": "approved"})
    ready.clock.advance(timedelta(days=30))
    outcome = await RUNNER.execute(approved, ready.call_context("call_do"))
    assert not outcome.ok
    assert words(outcome)["may_retry"] is False


async def test_only_publishing_tools_have_a_payload(ready: Desk) -> None:
    assert "posts" in RUNNER.payload_model("schedule_posts").model_fields
    for name in ("update_brief", "unknown"):
        with pytest.raises(Conflict):
            RUNNER.payload_model(name)


def test_equal_payloads_have_equal_hashes_whatever_their_order() -> None:
    assert payload_hash({"a": 1, "b": ["x", None]}) == payload_hash({"b": ["x", None], "a": 1})
    assert payload_hash({"a": ["x", "y"]}) != payload_hash({"a": ["y", "x"]})


def test_calls_of_a_turn_have_their_own_ids_each_time_the_same() -> None:
    turn = new_id("msg")
    ids = [call_position(turn, name, ordinal) for name in ("save_draft", "list_drafts") for ordinal in (1, 2)]
    assert len(set(ids)) == 4
    assert call_position(turn, "save_draft", 1) == ids[0]


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("update_brief", {"product": "bread", "additional_context": "the shop password is hunter2"}),
        ("update_brief", '{"voice": "warm", "business": "card 4111 1111 1111 1111"}'),
        ("save_draft", {"platform": "threads", "text": "Log in with api key sk-abc123def456ghi789"}),
    ],
)
async def test_a_secret_in_arguments_is_refused_and_kept_nowhere(
    desk: Desk, name: str, arguments: dict[str, Any] | str
) -> None:
    ctx = desk.call_context()
    outcome = await RUNNER.call(name, arguments, ctx)
    assert not outcome.ok
    assert "Connections page" in words(outcome)["error"]
    assert not [part for part in ("hunter2", "4111", "sk-abc") if part in outcome.content]
    assert not ctx.context.get("campaign_brief")
    assert not ctx.context.get("collected_info")
    assert not (await Repository(desk.database, CONTENT_LIBRARY, desk.scope).page({}, limit=5)).items
