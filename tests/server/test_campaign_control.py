"""Campaigns over REST: launched, paused, resumed, cancelled, stopped all at once, and what they cost."""

from typing import Any

from core.ids import new_id
from core.scope import Scope
from db.campaigns import CAMPAIGNS, Budget, Campaign, Phase, Plan, PlanTask, Timeline
from db.repository import Repository
from server.services import Services
from tests.server.conftest import Person


async def planned(services: Services, person: Person, **more: Any) -> str:
    """Store a campaign that can be launched."""
    tasks = [PlanTask(task_id="write", agent_assigned="writer", description="Write the LinkedIn texts")]
    phases = [Phase(name="Push", start="2026-11-22", end="2026-12-20")]
    campaign = Campaign(
        campaign_id=new_id("cmp"),
        name="Opening",
        status="planning",
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
