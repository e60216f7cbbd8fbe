"""Plans as steps and as words: the calls that store them and the summaries people read."""

from collections.abc import Mapping, Sequence
from typing import Any

from agents.models.offline.brief import State, noted
from agents.models.offline.phrasing import capital, channel, day, iso_day, listed, plain
from agents.models.offline.planning import Ground, ground_of, plan, split
from agents.models.offline.reading import Turn, Used
from agents.models.offline.step import Step, call, say
from agents.models.offline.targets import COST
from agents.models.offline.values import mapping, mappings
from core.money import Money

NEXT = "Shall the writer draft the texts now?"


def plan_step(turn: Turn, state: State, *, cautious: bool = False) -> Step:
    """Store a plan. ``cautious`` keeps to the one phase and the one figure that can't be refused."""
    ground = ground_of(state.brief, state.info, turn.today)
    if ground is None:
        return say("I don't know yet what the campaign is about. What would you like to promote?")
    draft = plan(ground)
    if cautious:
        draft["kpis"] = draft["kpis"][:1]
        draft["phases"] = [{**draft["phases"][-1], "start": turn.today.isoformat()}]
    return call("create_campaign_plan", **draft)


def revise_step(turn: Turn, state: State, changed: Sequence[str], *, cautious: bool = False) -> Step:
    """Bring the stored campaign in line with the changed brief."""
    ground = ground_of(state.brief, state.info, turn.today)
    if ground is None:
        return say(noted(changed, state))
    draft = plan(ground)
    values: dict[str, Any] = {"strategy": draft["strategy"], "kpis": draft["kpis"]}
    if {"event_date", "start_date", "end_date", "timeline", "product", "location"} & set(changed):
        values |= {"name": draft["name"], "phases": draft["phases"]}
    if {"channels", "goal_metric", "event_date", "end_date"} & set(changed):
        values["tasks"] = draft["tasks"]
    if cautious:
        values = {"kpis": draft["kpis"][:1]}
    return call("revise_campaign", **values)


def made_plan(turn: Turn, state: State, done: Used) -> str:
    """A readable summary of a plan that has been stored."""
    ground = ground_of(state.brief, state.info, turn.today)
    parts = [f"## {plain(done.arguments.get('name'), 120)}", plain(done.arguments.get("strategy"), 1200)]
    parts += [phases_of(done.arguments), tasks_of(done.arguments), kpis_of(done.arguments)]
    if ground and ground.goal.money:
        parts.append(budget_of(ground))
    parts.append("The plan is stored." if turn.others_follow else f"The plan is stored. {NEXT}")
    return "\n\n".join(part for part in parts if part)


def changed_plan(turn: Turn, state: State, changed: Sequence[str], done: Used) -> str:
    """What a revision changed."""
    ground = ground_of(state.brief, state.info, turn.today)
    parts = [f"{noted(changed, state)} The plan is brought in line."]
    if done.arguments.get("phases"):
        parts.append(phases_of(done.arguments))
    if done.arguments.get("kpis") and {"budget", "goal_value", "goal_metric", "objective"} & set(changed):
        parts.append(kpis_of(done.arguments))
    if ground and ground.goal.money and {"budget", "channels"} & set(changed):
        parts.append(budget_of(ground))
    return "\n\n".join(parts)


def shown_plan(result: Mapping[str, Any]) -> str:
    """A stored campaign, as ``get_campaign`` returns it."""
    name = plain(result.get("name"), 120)
    parts = [f"## {name}" if name else "", plain(result.get("strategy"), 1200)]
    parts += [
        phases_of(result),
        tasks_of(result),
        kpis_of(result),
        "Tell me what should change, or say “write the posts”.",
    ]
    return "\n\n".join(part for part in parts if part)


def shown_figures(result: Mapping[str, Any]) -> str:
    """The targets and the budget of a stored campaign."""
    spent = money_left(result)
    results = plain(result.get("results"), 400) or "No results are stored yet, so there is nothing to set against them."
    return "\n\n".join(part for part in (kpis_of(result), spent, results) if part)


def money_left(result: Mapping[str, Any]) -> str:
    """The budget of a stored campaign: in all, used, left."""
    money = mapping(result.get("budget"))
    total, used, left = (plain(money.get(name)) for name in ("total", "used", "remaining"))
    return f"Budget: {total}, used {used}, left {left}." if total else "No budget is stored for this campaign."


def phases_of(source: Mapping[str, Any]) -> str:
    """The phases of a plan with their days."""
    rows = [f"- **{plain(item.get('name'))}:** {_span(item)}" for item in mappings(source.get("phases"))]
    return "**Timeline**\n\n" + "\n".join(rows) if rows else ""


def _span(item: Mapping[str, Any]) -> str:
    start, end = iso_day(item.get("start")), iso_day(item.get("end"))
    if start is None or end is None:
        return plain(f"{item.get('start')} to {item.get('end')}")
    return day(start) if start == end else f"{day(start)} to {day(end)}"


def tasks_of(source: Mapping[str, Any]) -> str:
    """The tasks of a plan, numbered."""
    items = mappings(source.get("tasks"))
    numbers = {str(item.get("key") or item.get("task_id")): number for number, item in enumerate(items, 1)}
    rows: list[str] = []
    for number, item in enumerate(items, 1):
        needed = item.get("depends_on") or item.get("dependencies") or ()
        before = sorted(numbers[key] for key in needed if key in numbers)
        after = f", after {listed([str(place) for place in before])}" if before else ""
        who = plain(item.get("agent") or item.get("agent_assigned"))
        rows.append(
            f"{number}. {plain(item.get('description'))} ({who}, {plain(item.get('estimated_duration'))}{after})"
        )
    return "**Tasks**\n\n" + "\n".join(rows) if rows else ""


def kpis_of(source: Mapping[str, Any]) -> str:
    """What a plan is measured by, as a table."""
    rows = [
        f"| {plain(item.get('name'))} | {_target(item)} | {plain(item.get('why'))} |"
        for item in mappings(source.get("kpis"))
    ]
    return (
        "**What to measure**\n\n| Figure | Target | How it follows |\n|---|--:|---|\n" + "\n".join(rows) if rows else ""
    )


def costs_of(source: Mapping[str, Any]) -> str:
    """What one of what is counted may cost by a plan, and how that follows."""
    told = [
        f"{plain(item.get('name'))}: {_target(item)}. {plain(item.get('why'))}"
        for item in mappings(source.get("kpis"))
        if plain(item.get("name")).startswith(COST)
    ]
    return "\n\n".join(told) or f"The plan has no figure for that.\n\n{kpis_of(source)}".strip()


def _target(item: Mapping[str, Any]) -> str:
    target, unit = item.get("target"), plain(item.get("unit"))
    if not isinstance(target, int | float):
        return plain(target)
    if len(unit) == 3 and unit.isupper():
        return str(Money.of(str(target), unit))
    return f"{target:,.0f} {unit}".strip() if float(target).is_integer() else f"{target:,} {unit}".strip()


def budget_of(ground: Ground) -> str:
    """How the money is divided, or nothing where there is none."""
    if not ground.goal.money or not ground.channels:
        return ""
    rows = [f"- {'Reserve' if name == 'reserve' else capital(channel(name))}: {share}" for name, share in split(ground)]
    return f"**Budget: {ground.goal.money}**\n\n" + "\n".join(rows)
