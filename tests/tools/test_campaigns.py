"""Campaigns from a ready brief, and what becomes of them when it changes."""

from datetime import timedelta
from typing import Any

import pytest

from core.errors import NotFound, ToolInputError
from db.approval_requests import APPROVAL_REQUESTS
from db.campaigns import CAMPAIGNS
from db.conversations import CONVERSATIONS
from db.repository import Repository
from tests.tools.conftest import PLAN, Desk
from tools.brief import update_brief
from tools.campaigns import (
    ReviseCampaign,
    create_campaign_plan,
    get_campaign,
    list_campaigns,
    revise_campaign,
    revised,
)
from tools.launching import launch_campaign
from tools.runner import ToolRunner


async def test_a_ready_brief_becomes_a_campaign_with_its_plan(ready: Desk) -> None:
    made = await ready.call(create_campaign_plan, **PLAN)
    assert made["status"] == "planning"
    assert (made["start"], made["end"]) == ("2026-11-21", "2026-12-03")
    assert made["budget"]["total"] == "£1,500"
    assert made["channels"] == ["instagram", "email"]
    assert [task["agent"] for task in made["tasks"]] == ["writer", "publisher"]
    assert made["tasks"][1]["depends_on"] == [made["tasks"][0]["task_id"]]
    stored = await Repository(ready.database, CAMPAIGNS, ready.scope).get(made["campaign_id"])
    assert stored.brief.target_audience == "local families"
    assert stored.budget.remaining_minor == 150_000
    conversation = await Repository(ready.database, CONVERSATIONS, ready.scope).get(ready.conversation_id)
    assert conversation.campaign_id == made["campaign_id"] == ready.campaign_id


async def test_a_repeated_call_makes_one_campaign(ready: Desk) -> None:
    first = await ready.call(create_campaign_plan, "call_1", **PLAN)
    before = await ready.everything()
    ready.clock.advance(timedelta(hours=1))
    assert await ready.call(create_campaign_plan, "call_1", **PLAN) == first
    assert await ready.everything() == before


async def test_an_incomplete_brief_is_asked_for_first(desk: Desk) -> None:
    with pytest.raises(ToolInputError, match="ask for product first"):
        await desk.call(create_campaign_plan, **PLAN)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"kpis": []}, "KPI"),
        ({"tasks": []}, "at least one task"),
        ({"phases": [{"name": "Late", "start": "2026-12-01", "end": "2026-12-04"}]}, "after the last day 2026-12-03"),
        ({"phases": [{"name": "Early", "start": "2026-11-01", "end": "2026-12-01"}]}, "in the past"),
        ({"tasks": [{"key": "a", "agent": "writer", "description": "x", "depends_on": ["a"]}]}, "circle"),
        ({"tasks": [{"key": "a", "agent": "writer", "description": "x", "depends_on": ["b"]}]}, "not in the plan"),
        ({"kpis": [{"name": "Ad spend", "target": 2000, "unit": "GBP", "why": "x"}]}, "more than the budget"),
    ],
)
async def test_an_unsound_plan_is_told_and_not_stored(ready: Desk, change: dict[str, Any], words: str) -> None:
    before = await ready.everything()
    with pytest.raises(ToolInputError, match=words):
        await ready.call(create_campaign_plan, **(PLAN | change))
    assert await ready.everything() == before


async def test_a_campaign_without_money_plans_no_spending(ready: Desk) -> None:
    await ready.call(update_brief, clear="budget")
    await ready.call(update_brief, budget="none")
    with pytest.raises(ToolInputError, match="more than the budget of none"):
        await ready.call(create_campaign_plan, **PLAN)
    made = await ready.call(create_campaign_plan, **(PLAN | {"kpis": PLAN["kpis"][:1]}))
    assert (made["budget"]["total"], made["budget"]["total_minor"]) == ("none", 0)


