"""What a campaign will cost: counted from its content, guessed from a few figures, or turned into a budget. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from core.money import Money
from db.campaigns import CostPart
from tools.platforms.catalogue import BY_NAME
from tools.spending.prices import UnitPrices

POSTS_A_WEEK: Final = 2
RESERVE_PER_CENT: Final = 10
# Making content is a fifth of what is spent; the rest carries it to people.
MAKING_PER_CENT: Final = 20


@dataclass(frozen=True, slots=True)
class Estimate:
    """A sum and the lines that add up to it."""

    currency: str
    parts: tuple[CostPart, ...]

    @property
    def total(self) -> Money:
        """What the lines add up to."""
        return Money(sum(part.amount_minor for part in self.parts), self.currency)


@dataclass(frozen=True, slots=True)
class BudgetAdvice:
    """Three budgets: ``least`` makes everything, ``recommended`` also carries it to people, ``reserve`` is in both."""

    making: Estimate
    least: Money
    recommended: Money
    reserve: Money


def estimate(pieces: Mapping[str, int], currency: str, prices: UnitPrices) -> Estimate:
    """Return the cost of so many pieces of each kind, such as ``{"blog": 2, "social_post": 10}``."""
    parts: list[CostPart] = []
    for item, quantity in sorted(pieces.items()):
        if quantity > 0:
            unit = prices.of(item, currency)
            parts.append(CostPart(item=item, quantity=quantity, unit_minor=unit, amount_minor=unit * quantity))
    return Estimate(currency, tuple(parts))


def usual_pieces(channels: Sequence[str], days: int, posts_a_week: int = POSTS_A_WEEK) -> dict[str, int]:
    """Return how many pieces of which kind so many days on these channels take: at least one for each channel."""
    each = max(1, -(-days * posts_a_week // 7))
    pieces: dict[str, int] = {}
    for channel in channels:
        kind = kind_of(channel)
        pieces[kind] = pieces.get(kind, 0) + each
    return pieces


def quick_estimate(
    channels: Sequence[str], days: int, currency: str, prices: UnitPrices, posts_a_week: int = POSTS_A_WEEK
) -> Estimate:
    """Return a first guess before there is a plan."""
    return estimate(usual_pieces(channels, days, posts_a_week), currency, prices)


def budget_advice(making: Estimate) -> BudgetAdvice:
    """Return what to set aside: a tenth in reserve, and making the content a fifth of the whole."""
    cost = making.total.minor
    reserve = -(-cost * RESERVE_PER_CENT // 100)
    least = cost + reserve
    recommended = max(least, -(-cost * 100 // MAKING_PER_CENT))
    code = making.currency
    return BudgetAdvice(making, Money(least, code), Money(recommended, code), Money(reserve, code))


def kind_of(channel: str) -> str:
    """Return what kind of piece a channel takes."""
    platform = BY_NAME.get(channel)
    return platform.content_types[0] if platform else "social_post"
