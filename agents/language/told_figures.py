"""Which figure the tagger takes for the goal, and which sum for the budget, where the rules chose another or none."""

import re
from collections.abc import Mapping, Sequence

from agents.language.amounts import Amount, amounts, fallback_currency, find_budget
from agents.language.aside_figures import is_aside
from agents.language.goals import wants
from agents.language.goals_apart import counted_before
from agents.language.lone_figures import is_named_budget
from agents.language.numbers import NUMBER, number_value, whole
from agents.language.past_sums import gone, of_others
from agents.language.stated import meant
from agents.language.tagger import Tags
from core.money import Money

FIGURE, NO_FIGURE = 0.5, 0.1
SUM, SUM_INSTEAD, SUM_MARGIN, NO_SUM = 0.6, 0.5, 0.15, 0.2  # a sum where the rules see none; instead of theirs; none
_REACHED = re.compile(
    r"\b(?:had|did|gets?|got|came|were|was|sold|made|average|averaged|usually|normally|currently|now|have|at|never|"
    r"only|from|"
    r"last (?:year|time|month|week|summer|winter))"
    r"(?: (?:get|sell|have|do|see|draw|we|at|about|around|only|more than|over|sold|of))*\s*$",
    re.IGNORECASE,
)
_TO_BE = re.compile(r"\b(?:be|get|go)(?: up)? (?:at|to)(?: about| around)?\s*$", re.IGNORECASE)
_SO_FAR = re.compile(
    r"[\w' -]{0,20}?\b(?:so far|already|came|at the moment|at present|right now|to date|"
    r"last (?:year|time|month|week|summer|winter)|in (?:19|20)\d\d)\b",
    re.IGNORECASE,
)
_NOW = re.compile(r"[\w' -]{0,20}?\b(?:now|today)(?=\s*(?:[,.;!?]|(?:and|but|so)\b|$))", re.IGNORECASE)
_IS_TO_BE = re.compile(r"\b(?:goal|target|aim|number|it|that|make)(?:'s| is| to| it)?\s*$", re.IGNORECASE)
_NO_COUNT = re.compile(
    r"\s?(?:%|percent|per cent|out of\b|(?:posts?|captions?|drafts?|versions?|reels|hashtags|options|ideas|tweets|"
    r"photos|pictures|images)\b|(?:is|was|seems|sounds|feels|looks) (?:a (?:lot|bit)|too|quite|very|high|low|"
    r"steep|"
    r"much)\b|(?:days?|weeks?|wks?|months?|years?|hours?|hrs?|minutes?|mins?)\b|"
    r"(?:[\w'-]+ ){1,2}(?:is|are|"
    r"were|have been) (?:already |all |now )?(?:printed|sold|booked|taken|reserved|gone|done|ready|made)\b)",
    re.IGNORECASE,
)


def told_figure(tags: Tags, budget: tuple[int, int] | None = None) -> tuple[int, int, int] | None:
    """The figure to reach as the tagger sees it, with its place; never the one named as the ``budget``."""
    found = [one for one in tags.found if one.name == "goal_value" and one.likely >= FIGURE]
    if budget and is_named_budget(tags.said, budget[0]):
        found = [one for one in found if not _meet((one.start, one.end), budget)]
    found = [one for one in found if not is_aside(tags.said, one.start, one.end)]
    best = meant(tags.said, [one for one in found if not _reached(tags.said, one.start, one.end)])
    if best is None:
        return None
    match = next((one for one in NUMBER.finditer(tags.said) if one.start() < best.end and best.start < one.end()), None)
    value = number_value(match) if match else None
    if match is None or _NO_COUNT.match(tags.said[best.end :]) or re.fullmatch(r"20[2-4]\d", match.group()):
        return None  # a year, too
    if _OF_ALL.search(tags.said[: match.start()]):
        return None
    if _HELD.match(tags.said, match.end()) and not wants(tags.said[max(0, match.start() - 40) : match.start()]):
        return None
    figure = whole(value) if value is not None else None
    return (figure, match.start(), match.end()) if figure is not None else None


_COUNTED_THING = re.compile(
    r"\s(?:(?:more|new|extra|additional|other|further|paying|regular|qualified|"
    r"good) )*(?P<thing>[a-z][a-z'-]{2,}s|people)"
    r"(?![\w'])",
    re.IGNORECASE,
)


