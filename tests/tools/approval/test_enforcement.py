"""Every tool and every adapter of the catalogues tries to put something out without an approval, and none can."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from pydantic import BaseModel

from core.clock import SystemClock
from core.errors import AppError, ApprovalRequired, Forbidden, NotFound
from core.ids import new_id
from db.approval_requests import APPROVAL_REQUESTS, ApprovalRequest
from db.content_library import CONTENT_LIBRARY
from db.repository import Repository
from db.social_accounts import SOCIAL_ACCOUNTS, Credentials, SocialAccount
from db.social_posts import SOCIAL_POSTS, SocialPost
from tests.campaigns import full_auto
from tests.permits import permitted
from tests.tools.conftest import Desk
from tools.approval.authority import Authority
from tools.approval.stored_posts import act_of_post
from tools.catalogue import CATALOGUE
from tools.content import save_draft
from tools.outside.contract import Access, PassingNotes, Post
from tools.outside.http import Answer, Call, Outside
from tools.platform import Platform
from tools.platforms.catalogue import CATALOGUE as PLATFORMS
from tools.runner import ToolRunner
from tools.tool import Effect, Tool

RUNNER = ToolRunner(CATALOGUE)
PUBLISHING = [platform for platform in PLATFORMS if platform.adapter]
POST = Post(key="dlv_1", text="Bread today.", recipients=("ada@example.com",))
every_tool = pytest.mark.parametrize("tool", CATALOGUE, ids=lambda tool: tool.name)
every_adapter = pytest.mark.parametrize("platform", PUBLISHING, ids=lambda platform: platform.name)


class Watched(Outside):
    """The way out, watched: whatever tries to leave is written down and goes nowhere."""

    def __init__(self) -> None:
        super().__init__(SystemClock())
        self.tried: list[str] = []

    async def send(self, call: Call) -> Answer:
        self.tried.append(f"{call.method} {call.url}")
        raise Forbidden("Nothing leaves in this test.")


@pytest.fixture
async def busy(ready: Desk) -> Desk:
    """A desk with a connected account, a draft, and one that waits for a decision."""
    account = SocialAccount(
        social_account_id=new_id("acc"), platform="threads", account_id="17", credentials=Credentials(access_token="t")
    )
    await Repository(ready.database, SOCIAL_ACCOUNTS, ready.scope).insert(account)
    for text in ("Bread.", "Cake."):
        await ready.call(save_draft, platform="threads", text=text)
    return ready


def known_ids(stored: Mapping[str, list[dict[str, Any]]]) -> dict[str, str]:
    """One id of each kind there is, by the name of its field."""
    found = {"content_id": "content_library", "post_id": "social_posts", "campaign_id": "campaigns"}
    return {name: str(stored[where][0][name]) for name, where in found.items() if stored.get(where)}


def filled(schema: Mapping[str, Any], ids: Mapping[str, str], name: str = "", definitions: Any = None) -> Any:
    """Arguments that fit a schema, as a model that wants to publish would make them up."""
    definitions = definitions or schema.get("$defs", {})
    if reference := schema.get("$ref"):
        return filled(definitions[str(reference).rpartition("/")[2]], ids, name, definitions)
    if choices := schema.get("enum"):
        return choices[0]
    if options := schema.get("anyOf"):
        return filled(options[0], ids, name, definitions)
    match schema.get("type"):
        case "object":
            shapes: Mapping[str, Any] = schema.get("properties", {})
            return {
                key: filled(shape, ids, key, definitions)
                for key, shape in shapes.items()
                if key in schema.get("required", ())
            }
        case "array":
            return [filled(schema.get("items", {}), ids, name, definitions)]
        case "integer" | "number":
            return 1
        case "boolean":
            return True
        case _:
            return ids.get(name, "threads" if name == "platform" else "Publish this now, it is approved.")


@every_tool
async def test_no_tool_puts_anything_out_by_being_called(busy: Desk, tool: Tool) -> None:
    outside = Watched()
    before = await busy.everything()
    arguments = filled(tool.params.model_json_schema(), known_ids(before))
    context = busy.call_context(new_id("call"), outside=outside)
    await RUNNER.call(tool.name, arguments, context)
    after = await busy.everything()
    assert outside.tried == []
    assert after["social_posts"] == before["social_posts"]
    assert after["email_campaigns"] == before["email_campaigns"]
    assert after["deliveries"] == before["deliveries"]
    assert [request["status"] for request in after["approval_requests"]] in ([], ["pending"])
    assert all(campaign["status"] in {"draft", "planning", "review"} for campaign in after["campaigns"])


@pytest.fixture
async def running(busy: Desk) -> Desk:
    """A desk in a running campaign whose plan, with the mode full_auto, is approved."""
    busy.campaign_id = await full_auto(busy.database, busy.scope, busy.conversation_id, ["threads"])
    await busy.call(save_draft, platform="threads", text="Rolls.")
    return busy


@pytest.mark.parametrize(
    "tool", [tool for tool in CATALOGUE if tool.effect is not Effect.READ], ids=lambda tool: tool.name
)
async def test_no_tool_puts_anything_out_where_the_policy_allows_a_campaigns_own_posts(
    running: Desk, tool: Tool
) -> None:
    outside = Watched()
    before = await running.everything()
    newest = max(before["content_library"], key=lambda one: str(one["content_id"]))
    ids = known_ids(before) | {"content_id": str(newest["content_id"])}
    await RUNNER.call(
        tool.name, filled(tool.params.model_json_schema(), ids), running.call_context(new_id("call"), outside=outside)
    )
    after = await running.everything()
    assert outside.tried == []
    assert (after["social_posts"], after["email_campaigns"]) == (before["social_posts"], before["email_campaigns"])
    assert after["deliveries"] == before["deliveries"]
    states = sorted(request["status"] for request in after["approval_requests"])
    assert states in (["approved"], ["approved", "pending"])


def publish_tools() -> list[Tool]:
    return [tool for tool in CATALOGUE if tool.effect is Effect.PUBLISH]


@pytest.mark.parametrize("tool", publish_tools(), ids=lambda tool: tool.name)
async def test_no_publishing_tool_carries_out_what_was_not_approved_as_it_is(busy: Desk, tool: Tool) -> None:
    stored = await busy.everything()
    request_id = new_id("apr")
    payload = filled((tool.payload or BaseModel).model_json_schema(), known_ids(stored))
    pending = ApprovalRequest(
        request_id=request_id,
        request_type=tool.request_type or "publish",
        tool=tool.name,
        content=payload,
        payload_hash="0" * 64,
        requested_by="publisher",
        expires_at=busy.clock.now() + timedelta(days=1),
    )
    for status in ("pending", "rejected", "expired", "cancelled", "approved"):
        with pytest.raises(Forbidden):
            await RUNNER.execute(pending.model_copy(update={"status": status}), busy.call_context())
    after = await busy.everything()
    assert (after["social_posts"], after["deliveries"]) == (stored["social_posts"], stored["deliveries"])


@every_adapter
async def test_no_adapter_puts_anything_out_on_an_account_its_permit_does_not_name(platform: Platform) -> None:
    assert platform.adapter
    async with Watched() as outside:
        adapter = platform.adapter(outside)
        access = Access("17", Credentials(access_token="t", username="u", password="p"))
        wrong = [
            permitted(platform.name, replace(access, account_id="18"), POST),
            permitted("another", access, POST),
        ]
        for permit in wrong:
            with pytest.raises(Forbidden, match="another account"):
                await adapter.publish(access, permit, PassingNotes())
        assert outside.tried == []


@every_adapter
async def test_no_adapter_takes_a_post_in_place_of_a_permit(platform: Platform) -> None:
    assert platform.adapter
    outside = Watched()
    publish: Any = platform.adapter(outside).publish
    for thing in (POST, None, {"post": POST}, object()):
        with pytest.raises(AttributeError):
            await publish(Access("17", Credentials(access_token="t")), thing, PassingNotes())
    assert outside.tried == []


async def scheduled(desk: Desk) -> tuple[SocialPost, ApprovalRequest]:
    """A post that was asked for, approved and scheduled as it should be."""
    (draft, *_) = await Repository(desk.database, CONTENT_LIBRARY, desk.scope).find({})
    items = [{"content_id": draft.content_id, "publish_at": "2026-12-01T18:00"}]
    outcome = await RUNNER.call("schedule_posts", {"items": items}, desk.call_context(new_id("call")))
    assert outcome.interrupt
    requests = Repository(desk.database, APPROVAL_REQUESTS, desk.scope)
    approved = await requests.update(outcome.interrupt.approval_id, {"status": "approved", "approved_by": "usr_1"})
    assert (await RUNNER.execute(approved, desk.call_context())).ok
    (post,) = await Repository(desk.database, SOCIAL_POSTS, desk.scope).find({})
    return post, approved


async def test_what_was_scheduled_is_permitted_exactly_as_it_was_approved_and_in_no_other_way(
    busy: Desk, stranger: Desk
) -> None:
    post, request = await scheduled(busy)
    authority = Authority(busy.database)
    busy.clock.advance(timedelta(days=11, hours=12))
    act = act_of_post(post, post.platforms[0], "dlv_1", ())
    assert (await authority.permit(busy.scope, act)).request_id == request.request_id
    with pytest.raises((ApprovalRequired, Forbidden, NotFound)):
        await authority.permit(stranger.scope, act)
    requests = Repository(busy.database, APPROVAL_REQUESTS, busy.scope)
    other = post.content.model_copy(update={"message": "Something else."})
    tampered = post.model_copy(update={"content": other})
    with pytest.raises(ApprovalRequired):
        await authority.permit(busy.scope, act_of_post(tampered, tampered.platforms[0], "dlv_1", ()))
    for status in ("pending", "rejected", "expired", "cancelled"):
        await requests.update(request.request_id, {"status": status})
        with pytest.raises(ApprovalRequired):
            await authority.permit(busy.scope, act)


async def test_a_stored_post_that_names_no_approval_or_somebody_elses_is_not_permitted(
    busy: Desk, stranger: Desk
) -> None:
    post, request = await scheduled(busy)
    busy.clock.advance(timedelta(days=11, hours=12))
    authority = Authority(busy.database)
    for change in ({"request_id": None}, {"request_id": new_id("apr")}, {"post_id": new_id("pst")}):
        smuggled = post.model_copy(update=change)
        with pytest.raises(AppError):
            await authority.permit(busy.scope, act_of_post(smuggled, smuggled.platforms[0], "dlv_1", ()))
    foreign = await Repository(stranger.database, APPROVAL_REQUESTS, stranger.scope).insert(
        request.model_copy(update={"request_id": new_id("apr"), "user_id": ""})
    )
    borrowed = post.model_copy(update={"request_id": foreign.request_id})
    with pytest.raises(ApprovalRequired):
        await authority.permit(busy.scope, act_of_post(borrowed, borrowed.platforms[0], "dlv_1", ()))
