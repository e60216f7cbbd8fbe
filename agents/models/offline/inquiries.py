"""What a message asks to be told about the brief and the plan, part by part, and the answer to each."""

import re
from collections.abc import Mapping
from typing import Any

from agents.models.offline.brief import State, named
from agents.models.offline.planning import ground_of
from agents.models.offline.plans import budget_of, costs_of, kpis_of, money_left, phases_of, shown_plan, tasks_of
from agents.models.offline.reading import Turn
from agents.models.offline.talk import asks_money_left, asks_plan
from agents.models.offline.targets import kpis

UNSETTLED = "is not settled yet."
_BRIEF: tuple[tuple[str, str], ...] = (
    (
        "target_audience",
        (
            r"\bwho(?:m)? (?:are|were|do) we (?:target|reach|address|aim)\w*|\bwho(?:'s| is| was) (?:the|our) "
            r"(?:target|audience)|\bwhat(?:'s| is| was) (?:the|our) (?:target )?audience\b|\bwho is it for\?"
        ),
    ),
    (
        "timeline",
        (
            r"\bwhen (?:is it|does it (?:start|happen|open|launch)|was it|do we start)\b|\bwhat(?:'s| is| was) "
            r"(?:the|our) (?:date|timeline|deadline)\b"
        ),
    ),
    ("objective", r"\bwhat(?:'s| is| was| are) (?:the|our) (?:goals?|objectives?|aims?)\b"),
    (
        "channels",
        r"\bwhat (?:are|were) (?:the|our) channels\b|\bwhich channels (?:do|did) we (?:have|choose|pick|use)\b",
    ),
    (
        "budget",
        r"\bwhat(?:'s| is| was) (?:the|our) budget\b(?! (?:split|breakdown|left|per))|\bhow much (?:do|did) we have\b",
    ),
)
_SPLIT = re.compile(
    r"\bbudget (?:split|breakdown|allocation|per channel)\b|\b(?:split|breakdown|allocation) of (?:the|our) (?:budget|"
    r"money)\b|\bwhere (?:is|does|will|goes) (?:my|our|the|all my|all the) money\b|\bhow (?:is|will|do you|do we) "
    r"(?:the |we )?(?:budget|money|spend|split)\b",
    re.IGNORECASE,
)
_PLAN: tuple[tuple[str, str], ...] = (
    (
        "costs",
        (
            r"\b(?:what|how much)\b[^.?!\n]{0,40}\b(?:cost|pay|price|spend)\w*\b[^.?!\n]{0,20}\b"
            r"(?:per|each|apiece|for (?:each|every|one))\b|\b(?:costs?|price) per \w+\?"
        ),
    ),
    ("kpis", r"\b(?:what|which|show|list|tell)\b[^.?!\n]{0,30}\b(?:targets?|kpis?|key figures)\b"),
    ("tasks", r"\b(?:what|which|show|list|who)\b[^.?!\n]{0,30}\b(?:tasks?|to-?dos?|next steps?|does what)\b"),
    ("phases", r"\b(?:what|which|show|list)\b[^.?!\n]{0,30}\b(?:phases?|timeline|milestones?|stages?)\b"),
    (
        "plan",
        (
            r"\b(?:what|remind|show|see|read|repeat|recap|tell)\b[^.?!\n]{0,30}\b(?:plan|strategy)\b"
            r"(?! (?:it|for|to)\b)|"
            r"\bwhat (?:would|will|do) (?:you|we) do (?:on|in|at|first|next)\b"
        ),
    ),
)
_WORDS = {
    "target_audience": "The audience: {}.",
    "timeline": "The date: {}.",
    "objective": "The goal: {}.",
    "channels": "The channels: {}.",
    "budget": "The budget: {}.",
}


def plan_parts(text: str) -> tuple[str, ...]:
    """The parts of a stored plan a message asks to see."""
    if re.search(r"\bbrief\b", text, re.IGNORECASE):
        return ()
    return tuple(name for name, pattern in _PLAN if re.search(pattern, text, re.IGNORECASE))


def asks_split(text: str) -> bool:
    """Whether a message asks how the money is divided."""
    return _SPLIT.search(text) is not None


def about_brief(turn: Turn, state: State) -> str:
    """Answers to questions about what the brief holds, and about how the money is divided."""
    told: list[str] = []
    for name, pattern in _BRIEF:
        if re.search(pattern, turn.text, re.IGNORECASE):
            value = state.value(name)
            told.append(_WORDS[name].format(value) if value else f"{_WORDS[name].partition(':')[0]} {UNSETTLED}")
    lines = [" ".join(told)] if told else []
    if asks_split(turn.text):
        ground = ground_of(state.brief, state.info, turn.today)
        lines.append((budget_of(ground) if ground else "") or _undivided(state))
    if "costs" in plan_parts(turn.text) and not turn.campaign:
        ground = ground_of(state.brief, state.info, turn.today)
        lines.append(costs_of({"kpis": kpis(ground.goal)}) if ground else "")
    return "\n\n".join(filter(None, lines))


def _undivided(state: State) -> str:
    if not state.info.get("budget_minor"):
        return "There is no budget to divide yet."
    return f"The budget is {state.value('budget')}; I divide it once {named(state.missing) or 'the plan'} is settled."


def about_plan(turn: Turn, state: State, result: Mapping[str, Any]) -> str:
    """The parts of a stored plan that were asked for; all of it where none was named."""
    parts = plan_parts(turn.text)
    brief = about_brief(turn, state)
    left = money_left(result) if asks_money_left(turn.text) else ""
    if "plan" in parts or (asks_plan(turn.text) and not parts) or not (parts or brief or left):
        return "\n\n".join(part for part in (left, shown_plan(result)) if part)
    shown = {"kpis": kpis_of, "costs": costs_of, "tasks": tasks_of, "phases": phases_of}
    return "\n\n".join(part for part in (left, brief, *(shown[name](result) for name in parts)) if part)
