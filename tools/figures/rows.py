"""Stored rows of a period as figures can be worked out of them. Nothing is counted twice.

A post that was read day by day counts with what each day added to it, where days are asked for; else with its figures
to date. Account-wide rows of a day stand in for the rows of campaigns on that day.
"""

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final, Literal, TypeAlias
from zoneinfo import ZoneInfo

from db.analytics_data import ANALYTICS_DATA, AnalyticsData, PpcMetrics, SocialMetrics
from db.content_library import CONTENT_LIBRARY
from db.email_campaigns import EMAIL_CAMPAIGNS, EmailCampaign
from db.managed_urls import MANAGED_URLS
from db.social_posts import SOCIAL_POSTS, Counters, SocialPost
from db.spend_entries import SPEND_ENTRIES
from tools.figures.counters import counts_of
from tools.figures.formulas import engagement
from tools.figures.periods import Period
from tools.metrics import Row, RowKind, metric_name
from tools.publishing import moment_of
from tools.tool import ToolContext

MOST_POSTS: Final = 1_000
MOST_DAYS: Final = 20_000
PREVIEW: Final = 60
# Days of another timezone may begin on the day before or after.
MARGIN: Final = timedelta(days=1)

Basis: TypeAlias = Literal["to date", "added"]
ReadRows: TypeAlias = Callable[["ToolContext", "Wanted"], Awaitable["Found"]]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which rows. ``basis`` says whether posts count with what the period added, or those of the period to date."""

    kinds: frozenset[RowKind]
    period: Period
    timezone: ZoneInfo
    basis: Basis
    campaign_id: str | None = None
    platforms: frozenset[str] | None = None
    by_campaign: bool = False

    @property
    def span(self) -> dict[str, datetime]:
        """The period as instants in the person's days."""
        found: dict[str, datetime] = {}
        if self.period.since:
            found["$gte"] = moment_of(f"{self.period.since}T00:00", self.timezone)
        if self.period.until:
            found["$lt"] = moment_of(f"{self.period.until + timedelta(days=1)}T00:00", self.timezone)
        return found

    def holds(self, day: date) -> bool:
        """Whether a day lies in the period."""
        since, until = self.period.since, self.period.until
        return (since is None or since <= day) and (until is None or day <= until)


@dataclass(slots=True)
class Found:
    """Rows, what their posts say, and whether there were more than are read."""

    rows: list[Row] = field(default_factory=list[Row])
    titles: dict[str, str] = field(default_factory=dict[str, str])
    truncated: bool = False


async def read_rows(ctx: ToolContext, wanted: Wanted) -> Found:
    """Return the rows of the period."""
    found = Found()
    if wanted.kinds & {"post", "score"}:
        await _add_posts(ctx, wanted, found)
    if "link" in wanted.kinds:
        await _add_links(ctx, wanted, found)
    if "spend" in wanted.kinds:
        await _add_charges(ctx, wanted, found)
    if "email" in wanted.kinds and (wanted.platforms is None or "email" in wanted.platforms):
        emails = await _read_emails(ctx, wanted)
        found.rows += [row for email in emails for row in _of_email(email, wanted.timezone)]
        found.titles |= {email.campaign_id: email.content.subject or email.name for email in emails}
        found.truncated = found.truncated or len(emails) > MOST_POSTS
    if wanted.kinds & {"day", "post"}:
        await _add_days(ctx, wanted, found)
    if wanted.platforms is not None:
        found.rows = [row for row in found.rows if row.platform in wanted.platforms]
    return found


class RowsOnce:
    """Reads rows for several questions of one moment: the same stretch only once."""

    def __init__(self) -> None:
        self._found: dict[Wanted, Found] = {}

    async def __call__(self, ctx: ToolContext, wanted: Wanted) -> Found:
        """Return the rows, which are not to be changed."""
        if wanted not in self._found:
            self._found[wanted] = await read_rows(ctx, wanted)
        return self._found[wanted]


