"""What a tool does and refuses is what its route does and refuses; none of them is forgotten."""

import json
import re
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from operator import itemgetter
from typing import Any, Final, cast

from fastapi import FastAPI
from mcp.client import Client
from mcp_types import RequestParamsMeta

from core.ids import new_id
from core.json_text import inner_list, inner_object
from core.money import Money
from core.scope import Scope
from db.campaigns import CAMPAIGNS
from db.content_library import CONTENT_LIBRARY
from db.deliveries import DELIVERIES
from db.social_posts import SOCIAL_POSTS, PlatformResult, PostContent, PostSchedule, PostStatus, SocialPost
from db.zoho_crm_records import ZOHO_CRM_RECORDS, ZohoCrmRecord
from db.zoho_tokens import ZOHO_TOKENS, ZohoToken
from server.by_hand import HandWork
from server.services import Services
from tests.server.conftest import Person
from tests.server.test_api_keys import new_key
from tests.server.test_campaign_control import planned
from tests.server.test_mcp import connected
from tests.server.test_tool_parity import BRIEF, PLAN, POST, alike
from tests.server.tool_routes import API, NO_ROUTE, NO_TOOL, OTHER_GROUPS, ROUTES
from tools.catalogue import CATALOGUE
from tools.tool import Effect
from tools.zoho.access import token_id

Wire = dict[str, Any]
Refusal = tuple[str, str]
UNKNOWN: Final = "0" * 32
PARAMETER: Final = re.compile(r"\{\w+\}")
WHEN: Final = "2026-12-01T09:00"
# Who asked by which way, and the conversation it belongs to, are not the same, and are not meant to be.
OF_THE_WAY: Final = {"created_by", "requested_by", "conversation_id", "run_id", "workflow_id", "launched_by"}
OF_AN_ENTRY: Final = ("action", "actor_id", "details", "resource_type")


class Two:
    """One account, reached through its tools over MCP and through its REST interface."""

    def __init__(self, client: Client, person: Person, services: Services) -> None:
        self._client = client
        self._person = person
        self.services = services
        self.scope = Scope(person.user_id, person.user_id, "user")

    async def tool(self, name: str, place: str | None = None, /, **arguments: Any) -> Wire:
        told, refusal = await self._call(name, place, arguments)
        assert refusal is None, f"{name}: {refusal}"
        return told

    async def tool_refuses(self, name: str, place: str | None = None, /, **arguments: Any) -> Refusal:
        told, refusal = await self._call(name, place, arguments)
        assert refusal is not None, f"{name}: {told}"
        return refusal

    async def rest(self, method: str, path: str, /, **body: Any) -> Wire:
        answer = await self._person.client.request(method, API + path, **_sent(method, body))
        assert answer.is_success, f"{method} {path}: {answer.text}"
        return cast("Wire", answer.json()) if answer.content else {}

    async def rest_refuses(self, method: str, path: str, /, **body: Any) -> Refusal:
        answer = await self._person.client.request(method, API + path, **_sent(method, body))
        assert answer.is_client_error, f"{method} {path}: {answer.text}"
        return answer.json()["code"], answer.json()["detail"]

    async def campaign(self, status: Any = "planning", **more: Any) -> str:
        return await planned(self.services, self._person, status, **more)

    async def draft(self) -> str:
        return str((await self.tool("save_draft", platform="threads", text="Fresh bread."))["content_id"])

    async def conversation(self) -> str:
        return await self._person.conversation()

    async def post(self, status: PostStatus = "scheduled", content_id: str | None = None) -> str:
        post = SocialPost(
            post_id=new_id("pst"), content_id=content_id, platforms=[PlatformResult(platform="twitter", status=status)],
            content=PostContent(message="Fresh bread"),
            schedule=PostSchedule(scheduled=True, publish_at=self.services.clock.now() + timedelta(days=1)),
        )  # fmt: skip
        await self.services.repository(SOCIAL_POSTS, self.scope).insert(post)
        return post.post_id

    async def _call(self, name: str, place: str | None, arguments: Wire) -> tuple[Wire, Refusal | None]:
        meta = cast("RequestParamsMeta", {"marketing-minds/conversation_id": place}) if place else None
        result = await self._client.call_tool(name, arguments, meta=meta)
        told: Wire = result.structured_content or {}
        return told, (told["code"], told["error"]) if result.is_error else None


