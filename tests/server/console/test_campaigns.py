"""Campaigns in the console: every state, their course, the stop switch, the policy's back-test, the drawn plan."""

import re
from typing import get_args

import httpx

from core.campaign_states import CampaignStatus
from core.money import NO_CURRENCY
from db.approval_requests import APPROVAL_REQUESTS
from db.campaigns import CAMPAIGNS, Campaign, PlanTask
from server.console.campaigns import PARTS
from server.console.plan_graph import drawn
from server.services import Services
from tests.server.conftest import Person
from tests.server.console.samples import ARABIC, GERMAN, ask, plan, post, scope_of

SHOWN = (ARABIC, GERMAN, "£1,400.50", "£99.50", "4,120", "<strong>Well</strong>", "3 tasks")


async def said(person: Person, answer: httpx.Response) -> str:
    assert answer.status_code == 303, answer.text
    page = await person.client.get(answer.headers["location"])
    toast = re.search(r'class="toast \w+"><span>(.*?)</span>', page.text)
    assert toast
    return toast[1]


async def status_of(services: Services, person: Person, campaign: Campaign) -> CampaignStatus:
    return (await services.repository(CAMPAIGNS, scope_of(person)).get(campaign.campaign_id)).status


async def test_every_state_is_shown_to_people_and_readers(services: Services, person: Person, viewer: Person) -> None:
    for status in get_args(CampaignStatus):
        campaign = await plan(services, person, status=status)
        path = f"/console/campaigns/{campaign.campaign_id}"
        pages = [(await one.client.get(path)).text for one in (person, viewer)]
        for text in pages:
            assert [words for words in SHOWN if words not in text] == []
            assert "<script>document" not in text
            assert "<img src=x" not in text
        offered = re.findall(r'data-dialog="(\w+)"', pages[0])
        assert ("pause" in offered) == (status in {"executing", "generating", "publishing", "active"})
        assert ("cancel" in offered) == (status not in {"completed", "failed", "cancelled"})
        assert "data-dialog" not in pages[1]
        assert f'action="{path}/' not in pages[1]
        assert f'href="{path}"' in (await person.client.get("/console/campaigns")).text


async def test_a_campaign_without_a_plan_says_what_comes(services: Services, person: Person) -> None:
    bare = await plan(services, person, plan={}, budget={}, status="draft", results={}, brief={}, execution={})
    page = await person.client.get(f"/console/campaigns/{bare.campaign_id}")
    assert "No plan yet" in page.text
    assert "Nothing yet" in page.text
    answer = await person.client.post(f"/console/campaigns/{bare.campaign_id}/launch")
    assert "has no plan yet" in await said(person, answer)


async def test_every_part_of_the_list_has_words_for_nothing(person: Person) -> None:
    for part in PARTS:
        page = await person.client.get(f"/console/campaigns?part={part}")
        assert 'class="empty"' in page.text
        assert 'aria-current="true"' in page.text


async def test_people_pause_resume_and_end_it(services: Services, person: Person) -> None:
    campaign = await plan(services, person)
    path = f"/console/campaigns/{campaign.campaign_id}"
    assert "stands still" in await said(person, await person.client.post(f"{path}/pause", data={"reason": "Rain"}))
    assert await status_of(services, person, campaign) == "paused"
    assert "Rain" in (await person.client.get(path)).text
    assert "goes on" in await said(person, await person.client.post(f"{path}/resume"))
    assert "nothing to resume" in await said(person, await person.client.post(f"{path}/resume"))
    assert "Ended" in await said(person, await person.client.post(f"{path}/cancel"))
    assert await status_of(services, person, campaign) == "cancelled"
    assert "can&#39;t become paused" in await said(person, await person.client.post(f"{path}/pause"))


async def test_a_planned_campaign_is_launched_with_its_mode(services: Services, person: Person) -> None:
    campaign = await plan(services, person, status="planning", execution={}, end_date="2026-12-20")
    answer = await person.client.post(f"/console/campaigns/{campaign.campaign_id}/launch", data={"mode": "hybrid"})
    assert "wait for your approval" in await said(person, answer)
    launched = await services.repository(CAMPAIGNS, scope_of(person)).get(campaign.campaign_id)
    assert (launched.status, launched.mode, launched.execution.timezone) == ("review", "hybrid", "UTC")


async def test_everything_stops_and_goes_on(services: Services, person: Person, viewer: Person) -> None:
    campaign = await plan(services, person)
    assert (await viewer.client.post("/console/campaigns/stop-everything")).status_code == 403
    stopped = await person.client.post("/console/campaigns/stop-everything", data={"reason": "A storm"})
    assert "Everything is stopped" in await said(person, stopped)
    for path in ("/console", "/console/campaigns", f"/console/campaigns/{campaign.campaign_id}"):
        assert "Everything is stopped" in (await person.client.get(path)).text
    assert "A storm" in (await viewer.client.get("/console/campaigns")).text
    assert "go on" in await said(person, await person.client.post("/console/campaigns/go-on"))
    assert "Everything is stopped" not in (await person.client.get("/console/campaigns")).text