_OF_ALL = re.compile(r"\d (?:out )?of (?:the |our )?$", re.IGNORECASE)  # 90 of 400 seats
_HELD = re.compile(
    r"\s(?:[\w'-]+\s){1,2}(?:at (?:[£$€₹]|[\w.,]+ (?:€|euro|pound|dollar|quid|kr|franc))|each\b|"
    r"(?:per|a) (?:class|group|course|session|night|table|room)\b)",
    re.IGNORECASE,
)


def no_figure(tags: Tags, ruled: tuple[int, int]) -> bool:
    """Whether the figure the rules took for the goal is surely none."""
    return tags.share(*ruled, "goal_value") < NO_FIGURE


def counted(said: str, start: int, end: int) -> str:
    """What the figure at a place counts, where the words around it say so."""
    match = _COUNTED_THING.match(said, end)
    return match["thing"] if match else counted_before(said, start, end)


def _reached(said: str, start: int, end: int) -> bool:
    """Whether a figure is what there is or was, and not what is wanted."""
    before, after = said[:start], said[end : end + 40]
    if _NOW.match(after) and not _IS_TO_BE.search(before):
        return True
    return (_REACHED.search(before) is not None and not _TO_BE.search(before)) or _SO_FAR.match(after) is not None


def told_sum(
    tags: Tags, sums: Sequence[tuple[int, int]], ruled: tuple[int, int] | None, past: Sequence[tuple[int, int]] = ()
) -> tuple[int, int] | None:
    """The place of the sum to spend: the one the rules chose, unless the tagger sees another one, or none there.

    Of ``sums`` it is one, or a figure without a currency; none of ``past``.
    """
    found = [one for one in tags.found if one.name == "budget"]
    found = [one for one in found if not any(_meet((one.start, one.end), place) for place in past)]
    places = {(one.start, one.end) for one in found} | set(sums)
    likely = {place: tags.share(*place, "budget") for place in places}
    last = meant(tags.said, [one for one in found if one.likely >= SUM])
    best = (last.start, last.end) if last else max(sorted(places), key=lambda place: likely[place], default=None)
    if ruled is None:
        return best if best and likely[best] >= SUM else None
    own = tags.share(*ruled, "budget")
    if best and not _meet(best, ruled) and likely[best] >= SUM_INSTEAD and likely[best] - own >= SUM_MARGIN:
        return best
    return ruled if own >= NO_SUM else None


def _meet(one: tuple[int, int], other: tuple[int, int]) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def budget_told(
    tags: Tags, known: Mapping[str, object], ruled: tuple[int, int] | None
) -> tuple[tuple[int, int] | None, Amount | None]:
    """The place of the budget, and the sum there where it is not the one the rules chose."""
    named = [one for one in amounts(tags.said, known) if one.value]
    sums = [one for one in named if not gone(tags.said, one.start, one.end)]
    past = [(one.start, one.end) for one in named if one not in sums]
    place = told_sum(tags, [(one.start, one.end) for one in sums], ruled, past)
    if ruled and place is None and is_named_budget(tags.said, ruled[0]):
        place = ruled
    if place is None or place == ruled:
        return place, None
    if of_others(tags.said, place[0]):
        return ruled, None
    inside = [one for one in sums if _meet((one.start, one.end), place)]
    found = max(inside, key=lambda one: one.value, default=None)  # of a range the upper end counts
    return place, found or find_budget(tags.said[place[0] : place[1]], known, asked="budget")


def in_local_money(budget: Money, text: str, known: Mapping[str, object]) -> Money:
    """The budget in the money of the known location, where the text leaves the currency open."""
    said = [one for one in amounts(text, known) if Money.of(one.value, budget.currency) == budget]
    named = said[-1].currency if said else ""
    return Money.of(budget.major, named or fallback_currency(text, known))


def without_budget(text: str, known: Mapping[str, object]) -> str:
    """The text with the budget hidden, so that no goal is read into it; whole where it speaks of a percentage."""
    budget = find_budget(text, known) if "%" not in text else None
    if not budget:
        return text
    return text[: budget.start] + "," + " " * (budget.end - budget.start - 1) + text[budget.end :]