async def _add_posts(ctx: ToolContext, wanted: Wanted, found: Found) -> None:
    posts = await _read_posts(ctx, wanted)
    found.truncated = len(posts) > MOST_POSTS
    for post in posts:
        found.titles[post.post_id] = " ".join(post.content.message.split())[:PREVIEW]
        if "post" in wanted.kinds:
            found.rows += _of_post(post, wanted)
        if "score" in wanted.kinds:
            found.rows += _scores_of(post, wanted.timezone)


async def _add_links(ctx: ToolContext, wanted: Wanted, found: Found) -> None:
    """Visitors of links, counted here by the account's days."""
    links = await ctx.repository(MANAGED_URLS).find(
        _of_campaign(wanted.campaign_id), sort=[("created_at", -1)], limit=MOST_POSTS + 1
    )
    found.truncated = found.truncated or len(links) > MOST_POSTS
    for link in links:
        for told, visitors in sorted(link.clicks_by_day.items()):
            day, figures = date.fromisoformat(told), {"link_clicks": Decimal(visitors)}
            if wanted.holds(day):
                now = ctx.clock.now()
                found.rows.append(Row(link.url_id, "link", day, link.platform, link.campaign_id, figures, now))


async def _add_charges(ctx: ToolContext, wanted: Wanted, found: Found) -> None:
    """Charges count for the channel of what they were for, where that is known."""
    where = {"created_at": wanted.span} if wanted.span else {}
    charges = await ctx.repository(SPEND_ENTRIES).find(
        where | _of_campaign(wanted.campaign_id), sort=[("created_at", -1)], limit=MOST_POSTS + 1
    )
    found.truncated = found.truncated or len(charges) > MOST_POSTS
    channels = await _channels(ctx, [charge.subject_id for charge in charges if charge.subject_id])
    for charge in charges:
        day = charge.created_at.astimezone(wanted.timezone).date()
        platform = channels.get(charge.subject_id or "", "no channel")
        figures = {"spend": Decimal(charge.amount_minor)}
        at = charge.created_at
        found.rows.append(
            Row(charge.entry_id, "spend", day, platform, charge.campaign_id, figures, at, charge.currency)
        )


async def _channels(ctx: ToolContext, subjects: Sequence[str]) -> dict[str, str]:
    """Return the channel of posts and drafts by their ids."""
    if not subjects:
        return {}
    wanted = sorted(set(subjects))
    posts = await ctx.repository(SOCIAL_POSTS).find({"post_id": {"$in": wanted}}, limit=len(wanted))
    drafts = await ctx.repository(CONTENT_LIBRARY).find({"content_id": {"$in": wanted}}, limit=len(wanted))
    known = {post.post_id: "+".join(result.platform for result in post.platforms) for post in posts}
    return known | {draft.content_id: draft.platform for draft in drafts}


async def _add_days(ctx: ToolContext, wanted: Wanted, found: Found) -> None:
    span = dict(wanted.span)
    if "$gte" in span:
        span["$gte"] -= MARGIN
    if "$lt" in span:
        span["$lt"] += MARGIN
    where: dict[str, Any] = {"date": span} if span else {}
    if "day" not in wanted.kinds and wanted.basis == "to date":
        where["reported"] = True
    days = await ctx.repository(ANALYTICS_DATA).find(
        where | _of_campaign(wanted.campaign_id), sort=[("date", -1)], limit=MOST_DAYS + 1
    )
    found.truncated = found.truncated or len(days) > MOST_DAYS
    inside = [day for day in days if wanted.holds(_day_of(day))]
    if "day" in wanted.kinds:
        own = [day for day in inside if day.post_id is None]
        found.rows += [row for day in _undoubled(own, wanted) for row in _of_day(day)]
    if "post" in wanted.kinds:
        told = [day for day in inside if day.post_id and (day.reported or wanted.basis == "added")]
        found.rows += [row for day in told for row in _of_day(day)]


