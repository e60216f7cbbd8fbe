"""A second tenant tries every route with every id of the first, and meets 404 as if nothing were there."""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute, APIWebSocketRoute
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from core.ids import new_id
from core.scope import Scope
from db.catalogue import OWNED
from db.charts import CHARTS, Chart
from db.deliveries import DELIVERIES, Delivery
from db.repository import Repository
from db.scheduled_jobs import SCHEDULED_JOBS, JobSchedule, ScheduledJob
from db.slack_installations import SLACK_INSTALLATIONS, SlackInstallation
from db.slack_links import SLACK_LINKS, SlackLink
from db.social_accounts import SOCIAL_ACCOUNTS, SocialAccount
from db.visitors import VISITORS, Visitor
from db.zoho_crm_records import ZOHO_CRM_RECORDS, ZohoCrmRecord
from server.app import ROUTERS
from server.console.pages import PAGES
from server.services import Services
from tests.server.conftest import PASSWORD, Person
from tests.server.console.conftest import HERE
from tools.outside.links import Source

BRIEF = "We open a second bakery in Leeds on 3 December, 200 visitors, £1,500, local families, Instagram and email."
PARAMETER = re.compile(r"\{((?!platform)\w+)\}")
# The widget's own interface takes other tokens: tests/server/widget has its strangers.
WIDGET = "/api/v1/widget/"
NAMED = re.compile(rf"(?!{WIDGET}).*{PARAMETER.pattern}")
BODIES = {
    "send_message": {"content": "Hello"},
    "decide_approval": {"decision": "approve"},
    "change_content": {"text": "Mine now."},
    "set_content_journey": {"conversion_goal": "sale"},
    "change_memory": {"content": "Mine now.", "pinned": True},
    "change_site": {"name": "Mine now."},
    "change_member": {"role": "viewer"},
    "reschedule_post": {"publish_at": "2026-12-02T09:00:00Z"},
    "retry_post": {},
    "resolve_post": {"outcome": "leave"},
    "change_webhook": {"active": False},
    "start_voice_check": {"way": "recording"},
    "make_approval_link": {"approver": "client@shop.example"},
    "put_campaign_approval_rules": {"mode": "hybrid"},
    "request_budget": {"amount": "£500", "reason": "Reprint"},
    "choose_approval_account": {"connection_id": f"acc_{'0' * 32}"},
    "choose_post_account": {"connection_id": f"acc_{'0' * 32}"},
    "change_campaign": {"name": "Mine now."},
    "change_brief": {"product": "Mine now."},
}

# A field for whatever a form of the console asks for.
FORM = {
    "content": "Mine now.",
    "text": "Mine now.",
    "name": "Mine now.",
    "role": "viewer",
    "effect": "publish",
    "mode": "manual",
    "at": "2026-12-02T09:00",
    "url": "https://mine.example/hook",
    "origins": "https://mine.example",
    "events": "post.published",
    "importance": "5",
    "payload_hash": "hash",
    "approver": "client@shop.example",
    "version": "1",
    "reason": "Mine now.",
    "notes": "Mine now.",
    "amount": "500",
}
# Lists in which everybody finds their own entries, or the same ones.
THEIR_OWN = {"/api/v1/audit", "/api/v1/me/notifications", "/api/v1/platforms", "/api/v1/webhooks/events"}
LISTS = 20
PAGES_WITH_IDS = 45


def guarded() -> Iterator[tuple[str, APIRoute]]:
    """Every HTTP route that names a document, with one of its methods."""
    for router in ROUTERS:
        for route in router.routes:
            shown = isinstance(route, APIRoute) and route.include_in_schema
            if (
                isinstance(route, APIRoute)
                and shown
                and PARAMETER.search(route.path)
                and not route.path.startswith(WIDGET)
            ):
                for method in sorted(route.methods or ()):
                    yield method, route


def hidden() -> Iterator[tuple[str, APIRoute]]:
    """Every HTTP route with a parameter that the interface's description does not show, with each of its methods."""
    for router in ROUTERS:
        for route in router.routes:
            if isinstance(route, APIRoute) and not route.include_in_schema and "{" in route.path:
                for method in sorted(route.methods or ()):
                    yield method, route


def console_routes() -> Iterator[APIRoute]:
    """Every route of the console's pages."""
    for page in PAGES:
        yield from (route for route in page.router.routes if isinstance(route, APIRoute))


