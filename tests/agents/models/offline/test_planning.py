"""Plans: sound by the tools' own rules, whatever the brief; figures that follow from goal and budget."""

from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.models.offline.planning import PlanDraft, ground_of, plan, split
from core.money import Money
from tests.agents.models.offline.prompting import BAKERY, BAKERY_INFO
from tools.campaigns import CreateCampaignPlan
from tools.plan_rules import Frame, plan_problems
from tools.platforms.catalogue import CATALOGUE

TODAY = date(2026, 11, 20)


def _planned(brief: dict[str, Any], info: dict[str, Any]) -> PlanDraft:
    ground = ground_of(brief, info, TODAY)
    assert ground is not None
    return plan(ground)


def _problems(draft: PlanDraft, info: dict[str, Any]) -> list[str]:
    params = CreateCampaignPlan.model_validate(draft)
    days = [date.fromisoformat(info[name]) for name in ("event_date", "end_date") if info.get(name)]
    money = Money(info["budget_minor"], info["currency"]) if info.get("currency") else None
    frame = Frame(TODAY, max(days, default=None), money, info.get("goal_metric") or "", info.get("goal_value"))
    return plan_problems(frame, params.tasks, params.phases, params.kpis)


DAYS = st.integers(0, 700).map(lambda days: (TODAY + timedelta(days=days)).isoformat())


@settings(max_examples=200, deadline=None)
@given(
    product=st.sampled_from(["second bakery", "yoga class", "summer sale", "new app", "Café"]) | st.text(min_size=1),
    channels=st.lists(st.sampled_from([platform.name for platform in CATALOGUE]), max_size=6, unique=True),
    event=st.none() | DAYS,
    end=st.none() | DAYS,
    minor=st.sampled_from([0, 1, 99, 150_000, 10**9]),
    currency=st.sampled_from(["GBP", "EUR", "JPY", "KWD", "XXX"]),
    goal=st.none() | st.sampled_from([1, 3, 200, 5_000, 10**7]),
    metric=st.sampled_from(
        ["", "visitors", "sign-ups", "people", "reach", "open rate", "revenue", "followers", "orders"]
    ),
)
def test_every_plan_is_sound(
    product: str,
    channels: list[str],
    event: str | None,
    end: str | None,
    minor: int,
    currency: str,
    goal: int | None,
    metric: str,
) -> None:
    brief = {"product": product, "objective": "more of it", "target_audience": "people", "channels": channels}
    info = {
        "event_date": event, "end_date": end, "budget_minor": minor, "currency": currency, "goal_value": goal,
        "goal_metric": metric,
    }  # fmt: skip
    ground = ground_of(brief, info, TODAY)
    if ground is None:
        return
    draft = plan(ground)
    assert _problems(draft, info) == []
    assert 5 <= len(draft["tasks"]) <= 9
    assert sum(share.minor for _, share in split(ground)) in {0, minor}


def test_bakery_figures_follow_from_goal_and_budget() -> None:
    kpis = {kpi["name"]: kpi for kpi in _planned(BAKERY, BAKERY_INFO)["kpis"]}
    assert kpis["Visitors"]["target"] == 200
    assert kpis["Cost per visitor"]["target"] == 7.5
    assert kpis["Clicks and replies"]["target"] == 800
    assert kpis["People reached"]["target"] == 20_000
    assert "assuming 25 in 100" in kpis["Clicks and replies"]["why"]


def test_bakery_phases_run_from_today_to_the_opening_without_a_gap() -> None:
    phases = _planned(BAKERY, BAKERY_INFO)["phases"]
    assert [phase["name"] for phase in phases] == ["Preparation", "Teaser", "Countdown", "Opening"]
    assert phases[0]["start"] == "2026-11-20"
    assert phases[-1]["end"] == "2026-12-03"
    for before, following in pairwise(phases):
        assert date.fromisoformat(before["end"]) + timedelta(days=1) == date.fromisoformat(following["start"])


