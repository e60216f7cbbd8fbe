"""The rules a plan has to keep."""

from datetime import date, timedelta
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from agents.roster import ROSTER
from core.money import Money
from tools.plan_rules import (
    AgentName,
    Frame,
    PlannedKpi,
    PlannedPhase,
    PlannedTask,
    find_cycle,
    fitted,
    kpi_problems,
    phase_problems,
    plan_problems,
    task_problems,
)

TODAY = date(2026, 11, 20)
EVENT = date(2026, 12, 3)
FRAME = Frame(TODAY, EVENT, Money(150_000, "GBP"), "visitors", 200)
DAYS = st.dates(min_value=date(2026, 11, 1), max_value=date(2026, 12, 31))


def task(key: str, *depends_on: str) -> PlannedTask:
    return PlannedTask(key=key, agent="writer", description="Do it.", depends_on=list(depends_on))


def kpi(name: str, target: float, unit: str) -> PlannedKpi:
    return PlannedKpi(name=name, target=target, unit=unit, why="It follows.")


@given(st.lists(st.lists(st.integers(0, 7), max_size=4), min_size=1, max_size=8))
def test_tasks_that_only_wait_for_earlier_ones_are_sound(edges: list[list[int]]) -> None:
    tasks = [task(f"t{i}", *{f"t{d}" for d in deps if d < i}) for i, deps in enumerate(edges)]
    assert task_problems(tasks) == []


@given(st.integers(1, 12), st.data())
def test_a_circle_is_always_found_and_named(size: int, data: st.DataObject) -> None:
    order = data.draw(st.permutations(range(size)))
    edges = {f"t{node}": [f"t{order[(i + 1) % size]}"] for i, node in enumerate(order)}
    cycle = find_cycle(edges)
    assert cycle[0] == cycle[-1]
    assert set(cycle) == set(edges)


def test_a_wide_plan_is_checked_at_once() -> None:
    layers = [[f"l{layer}n{node}" for node in range(4)] for layer in range(10)]
    tasks = [task(key, *(layers[depth - 1] if depth else ())) for depth, layer in enumerate(layers) for key in layer]
    assert task_problems(tasks) == []


def test_unknown_and_double_keys_are_named() -> None:
    assert "'ghost'" in task_problems([task("a", "ghost")])[0]
    assert "'a'" in task_problems([task("a"), task("a")])[0]
    assert "circle: a → a" in task_problems([task("a", "a")])[0]


def test_an_unknown_agent_is_refused_with_the_known_ones() -> None:
    told = {"key": "a", "description": "Draw."}
    with pytest.raises(ValidationError, match="'strategist', 'writer', 'publisher' or 'analyst'"):
        PlannedTask.model_validate(told | {"agent": "designer"})
    assert PlannedTask.model_validate(told | {"agent": "Writer Agent"}).agent == "writer"


def test_the_agents_of_a_plan_are_those_of_the_roster() -> None:
    assert set(get_args(AgentName)) == {agent.name for agent in ROSTER}


@given(DAYS, DAYS)
def test_a_phase_is_sound_exactly_when_it_lies_between_today_and_the_event(start: date, end: date) -> None:
    phases = [PlannedPhase(name="Build-up", start=start, end=end)]
    assert (phase_problems(FRAME, phases) == []) == (TODAY <= start <= end <= EVENT)


def test_money_to_be_spent_stays_within_the_budget_and_earnings_may_exceed_it() -> None:
    assert kpi_problems(FRAME, [kpi("Ad spend", 1_500, "GBP")]) == []
    assert "£1,501" in kpi_problems(FRAME, [kpi("Ad spend", 1_501, "£")])[0]
    assert kpi_problems(FRAME, [kpi("Opening revenue", 9_000, "GBP")]) == []
    assert kpi_problems(FRAME, [kpi("Visitors", 20_000, "visitors")]) == []
    assert "GBP" in kpi_problems(FRAME, [kpi("Ad spend", 100, "EUR")])[0]


def test_cost_for_each_of_the_goal_times_the_goal_stays_within_the_budget() -> None:
    assert kpi_problems(FRAME, [kpi("Cost per visitor", 7.5, "GBP")]) == []
    assert "£7.50 each" in kpi_problems(FRAME, [kpi("Cost per visitor", 10, "GBP")])[0]


def test_a_plan_without_parts_is_told_each() -> None:
    assert len(plan_problems(FRAME, [], [], [])) == 3
    assert plan_problems(FRAME, None, None, None) == []


@given(st.lists(st.tuples(DAYS, st.integers(0, 20)), min_size=1, max_size=6), DAYS, st.integers(0, 40))
def test_moved_phases_always_fit_and_end_on_the_last_day(
    spans: list[tuple[date, int]], first: date, length: int
) -> None:
    last = first + timedelta(days=length)
    moved = fitted([(start, start + timedelta(days=days)) for start, days in spans], first, last)
    assert all(first <= start <= end <= last for start, end in moved)
    assert max(end for _, end in moved) == last
