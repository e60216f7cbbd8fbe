"""From the figures of posts to those of a campaign and of the whole account. Pure arithmetic over what is stored."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from db.social_posts import ResultAnalytics
from tools.figures.counters import added_up
from tools.figures.formulas import ctr, engagement, engagement_rate


@dataclass(frozen=True, slots=True)
class Measured:
    """The figures of one post or email on one platform; None: it is out, but nothing was read yet, or, where the
    platform is ``silent``, never will be. ``conversions`` are those reported of it."""

    post_id: str
    platform: str
    figures: ResultAnalytics | None
    conversions: int | None = None
    silent: bool = False


@dataclass(frozen=True, slots=True)
class Beside:
    """What counts beside posts: visitors of links by platform, and conversions that came from no post or email."""

    clicks: Mapping[str, int] = field(default_factory=dict[str, int])
    conversions: int | None = None


def totals(results: Iterable[Measured], beside: Beside | None = None) -> dict[str, Any]:
    """Return totals and averages over posts and emails, as a whole and by platform, as documents store them.

    ``engagement_rate`` and ``ctr`` are of the sums, ``avg_engagement_rate`` and ``avg_performance_score`` means of the
    posts' own. ``as_of`` is the oldest reading among them; ``unread`` counts posts without one.
    """
    everything = list(results)
    by_platform: dict[str, list[Measured]] = defaultdict(list)
    for result in everything:
        by_platform[result.platform].append(result)
    beside = beside or Beside()
    parts = {
        platform: _totals(found) | _clicked(beside.clicks.get(platform))
        for platform, found in sorted(by_platform.items())
    }
    told = _totals(everything) | _clicked(sum(beside.clicks.values()) if beside.clicks else None)
    if beside.conversions is not None:
        told["total_conversions"] = told.get("total_conversions", 0) + beside.conversions
    return told | {"by_platform": parts}


def _clicked(visitors: int | None) -> dict[str, int]:
    return {} if visitors is None else {"total_link_clicks": visitors}


def _totals(results: Sequence[Measured]) -> dict[str, Any]:
    read = [result.figures for result in results if result.figures is not None]
    sums = added_up(read)
    told: dict[str, Any] = {f"total_{name}": value for name, value in sums.items()}
    converted = [result.conversions for result in results if result.conversions is not None]
    if converted:
        told["total_conversions"] = sum(converted)
    engaged = engagement(sums.get("likes"), sums.get("comments"), sums.get("shares"))
    if engaged is not None:
        told["total_engagement"] = engaged
    seen = [part for part in read if part.views is not None]
    clicked = [part for part in read if part.clicks is not None and part.impressions is not None]
    rates = [engagement_rate(_engaged(part), part.views) for part in seen]
    return told | {
        "posts": len({result.post_id for result in results}),
        "unread": sum(result.figures is None and not result.silent for result in results),
        "engagement_rate": _number(
            engagement_rate(sum(_engaged(part) for part in seen), sum(part.views or 0 for part in seen))
        ),
        "ctr": _number(ctr(sum(part.clicks or 0 for part in clicked), sum(part.impressions or 0 for part in clicked))),
        "avg_engagement_rate": _mean([float(rate) for rate in rates if rate is not None]),
        "avg_performance_score": _mean([part.performance_score for part in read if part.performance_score is not None]),
        "as_of": min((part.synced_at for part in read if not part.gone_at), default=None),
    }


def _engaged(part: ResultAnalytics) -> int:
    return engagement(part.likes, part.comments, part.shares) or 0


def _number(value: Decimal | None) -> float | None:
    return None if value is None else float(value)


def _mean(values: Sequence[float]) -> float | None:
    return round(sum(values) / len(values), 4) if values else None