async def _read_posts(ctx: ToolContext, wanted: Wanted) -> list[SocialPost]:
    where = _of_campaign(wanted.campaign_id) | _dated(
        wanted.span, "platforms.published_at", "schedule.publish_at", "created_at"
    )
    return await ctx.repository(SOCIAL_POSTS).find(where, sort=[("created_at", -1)], limit=MOST_POSTS + 1)


async def _read_emails(ctx: ToolContext, wanted: Wanted) -> list[EmailCampaign]:
    where = _of_campaign(wanted.campaign_id, "marketing_campaign_id") | _dated(
        wanted.span, "sent_at", "schedule.send_at", "created_at"
    )
    where["status"] = "sent"
    return await ctx.repository(EMAIL_CAMPAIGNS).find(where, sort=[("created_at", -1)], limit=MOST_POSTS + 1)


def _of_campaign(campaign_id: str | None, field_name: str = "campaign_id") -> dict[str, Any]:
    return {field_name: campaign_id} if campaign_id else {}


def _dated(span: Mapping[str, datetime], *fields: str) -> dict[str, Any]:
    """Match the first of ``fields`` that is set against the period."""
    if not span:
        return {}
    clauses = [{name: dict(span)} | dict.fromkeys(fields[:position]) for position, name in enumerate(fields)]
    return {"$or": clauses}


def _of_post(post: SocialPost, wanted: Wanted) -> Iterator[Row]:
    """A post that was read has a row for each platform; one whose figures came otherwise has one in all."""
    day = _published(post).astimezone(wanted.timezone).date()
    out = [result for result in post.platforms if result.status == "published"]
    read = [result for result in out if result.analytics]
    if not read:
        platform = "+".join(result.platform for result in post.platforms) or "unknown"
        figures = {"posts": Decimal(1)} if out else {}
        if post.analytics.last_synced or any(counts_of(post.analytics).values()):
            figures |= _figures(post.analytics)
        if any(result.conversions is not None for result in post.platforms):
            figures.pop("conversions", None)  # they count by the day they were reported of
        synced = post.analytics.last_synced
        yield Row(post.post_id, "post", day, platform, post.campaign_id, figures, synced, post_id=post.post_id)
        return
    for result in out:
        if result.analytics is None:
            yield Row(
                post.post_id, "post", day, result.platform, post.campaign_id, {"posts": Decimal(1)}, None,
                post_id=post.post_id,
            )  # fmt: skip
        elif wanted.basis == "to date":
            figures = {"posts": Decimal(1)} | _figures(result.analytics)
            synced = None if result.analytics.gone_at else result.analytics.synced_at
            yield Row(
                post.post_id, "post", day, result.platform, post.campaign_id, figures, synced, post_id=post.post_id
            )


def _scores_of(post: SocialPost, timezone: ZoneInfo) -> Iterator[Row]:
    day = _published(post).astimezone(timezone).date()
    for result in post.platforms:
        if result.status == "published" and result.analytics:
            told = result.analytics.model_dump(include={"performance_score", "virality_score"}, exclude_none=True)
            figures = {name: Decimal(value) for name, value in told.items()}
            synced = result.analytics.synced_at
            yield Row(
                post.post_id, "score", day, result.platform, post.campaign_id, figures, synced, post_id=post.post_id
            )


def _published(post: SocialPost) -> datetime:
    times = [result.published_at for result in post.platforms if result.published_at]
    return min(times, default=None) or post.schedule.publish_at or post.created_at


def _figures(counters: Counters) -> dict[str, Decimal]:
    figures = {name: Decimal(value) for name, value in counts_of(counters).items()}
    acted = engagement(counters.likes, counters.comments, counters.shares)
    return figures | ({"engagement": Decimal(acted)} if acted is not None else {})


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


