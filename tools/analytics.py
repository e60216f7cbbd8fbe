"""Figures from stored rows alone, each with the rows it came from. Where nothing is stored, that is the answer."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Annotated, Any, Literal, TypeAlias
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, Field

from db.analytics_data import ANALYTICS_DATA, AnalyticsData, SocialMetrics
from db.campaigns import CAMPAIGNS
from db.email_campaigns import EMAIL_CAMPAIGNS, EmailCampaign
from db.social_posts import SOCIAL_POSTS, SocialPost
from tools.arguments import Arguments, CampaignId, Day, Words
from tools.brief import zone
from tools.figures.counters import counts_of
from tools.figures.formulas import engagement
from tools.metrics import METRICS, Figure, Row, as_number, metric_name, work_out
from tools.publishing import moment_of
from tools.tool import Effect, Tool, ToolContext, tool

MOST_ROWS = 50
MOST_READ = 1_000
MOST_SOURCES = 50
STALE_AFTER = timedelta(days=1)
GROUPS = {"none": "total", "all": "total", "overall": "total", "channel": "platform", "date": "day", "daily": "day"}
GroupBy: TypeAlias = Literal["total", "platform", "campaign", "post", "day"]


def _as_group(value: object) -> object:
    if not isinstance(value, str):
        return value
    name = value.strip().lower().removeprefix("by ")
    return GROUPS.get(name, name)


def _known_metrics(written: list[str]) -> list[str]:
    names = {text: metric_name(text) for text in written}
    if unknown := [text for text, name in names.items() if name is None]:
        raise ValueError(f"no such figure: {', '.join(unknown)}; there are {', '.join(METRICS)}")
    return list(dict.fromkeys(name for name in names.values() if name))


class QueryMetrics(Arguments):
    """Which figures, for when and by what."""

    metrics: Annotated[Words, Field(min_length=1, max_length=16), AfterValidator(_known_metrics)] = Field(
        description=f"The figures wanted, of: {', '.join(METRICS)}."
    )
    since: Day | None = Field(default=None, description="First day, as YYYY-MM-DD; everything stored if not given.")
    until: Day | None = Field(default=None, description="Last day, as YYYY-MM-DD; today if not given.")
    group_by: Annotated[GroupBy, BeforeValidator(_as_group)] = Field(
        default="total", description="One row in all, or one for each platform, campaign, post or day."
    )
    campaign_id: CampaignId | None = Field(default=None, description="Only this campaign, cmp_…")


@tool(Effect.READ)
async def query_metrics(ctx: ToolContext, params: QueryMetrics) -> dict[str, Any]:
    """Work out figures from what is stored about posts, emails, ads and sales, naming the rows behind each figure.

    A figure is null where its denominator is 0. No rows mean that nothing is stored: say so and never guess. If
    ``stale`` is true the figures are older than a day: say as of when they are.
    """
    names = await _campaign_names(ctx, params)
    timezone = zone(ctx.timezone)
    rows, truncated = await _rows(ctx, params, timezone)
    key = _keys(params.group_by)
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(key(row), []).append(row)
    answers = {
        name: {metric: work_out(METRICS[metric], members) for metric in params.metrics}
        for name, members in groups.items()
    }
    found = {name: figures for name, figures in answers.items() if any(figure.sources for figure in figures.values())}
    shown = _ordered(found, params)
    used = [row for figures in shown.values() for figure in figures.values() for row in figure.rows]
    as_of = _as_of(used)
    stale = bool(used) and (as_of is None or ctx.clock.now() - as_of > STALE_AFTER)
    return {
        "period": _period(params, rows, ctx.clock.now().astimezone(timezone)),
        "group_by": params.group_by,
        "rows": [_row(name, figures, names) for name, figures in shown.items()],
        "definitions": {metric: METRICS[metric].definition for metric in params.metrics},
        "as_of": as_of.isoformat() if as_of else None,
        "stale": stale,
        "note": _note(params, found, shown, as_of if stale else None, truncated),
    }


TOOLS: tuple[Tool, ...] = (query_metrics,)


async def _campaign_names(ctx: ToolContext, params: QueryMetrics) -> dict[str, str]:
    if params.campaign_id:
        campaign = await ctx.repository(CAMPAIGNS).get(params.campaign_id)
        return {campaign.campaign_id: campaign.name}
    if params.group_by != "campaign":
        return {}
    page = await ctx.repository(CAMPAIGNS).page({}, limit=100)
    return {campaign.campaign_id: campaign.name for campaign in page.items}


async def _rows(ctx: ToolContext, params: QueryMetrics, timezone: ZoneInfo) -> tuple[list[Row], bool]:
    """Return the rows of the period, and whether there were more than are read."""
    span: dict[str, datetime] = {}
    if params.since:
        span["$gte"] = moment_of(f"{params.since}T00:00", timezone)
    if params.until:
        span["$lt"] = moment_of(f"{params.until + timedelta(days=1)}T00:00", timezone)
    kinds = {kind for metric in params.metrics for kind in METRICS[metric].kinds}
    rows: list[Row] = []
    truncated = False
    if "post" in kinds:
        posts = await _read_posts(ctx, params.campaign_id, span)
        rows += [row for post in posts for row in _of_post(post, timezone)]
        truncated = truncated or len(posts) > MOST_READ
    if "email" in kinds:
        emails = await _read_emails(ctx, params.campaign_id, span)
        rows += [row for email in emails for row in _of_email(email, timezone)]
        truncated = truncated or len(emails) > MOST_READ
    if "day" in kinds:
        where: dict[str, Any] = {"date": span} if span else {}
        days = await ctx.repository(ANALYTICS_DATA).find(
            where | _of_campaign(params.campaign_id), sort=[("date", -1)], limit=MOST_READ + 1
        )
        own = [day for day in days if day.post_id is None]
        rows += [row for day in _undoubled(own, params) for row in _of_day(day)]
        truncated = truncated or len(days) > MOST_READ
    return rows, truncated


async def _read_posts(ctx: ToolContext, campaign_id: str | None, span: dict[str, datetime]) -> list[SocialPost]:
    where = _of_campaign(campaign_id) | _dated(span, "platforms.published_at", "schedule.publish_at", "created_at")
    return await ctx.repository(SOCIAL_POSTS).find(where, sort=[("created_at", -1)], limit=MOST_READ + 1)


async def _read_emails(ctx: ToolContext, campaign_id: str | None, span: dict[str, datetime]) -> list[EmailCampaign]:
    where = _of_campaign(campaign_id, "marketing_campaign_id") | _dated(
        span, "sent_at", "schedule.send_at", "created_at"
    )
    where["status"] = "sent"
    return await ctx.repository(EMAIL_CAMPAIGNS).find(where, sort=[("created_at", -1)], limit=MOST_READ + 1)


def _of_campaign(campaign_id: str | None, field: str = "campaign_id") -> dict[str, Any]:
    return {field: campaign_id} if campaign_id else {}


def _dated(span: dict[str, datetime], *fields: str) -> dict[str, Any]:
    """Match the first of ``fields`` that is set against the period."""
    if not span:
        return {}
    clauses = [{field: span} | dict.fromkeys(fields[:position]) for position, field in enumerate(fields)]
    return {"$or": clauses}


def _of_post(post: SocialPost, timezone: ZoneInfo) -> Iterator[Row]:
    times = [result.published_at for result in post.platforms if result.published_at]
    moment = min(times, default=None) or post.schedule.publish_at or post.created_at
    stored = counts_of(post.analytics)
    figures: dict[str, Decimal] = {}
    if any(result.status == "published" for result in post.platforms):
        figures["posts"] = Decimal(1)
    if post.analytics.last_synced or any(stored.values()):
        figures |= {name: Decimal(value) for name, value in stored.items()}
        acted = engagement(stored.get("likes"), stored.get("comments"), stored.get("shares"))
        if acted is not None:
            figures["engagement"] = Decimal(acted)
    platform = "+".join(result.platform for result in post.platforms) or "unknown"
    day = moment.astimezone(timezone).date()
    yield Row(post.post_id, "post", day, platform, post.campaign_id, figures, post.analytics.last_synced)


def _of_email(email: EmailCampaign, timezone: ZoneInfo) -> Iterator[Row]:
    moment = email.sent_at or email.schedule.send_at or email.created_at
    stored = email.analytics
    counts = {
        "emails_sent": stored.sent,
        "delivered": stored.delivered,
        "opened": stored.opened,
        "email_clicks": stored.clicked,
        "bounced": stored.bounced,
        "unsubscribed": stored.unsubscribed,
    }
    if not stored.last_synced and not any(counts.values()):
        return
    figures = {name: Decimal(value) for name, value in counts.items()}
    day = moment.astimezone(timezone).date()
    yield Row(email.campaign_id, "email", day, "email", email.marketing_campaign_id, figures, stored.last_synced)


def _undoubled(days: Sequence[AnalyticsData], params: QueryMetrics) -> list[AnalyticsData]:
    """Leave out a campaign's rows on days for which the whole account has one, unless campaigns are asked for."""
    if params.campaign_id or params.group_by == "campaign":
        return [day for day in days if day.campaign_id is not None]
    covered = {day.date for day in days if day.campaign_id is None}
    return [day for day in days if day.campaign_id is None or day.date not in covered]