async def test_without_arguments_a_campaign_takes_over_the_brief(ready: Desk) -> None:
    await ready.call(create_campaign_plan, **PLAN)
    await ready.call(update_brief, budget="£2,000", event_date="2026-12-05", channels=["instagram"])
    revised = await ready.call(revise_campaign)
    assert revised["budget"]["total"] == "£2,000"
    assert revised["end"] == "2026-12-05"
    assert revised["phases"] == [{"name": "Build-up", "start": "2026-11-21", "end": "2026-12-05"}]
    assert revised["channels"] == ["instagram"]
    assert set(revised["changed"]) >= {"budget", "end_date", "timeline", "channels"}
    assert (await ready.call(revise_campaign))["changed"] == []


async def test_a_revision_keeps_the_brief_in_step(ready: Desk) -> None:
    await ready.call(create_campaign_plan, **PLAN)
    revised = await ready.call(revise_campaign, budget="£1,800", end_date="2026-12-05")
    assert revised["budget"]["total"] == "£1,800"
    assert ready.context["campaign_brief"]["budget"] == "£1,800"
    assert ready.context["collected_info"]["event_date"] == "2026-12-05"


async def test_tasks_keep_their_ids_and_states_through_a_revision(ready: Desk) -> None:
    made = await ready.call(create_campaign_plan, **PLAN)
    first = made["tasks"][0]
    await Repository(ready.database, CAMPAIGNS, ready.scope).update(
        made["campaign_id"], {"plan.tasks.0.status": "completed"}
    )
    tasks = [
        {"key": first["task_id"], "agent": "writer", "description": "Draft three posts."},
        {"key": "measure", "agent": "analyst", "description": "Look.", "depends_on": [first["task_id"]]},
    ]
    revised = await ready.call(revise_campaign, "call_9", tasks=tasks)
    assert revised["tasks"][0] | {"status": "completed", "task_id": first["task_id"]} == revised["tasks"][0]
    assert revised["tasks"][1]["depends_on"] == [first["task_id"]]
    before = await ready.everything()
    assert (await ready.call(revise_campaign, "call_9", tasks=tasks))["changed"] == []
    assert await ready.everything() == before


async def test_a_smaller_budget_names_the_kpis_that_do_not_fit(ready: Desk) -> None:
    await ready.call(create_campaign_plan, **PLAN)
    before = await ready.everything()
    with pytest.raises(ToolInputError, match=r"Cost per visitor.*at most £5"):
        await ready.call(revise_campaign, budget="£1,000")
    assert await ready.everything() == before


async def test_money_already_spent_can_not_be_taken_back(ready: Desk) -> None:
    made = await ready.call(create_campaign_plan, **PLAN)
    await Repository(ready.database, CAMPAIGNS, ready.scope).update(made["campaign_id"], {"budget.used_minor": 120_000})
    with pytest.raises(ToolInputError, match="£1,200 is already spent"):
        await ready.call(revise_campaign, budget="£1,000")


@pytest.mark.parametrize(("status", "after"), [("review", "planning"), ("planning", "planning"), ("draft", "draft")])
async def test_a_revised_plan_is_reviewed_again(ready: Desk, status: str, after: str) -> None:
    made = await ready.call(create_campaign_plan, **PLAN)
    await Repository(ready.database, CAMPAIGNS, ready.scope).update(made["campaign_id"], {"status": status})
    assert (await ready.call(revise_campaign, name="New name"))["status"] == after


async def test_a_running_campaign_is_not_revised(ready: Desk) -> None:
    made = await ready.call(create_campaign_plan, **PLAN)
    await Repository(ready.database, CAMPAIGNS, ready.scope).update(made["campaign_id"], {"status": "active"})
    with pytest.raises(ToolInputError, match="is active"):
        await ready.call(revise_campaign, budget="£2,000")


async def test_another_campaign_is_revised_without_touching_the_brief(ready: Desk) -> None:
    made = await ready.call(create_campaign_plan, **PLAN)
    ready.campaign_id = None
    before = dict(ready.context["campaign_brief"])
    revised = await ready.call(revise_campaign, campaign_id=made["campaign_id"], budget="£1,600", channels="tiktok")
    assert revised["budget"]["total"] == "£1,600"
    assert revised["channels"] == ["tiktok"]
    assert ready.context["campaign_brief"] == before


