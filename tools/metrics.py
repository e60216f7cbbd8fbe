"""What each figure means and how it is worked out of stored rows. Pure arithmetic; nothing is estimated.

Formulas: engagement rate = (likes + comments + shares) / views × 100; CTR = clicks / impressions; CPC = spend / clicks;
CPA = spend / conversions; ROAS = revenue / spend. A zero denominator gives None.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import ROUND_HALF_EVEN, Decimal
from types import MappingProxyType
from typing import Literal, TypeAlias

from core.money import Money

RowKind: TypeAlias = Literal["post", "email", "day"]
PLACES = Decimal("0.0001")


@dataclass(frozen=True, slots=True)
class Row:
    """One stored row with its figures. ``synced`` is when they were last fetched; money is in minor units."""

    row_id: str
    kind: RowKind
    day: date
    platform: str
    campaign_id: str | None
    figures: Mapping[str, Decimal]
    synced: datetime | None
    currency: str | None = None


@dataclass(frozen=True, slots=True)
class Metric:
    """A figure: the sum of ``top`` over rows of one kind, divided by the sum of ``bottom`` where there is one.

    ``kinds`` are tried in order: the first that has rows with all figures gives the answer, so that nothing is counted
    twice.
    """

    name: str
    definition: str
    top: tuple[str, ...]
    kinds: tuple[RowKind, ...]
    bottom: str | None = None
    factor: int = 1
    money: bool = False


@dataclass(frozen=True, slots=True)
class Figure:
    """The value of a metric, the rows it came from, and how."""

    value: Decimal | None
    sources: tuple[str, ...] = ()
    aggregation: str = ""
    currency: str | None = None
    rows: tuple[Row, ...] = field(default=(), repr=False)


def _sum(name: str, definition: str, *kinds: RowKind, figure: str = "", money: bool = False) -> Metric:
    return Metric(name, definition, (figure or name,), kinds or ("post",), money=money)


METRICS: Mapping[str, Metric] = MappingProxyType(
    {
        metric.name: metric
        for metric in (
            _sum("posts", "published posts", "post", "day"),
            _sum("impressions", "times posts were shown", "post", "day"),
            _sum("reach", "people who saw posts, added up over posts", "post", "day"),
            _sum("views", "views of posts", "post", "day"),
            _sum("likes", "likes of posts", "post", "day"),
            _sum("comments", "comments on posts", "post", "day"),
            _sum("shares", "shares of posts", "post", "day"),
            _sum("engagement", "likes + comments + shares", "post", "day"),
            _sum("clicks", "clicks on posts", "post", "day"),
            _sum("conversions", "conversions from posts", "post"),
            _sum("emails_sent", "emails sent", "email", "day"),
            _sum("delivered", "emails delivered", "email", "day"),
            _sum("opened", "emails opened", "email"),
            _sum("email_clicks", "clicks in emails", "email"),
            _sum("bounced", "emails that bounced", "email"),
            _sum("unsubscribed", "people who unsubscribed", "email"),
            _sum("ad_spend", "money spent on ads", "day", money=True),
            _sum("ad_clicks", "clicks on ads", "day"),
            _sum("ad_conversions", "conversions from ads", "day"),
            _sum("revenue", "revenue from closed deals", "day", money=True),
            _sum("new_leads", "new leads", "day"),
            _sum("new_contacts", "new contacts", "day"),
            _sum("deals_closed", "deals closed", "day"),
            _sum("organic_traffic", "visits from search", "day"),
            Metric(
                "engagement_rate",
                "(likes + comments + shares) / views × 100, in percent",
                ("engagement",),
                ("post", "day"),
                "views",
                100,
            ),
            Metric("ctr", "clicks / impressions of posts, a share of 1", ("clicks",), ("post", "day"), "impressions"),
            Metric(
                "conversion_rate", "conversions / clicks of posts, a share of 1", ("conversions",), ("post",), "clicks"
            ),
            Metric("open_rate", "opened / delivered, a share of 1", ("opened",), ("email", "day"), "delivered"),
            Metric(
                "click_rate",
                "clicks in emails / delivered, a share of 1",
                ("email_clicks",),
                ("email", "day"),
                "delivered",
            ),
            Metric("cpc", "ad spend / ad clicks", ("ad_spend",), ("day",), "ad_clicks", money=True),
            Metric("cpa", "ad spend / ad conversions", ("ad_spend",), ("day",), "ad_conversions", money=True),
            Metric("roas", "revenue from ads / ad spend", ("ad_revenue",), ("day",), "ad_spend"),
        )
    }
)
ALIASES: Mapping[str, str] = MappingProxyType(
    {
        "engagements": "engagement",
        "er": "engagement_rate",
        "engagement_percentage": "engagement_rate",
        "click_through_rate": "ctr",
        "clickthrough_rate": "ctr",
        "cost_per_click": "cpc",
        "cost_per_acquisition": "cpa",
        "cost_per_conversion": "cpa",
        "return_on_ad_spend": "roas",
        "spend": "ad_spend",
        "sent": "emails_sent",
        "emails": "emails_sent",
        "emails_delivered": "delivered",
        "opens": "opened",
        "email_open_rate": "open_rate",
        "email_click_rate": "click_rate",
        "unsubscribes": "unsubscribed",
        "bounces": "bounced",
        "posts_published": "posts",
        "leads": "new_leads",
        "traffic": "organic_traffic",
        "sales": "revenue",
    }
)
NAMED = {"post": "post", "email": "email", "day": "daily row"}


def metric_name(written: str) -> str | None:
    """Return the metric that is meant by ``CTR`` or ``engagement rate``, or None."""
    name = re.sub(r"[\s-]+", "_", written.strip().lower())
    name = ALIASES.get(name, name)
    return name if name in METRICS else None


def work_out(metric: Metric, rows: Sequence[Row]) -> Figure:
    """Work out one metric over rows. A figure without sources means that there are no data for it."""
    needed = {*metric.top, *((metric.bottom,) if metric.bottom else ())}
    for kind in metric.kinds:
        used = tuple(row for row in rows if row.kind == kind and needed <= row.figures.keys())
        if used:
            return _figure(metric, used, kind)
    return Figure(None)


def _figure(metric: Metric, used: tuple[Row, ...], kind: RowKind) -> Figure:
    sources = tuple(dict.fromkeys(row.row_id for row in used))
    many = f"{len(sources)} {NAMED[kind]}{'' if len(sources) == 1 else 's'}"
    top = " + ".join(metric.top)
    currencies = {row.currency for row in used} if metric.money else set[str | None]()
    if len(currencies) > 1:
        return Figure(None, sources, f"not added up: {many} in several currencies", None, used)
    currency = next(iter(currencies), None)
    total = sum((row.figures[name] for row in used for name in metric.top), Decimal(0))
    if metric.bottom is None:
        return Figure(_major(total, currency, metric), sources, f"sum of {top} over {many}", currency, used)
    below = sum((row.figures[metric.bottom] for row in used), Decimal(0))
    how = f"sum of {top} / sum of {metric.bottom}{f' × {metric.factor}' if metric.factor != 1 else ''} over {many}"
    if below == 0:
        return Figure(None, sources, f"{how}; {metric.bottom} is 0", currency, used)
    value = _major(total, currency, metric) * metric.factor / below
    return Figure(value.quantize(PLACES, ROUND_HALF_EVEN), sources, how, currency, used)


def _major(total: Decimal, currency: str | None, metric: Metric) -> Decimal:
    if not metric.money:
        return total
    return total * Money(1, currency or "").major


def as_number(value: Decimal | None) -> int | float | None:
    """Return a value as JSON has it: whole numbers without a point."""
    if value is None:
        return None
    return int(value) if value == value.to_integral_value() else float(value)