def _of_day(day: AnalyticsData) -> Iterator[Row]:
    metrics = day.metrics
    parts: list[tuple[str, dict[str, Any], str | None]] = []
    if metrics.social:
        parts += _social_parts(metrics.social)
    if metrics.email:
        email = metrics.email
        counts: dict[str, Any] = {"emails_sent": email.campaigns_sent, "delivered": email.emails_delivered}
        if email.open_rate is not None:
            counts["opened"] = Decimal(str(email.open_rate)) * email.emails_delivered
        if email.click_rate is not None:
            counts["email_clicks"] = Decimal(str(email.click_rate)) * email.emails_delivered
        parts.append(("email", counts, None))
    if metrics.crm:
        crm = metrics.crm.model_dump(include={"new_leads", "new_contacts", "deals_closed"})
        parts.append(("crm", crm | {"revenue": metrics.crm.revenue_minor}, metrics.crm.currency))
    if metrics.seo:
        parts.append(("website", {"organic_traffic": metrics.seo.organic_traffic}, None))
    if metrics.ppc:
        ppc = metrics.ppc
        ads: dict[str, Any] = {
            "ad_spend": ppc.ad_spend_minor,
            "ad_clicks": ppc.clicks,
            "ad_conversions": ppc.conversions,
        }
        if ppc.roas is not None:
            ads["ad_revenue"] = Decimal(str(ppc.roas)) * ppc.ad_spend_minor
        parts.append(("ads", ads, ppc.currency))
    for platform, found, currency in parts:
        figures = {name: Decimal(value) for name, value in found.items()}
        synced = max(day.updated_at, day.created_at)
        yield Row(day.analytics_id, "day", day.date.date(), platform, day.campaign_id, figures, synced, currency)


