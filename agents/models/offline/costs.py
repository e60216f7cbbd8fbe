"""What a campaign is going to cost, in words: from the tool's lines once there is a plan, before that what it takes."""

from agents.models.offline.brief import State
from agents.models.offline.phrasing import plain
from agents.models.offline.reading import Used
from agents.models.offline.step import Step, say
from agents.models.offline.values import mappings
from core.money import Money
from tools.amounts import spoken

BEFORE_A_PLAN = (
    "That follows from the plan: how many posts go out, and where. Nothing is spent beyond the budget you approve."
)


def estimated(last: Used, state: State) -> Step:
    """Say what making the posts takes, and what the budget is for besides."""
    if not last.ok:
        return say(f"I could not work that out: {last.error}")
    result = last.result
    currency = plain(result.get("currency"))
    lines = [_line(row, currency) for row in mappings(result.get("lines"))]
    whole = f"Making the posts comes to about {plain(result.get('total'))}:"
    budget = state.value("budget")
    rest = (
        f"All in it is at most the budget of {budget}: what is left of it goes into reach, and nothing is spent beyond."
        if budget and state.info.get("budget_minor")
        else f"To carry them to people too, {plain(result.get('recommended_budget'))} would be a sound budget."
    )
    return say(whole if lines else whole.rstrip(":") + ".", "\n".join(lines), rest)


def _line(row: dict[str, object], currency: str) -> str:
    quantity, unit, amount = row.get("quantity"), row.get("unit_minor"), row.get("amount_minor")
    name = plain(row.get("item")).replace("_", " ")
    if not (isinstance(quantity, int) and isinstance(unit, int) and isinstance(amount, int)):
        return f"- {name}"
    return f"- {quantity} × {name}: {spoken(Money(amount, currency))} ({spoken(Money(unit, currency))} each)"
