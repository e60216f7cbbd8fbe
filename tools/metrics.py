"""What each figure means and how it is worked out of stored rows. Pure arithmetic; nothing is estimated.

Formulas: engagement rate = (likes + comments + shares) / views × 100; CTR = clicks / impressions; CPC = spend / clicks;
CPA = spend / conversions; ROAS = revenue / spend. A zero denominator gives None.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Literal, TypeAlias

from core.money import Money
from tools.figures.formulas import ratio

RowKind: TypeAlias = Literal["post", "activity", "score", "link", "spend", "email", "day"]


@dataclass(frozen=True, slots=True)
class Row:
    """One stored row with its figures. ``synced`` is when they were last fetched; money is in minor units.

    ``post`` rows are a post's figures to date, ``activity`` rows what a day added to them, ``score`` rows its scores.
    """

    row_id: str
    kind: RowKind
    day: date
    platform: str
    campaign_id: str | None
    figures: Mapping[str, Decimal]
    synced: datetime | None
    currency: str | None = None
    post_id: str | None = None


@dataclass(frozen=True, slots=True)
class Metric:
    """A figure: the sum of ``top`` over rows of one kind, divided by the sum of ``bottom`` where there is one.

    ``kinds`` are tried in order: the first that has rows with all figures gives the answer, so that nothing is counted
    twice. ``apart``: top and bottom come from different rows, of any of the kinds. ``mean``: over the rows, instead of
    a sum. ``distinct``: the number of posts that have it.
    """

    name: str
    definition: str
    top: tuple[str, ...]
    kinds: tuple[RowKind, ...]
    bottom: str | None = None
    factor: int = 1
    money: bool = False
    apart: bool = False
    mean: bool = False
    distinct: bool = False

    @property
    def adds_up(self) -> bool:
        """Whether the figures of parts add up to that of the whole."""
        return not (self.bottom or self.mean)


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
            Metric("posts", "published posts", ("posts",), ("post", "day"), distinct=True),
            _sum("impressions", "times posts were shown", "post", "day"),
            _sum("reach", "people who saw posts, added up over posts", "post", "day"),
            _sum("views", "views of posts", "post", "day"),
            _sum("likes", "likes of posts", "post", "day"),
            _sum("comments", "comments on posts", "post", "day"),
            _sum("shares", "shares of posts", "post", "day"),
            _sum("saves", "saves of posts", "post", "day"),
            _sum("engagement", "likes + comments + shares", "post", "day"),
            _sum("clicks", "clicks on posts", "post", "day"),
            _sum("conversions", "conversions from posts", "post"),
            _sum("link_clicks", "visitors who followed our links, each once a day", "link"),
            _sum("emails_sent", "emails sent", "email", "day"),
            _sum("delivered", "emails delivered", "email", "day"),
            _sum("opened", "emails opened", "email"),
            _sum("email_clicks", "clicks in emails", "email"),
            _sum("email_conversions", "conversions from emails", "day"),
            _sum("bounced", "emails that bounced", "email"),
            _sum("unsubscribed", "people who unsubscribed", "email"),
            _sum("ad_spend", "money spent on ads", "day", money=True),
            _sum(
                "spend",
                "money charged to campaign budgets; that spent on ads where none was charged",
                "spend",
                "day",
                money=True,
            ),
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
                "conversion_rate",
                "conversions / clicks of posts, a share of 1",
                ("conversions",),
                ("post",),
                "clicks",
                apart=True,
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
            Metric(
                "clicks_per_spend",
                "clicks on posts and ads / spend in whole units of its currency",
                ("clicks", "ad_clicks"),
                ("post", "spend", "day"),
                "spend",
                money=True,
                apart=True,
            ),
            Metric(
                "performance_score",
                "100 × v / (v + m): v is a post's engagement rate, m the median of the account's last 30 comparable "
                "posts before it; 50 is the usual post",
                ("performance_score",),
                ("score",),
                mean=True,
            ),
            Metric(
                "virality_score",
                "as the performance score, of shares / views",
                ("virality_score",),
                ("score",),
                mean=True,
            ),
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
        "costs": "spend",
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
        "clicks_per_pound": "clicks_per_spend",
        "clicks_per_dollar": "clicks_per_spend",
        "clicks_per_euro": "clicks_per_spend",
        "bookmarks": "saves",
        "link_visits": "link_clicks",
        "performance": "performance_score",
        "score": "performance_score",
        "virality": "virality_score",
    }
)
NAMED: Mapping[RowKind, str] = {
    "post": "post",
    "activity": "daily row",
    "score": "post",
    "link": "link",
    "spend": "charge",
    "email": "email",
    "day": "daily row",
}


def metric_name(written: str) -> str | None:
    """Return the metric that is meant by ``CTR`` or ``engagement rate``, or None."""
    name = re.sub(r"[\s-]+", "_", written.strip().lower())
    name = ALIASES.get(name, name)
    return name if name in METRICS else None


def work_out(metric: Metric, rows: Sequence[Row]) -> Figure:
    """Work out one metric over rows. A figure without sources means that there are no data for it."""
    if metric.apart:
        return _apart(metric, [row for row in rows if _group(row) in metric.kinds])
    needed = {*metric.top, *((metric.bottom,) if metric.bottom else ())}
    for kind in metric.kinds:
        used = tuple(row for row in rows if _group(row) == kind and needed <= row.figures.keys())
        if used:
            return _figure(metric, used)
    return Figure(None)


def _group(row: Row) -> RowKind:
    """What happened to a post by the day stands for the post."""
    return "post" if row.kind == "activity" else row.kind


def _figure(metric: Metric, used: tuple[Row, ...]) -> Figure:
    sources = tuple(dict.fromkeys(row.row_id for row in used))
    many = _many(used)
    top = " + ".join(metric.top)
    currencies = {row.currency for row in used} if metric.money else set[str | None]()
    if len(currencies) > 1:
        return Figure(None, sources, f"not added up: {many} in several currencies", None, used)
    currency = next(iter(currencies), None)
    if metric.distinct:
        return _distinct(metric, used)
    total = sum((row.figures[name] for row in used for name in metric.top), Decimal(0))
    if metric.mean:
        return Figure(ratio(total, len(used)), sources, f"mean of {top} over {many}", None, used)
    if metric.bottom is None:
        return Figure(_major(total, currency, metric), sources, f"sum of {top} over {many}", currency, used)
    below = sum((row.figures[metric.bottom] for row in used), Decimal(0))
    how = f"sum of {top} / sum of {metric.bottom}{f' × {metric.factor}' if metric.factor != 1 else ''} over {many}"
    if below == 0:
        return Figure(None, sources, f"{how}; {metric.bottom} is 0", currency, used)
    return Figure(ratio(_major(total, currency, metric), below, metric.factor), sources, how, currency, used)


def _many(used: Sequence[Row]) -> str:
    """Say what was added up: ``3 posts``, ``14 daily rows of 3 posts``."""
    kinds = dict.fromkeys(NAMED[row.kind] for row in used)
    parts: list[str] = []
    for name in kinds:
        count = len({row.row_id for row in used if NAMED[row.kind] == name})
        parts.append(f"{count} {name}{'' if count == 1 else 's'}")
    posts = {row.post_id for row in used if row.kind == "activity"}
    of = f" of {len(posts)} post{'' if len(posts) == 1 else 's'}" if posts else ""
    return f"{' and '.join(parts)}{of}"


def _distinct(metric: Metric, used: Sequence[Row]) -> Figure:
    """Count posts once, wherever they are; stored counts of a day stand for themselves."""
    counted = [row for row in used if row.figures[metric.top[0]]]
    posts = {row.post_id for row in counted if row.post_id}
    rest = sum((row.figures[metric.top[0]] for row in counted if not row.post_id), Decimal(0))
    sources = tuple(dict.fromkeys(row.row_id for row in used))
    return Figure(len(posts) + rest, sources, f"number of posts in {_many(used)}", None, tuple(used))


def _apart(metric: Metric, rows: Sequence[Row]) -> Figure:
    """Divide what some rows tell by what others tell."""
    above = [row for row in rows if set(metric.top) & row.figures.keys()]
    kinds = [kind for kind in metric.kinds if any(_group(row) == kind and metric.bottom in row.figures for row in rows)]
    below = [row for row in rows if kinds and _group(row) == kinds[0] and metric.bottom in row.figures]
    if not above or not below or metric.bottom is None:
        return Figure(None)
    used = (*above, *(row for row in below if not set(metric.top) & row.figures.keys()))
    sources = tuple(dict.fromkeys(row.row_id for row in used))
    currencies = {row.currency for row in below}
    if len(currencies) > 1:
        return Figure(None, sources, f"not divided: {_many(below)} in several currencies", None, used)
    currency = next(iter(currencies))
    total = sum((row.figures.get(name, Decimal(0)) for row in above for name in metric.top), Decimal(0))
    spent = _major(sum((row.figures[metric.bottom] for row in below), Decimal(0)), currency, metric)
    how = f"sum of {' + '.join(metric.top)} over {_many(above)} / sum of {metric.bottom} over {_many(below)}"
    return Figure(ratio(total, spent), sources, how, currency, used)


def _major(total: Decimal, currency: str | None, metric: Metric) -> Decimal:
    if not metric.money:
        return total
    return total * Money(1, currency or "").major


def as_number(value: Decimal | None) -> int | float | None:
    """Return a value as JSON has it: whole numbers without a point."""
    if value is None:
        return None
    return int(value) if value == value.to_integral_value() else float(value)