@pytest.mark.parametrize(
    ("days", "names"),
    [
        (0, ["Opening"]),
        (4, ["Countdown", "Opening"]),
        (13, ["Preparation", "Teaser", "Countdown", "Opening"]),
        (60, ["Preparation", "Teaser", "Countdown", "Opening"]),
    ],
)
def test_phases_are_compressed_when_days_are_few(days: int, names: list[str]) -> None:
    info = BAKERY_INFO | {"event_date": (TODAY + timedelta(days=days)).isoformat()}
    assert [phase["name"] for phase in _planned(BAKERY, info)["phases"]] == names


def test_weekend_after_the_event_belongs_to_the_plan() -> None:
    phases = _planned(BAKERY, BAKERY_INFO | {"end_date": "2026-12-06"})["phases"]
    assert phases[-1] == {"name": "Opening and weekend", "start": "2026-12-03", "end": "2026-12-06"}


def test_strategy_names_goal_audience_channels_time_and_budget() -> None:
    strategy = _planned(BAKERY, BAKERY_INFO)["strategy"]
    for fact in ("200 visitors", "local families", "Instagram and email", "Thursday 3 December", "£1,500"):
        assert fact in strategy


def test_every_channel_gets_its_texts_and_writing_waits_for_the_message() -> None:
    tasks = _planned(BAKERY | {"channels": ["instagram", "email", "tiktok", "blog"]}, BAKERY_INFO)["tasks"]
    writing = [task for task in tasks if task["agent"] == "writer"]
    assert " ".join(task["description"] for task in writing).count("texts") == 3
    assert all(task["depends_on"] == ["message"] for task in writing)


def test_no_money_is_no_obstacle() -> None:
    draft = _planned(BAKERY, BAKERY_INFO | {"budget_minor": 0, "currency": "XXX"})
    assert "no money to spend" in draft["strategy"]
    assert not any("Cost" in kpi["name"] for kpi in draft["kpis"])


def test_time_before_the_first_public_day_is_for_preparing() -> None:
    info = {**BAKERY_INFO, "event_date": "2027-01-04", "start_date": "2027-01-04", "end_date": "2027-01-31"}
    draft = _planned({**BAKERY, "product": "membership drive"}, info)
    assert draft["phases"][0]["start"] == TODAY.isoformat()
    assert "this close" not in draft["strategy"]
    assert _problems(draft, info) == []


def test_an_event_of_several_days_is_worked_towards_from_today() -> None:
    info = {name: value for name, value in BAKERY_INFO.items() if name != "event_date"}
    info |= {"start_date": "2027-01-15", "end_date": "2027-01-17"}
    draft = _planned({**BAKERY, "product": "winter retreat", "objective": "24 guests"}, info)
    assert draft["phases"][0]["start"] == TODAY.isoformat()
    assert (draft["phases"][-1]["start"], draft["phases"][-1]["end"]) == ("2027-01-15", "2027-01-17")


def test_money_to_be_raised_is_no_count_of_people() -> None:
    brief = {**BAKERY, "product": "animal shelter", "objective": "€20,000 donations"}
    info = {**BAKERY_INFO, "goal_metric": "donations", "goal_value": 20_000, "budget_minor": 80_000, "currency": "EUR"}
    draft = _planned(brief, info)
    figures = {kpi["name"]: kpi["target"] for kpi in draft["kpis"]}
    assert figures["Revenue from donations"] == 20_000
    assert figures["Donations"] == 500
    assert figures["Return on what is spent"] == 25
    assert _problems(draft, info) == []


def test_shares_of_a_round_budget_are_round() -> None:
    ground = ground_of({**BAKERY, "channels": ["instagram", "facebook", "email"]}, BAKERY_INFO, TODAY)
    assert ground is not None
    assert all(share.minor % 1000 == 0 for _, share in split(ground))
    assert sum(share.minor for _, share in split(ground)) == 150_000