def _sent(method: str, body: Wire) -> Wire:
    if not body:
        return {}
    return {"params": body} if method == "GET" else {"json": body}


def plain(told: Any) -> Any:
    """A result without ids, hashes, and what is of the way it was asked for."""
    return alike(json.dumps(_without(told)))


def _without(told: Any) -> Any:
    if isinstance(told, list):
        return [_without(value) for value in inner_list(told)]
    if isinstance(told, dict):
        return {key: _without(value) for key, value in inner_object(told).items() if key not in OF_THE_WAY}
    return told


def same(first: Any, second: Any) -> None:
    assert plain(first) == plain(second)


COMPARED: dict[str, Callable[[Two], Awaitable[None]]] = {}


def compares(*names: str) -> Callable[[Callable[[Two], Awaitable[None]]], Callable[[Two], Awaitable[None]]]:
    def keep(function: Callable[[Two], Awaitable[None]]) -> Callable[[Two], Awaitable[None]]:
        COMPARED.update(dict.fromkeys(names, function))
        return function

    return keep


@compares("update_brief", "create_campaign_plan", "revise_campaign")
async def brief_and_plan(two: Two) -> None:
    first, second = await two.conversation(), await two.conversation()
    lacking = await two.tool_refuses("create_campaign_plan", first, **PLAN)
    same(lacking, await two.rest_refuses("POST", "/campaigns", conversation_id=second, **PLAN))
    past = {"event_date": "2026-01-05"}
    same(
        await two.tool_refuses("update_brief", first, **past),
        await two.rest_refuses("PATCH", f"/conversations/{second}/brief", **past),
    )
    told = await two.tool("update_brief", first, **BRIEF)
    known = await two.rest("PATCH", f"/conversations/{second}/brief", **BRIEF)
    same(told, {name: known[name] for name in told})
    contexts = [(await two.rest("GET", f"/conversations/{one}"))["context"] for one in (first, second)]
    same(*contexts)

    made = await two.tool("create_campaign_plan", first, **PLAN)
    by_rest = await two.rest("POST", "/campaigns", conversation_id=second, **PLAN)
    ids = (made["campaign_id"], by_rest["campaign_id"])
    same(*[await two.rest("GET", f"/campaigns/{one}") for one in ids])
    changes = {"name": "Leeds", "budget": "£2,000", "channels": ["instagram", "email"]}
    await two.tool("revise_campaign", first, campaign_id=ids[0], **changes)
    await two.rest("PATCH", f"/campaigns/{ids[1]}", **changes)
    same(*[await two.rest("GET", f"/campaigns/{one}") for one in ids])
    same(*[(await two.rest("GET", f"/conversations/{one}"))["context"] for one in (first, second)])
    running = await two.campaign("active")
    same(
        await two.tool_refuses("revise_campaign", campaign_id=running, name="Late"),
        await two.rest_refuses("PATCH", f"/campaigns/{running}", name="Late"),
    )


@compares("list_campaigns", "get_campaign", "estimate_cost")
async def campaigns(two: Two) -> None:
    campaign_id = await two.campaign()
    listed = (await two.tool("list_campaigns"))["campaigns"]
    by_rest = (await two.rest("GET", "/campaigns"))["items"]
    assert [one["campaign_id"] for one in listed] == [one["campaign_id"] for one in by_rest]
    told, view = (
        await two.tool("get_campaign", campaign_id=campaign_id),
        await two.rest("GET", f"/campaigns/{campaign_id}"),
    )
    (line,) = [one for one in listed if one["campaign_id"] == campaign_id]
    for one in (told, line):
        assert (one["name"], one["status"], one["channels"]) == (view["name"], view["status"], view["platforms"])
        assert (one["start"], one["end"]) == (view["start_date"], view["end_date"])
        assert one["budget"]["total_minor"] == view["budget"]["allocated_minor"]
    assert [task["description"] for task in told["tasks"]] == [task["description"] for task in view["plan"]["tasks"]]

    cost, counted = (
        await two.tool("estimate_cost", campaign_id=campaign_id),
        await two.rest("GET", f"/campaigns/{campaign_id}/estimate"),
    )
    for name in ("lines", "total_minor", "currency"):
        assert cost[name] == counted[name]
    assert cost["recommended_budget"] == str(Money(counted["recommended_budget_minor"], "GBP"))
    await two.services.repository(CAMPAIGNS, two.scope).update(campaign_id, {"platforms": ["google_ads"]})
    for name, path in (("get_campaign", ""), ("estimate_cost", "/estimate")):
        unknown = f"cmp_{UNKNOWN}"
        refused = await two.tool_refuses(name, campaign_id=unknown)
        assert refused == await two.rest_refuses("GET", f"/campaigns/{unknown}{path}")
    nowhere = await two.tool_refuses("estimate_cost", campaign_id=campaign_id)
    assert nowhere == await two.rest_refuses("GET", f"/campaigns/{campaign_id}/estimate")