async def test_campaigns_are_listed_newest_first_and_bounded(ready: Desk) -> None:
    for number in range(3):
        await ready.call(create_campaign_plan, **(PLAN | {"name": f"Campaign {number}"}))
        ready.clock.advance(timedelta(minutes=1))
    listed = await ready.call(list_campaigns, limit=2)
    assert [campaign["name"] for campaign in listed["campaigns"]] == ["Campaign 2", "Campaign 1"]
    assert listed["more"] is True
    assert (await ready.call(list_campaigns, status="paused"))["campaigns"] == []


async def test_the_conversation_s_campaign_is_shown_whole(ready: Desk) -> None:
    await ready.call(create_campaign_plan, **PLAN)
    shown = await ready.call(get_campaign)
    assert shown["strategy"] == PLAN["strategy"]
    assert shown["brief"]["budget"] == "£1,500"


async def test_without_a_campaign_the_answer_says_where_ids_come_from(ready: Desk) -> None:
    with pytest.raises(ToolInputError, match="list_campaigns"):
        await ready.call(get_campaign)


async def test_another_account_s_campaign_does_not_exist(ready: Desk, stranger: Desk) -> None:
    made = await stranger.call(create_campaign_plan, **PLAN)
    before = await stranger.everything()
    for tool in (get_campaign, revise_campaign):
        with pytest.raises(NotFound):
            await ready.call(tool, campaign_id=made["campaign_id"])
    assert (await ready.call(list_campaigns))["campaigns"] == []
    assert await stranger.everything() == before


@pytest.mark.parametrize(
    "meanwhile",
    [
        {"status": "generating", "execution.launch": 1},
        {"budget.used_minor": 60, "budget.remaining_minor": 149_940, "charges": ["spn_1"]},
        {"budget.allocated_minor": 200_000, "budget.remaining_minor": 200_000},
    ],
    ids=["launched", "charged", "raised"],
)
async def test_a_revision_writes_over_nothing_that_happened_meanwhile(ready: Desk, meanwhile: dict[str, Any]) -> None:
    made = await ready.call(create_campaign_plan, **PLAN)
    campaigns = Repository(ready.database, CAMPAIGNS, ready.scope)
    read = await campaigns.get(made["campaign_id"])
    changed = await campaigns.update(made["campaign_id"], meanwhile)
    with pytest.raises(ToolInputError, match="nothing was revised"):
        await revised(ready.call_context(), read, ReviseCampaign(budget="£3,000"))
    assert await campaigns.get(made["campaign_id"]) == changed
    assert ready.context["campaign_brief"]["budget"] == "£1,500"


async def test_a_revised_plan_is_asked_for_anew(ready: Desk) -> None:
    made = await ready.call(create_campaign_plan, **PLAN)
    runner = ToolRunner([launch_campaign])
    asked = await runner.call("launch_campaign", {"campaign_id": made["campaign_id"]}, ready.call_context())
    assert asked.interrupt is not None
    await ready.call(revise_campaign, budget="£2,000")
    request = await Repository(ready.database, APPROVAL_REQUESTS, ready.scope).get(asked.interrupt.approval_id)
    assert (request.status, request.void_reason) == ("cancelled", "The plan was changed.")


async def test_a_launch_said_twice_is_asked_once_and_another_mode_in_its_place(ready: Desk) -> None:
    wanted = {"campaign_id": (await ready.call(create_campaign_plan, **PLAN))["campaign_id"]}
    runner = ToolRunner([launch_campaign])
    first = await runner.call("launch_campaign", wanted, ready.call_context())
    again = await runner.call("launch_campaign", wanted, ready.call_context())
    other = await runner.call("launch_campaign", {**wanted, "mode": "full_auto"}, ready.call_context())
    asked = [outcome.interrupt.approval_id for outcome in (first, again, other) if outcome.interrupt]
    assert len(asked) == 3
    assert asked[0] == asked[1] != asked[2]
    requests = Repository(ready.database, APPROVAL_REQUESTS, ready.scope)
    assert [(await requests.get(one)).status for one in asked[1:]] == ["cancelled", "pending"]
