"""The figures of marketing as formulas. What can't be worked out is None: never 0, never an error.

A count that a platform does not tell is None. Money is in minor units of one currency on both sides of a formula.
"""

from collections.abc import Sequence
from decimal import ROUND_HALF_EVEN, Decimal
from statistics import median
from typing import Final, TypeAlias

Number: TypeAlias = int | Decimal

PLACES: Final = Decimal("0.0001")
FEWEST_COMPARABLE: Final = 5
MOST_COMPARABLE: Final = 30


def ratio(top: Number | None, bottom: Number | None, factor: int = 1) -> Decimal | None:
    """Return ``top / bottom × factor`` to four places; None if either is unknown or ``bottom`` is 0."""
    if top is None or not bottom:
        return None
    return (Decimal(top) * factor / Decimal(bottom)).quantize(PLACES, ROUND_HALF_EVEN)


def engagement(likes: int | None, comments: int | None, shares: int | None) -> int | None:
    """Return likes + comments + shares, of those that are told; None if none is."""
    told = [count for count in (likes, comments, shares) if count is not None]
    return sum(told) if told else None


def engagement_rate(engaged: Number | None, views: Number | None) -> Decimal | None:
    """Return (likes + comments + shares) / views × 100, in per cent."""
    return ratio(engaged, views, 100)


def conversion_rate(conversions: Number | None, clicks: Number | None) -> Decimal | None:
    """Return conversions / clicks, a share of 1."""
    return ratio(conversions, clicks)


def ctr(clicks: Number | None, impressions: Number | None) -> Decimal | None:
    """Return clicks / impressions, a share of 1."""
    return ratio(clicks, impressions)


def cpc(spend: Number | None, clicks: Number | None) -> Decimal | None:
    """Return spend / clicks, in the unit of the spend."""
    return ratio(spend, clicks)


def cpa(spend: Number | None, conversions: Number | None) -> Decimal | None:
    """Return spend / conversions, in the unit of the spend."""
    return ratio(spend, conversions)


def roas(revenue: Number | None, spend: Number | None) -> Decimal | None:
    """Return revenue / spend."""
    return ratio(revenue, spend)


def roi(revenue: Number | None, cost: Number | None) -> Decimal | None:
    """Return (revenue - cost) / cost: 0.5 means that half of the cost was earned on top of it."""
    if revenue is None or cost is None:
        return None
    return ratio(revenue - cost, cost)


def change(before: Number | None, after: Number | None) -> Decimal | None:
    """Return by how many per cent ``after`` differs from ``before``."""
    if before is None or after is None:
        return None
    return ratio(after - before, before if before > 0 else -before, 100)


def score(value: Number | None, earlier: Sequence[Number]) -> int | None:
    """Return how a post did against the account's own usual, from 0 to 100; 50 is exactly as usual.

    The formula is ``100 × v / (v + m)``, rounded half to even: ``v`` is the post's figure, and ``m`` the median of the
    same figure over the account's last 30 comparable posts before it. Twice the usual gives 67, half of it 33. None if
    ``v`` is unknown, if fewer than five posts can be compared, or if ``v`` and ``m`` are both 0.
    """
    known = earlier[-MOST_COMPARABLE:]
    if value is None or len(known) < FEWEST_COMPARABLE:
        return None
    usual = median([Decimal(figure) for figure in known])
    if not usual + value:
        return None
    return round(100 * Decimal(value) / (usual + value))