@compares("request_budget")
async def more_money(two: Two) -> None:
    ids = [await two.campaign("active") for _ in range(2)]
    wanted = {"amount": "£50", "reason": "A second flyer"}
    asked = await two.tool("request_budget", campaign_id=ids[0], **wanted)
    by_rest = await two.rest("POST", f"/campaigns/{ids[1]}/budget", **wanted)
    told = await two.rest("GET", f"/approvals/{asked['approval_id']}")
    for name in ("summary", "content", "tool", "request_type", "status", "steps"):
        same(told[name], by_rest[name])
    paused = await two.campaign("paused")
    for campaign_id, amount in ((ids[0], "€5"), (paused, "£5"), (ids[0], "lots")):
        refused = await two.tool_refuses("request_budget", campaign_id=campaign_id, amount=amount, reason="More")
        again = await two.rest_refuses("POST", f"/campaigns/{campaign_id}/budget", amount=amount, reason="More")
        assert refused == again


@compares("launch_campaign", "pause_campaign", "cancel_campaign")
async def course(two: Two) -> None:
    ids = [await two.campaign() for _ in range(2)]
    asked = await two.tool("launch_campaign", campaign_id=ids[0], mode="hybrid")
    launched = await two.rest("POST", f"/campaigns/{ids[1]}/launch", mode="hybrid")
    payload = (await two.rest("GET", f"/approvals/{asked['approval_id']}"))["content"]
    assert (payload["mode"], payload["start"], payload["end"]) == (
        "hybrid",
        launched["start_date"],
        launched["end_date"],
    )
    assert payload["estimate_minor"] == launched["estimated_cost_minor"]
    assert payload["timezone"] == launched["execution"]["timezone"]
    assert sum(payload["pieces"].values()) == len(launched["publishing_schedule"]["slots"])
    assert (launched["status"], launched["execution"]["request_id"]) == ("review", None)

    running = [await two.campaign("active") for _ in range(2)]
    for name, move in (("pause_campaign", "pause"), ("cancel_campaign", "cancel")):
        await two.tool(name, campaign_id=running[0], reason="Rain")
        await two.rest("POST", f"/campaigns/{running[1]}/{move}", reason="Rain")
        same(*[await two.rest("GET", f"/campaigns/{one}") for one in running])
    log = (await two.rest("GET", "/audit", limit=100))["items"]
    for action in ("campaign_paused", "campaign_cancelled"):
        same(*[{name: entry[name] for name in OF_AN_ENTRY} for entry in log if entry["action"] == action])
    for name, move in (("launch_campaign", "launch"), ("pause_campaign", "pause")):
        refused = await two.tool_refuses(name, campaign_id=running[0])
        assert refused == await two.rest_refuses("POST", f"/campaigns/{running[0]}/{move}")
        assert refused[0] == "conflict"
    done = await two.campaign("completed")
    assert await two.tool_refuses("cancel_campaign", campaign_id=done) == await two.rest_refuses(
        "POST", f"/campaigns/{done}/cancel"
    )


@compares("resume_campaign")
async def going_on(two: Two) -> None:
    """A model lets nothing go on: the tool wants the person's own order in a turn, the route is the person."""
    paused = await two.campaign("paused")
    code, words = await two.tool_refuses("resume_campaign", campaign_id=paused)
    assert (code, "Only a person" in words) == ("tool_input", True)
    assert (await two.rest("POST", f"/campaigns/{paused}/resume"))["status"] == "active"
    again = await two.campaign("paused")
    context = replace(await HandWork(two.services, two.scope).context(), order="resume")
    assert (await two.services.turns.house.runner.call("resume_campaign", {"campaign_id": again}, context)).ok
    same(*[(await two.rest("GET", f"/campaigns/{one}"))["status"] for one in (paused, again)])