def _social_parts(social: SocialMetrics) -> list[tuple[str, dict[str, Any], str | None]]:
    """Return the social figures by platform where they are stored so and complete, else as one."""
    whole: dict[str, Any] = {
        "posts": social.posts_published,
        "reach": social.total_reach,
        "engagement": social.total_engagement,
        "impressions": social.total_impressions,
    }
    parts: list[tuple[str, dict[str, Any], str | None]] = []
    for platform, stored in social.by_platform.items():
        counts: dict[str, Any] = {}
        for name, value in stored.items():
            plain = metric_name(name.removeprefix("total_"))
            if plain and isinstance(value, int) and not isinstance(value, bool):
                counts[plain] = value
        acted = engagement(counts.get("likes"), counts.get("comments"), counts.get("shares"))
        if acted is not None:
            counts.setdefault("engagement", acted)
        parts.append((platform, counts, None))
    complete = all(sum(part[1].get(name, 0) for part in parts) == value for name, value in whole.items())
    return parts if parts and complete else [("social", whole, None)]


def _keys(group_by: GroupBy) -> Callable[[Row], str]:
    match group_by:
        case "total":
            return lambda _: "total"
        case "platform":
            return lambda row: row.platform
        case "campaign":
            return lambda row: row.campaign_id or "no campaign"
        case "post":
            return lambda row: row.row_id
        case "day":
            return lambda row: row.day.isoformat()