def open_to_look_at() -> Iterator[str]:
    """The paths of every route that is read and names nothing."""
    routes = [route for router in ROUTERS for route in router.routes if isinstance(route, APIRoute)]
    for route in [*routes, *console_routes()]:
        if "GET" in (route.methods or ()) and "{" not in route.path and not route.path.startswith(WIDGET):
            yield route.path


def sockets() -> list[str]:
    paths = [route.path for router in ROUTERS for route in router.routes if isinstance(route, APIWebSocketRoute)]
    return [path for path in paths if not path.startswith(WIDGET)]


async def owned_ids(person: Person, services: Services) -> dict[str, str]:
    """One id for each parameter name, all of them of things that exist."""
    conversation = await person.conversation()
    for words in (BRIEF, "Yes, plan it and write the posts.", "Schedule the Instagram post for 2 December at 9am."):
        await person.say(conversation, words)
    member = {"email": f"m-{person.email}", "password": PASSWORD, "name": "Mel"}
    added = await person.client.post("/api/v1/members", json=member)
    approval = (await person.client.get("/api/v1/approvals")).json()["items"][0]["approval_id"]
    content = (await person.client.get("/api/v1/content")).json()["items"]
    (email,) = [one["content_id"] for one in content if one["platform"] == "email"]
    changed = await person.client.patch(f"/api/v1/content/{email}", json={"subject": "Come and see us in Leeds"})
    assert changed.status_code == 200
    version = (await person.client.get(f"/api/v1/content/{email}/versions")).json()["items"][0]["version_id"]
    campaign = (await person.client.get("/api/v1/campaigns")).json()["items"][0]["campaign_id"]
    voice = await person.client.post(f"/api/v1/approvals/{approval}/voice-checks", json={"way": "recording"})
    first = await person.client.post(f"/api/v1/approvals/{approval}/decision", json={"decision": "approve"})
    assert first.status_code == 200
    await person.say(conversation, "Thanks")
    post = (await person.client.get("/api/v1/posts")).json()["items"][0]["post_id"]
    noted = await person.client.post("/api/v1/memory", json={"content": "Our delivery fee is £3."})
    now = services.clock.now()
    mine = Scope(person.user_id, person.user_id, "user")
    job = ScheduledJob(job_id=new_id("job"), job_type="report", schedule=JobSchedule(execute_at=now))
    await services.repository(SCHEDULED_JOBS, mine).insert(job)
    delivery = Delivery(
        delivery_id=new_id("dlv"), post_id=post, platform="twitter", account="Ours", publish_at=now, not_after=now
    )
    await services.repository(DELIVERIES, mine).insert(delivery)
    account = SocialAccount(social_account_id=new_id("acc"), platform="twitter", account_id="1")
    await services.repository(SOCIAL_ACCOUNTS, Scope(person.user_id, person.user_id, "user")).insert(account)
    source = Source("social_post", post, "twitter")
    link = await services.links.manage(mine, source, "https://shop.example/menu")
    key = await person.client.post("/api/v1/api-keys", json={"name": "Shop"})
    site = await person.client.post("/api/v1/sites", json={"name": "Shop", "origins": ["https://shop.example"]})
    invited = await person.client.post("/api/v1/members/invitations", json={"name": "Cem"})
    hook = await person.client.post("/api/v1/webhooks", json={"name": "Shop", "url": "https://shop.example/hook"})
    webhook_id = hook.json()["webhook_id"]
    tried = await person.client.post(f"/api/v1/webhooks/{webhook_id}/test")
    feed = await person.client.post("/api/v1/calendar/feeds", json={"name": "Phone"})
    visitor = Visitor(
        visitor_id=new_id("vtr"), site_id=site.json()["site_id"], kind="anonymous", last_seen_at=services.clock.now()
    )
    await services.repository(VISITORS, mine).insert(visitor)
    chart = Chart(
        chart_id=new_id("cht"), title="Clicks", kind="bar", metric="clicks", group_by="post", spec="{}", svg="", png=""
    )
    await services.repository(CHARTS, mine).insert(chart)
    team: dict[str, Any] = {"team_id": person.user_id, "installed_by": person.user_id, "installed_at": now}
    workspace = SlackInstallation(installation_id=new_id("sli"), **team)
    await services.repository(SLACK_INSTALLATIONS, mine).insert(workspace)
    user: dict[str, Any] = {"team_id": person.user_id, "slack_user_id": "U1", "actor_id": person.user_id}
    slack_link = SlackLink(link_id=new_id("slk"), linked_at=now, **user)
    await services.repository(SLACK_LINKS, mine).insert(slack_link)
    record = ZohoCrmRecord(crm_record_id=new_id("crm"), module="Leads", record_id="1", synced_at=now)
    await services.repository(ZOHO_CRM_RECORDS, mine).insert(record)
    return {
        "crm_record_id": record.crm_record_id,
        "installation_id": workspace.installation_id,
        "slack_link_id": slack_link.link_id,
        "visitor_id": visitor.visitor_id,
        "version_id": version,
        "site_id": site.json()["site_id"],
        "chart_id": chart.chart_id,
        "check_id": voice.json()["check_id"],
        "webhook_id": webhook_id,
        "delivery_id": tried.json()["delivery_id"],
        "feed_id": feed.json()["feed_id"],
        "job_id": job.job_id,
        "key_id": key.json()["key_id"],
        "code_id": invited.json()["code_id"],
        "link_id": link.url_id,
        "connection_id": account.social_account_id,
        "memory_id": noted.json()["memories"][0]["memory_id"],
        "conversation_id": conversation,
        "user_id": added.json()["user_id"],
        "approval_id": approval,
        "content_id": content[0]["content_id"],
        "campaign_id": campaign,
        "post_id": post,
    }