@compares("save_draft", "revise_draft", "get_content", "list_drafts", "platform_limits")
async def content(two: Two) -> None:
    told = await two.tool("save_draft", **POST)
    by_rest = await two.rest("POST", "/content", **POST)
    ids = (told["content_id"], by_rest["content_id"])
    same(*[await two.rest("GET", f"/content/{one}") for one in ids])
    too_long = {"platform": "twitter", "text": "Bread. " * 100}
    same(await two.tool_refuses("save_draft", **too_long), await two.rest_refuses("POST", "/content", **too_long))
    for change in ({"text": "Bread, daily."}, {"hashtags": ["#Bread", "Leeds"]}):
        await two.tool("revise_draft", content_id=ids[0], reason="Edited by hand", **change)
        await two.rest("PATCH", f"/content/{ids[1]}", **change)
    same(*[await two.rest("GET", f"/content/{one}") for one in ids])
    versions = [(await two.rest("GET", f"/content/{one}/versions"))["items"] for one in ids]
    same(*[sorted(kept, key=itemgetter("version")) for kept in versions])
    for wrong in ({"text": "Bread. " * 4_000}, {"image_url": "https://files.example/a.png", "text": "B" * 4_000}):
        refused = await two.tool_refuses("revise_draft", content_id=ids[0], **wrong)
        assert refused == await two.rest_refuses("PATCH", f"/content/{ids[0]}", **wrong)

    whole, view = await two.tool("get_content", content_id=ids[0]), await two.rest("GET", f"/content/{ids[0]}")
    shown = {**view, "text": view["content"]["text"], "link": view["content"]["link"]}
    for name in set(whole) - {"characters", "limit", "remaining", "measure"}:
        assert whole[name] == shown[name], name
    listed = (await two.tool("list_drafts", status="draft"))["drafts"]
    items = (await two.rest("GET", "/content", status="draft"))["items"]
    assert [one["content_id"] for one in listed] == [one["content_id"] for one in items]
    unknown, campaign = f"cnt_{UNKNOWN}", f"cmp_{UNKNOWN}"
    assert await two.tool_refuses("get_content", content_id=unknown) == await two.rest_refuses(
        "GET", f"/content/{unknown}"
    )
    gone = await two.tool_refuses("revise_draft", content_id=unknown, text="Bread")
    assert gone == await two.rest_refuses("PATCH", f"/content/{unknown}", text="Bread")
    nowhere = await two.tool_refuses("list_drafts", campaign_id=campaign)
    assert nowhere == await two.rest_refuses("GET", "/content", campaign_id=campaign)
    for platform in (await two.rest("GET", "/platforms"))["items"]:
        assert platform["limits"] == await two.tool("platform_limits", platform=platform["name"])


@compares("set_journey")
async def journey(two: Two) -> None:
    posts, article = [await two.draft(), await two.draft()], {"platform": "blog", "text": "# Bread\n\nFresh bread."}
    target = (await two.tool("save_draft", **article))["content_id"]
    step = {"next_content_id": target, "conversion_goal": "sale", "cta_url": "https://bread.example/"}
    await two.tool("set_journey", content_id=posts[0], **step)
    await two.rest("PATCH", f"/content/{posts[1]}/journey", **step)
    same(*[await two.rest("GET", f"/content/{one}") for one in posts])
    for wrong in (
        {"next_content_id": posts[1]},
        {"conversion_goal": "referral"},
        {"next_content_id": f"cnt_{UNKNOWN}"},
    ):
        refused = await two.tool_refuses("set_journey", content_id=posts[0], **wrong)
        assert refused == await two.rest_refuses("PATCH", f"/content/{posts[0]}/journey", **wrong)


