"""From what a platform tells of a post to its stored figures and the rows of its days. Pure functions.

A post keeps its figures and what they were when the day began on which they last changed; the row of that day is the
difference. So the days of a post add up to its figures, however late, often or wrongly they were told.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Final
from zoneinfo import ZoneInfo

from core.ids import derived_id
from db.analytics_data import ANALYTICS_DATA, AnalyticsData, Metrics, SocialMetrics
from db.social_posts import Counters, PostAnalytics, ResultAnalytics
from tools.figures.formulas import conversion_rate, engagement, engagement_rate
from tools.outside.contract import Figures

COUNTERS: Final = tuple(Counters.model_fields)
TOLD: Final = tuple(name for name in COUNTERS if name != "conversions")
# What only ever grows at the platform: a smaller number there is an older one.
MONOTONE: Final = frozenset({"impressions", "views", "clicks"})


@dataclass(frozen=True, slots=True)
class Place:
    """Which post on which platform a row of a day is about, and in whose calendar."""

    post_id: str
    platform: str
    account_id: str
    campaign_id: str | None
    timezone: ZoneInfo


def counts_of(counters: Counters) -> dict[str, int]:
    """Return the counts that are known."""
    return {name: value for name in COUNTERS if (value := getattr(counters, name)) is not None}


def fold(earlier: ResultAnalytics | None, told: Figures, day: date, now: datetime) -> ResultAnalytics:
    """Return the figures after a platform has told them on ``day``. What it does not tell stays as it was."""
    before = counts_of(earlier) if earlier else {}
    after = dict(before)
    for name in TOLD:
        value: int | None = getattr(told, name)
        if value is not None:
            after[name] = max(value, before.get(name, 0)) if name in MONOTONE else value
    kept = earlier.model_dump(include={"performance_score", "virality_score"}) if earlier else {}
    if earlier and after == before:
        same = {"day": earlier.day, "opening": earlier.opening, "changed_at": earlier.changed_at}
        return ResultAnalytics.model_validate({**after, **kept, **same, "synced_at": now})
    first = earlier is None or earlier.day < day.isoformat()
    opening = Counters.model_validate(before) if earlier is None or first else earlier.opening
    latest = day.isoformat() if earlier is None else max(earlier.day, day.isoformat())
    changed = {"day": latest, "opening": opening, "changed_at": now, "synced_at": now}
    return ResultAnalytics.model_validate({**after, **kept, **changed})


def unwritten(earlier: ResultAnalytics) -> bool:
    """Whether the row of the last change may be missing: nothing was read since, so its writing may have been cut."""
    return earlier.changed_at == earlier.synced_at


def row_of(place: Place, figures: ResultAnalytics, published: date | None) -> AnalyticsData:
    """Return the row of the day on which a post's figures last changed."""
    opening, current = counts_of(figures.opening), counts_of(figures)
    deltas = {name: value - opening.get(name, 0) for name, value in current.items()}
    day = date.fromisoformat(figures.day)
    return _row(place, day, deltas, posts=int(published == day), synced_at=figures.synced_at)


def published_row(place: Place, published: date, synced_at: datetime) -> AnalyticsData:
    """Return the row of the day a post went out, where its figures were first read on a later one."""
    return _row(place, published, {}, posts=1, synced_at=synced_at)


def _row(place: Place, day: date, deltas: Mapping[str, int], *, posts: int, synced_at: datetime) -> AnalyticsData:
    engaged = engagement(deltas.get("likes"), deltas.get("comments"), deltas.get("shares"))
    own = dict(deltas) | ({"engagement": engaged} if engaged is not None else {}) | {"posts_published": posts}
    social = SocialMetrics(
        posts_published=posts,
        total_reach=deltas.get("reach", 0),
        total_engagement=engaged or 0,
        total_impressions=deltas.get("impressions", 0),
        by_platform={place.platform: own},
    )
    cause = (place.post_id, place.platform, place.account_id, day.isoformat())
    return AnalyticsData(
        analytics_id=derived_id(ANALYTICS_DATA.id_prefix, *cause),
        campaign_id=place.campaign_id,
        post_id=place.post_id,
        platform=place.platform,
        day=day.isoformat(),
        timezone=place.timezone.key,
        date=datetime.combine(day, time(), place.timezone).astimezone(UTC),
        metrics=Metrics(social=social),
        synced_at=synced_at,
    )


def added_up(parts: Iterable[Counters]) -> dict[str, int]:
    """Add up counts; what none of the parts knows is left out."""
    total: dict[str, int] = {}
    for part in parts:
        for name, value in counts_of(part).items():
            total[name] = total.get(name, 0) + value
    return total


def whole(parts: Sequence[ResultAnalytics], conversions: int | None = None) -> PostAnalytics:
    """Return the figures of a post from those of its platforms, of which there is at least one, and the conversions
    that were reported of it.

    The rates are of the platforms that tell both sides of them, the scores the mean of theirs.
    """
    total = added_up(parts)
    seen = [part for part in parts if part.views is not None]
    engaged = sum(engagement(part.likes, part.comments, part.shares) or 0 for part in seen)
    rate = engagement_rate(engaged, sum(part.views or 0 for part in seen))
    converted = conversion_rate(conversions, total.get("clicks"))
    others = {
        "engagement": engagement(total.get("likes"), total.get("comments"), total.get("shares")),
        "engagement_rate": None if rate is None else float(rate),
        "conversions": conversions,
        "conversion_rate": None if converted is None else float(converted),
        "performance_score": _mean([part.performance_score for part in parts]),
        "virality_score": _mean([part.virality_score for part in parts]),
        "last_synced": min(part.synced_at for part in parts),
        "metrics_updated_at": max(part.changed_at for part in parts),
    }
    return PostAnalytics.model_validate(total | others)


def _mean(scores: Sequence[int | None]) -> int | None:
    known = [value for value in scores if value is not None]
    return round(sum(known) / len(known)) if known else None
