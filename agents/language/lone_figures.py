"""Whether a lone figure in a short message is a price, a sum to spend or a goal."""

import re
from collections.abc import Mapping

from agents.language.answers import known_budget
from agents.language.corrections import is_correction
from agents.language.goals import Goal

_SHORT = 12
_SPENDING = re.compile(
    r"\b(?:budget|spen[dt]\w*|have|'ve|got|put|invest|ads?|total|max(?:imum)?|money|cost|there(?:'s| is| are)|"
    r"for (?:it|this|everything|all of it)|to play with)\b",
    re.IGNORECASE,
)
_BY_ITSELF = re.compile(
    r"(?:^\W*?|[,;.]\s*(?:and )?)(?:[£$€₹]\s?\d[\d.,]*\d?k?|\d[\d.,]*k? ?(?:euros?|pounds|quid|dollars|eur|gbp|usd))"
    r"\s*(?:[,;.](?!\d)|$)",
    re.IGNORECASE,
)


def spends(text: str) -> bool:
    """Whether a text speaks of having or spending money."""
    return _SPENDING.search(text) is not None


_BUDGET_NAMED = re.compile(
    r"\b(?:budget|(?:ad |total )?spend)(?:'s|s)?(?:,|:| =|(?: (?:is|was|has|should|needs?|ought|must|can|could|will|"
    r"would|be|been|now|actually|really|only|meant|supposed|for (?:this|it)|set|up|down|to|at|of|about|around|more|"
    r"like|it's|not \d[\d.,]*k?|but|changed|gone|went|raised|cut|lowered|increased|reduced)))*\s*[£$€₹]?$",
    re.IGNORECASE,
)


def is_named_budget(said: str, start: int) -> bool:
    """Whether the words before a figure name it as the budget: the budget should be 750."""
    return _BUDGET_NAMED.search(said[max(0, start - 60) : start]) is not None


def means_price(said: str, asked: str | None) -> bool:
    """Whether a sum in a short answer belongs to what was asked for: the thing's price, or what is to be raised."""
    words = len(said.split())
    if asked not in {"product", "business", "target_audience", "goal_value"} or words > 10 or spends(said):
        return False
    if asked == "target_audience" and _BY_ITSELF.search(said):
        return False  # people are no price: a sum in a part of its own is the next fact
    return asked == "goal_value" or words > 2


def means_goal(said: str, asked: str | None, known: Mapping[str, object]) -> bool:
    """Whether a figure without a currency can only correct the goal: no budget is known, a goal is."""
    if asked == "budget" or known_budget(known) or not isinstance(known.get("goal_value"), int):
        return False
    return not spends(said) and len(said.split()) <= _SHORT and is_correction(said, known)


def is_goal(said: str, goal: Goal, asked: str | None) -> bool:
    """Whether a short answer is a goal and nothing else, whatever was asked: 80 bookings."""
    before, after = said[: goal.span[0]], said[goal.span[1] :]
    alone = goal.value is not None and not before.strip(" ,.") and len(after.split()) <= 4
    return alone and goal.metric != "" and asked not in {"target_audience", "budget", "timeline"}