@compares("review_drafts", "schedule_posts", "list_approvals")
async def asking(two: Two) -> None:
    texts = [await two.draft(), await two.draft()]
    asked = [
        (await two.tool("review_drafts", content_ids=texts[:1]))["approval_id"],
        (await two.rest("POST", "/content/reviews", content_ids=texts[1:]))["approval_id"],
        (await two.tool("schedule_posts", items=[{"content_id": texts[0], "publish_at": WHEN}]))["approval_id"],
        (await two.rest("POST", "/posts", items=[{"content_id": texts[1], "publish_at": WHEN}]))["approval_id"],
    ]
    views = [await two.rest("GET", f"/approvals/{one}") for one in asked]
    for one, other in (views[:2], views[2:]):
        for name in ("summary", "content", "tool", "request_type", "status", "steps", "expires_at"):
            same(one[name], other[name])
    for status in ("pending", "cancelled"):
        listed = (await two.tool("list_approvals", status=status, limit=50))["approvals"]
        items = (await two.rest("GET", "/approvals", status=status, limit=50))["items"]
        assert [one["approval_id"] for one in listed] == [one["approval_id"] for one in items]
        assert [one["summary"] for one in listed] == [one["summary"] for one in items]
    past = [{"content_id": texts[0], "publish_at": "2026-01-01T09:00"}]
    assert await two.tool_refuses("schedule_posts", items=past) == await two.rest_refuses("POST", "/posts", items=past)
    unknown = [f"cnt_{UNKNOWN}"]
    gone = await two.tool_refuses("review_drafts", content_ids=unknown)
    assert gone == await two.rest_refuses("POST", "/content/reviews", content_ids=unknown)
    decided = await two.rest("POST", f"/approvals/{asked[3]}/decision", decision="approve")
    await two.services.care.look()
    (post,) = [one for one in (await two.rest("GET", "/posts"))["items"] if one["approval_id"] == asked[3]]
    assert (decided["status"], post["content_id"]) == ("approved", texts[1])


@compares("list_posts", "cancel_post", "retry_post")
async def posts(two: Two) -> None:
    drafts = [await two.draft() for _ in range(2)]
    for one in drafts:
        await two.services.repository(CONTENT_LIBRARY, two.scope).update(one, {"status": "approved"})
    early = [await two.post(content_id=one) for one in drafts]
    later = [await two.post() for _ in range(2)]
    ids = [*early, *later]
    await two.services.delivery.due.look()
    deliveries = two.services.repository(DELIVERIES, two.scope)
    for delivery in await deliveries.find({"post_id": {"$in": early}}):
        await deliveries.delete(delivery.delivery_id)
    day = {"since": "2026-11-20", "until": "2026-12-20"}
    listed = {one["post_id"] for one in (await two.tool("list_posts", status="scheduled", limit=50, **day))["posts"]}
    span = {name: f"{value}T00:00:00Z" for name, value in day.items()}
    entries = (await two.rest("GET", "/calendar", **span))["items"]
    assert listed == {one["post_id"] for one in entries if one["state"] == "scheduled"}
    assert listed == {
        one["post_id"] for one in (await two.rest("GET", "/posts", status="scheduled", limit=50))["items"]
    }
    assert set(ids) <= listed
    for first, second in (early, later):
        await two.tool("cancel_post", post_id=first)
        await two.rest("POST", f"/posts/{second}/cancel")
        same(*[await two.rest("GET", f"/posts/{one}") for one in (first, second)])
    assert [(await two.rest("GET", f"/content/{one}"))["status"] for one in drafts] == ["draft", "draft"]
    for name, path in (("cancel_post", "cancel"), ("retry_post", "retry")):
        for post_id in (await two.post("published"), f"pst_{UNKNOWN}", later[0]):
            if (name, post_id) == ("cancel_post", later[0]):
                continue  # calling it off twice is harmless
            refused = await two.tool_refuses(name, post_id=post_id)
            again = await two.rest_refuses("POST", f"/posts/{post_id}/{path}", platform="twitter")
            assert refused == again, (name, post_id)