def _ordered(found: dict[str, dict[str, Figure]], params: QueryMetrics) -> dict[str, dict[str, Figure]]:
    """Days in order, the newest kept; otherwise the highest first figure first."""
    if params.group_by == "day":
        return {name: found[name] for name in sorted(found)[-MOST_ROWS:]}
    first = params.metrics[0]
    ranked = sorted(found, key=lambda name: (-(found[name][first].value or Decimal(-1)), name))
    return {name: found[name] for name in ranked[:MOST_ROWS]}


def _as_of(used: Sequence[Row]) -> datetime | None:
    """Return as of when all figures are known: the oldest sync of a post or email, the newest daily row."""
    synced = [row.synced for row in used if row.kind != "day" and row.synced]
    daily = [row.synced for row in used if row.kind == "day" and row.synced]
    moments = synced + ([max(daily)] if daily else [])
    return min(moments, default=None)


def _period(params: QueryMetrics, rows: Sequence[Row], now: datetime) -> dict[str, str | None]:
    first = params.since or min((row.day for row in rows), default=None)
    last = params.until or now.date()
    return {"since": first.isoformat() if first else None, "until": last.isoformat()}


def _row(name: str, figures: dict[str, Figure], names: dict[str, str]) -> dict[str, Any]:
    everything = list(dict.fromkeys(source for figure in figures.values() for source in figure.sources))
    row: dict[str, Any] = {
        "key": name,
        "values": {metric: as_number(figure.value) for metric, figure in figures.items()},
        "sources": everything[:MOST_SOURCES],
        "aggregation": {metric: figure.aggregation for metric, figure in figures.items() if figure.sources},
    }
    own = {m: list(f.sources[:MOST_SOURCES]) for m, f in figures.items() if f.sources and list(f.sources) != everything}
    if own:
        row["sources_by_metric"] = own
    if len(everything) > MOST_SOURCES:
        row["more_sources"] = len(everything) - MOST_SOURCES
    if name in names:
        row["label"] = names[name]
    currency = next((figure.currency for figure in figures.values() if figure.currency), None)
    return row | ({"currency": currency} if currency else {})


def _note(
    params: QueryMetrics,
    found: dict[str, dict[str, Figure]],
    shown: dict[str, dict[str, Figure]],
    stale_as_of: datetime | None,
    truncated: bool,
) -> str:
    lacking = [metric for metric in params.metrics if not any(figures[metric].sources for figures in found.values())]
    notes: list[str] = []
    if not found:
        return f"Nothing is stored for {', '.join(lacking)} in this period, so there is no figure to give."
    if lacking:
        notes.append(f"Nothing is stored for {', '.join(lacking)}.")
    if stale_as_of:
        notes.append(f"The figures are older than a day: last synced {stale_as_of.isoformat()}.")
    if len(shown) < len(found):
        notes.append(f"{len(found) - len(shown)} more rows are not shown.")
    if truncated:
        notes.append(f"Only the newest {MOST_READ:,} rows were read; choose a shorter period.")
    return " ".join(notes)