async def test_a_stranger_finds_nothing_behind_any_route_with_any_id(
    person: Person, stranger: Person, services: Services
) -> None:
    ids = await owned_ids(person, services)
    before = await state_of(services, person)
    routes = list(guarded())
    assert {name for _, route in routes for name in PARAMETER.findall(route.path)} == set(ids)
    for method, route in routes:
        body = BODIES.get(str(route.operation_id))
        for name in PARAMETER.findall(route.path):
            for value in ids.values():
                path = route.path.replace(f"{{{name}}}", value)
                answer = await stranger.client.request(method, path, json=body)
                assert (answer.status_code, answer.json()["code"]) == (404, "not_found"), f"{method} {path}"
    assert await state_of(services, person) == before


async def test_the_owner_reaches_what_the_stranger_does_not(person: Person, services: Services) -> None:
    ids = await owned_ids(person, services)
    for method, route in guarded():
        if method == "GET":
            path = PARAMETER.sub(lambda match: ids[match.group(1)], route.path)
            assert (await person.client.get(path)).status_code == 200, path


async def test_a_stranger_is_shown_nothing_of_it_anywhere(person: Person, stranger: Person, services: Services) -> None:
    """Every list and every page there is, shown in the interface's description or not."""
    ids = await owned_ids(person, services)
    everything = {*ids.values(), person.user_id, person.email}
    lists: dict[str, list[Any]] = {}
    for path in sorted(set(open_to_look_at())):
        answer = await stranger.client.get(path)
        assert answer.status_code < 500, path
        assert not [one for one in everything if one in answer.text], path
        shown: Any = answer.json() if answer.headers.get("content-type") == "application/json" else {}
        if isinstance(shown, dict) and "items" in shown:
            lists[path] = shown["items"]
    assert {path for path, items in lists.items() if items} <= THEIR_OWN
    assert len(lists) >= LISTS, sorted(lists)
    filtered = await stranger.client.get("/api/v1/content", params={"campaign_id": ids["campaign_id"]})
    assert (filtered.status_code, filtered.json()["code"]) == (404, "not_found")


async def test_a_stranger_finds_no_page_of_the_console(person: Person, stranger: Person, services: Services) -> None:
    ids = await owned_ids(person, services)
    before = await state_of(services, person)
    asked = 0
    for route in console_routes():
        names = re.findall(r"{(\w+)}", route.path)
        if not set(names) & set(ids):
            continue
        path = re.sub(r"{(\w+)}", lambda match: ids.get(match.group(1), "1"), route.path)
        for method in sorted(route.methods or ()):
            form = FORM if method == "POST" else None
            answer = await stranger.client.request(method, path, headers=HERE, data=form)
            unread = method == "POST" and answer.status_code == 422
            refused = (
                unread or answer.status_code == 404 or "There is no" in unquote(answer.headers.get("set-cookie", ""))
            )
            assert refused, f"{method} {path}: {answer.status_code} {answer.headers.get('set-cookie')}"
            asked += 1
    assert asked >= PAGES_WITH_IDS
    assert await state_of(services, person) == before


