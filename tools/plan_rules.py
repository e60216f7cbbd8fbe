"""What makes a campaign plan sound: known agents, acyclic tasks, a timeline that fits, figures the budget allows.

Pure rules over plain values; each returns sentences that say what to correct.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from graphlib import CycleError, TopologicalSorter
from typing import Annotated, Literal, TypeAlias

from pydantic import BeforeValidator, Field

from core.money import Money
from db.campaigns import Kpi
from tools.amounts import read_currency, spoken
from tools.arguments import Amount, Arguments, Day, Line, Lines, Paragraph, ShortLine, Words

LONGEST = timedelta(days=731)
EARNINGS = re.compile(
    r"revenue|sales|turnover|income|earning|profit|donation|raised|order value|takings", re.IGNORECASE
)
UNIT_COST = re.compile(r"\b(?:cost|spend|price|cp[acmlv])\b", re.IGNORECASE)


def _as_agent(value: object) -> object:
    return re.sub(r"[\s_-]*agent$", "", value.strip().lower()) if isinstance(value, str) else value


AgentName: TypeAlias = Literal["strategist", "writer", "publisher", "analyst"]
Agent: TypeAlias = Annotated[AgentName, BeforeValidator(_as_agent)]


class PlannedTask(Arguments):
    """One piece of work in a plan."""

    key: ShortLine = Field(description="Short name of the task within this plan, such as 'draft-posts'.")
    agent: Agent = Field(description="Who does it: strategist, writer, publisher or analyst.")
    description: Paragraph = Field(description="What is to be done, in one or two sentences.")
    requirements: Lines = Field(default_factory=list, description="What it needs or must respect, one entry each.")
    depends_on: Words = Field(default_factory=list, description="Keys of the tasks that have to be done first.")
    estimated_duration: ShortLine = Field(default="1 day", description="How long it takes, such as '2 days'.")


class PlannedPhase(Arguments):
    """A stretch of the campaign."""

    name: Line = Field(description="Name of the phase, such as 'Build-up'.")
    start: Day = Field(description="First day, as YYYY-MM-DD.")
    end: Day = Field(description="Last day, as YYYY-MM-DD; not after the event.")


class PlannedKpi(Arguments):
    """A figure the campaign is measured by."""

    name: Line = Field(description="What is measured, such as 'Opening weekend visitors'.")
    target: Amount = Field(description="The figure to reach; money in major units, so 7.5 for £7.50.")
    unit: ShortLine = Field(default="", description="What the figure counts, such as 'visitors', '%' or 'GBP'.")
    why: Paragraph = Field(description="How it follows from the goal or the budget.")


@dataclass(frozen=True, slots=True)
class Frame:
    """What a plan has to fit into. ``last`` is the event's or the campaign's last day, where one is known."""

    today: date
    last: date | None = None
    budget: Money | None = None
    goal_metric: str = ""
    goal_value: int | None = None


def plan_problems(
    frame: Frame,
    tasks: Sequence[PlannedTask] | None,
    phases: Sequence[PlannedPhase] | None,
    kpis: Sequence[PlannedKpi] | None,
) -> list[str]:
    """Return everything that is wrong with a plan; parts that are None are not looked at."""
    problems: list[str] = []
    if tasks is not None:
        problems += task_problems(tasks)
    if phases is not None:
        problems += phase_problems(frame, phases)
    if kpis is not None:
        problems += kpi_problems(frame, kpis)
    return problems


def task_problems(tasks: Sequence[PlannedTask]) -> list[str]:
    """Check keys and dependencies: unique, known, without a cycle."""
    if not tasks:
        return ["A plan needs at least one task."]
    keys = [task.key for task in tasks]
    problems = [f"The task key {key!r} is used twice." for key in sorted({key for key in keys if keys.count(key) > 1})]
    for task in tasks:
        unknown = [key for key in task.depends_on if key not in keys]
        if unknown:
            problems.append(f"Task {task.key!r} depends on {', '.join(map(repr, unknown))}, which is not in the plan.")
    if not problems and (cycle := find_cycle({task.key: task.depends_on for task in tasks})):
        problems.append(f"Tasks wait for each other in a circle: {' → '.join(cycle)}.")
    return problems


def find_cycle(edges: Mapping[str, Sequence[str]]) -> list[str]:
    """Return the nodes of one cycle, first and last the same; empty when there is none."""
    try:
        TopologicalSorter(edges).prepare()
    except CycleError as error:
        cycle: list[str] = error.args[1]
        return cycle
    return []


def phase_problems(frame: Frame, phases: Sequence[PlannedPhase]) -> list[str]:
    """Check that every phase runs forwards, inside [today, last day]."""
    if not phases:
        return ["A plan needs at least one phase with its first and last day."]
    last = frame.last or frame.today + LONGEST
    problems: list[str] = []
    for phase in phases:
        if phase.start > phase.end:
            problems.append(f"Phase {phase.name!r} ends on {phase.end}, before it starts on {phase.start}.")
        if phase.start < frame.today:
            problems.append(f"Phase {phase.name!r} starts on {phase.start}, in the past; today is {frame.today}.")
        if phase.end > last:
            problems.append(f"Phase {phase.name!r} ends on {phase.end}, after the last day {last}.")
    return problems


def kpi_problems(frame: Frame, kpis: Sequence[PlannedKpi | Kpi]) -> list[str]:
    """Check that there is something to measure, and that money to be spent stays within the budget."""
    if not kpis:
        return ["A plan needs at least one KPI that follows from the goal or the budget."]
    return [problem for kpi in kpis for problem in _money_problems(frame, kpi)]


def _money_problems(frame: Frame, kpi: PlannedKpi | Kpi) -> list[str]:
    currency = read_currency(kpi.unit)
    budget = frame.budget
    if currency is None or budget is None or EARNINGS.search(kpi.name):
        return []
    if budget.minor and currency != budget.currency:
        return [f"KPI {kpi.name!r} is in {currency}, the budget in {budget.currency}. Use {budget.currency}."]
    target = Money.of(str(kpi.target), currency)
    if target.minor > budget.minor:
        return [f"KPI {kpi.name!r} of {target} is more than the budget of {spoken(budget)}."]
    whole = Money(target.minor * (frame.goal_value or 0), budget.currency)
    if _is_per_goal(frame, kpi.name) and whole.minor > budget.minor:
        most = Money(budget.minor // (frame.goal_value or 1), budget.currency)
        sum_up = f"{target} times {frame.goal_value:,} is {whole}, more than the budget of {budget}"
        return [f"KPI {kpi.name!r}: {sum_up}; at most {most} each."]
    return []


def _is_per_goal(frame: Frame, name: str) -> bool:
    metric = frame.goal_metric.casefold().rstrip("s")
    return bool(frame.goal_value and metric and UNIT_COST.search(name) and metric in name.casefold())


def fitted(phases: Sequence[tuple[date, date]], first: date, last: date) -> list[tuple[date, date]]:
    """Move phases into [first, last]: what sticks out is cut, and the one that ended last ends on the last day."""
    if not phases:
        return []
    final = max(end for _, end in phases)
    moved: list[tuple[date, date]] = []
    for start, end in phases:
        new_end = last if end == final else min(max(end, first), last)
        moved.append((min(max(start, first), new_end), new_end))
    return moved