@compares("show_policy", "back_test_policy")
async def policy(two: Two) -> None:
    campaign_id = await two.campaign("active", mode="hybrid")
    for arguments, path in (
        ({}, "/approval-rules"),
        ({"campaign_id": campaign_id}, f"/campaigns/{campaign_id}/approval-rules"),
    ):
        told, rules = await two.tool("show_policy", **arguments), await two.rest("GET", path)
        assert (told["mode"], told["stopped"]) == (rules["mode"], rules["stopped"])
        assert told["rows"] == [row["in_words"] for row in rules["table"]]
        assert told["approved_in_steps"] == [step["name"] for step in rules["steps"]]
    tried = await two.tool("back_test_policy", mode="full_auto")
    done = await two.rest("POST", "/approval-rules/back-test", mode="full_auto")
    for name in ("days", "posts", "would_ask", "would_refuse"):
        assert tried[name] == done[name]
    assert tried["without_asking"] == len(done["without_asking"])
    unknown = f"cmp_{UNKNOWN}"
    gone = await two.tool_refuses("show_policy", campaign_id=unknown)
    assert gone == await two.rest_refuses("GET", f"/campaigns/{unknown}/approval-rules")
    gone = await two.tool_refuses("back_test_policy", mode="hybrid", campaign_id=unknown)
    assert gone == await two.rest_refuses("POST", "/approval-rules/back-test", mode="hybrid", campaign_id=unknown)


@compares("query_metrics", "draw_chart")
async def figures(two: Two) -> None:
    question = {"metrics": ["clicks", "ad_conversions"], "group_by": "day"}
    assert await two.tool("query_metrics", **question) == await two.rest("GET", "/figures", **question)
    nothing = await two.tool("draw_chart", metric="ad_conversions")
    assert await two.rest_refuses("POST", "/charts", metric="ad_conversions") == ("not_found", nothing["note"])
    sale = {"id": "order-1", "campaign_id": await two.campaign("active"), "revenue_minor": 4200, "currency": "GBP"}
    await two.rest("POST", "/conversions", **sale)
    told, by_rest = await two.tool("query_metrics", **question), await two.rest("GET", "/figures", **question)
    assert told == by_rest
    assert told["rows"]
    drawn, kept = (
        await two.tool("draw_chart", metric="ad_conversions"),
        await two.rest("POST", "/charts", metric="ad_conversions"),
    )
    same(*[await two.rest("GET", f"/charts/{one}") for one in (drawn["chart_id"], kept["chart_id"])])
    gone = await two.tool_refuses("query_metrics", metrics=["clicks"], period="the day of the flood")
    assert gone == await two.rest_refuses("GET", "/figures", metrics=["clicks"], period="the day of the flood")


@compares("search_crm")
async def crm(two: Two) -> None:
    now = two.services.clock.now()
    token = ZohoToken(zoho_token_id=token_id(two.scope), expires_in=3600, expires_at=now, last_synced=now)
    await two.services.repository(ZOHO_TOKENS, two.scope).insert(token)
    for number, name in enumerate(("Mill", "Bakery")):
        lead = ZohoCrmRecord(
            crm_record_id=new_id("crm"), module="Leads", record_id=f"z{number}", name=name, data={"Company": name},
            added_at=now + timedelta(seconds=number), synced_at=now,
        )  # fmt: skip
        await two.services.repository(ZOHO_CRM_RECORDS, two.scope).insert(lead)
    told, listed = await two.tool("search_crm", module="Leads"), await two.rest("GET", "/crm/records", module="Leads")
    assert told["count"] == len(listed["items"]) == 2
    rows = {one["crm_record_id"]: one["name"] for one in told["records"]}
    assert rows == {one["crm_record_id"]: one["name"] for one in listed["items"]}