def _undoubled(days: Sequence[AnalyticsData], wanted: Wanted) -> list[AnalyticsData]:
    """Leave out a campaign's rows on days for which the whole account has one, unless campaigns are asked for."""
    if wanted.campaign_id or wanted.by_campaign:
        return [day for day in days if day.campaign_id is not None]
    covered = {(day.date, day.platform) for day in days if day.campaign_id is None}
    return [day for day in days if day.campaign_id is None or (day.date, day.platform) not in covered]


def _day_of(day: AnalyticsData) -> date:
    return date.fromisoformat(day.day) if day.day else day.date.date()


def _of_day(day: AnalyticsData) -> Iterator[Row]:
    synced = day.synced_at or max(day.updated_at, day.created_at)
    kind: RowKind = "activity" if day.post_id else "day"
    for platform, found, currency in _parts(day):
        figures = {name: Decimal(value) for name, value in found.items()}
        yield Row(
            day.analytics_id, kind, _day_of(day), platform, day.campaign_id, figures, synced, currency, day.post_id
        )


def _parts(day: AnalyticsData) -> Iterator[tuple[str, dict[str, Any], str | None]]:
    metrics = day.metrics
    if metrics.social:
        for platform, counts in _social_parts(metrics.social, whole=day.post_id is not None):
            yield platform, counts, None
    if metrics.email and day.reported:
        yield "email", {"email_conversions": metrics.email.conversions}, None
    elif metrics.email:
        email = metrics.email
        sent: dict[str, Any] = {"emails_sent": email.campaigns_sent, "delivered": email.emails_delivered}
        if email.open_rate is not None:
            sent["opened"] = Decimal(str(email.open_rate)) * email.emails_delivered
        if email.click_rate is not None:
            sent["email_clicks"] = Decimal(str(email.click_rate)) * email.emails_delivered
        yield "email", sent, None
    if metrics.crm:
        crm = metrics.crm.model_dump(include={"new_leads", "new_contacts", "deals_closed"})
        yield "crm", crm | {"revenue": metrics.crm.revenue_minor}, metrics.crm.currency
    if metrics.seo:
        yield "website", {"organic_traffic": metrics.seo.organic_traffic}, None
    if metrics.ppc:
        yield day.platform or "ads", _of_ads(metrics.ppc), metrics.ppc.currency


def _of_ads(ppc: PpcMetrics) -> dict[str, Any]:
    ads: dict[str, Any] = {
        "ad_spend": ppc.ad_spend_minor,
        "spend": ppc.ad_spend_minor,
        "ad_clicks": ppc.clicks,
        "ad_conversions": ppc.conversions,
    }
    if ppc.revenue_minor:
        ads["ad_revenue"] = ppc.revenue_minor
    elif ppc.roas is not None:
        ads["ad_revenue"] = Decimal(str(ppc.roas)) * ppc.ad_spend_minor
    return ads


def _social_parts(social: SocialMetrics, *, whole: bool) -> list[tuple[str, dict[str, Any]]]:
    """Return the social figures by platform where they are stored so and complete, else as one."""
    totals: dict[str, Any] = {
        "posts": social.posts_published,
        "reach": social.total_reach,
        "engagement": social.total_engagement,
        "impressions": social.total_impressions,
    }
    parts: list[tuple[str, dict[str, Any]]] = []
    for platform, stored in social.by_platform.items():
        counts: dict[str, Any] = {}
        for name, value in stored.items():
            plain = metric_name(name.removeprefix("total_"))
            if plain and isinstance(value, int) and not isinstance(value, bool):
                counts[plain] = value
        acted = engagement(counts.get("likes"), counts.get("comments"), counts.get("shares"))
        if acted is not None:
            counts.setdefault("engagement", acted)
        parts.append((platform, counts))
    complete = whole or all(sum(part[1].get(name, 0) for part in parts) == value for name, value in totals.items())
    return parts if parts and complete else [("social", totals)]