async def test_a_policy_is_tried_on_what_was_really_asked(services: Services, person: Person, viewer: Person) -> None:
    campaign = await plan(services, person)
    path = f"/console/campaigns/{campaign.campaign_id}/policy"
    assert "asked for nothing yet" in (await person.client.get(path)).text
    of_plan = {"request_type": "campaign_plan", "tool": "launch_campaign", "status": "approved"}
    await ask(services, person, campaign_id=campaign.campaign_id, **of_plan)
    for status in ("approved", "rejected"):
        await ask(services, person, post(f"It was {status}"), status=status, campaign_id=campaign.campaign_id)
    assert "Nothing would have gone out" in (await person.client.get(path)).text
    tried = await person.client.get(f"{path}?try=full_auto")
    figures = re.findall(r'<div class="figure(?: call)?"><b>([\d,]+)</b>', tried.text)
    assert figures == ["2", "2", "0", "1"]
    assert tried.text.index("It was rejected") < tried.text.index("It was approved")
    assert "Use this policy" not in (await viewer.client.get(f"{path}?try=full_auto")).text
    assert (await viewer.client.post(path, data={"mode": "full_auto"})).status_code == 403
    assert "From now on" in await said(person, await person.client.post(path, data={"mode": "full_auto"}))
    kept = await services.repository(CAMPAIGNS, scope_of(person)).get(campaign.campaign_id)
    assert kept.approval.mode == "full_auto"


async def test_more_money_is_asked_for_on_its_page(services: Services, person: Person, viewer: Person) -> None:
    campaign = await plan(services, person)
    path = f"/console/campaigns/{campaign.campaign_id}"
    assert 'data-dialog="money"' in (await person.client.get(path)).text
    wanted = {"amount": "500", "reason": "A second flyer <b>"}
    asked = await person.client.post(f"{path}/budget", data=wanted)
    assert "before somebody approves" in await said(person, asked)
    (request,) = await services.repository(APPROVAL_REQUESTS, scope_of(person)).find({"status": "pending"})
    assert (request.tool, request.content["budget"]) == ("request_budget", {"amount_minor": 50_000, "currency": "GBP"})
    shown = (await person.client.get(path)).text
    assert f'href="/console/approvals/{request.request_id}"' in shown
    assert "A second flyer &lt;b&gt;" in shown
    for wrong in (
        {"amount": "", "reason": "Why"},
        {"amount": "500", "reason": ""},
        {"amount": "$500", "reason": "Why"},
    ):
        refused = await person.client.post(f"{path}/budget", data=wrong)
        told = await said(person, refused)
        assert "what for" in told or "is in GBP" in told, wrong
    paused = await plan(services, person, status="paused")
    shown = (await person.client.get(f"/console/campaigns/{paused.campaign_id}")).text
    assert 'data-dialog="money"' not in shown


async def test_a_campaigns_own_limits_are_kept_with_its_other_rules(services: Services, person: Person) -> None:
    rules = {"mode": "hybrid", "guardrails": {"words": ["cheap"], "most_a_day_minor": 90_00}}
    campaign = await plan(services, person, approval=rules)
    path = f"/console/campaigns/{campaign.campaign_id}"
    await person.client.put("/api/v1/approval-rules", json={"guardrails": {"most_minor": 1_000_00}})
    shown = (await person.client.get(f"{path}/policy")).text
    assert 'name="most_a_day" type="text" value="90.00"' in shown
    assert "£1,000 at once" in shown
    saved = await person.client.post(f"{path}/limits", data={"most": "£250", "most_a_day": "120.50"})
    assert "Limits saved" in await said(person, saved)
    kept = (await services.repository(CAMPAIGNS, scope_of(person)).get(campaign.campaign_id)).approval
    assert (kept.mode, kept.guardrails.words) == ("hybrid", ["cheap"])
    assert (kept.guardrails.most_minor, kept.guardrails.most_a_day_minor) == (250_00, 120_50)
    refused = await person.client.post(f"{path}/limits", data={"most_a_day": "a lot"})
    assert "is not an amount" in await said(person, refused)
    await person.client.post(f"{path}/policy", data={"mode": "semi_auto"})
    kept = (await services.repository(CAMPAIGNS, scope_of(person)).get(campaign.campaign_id)).approval
    assert (kept.mode, kept.guardrails.most_a_day_minor) == ("semi_auto", 120_50)
    free = await plan(services, person, budget={"currency": NO_CURRENCY})
    assert (
        "Limits of this campaign" not in (await person.client.get(f"/console/campaigns/{free.campaign_id}/policy")).text
    )


async def test_strangers_find_no_campaign(services: Services, person: Person, viewer: Person, stranger: Person) -> None:
    campaign = await plan(services, person)
    path = f"/console/campaigns/{campaign.campaign_id}"
    for part in ("", "/policy"):
        answer = await stranger.client.get(path + part)
        assert answer.status_code == 404
        assert ARABIC not in answer.text
    for act in ("/launch", "/pause", "/resume", "/cancel", "/budget", "/limits"):
        form = {"amount": "500", "reason": "More"}
        assert (await stranger.client.post(path + act, data=form)).status_code == 404
        assert (await viewer.client.post(path + act, data=form)).status_code == 403
    assert (await stranger.client.post(f"{path}/policy", data={"mode": "hybrid"})).status_code == 404
    assert await status_of(services, person, campaign) == "active"


def task(name: str, *needs: str, status: str = "pending") -> PlanTask:
    return PlanTask.model_validate(
        {"task_id": name, "agent_assigned": "writer", "description": name, "dependencies": needs, "status": status}
    )


def test_each_task_stands_right_of_what_it_needs() -> None:
    graph = drawn([task("a", status="completed"), task("b", "a"), task("c", "a", "b"), task("d", "gone")])
    x = {node.task.task_id: node.x for node in graph.nodes}
    assert x["a"] == x["d"] < x["b"] < x["c"]
    assert len({(node.x, node.y) for node in graph.nodes}) == 4
    assert sorted(edge.done for edge in graph.edges) == [False, True, True]
    assert all(node.x < graph.width and node.y < graph.height for node in graph.nodes)


def test_tasks_that_wait_for_one_another_are_drawn_all_the_same() -> None:
    graph = drawn([task("a", "b"), task("b", "a")])
    assert len(graph.nodes) == 2
    assert graph.edges == ()
    assert drawn([]).nodes == ()