async def test_a_stranger_gets_nothing_by_an_id_where_a_token_is_asked_for(
    person: Person, stranger: Person, services: Services
) -> None:
    ids = await owned_ids(person, services)
    before = await state_of(services, person)
    for method, route in hidden():
        for value in ids.values():
            path = re.sub(r"{(\w+)}", value, route.path)
            answer = await stranger.client.request(method, path, headers=HERE, data={})
            assert answer.status_code < 500, f"{method} {path}"
            assert not [one for one in (person.user_id, person.email) if one in answer.text.replace(value, "")], path
    assert await state_of(services, person) == before


async def test_ag_ui_gives_a_stranger_neither_thread_nor_interrupt(
    person: Person, stranger: Person, services: Services
) -> None:
    conversation = await person.conversation()
    body = {"threadId": conversation, "runId": "r1", "messages": [{"id": "m1", "role": "user", "content": "Hello"}]}
    assert (await stranger.client.post("/ag-ui", json=body)).status_code == 404
    ids = await owned_ids(person, services)
    resume = [{"interruptId": ids["approval_id"], "status": "resolved", "payload": {"decision": "approve"}}]
    body = {"threadId": "theirs", "runId": "r1", "messages": [], "resume": resume}
    assert (await stranger.client.post("/ag-ui", json=body)).status_code == 404


async def test_one_external_thread_id_is_two_conversations_for_two_people(person: Person, stranger: Person) -> None:
    message = {"id": "m1", "role": "user", "content": "Hello"}
    body = {"threadId": "thread-1", "runId": "r1", "messages": [message]}
    for one in (person, stranger):
        assert (await one.client.post("/ag-ui", json=body)).status_code == 200
    mine = (await person.client.get("/api/v1/conversations")).json()["items"]
    theirs = (await stranger.client.get("/api/v1/conversations")).json()["items"]
    assert len(mine) == len(theirs) == 1
    assert mine[0]["conversation_id"] != theirs[0]["conversation_id"]


@pytest.mark.parametrize("path", sockets())
async def test_a_strangers_socket_is_closed(path: str, person: Person, stranger: Person, live: str) -> None:
    conversation = await person.conversation()
    address = f"ws://{live}{path.format(conversation_id=conversation)}"
    async with connect(address, additional_headers={"Authorization": f"Bearer {stranger.token}"}) as socket:
        with pytest.raises(ConnectionClosed) as closed:
            await socket.recv()
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 4403


@pytest.mark.parametrize(
    "value", ["x", "cnv_1", "CNV_" + "0" * 32, "cnv_" + "0" * 32, "%00", "..%2f..", "💥", "%ff%fe"]
)
async def test_an_id_that_is_none_is_not_found(person: Person, value: str) -> None:
    for method, route in guarded():
        body = BODIES.get(str(route.operation_id))
        path = PARAMETER.sub(value, route.path)
        answer = await person.client.request(method, path, json=body)
        assert answer.status_code in {404, 405}, f"{method} {path}: {answer.status_code}"
        assert answer.headers["content-type"] == "application/problem+json"


async def test_no_route_but_the_open_ones_answers_without_a_login(app: FastAPI, person: Person) -> None:
    open_to_all = {"register", "join", "get_token", "healthz", "readyz", "metrics", "open_widget_session"}
    del person.client.headers["Authorization"]
    for router in ROUTERS:
        for route in router.routes:
            if isinstance(route, APIRoute) and route.include_in_schema and route.operation_id not in open_to_all:
                path = PARAMETER.sub("cnv_" + "0" * 32, route.path).replace("{platform}", "twitter")
                for method in route.methods or ():
                    answer = await person.client.request(method, path, json={})
                    assert answer.status_code == 401, f"{method} {path}"


async def state_of(services: Services, person: Person) -> dict[str, int]:
    scope = Scope(person.user_id, person.user_id, "user")
    return {item.name: await Repository(services.database, item, scope).count({}) for item in OWNED}
