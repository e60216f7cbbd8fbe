"""Campaigns over REST: launched, paused, resumed, cancelled, stopped all at once, and what they cost."""

from typing import Any

from fastapi import FastAPI

from core.campaign_states import CampaignStatus
from core.ids import new_id
from core.scope import Scope
from db.audit_log import AUDIT_LOG
from db.campaigns import CAMPAIGNS, Budget, Campaign, Phase, Plan, PlanTask, Timeline
from db.repository import Repository
from server.services import Services
from tests.server.conftest import Person
from tests.server.test_api_keys import new_key, with_key


async def planned(services: Services, person: Person, status: CampaignStatus = "planning", **more: Any) -> str:
    """Store a campaign that can be launched."""
    tasks = [PlanTask(task_id="write", agent_assigned="writer", description="Write the LinkedIn texts")]
    phases = [Phase(name="Push", start="2026-11-22", end="2026-12-20")]
    campaign = Campaign(
        campaign_id=new_id("cmp"),
        name="Opening",
        status=status,
        plan=Plan(tasks=tasks, timeline=Timeline(start="2026-11-22", end="2026-12-20", phases=phases)),
        platforms=["linkedin", "email"],
        budget=Budget(allocated_minor=9_000, remaining_minor=9_000, currency="GBP"),
        start_date="2026-11-22",
        end_date="2026-12-20",
        **more,
    )
    repository = Repository(services.database, CAMPAIGNS, Scope(person.user_id, person.user_id, "user"))
    return (await repository.insert(campaign)).campaign_id


async def test_course_of_a_campaign_and_the_moves_it_refuses(services: Services, person: Person) -> None:
    campaign_id = await planned(services, person)
    place = f"/api/v1/campaigns/{campaign_id}"
    early = await person.client.post(f"{place}/pause")
    assert (early.status_code, early.json()["allowed"]) == (409, ["cancelled", "failed", "review"])

    launched = await person.client.post(f"{place}/launch", json={"mode": "hybrid", "timezone": "Europe/London"})
    again = await person.client.post(f"{place}/launch")

    assert launched.status_code == again.status_code == 200
    assert (launched.json()["status"], launched.json()["mode"]) == ("review", "hybrid")
    assert again.json()["execution"] == launched.json()["execution"]
    assert launched.json()["estimated_cost_minor"] == sum(
        line["amount_minor"] for line in launched.json()["cost_breakdown"]
    )
    cancelled = await person.client.post(f"{place}/cancel", json={"reason": "Not this year"})
    assert cancelled.json()["execution"]["reason"] == "Not this year"
    over = await person.client.post(f"{place}/resume")
    assert over.status_code == 409
    assert (await person.client.get(f"{place}/events")).json() == {"items": [], "next_cursor": None}


async def test_nobody_else_and_no_viewer_moves_a_campaign(
    services: Services, person: Person, stranger: Person, viewer: Person
) -> None:
    place = f"/api/v1/campaigns/{await planned(services, person)}"
    for move in ("launch", "pause", "resume", "cancel"):
        assert (await stranger.client.post(f"{place}/{move}")).status_code == 404
        assert (await viewer.client.post(f"{place}/{move}")).status_code == 403
    assert (await stranger.client.get(f"{place}/events")).status_code == 404
    assert (await viewer.client.post("/api/v1/halt")).status_code == 403


async def test_stop_switch_is_the_accounts_own(person: Person, stranger: Person) -> None:
    stopped = await person.client.post("/api/v1/halt", json={"reason": "A mistake in the price"})
    assert (stopped.json()["by"], stopped.json()["why"]) == (person.user_id, "A mistake in the price")
    assert (await person.client.get("/api/v1/halt")).json() == stopped.json()
    assert (await stranger.client.get("/api/v1/halt")).json()["since"] is None
    assert (await person.client.delete("/api/v1/halt")).json()["since"] is None


async def test_only_people_who_may_decide_let_things_go_on(app: FastAPI, services: Services, person: Person) -> None:
    place = f"/api/v1/campaigns/{await planned(services, person, status='active')}"
    writing, deciding = [
        with_key(app, (await new_key(person, scopes=scopes))["key"]) for scopes in (["api"], ["api", "approve"])
    ]
    assert (await writing.post("/api/v1/halt")).status_code == 200
    assert (await writing.post(f"{place}/pause")).status_code == 200
    for key in (writing, deciding):
        assert (await key.delete("/api/v1/halt")).status_code == 403
    assert (await writing.post(f"{place}/resume")).status_code == 403
    assert (await deciding.post(f"{place}/resume")).status_code == 200
    assert (await person.client.get("/api/v1/halt")).json()["since"]
    assert (await person.client.delete("/api/v1/halt")).status_code == 200
    entries = await services.repository(AUDIT_LOG, Scope(person.user_id, person.user_id, "user")).find({})
    told = [(entry.action, entry.actor_id) for entry in entries]
    moves = ("everything_", "campaign_")
    assert sorted(one for one in told if one[0].startswith(moves)) == sorted(
        (action, person.user_id)
        for action in ("everything_stopped", "campaign_paused", "campaign_resumed", "everything_goes_on")
    )


async def test_costs_add_up_and_follow_each_other(services: Services, person: Person) -> None:
    place = f"/api/v1/campaigns/{await planned(services, person)}"
    counted = (await person.client.get(f"{place}/estimate")).json()
    quick = await person.client.get("/api/v1/costs/quick-estimate?channels=linkedin&channels=email&days=28")
    for cost in (counted, quick.json()):
        assert cost["total_minor"] == sum(line["amount_minor"] for line in cost["lines"]) > 0
        assert cost["least_budget_minor"] == cost["total_minor"] + cost["reserve_minor"]
        assert cost["recommended_budget_minor"] >= cost["least_budget_minor"]
    unknown = await person.client.get("/api/v1/costs/quick-estimate?channels=telegraph")
    assert (unknown.status_code, unknown.json()["code"]) == (422, "invalid_input")


async def test_more_money_is_asked_for_and_added_once_it_is_approved(services: Services, person: Person) -> None:
    campaign_id = await planned(services, person, status="active")
    place = f"/api/v1/campaigns/{campaign_id}"
    wrong = await person.client.post(f"{place}/budget", json={"amount": "€5", "reason": "Paper"})
    assert (wrong.status_code, "is in GBP" in wrong.json()["detail"]) == (422, True)
    asked = await person.client.post(f"{place}/budget", json={"amount": "£50", "reason": "A second flyer"})
    assert (asked.status_code, asked.json()["request_type"]) == (201, "budget")
    assert "£50 more for “Opening”: A second flyer. So far: £0 of £90 used, £90 left." in asked.json()["summary"]
    assert (await person.client.get(place)).json()["budget"]["allocated_minor"] == 9_000
    page = await person.client.get(f"/console/approvals/{asked.json()['approval_id']}")
    assert "At most £50" in page.text
    decision = {"decision": "approve", "payload_hash": asked.json()["payload_hash"]}
    await person.client.post(f"/api/v1/approvals/{asked.json()['approval_id']}/decision", json=decision)
    for _ in range(2):
        await services.care.look()
    budget = (await person.client.get(place)).json()["budget"]
    assert (budget["allocated_minor"], budget["used_minor"], budget["remaining_minor"]) == (14_000, 0, 14_000)