@compares("remember", "recall_memory", "correct_memory", "forget_memory", "switch_memory")
async def memory(two: Two) -> None:
    told = await two.tool("remember", text="Our delivery fee is £3.")
    kept = await two.rest("POST", "/memory", content="Our opening hours are 9 to 5.")
    ids = [told["remembered"][0]["memory_id"], kept["memories"][0]["memory_id"]]
    for question in ("What is our delivery fee?", "When do we open?"):
        found = (await two.tool("recall_memory", question=question))["memories"]
        items = (await two.rest("GET", "/memory", q=question, limit=8))["items"]
        assert [one["memory_id"] for one in found] == [one["memory_id"] for one in items]
        assert [one["says"] for one in found] == [one["content"] for one in items]
    fixed = await two.tool("correct_memory", memory_id=ids[0], content="Our delivery fee is £4.")
    again = await two.rest("PATCH", f"/memory/{ids[1]}", content="Our opening hours are 9 to 6.")
    now = [fixed["remembered"][0]["memory_id"], again["memory_id"]]
    for old, new in zip(ids, now, strict=True):
        assert (await two.rest("GET", f"/memory/{old}"))["superseded_by"] == new
    await two.tool("forget_memory", memory_ids=[now[0]])
    await two.rest("DELETE", f"/memory/{now[1]}")
    assert (await two.tool("recall_memory"))["memories"] == (await two.rest("GET", "/memory"))["items"] == []
    unknown = f"mem_{UNKNOWN}"
    gone = await two.tool_refuses("correct_memory", memory_id=unknown, content="Our fee is £9.")
    assert gone == await two.rest_refuses("PATCH", f"/memory/{unknown}", content="Our fee is £9.")
    gone = await two.tool_refuses("forget_memory", memory_ids=[unknown])
    assert gone == await two.rest_refuses("DELETE", f"/memory/{unknown}")
    first, second = await two.conversation(), await two.conversation()
    await two.tool("switch_memory", first, on=False)
    await two.rest("PATCH", "/memory/settings", enabled=False, conversation_id=second)
    off = await two.rest("GET", "/memory/settings")
    assert (off["enabled"], off["off_in"]) == (True, sorted([first, second]))
    await two.tool("switch_memory", first, on=True)
    await two.rest("PATCH", "/memory/settings", enabled=True, conversation_id=second)
    assert (await two.rest("GET", "/memory/settings"))["off_in"] == []


@compares("stop_everything")
async def stopping(two: Two) -> None:
    halts: list[Wire] = []
    await two.tool("stop_everything", reason="The shop is on fire.")
    halts.append(await two.rest("GET", "/halt"))
    await two.rest("DELETE", "/halt")
    await two.rest("POST", "/halt", reason="The shop is on fire.")
    halts.append(await two.rest("GET", "/halt"))
    await two.rest("DELETE", "/halt")
    same(*halts)


def operations(app: FastAPI) -> dict[str, list[str]]:
    """Every operation of the interface with its tags."""
    return {
        f"{method.upper()} {path.removeprefix(API)}": described["tags"]
        for path, methods in app.openapi()["paths"].items()
        if path.startswith(API)
        for method, described in methods.items()
    }


def test_every_tool_has_a_route_or_a_reason_and_every_route_that_changes_something_too(app: FastAPI) -> None:
    assert sorted([*ROUTES, *NO_ROUTE]) == sorted(tool.name for tool in CATALOGUE)
    known = operations(app)
    taken = [route for routes in ROUTES.values() for route in routes]
    assert [route for route in [*taken, *NO_TOOL] if route not in known] == []
    changing = {name: tags for name, tags in known.items() if not name.startswith("GET ")}
    others = {name for name, tags in changing.items() if set(tags) & set(OTHER_GROUPS)}
    assert sorted(set(changing) - others - set(taken)) == sorted(NO_TOOL)
    assert set(taken) & others == set()
    assert {tag for tags in changing.values() for tag in tags} >= set(OTHER_GROUPS)
    assert all(reason.endswith(".") for reason in [*NO_ROUTE.values(), *NO_TOOL.values(), *OTHER_GROUPS.values()])
    assert sorted(COMPARED) == sorted(ROUTES)


async def test_a_tool_and_its_route_do_and_refuse_the_same(live: str, person: Person, services: Services) -> None:
    await person.client.patch("/api/v1/me", json={"timezone": "Pacific/Auckland"})
    async with connected(live, (await new_key(person))["key"]) as client:
        two = Two(client, person, services)
        for compare in dict.fromkeys(COMPARED.values()):
            await compare(two)


async def test_who_may_only_read_is_refused_by_tools_and_routes_alike(
    live: str, person: Person, viewer: Person
) -> None:
    async with connected(live, (await new_key(person, role="viewer"))["key"]) as client:
        for tool in CATALOGUE:
            if tool.effect is Effect.READ:
                continue
            told = (await client.call_tool(tool.name, {})).structured_content
            assert told is not None
            assert told["code"] == "forbidden", tool.name
            for route in ROUTES.get(tool.name, ()):
                method, _, path = route.partition(" ")
                answer = await viewer.client.request(method, API + PARAMETER.sub(f"cmp_{UNKNOWN}", path), json={})
                assert (answer.status_code, answer.json()["code"]) == (403, "forbidden"), route
