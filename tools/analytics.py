"""Figures from stored rows alone, each with the rows it came from. Where nothing is stored, that is the answer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from core.errors import ToolInputError
from db.campaigns import CAMPAIGNS
from db.repository import Repository
from db.social_posts import SOCIAL_POSTS, SocialPost
from tools.arguments import Arguments, CampaignId, Channels, Day, Limit, Line, Words, chosen
from tools.brief import zone
from tools.figures.answer import MOST_ROWS, Figures, GroupBy, Grouping, compared, grouped, line_of, ordered, trend_of
from tools.figures.freshness import Freshness, freshness_of
from tools.figures.periods import FORMS, Period, read_period
from tools.figures.rows import MOST_DAYS, MOST_POSTS, Basis, Found, ReadRows, Wanted, read_rows
from tools.metrics import METRICS, Row, RowKind, metric_name
from tools.tool import Effect, Tool, ToolContext, tool

GROUPS = {
    "none": "total",
    "all": "total",
    "overall": "total",
    "channel": "platform",
    "date": "day",
    "daily": "day",
    "weekly": "week",
    "monthly": "month",
}
BASES: Mapping[Basis, str] = {
    "added": "what was added on the days of the period, whenever the posts went out",
    "to date": "the posts that went out in the period, with their figures to date",
}


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
    period: Line | None = Field(
        default=None, description=f"The days as people name them ({FORMS}); everything stored if not given."
    )
    since: Day | None = Field(default=None, description="First day, as YYYY-MM-DD, instead of a period in words.")
    until: Day | None = Field(default=None, description="Last day, as YYYY-MM-DD; today if not given.")
    compare_with: Line | None = Field(
        default=None,
        description="Another period to set the figures against, named the same way, or 'previous' for the one before.",
    )
    group_by: Annotated[GroupBy, BeforeValidator(_as_group)] = Field(
        default="total", description="One row in all, or one for each platform, campaign, post, day, week or month."
    )
    platforms: Channels | None = Field(default=None, description="Only these channels.")
    campaign_id: CampaignId | None = Field(default=None, description="Only this campaign, cmp_…")
    order: Annotated[Literal["best", "worst"], chosen] = Field(
        default="best", description="'worst' puts the lowest of the first figure first."
    )
    limit: Limit = Field(default=MOST_ROWS, description="How many rows at most, up to 50.")


@dataclass(slots=True)
class Inquiry:
    """What was read for a question, and how it is grouped."""

    period: Period
    basis: Basis
    grouping: Grouping
    found: Found
    figures: Mapping[str, Figures] = field(default_factory=dict[str, Figures])
    shown: Mapping[str, Figures] = field(default_factory=dict[str, Figures])

    @property
    def used(self) -> list[Row]:
        """The rows behind what is shown."""
        return [row for figures in self.shown.values() for figure in figures.values() for row in figure.rows]


@tool(Effect.READ)
async def query_metrics(ctx: ToolContext, params: QueryMetrics) -> dict[str, Any]:
    """Work out figures from what is stored about posts, emails, ads and sales, naming the rows behind each figure.

    A figure is null where its denominator is 0. No rows mean that nothing is stored: say so and never guess. If
    ``stale`` is true the figures are older than a day: say as of when they are, and which account the note names.
    ``basis`` says what a period's figures of posts are. With ``compare_with`` each row has the figures ``before`` and
    the change; by day or week there is a ``trend``, which sets the second half of the period against the first.
    """
    return await answered(ctx, params)


TOOLS: tuple[Tool, ...] = (query_metrics,)


async def answered(ctx: ToolContext, params: QueryMetrics, read: ReadRows = read_rows) -> dict[str, Any]:
    """Return what ``query_metrics`` answers; ``read`` shares rows between questions."""
    inquiry = await inquire(ctx, params, read=read)
    fresh = await freshness_of(ctx, inquiry.used, frozenset(params.platforms) if params.platforms else None)
    result: dict[str, Any] = {
        "period": told_period(ctx, inquiry),
        "basis": BASES[inquiry.basis],
        "group_by": params.group_by,
        "rows": [line_of(name, figures, inquiry.grouping.names) for name, figures in inquiry.shown.items()],
        "definitions": {metric: METRICS[metric].definition for metric in params.metrics},
        "as_of": fresh.as_of.isoformat() if fresh.as_of else None,
        "stale": fresh.stale,
        "note": note_of(params, inquiry, fresh),
    }
    if fresh.accounts:
        result["accounts"] = list(fresh.accounts)
    if params.compare_with:
        result |= await _comparison(ctx, params, inquiry, result["rows"], read)
    if inquiry.grouping.of_time and (trend := trend_of(inquiry.found.rows, params.metrics, ended(ctx, inquiry))):
        result["trend"] = trend
    return result


async def inquire(
    ctx: ToolContext, params: QueryMetrics, period: Period | None = None, read: ReadRows = read_rows
) -> Inquiry:
    """Read what a question is about and work its figures out; ``period`` stands in for that of the question."""
    names = await _campaign_names(ctx, params)
    asked = period or await _period(ctx, params)
    basis: Basis = "added" if _by_days(params, asked) else "to date"
    kinds = frozenset[RowKind](kind for metric in params.metrics for kind in METRICS[metric].kinds)
    platforms = frozenset[str](params.platforms) if params.platforms else None
    wanted = Wanted(
        kinds, asked, zone(ctx.timezone), basis, params.campaign_id, platforms, params.group_by == "campaign"
    )
    found = await read(ctx, wanted)
    if params.group_by == "post":
        names |= found.titles
    grouping = Grouping(params.metrics, params.group_by, params.order == "worst", params.limit, names)
    figures = grouped(found.rows, grouping)
    return Inquiry(asked, basis, grouping, found, figures, ordered(figures, grouping))


def _by_days(params: QueryMetrics, period: Period) -> bool:
    """Whether posts count with what days added. Posts are compared with one another by their figures to date."""
    if params.group_by == "post":
        return False
    return period != Period() or params.group_by in {"day", "week", "month"}


async def _comparison(
    ctx: ToolContext, params: QueryMetrics, now: Inquiry, lines: Sequence[dict[str, Any]], read: ReadRows
) -> dict[str, Any]:
    """Set each row against another period. Stretches of time have no counterpart there: they stand as they are."""
    other = await _other_period(ctx, params, now.period)
    before = await inquire(ctx, params.model_copy(update={"limit": MOST_ROWS}), other, read)
    if now.grouping.of_time:
        return {"compared_with": told_period(ctx, before)}
    rows = [compared(line, now.shown[line["key"]], before.figures.get(line["key"])) for line in lines]
    gone = [line_of(name, figures, before.grouping.names) for name, figures in before.shown.items()]
    only = [line for line in gone if line["key"] not in now.figures]
    return {"rows": rows, "compared_with": told_period(ctx, before), **({"only_before": only} if only else {})}


async def _period(ctx: ToolContext, params: QueryMetrics) -> Period:
    if params.period is None:
        return Period(params.since, params.until)
    return await _read(ctx, params, params.period)


async def _other_period(ctx: ToolContext, params: QueryMetrics, period: Period) -> Period:
    if params.compare_with and params.compare_with.lower().strip() not in {"previous", "before", "the one before"}:
        return await _read(ctx, params, params.compare_with)
    before = Period(period.since, period.until or _today(ctx)).before()
    if before is None:
        raise ToolInputError("The period has no beginning, so there is none before it. Name both periods.")
    return before


async def _read(ctx: ToolContext, params: QueryMetrics, words: str) -> Period:
    launch = await _launch(ctx, params) if "since" in words.lower() or "from" in words.lower() else None
    try:
        return read_period(words, _today(ctx), launch)
    except ValueError as error:
        raise ToolInputError(f"{error}.") from None


async def _launch(ctx: ToolContext, params: QueryMetrics) -> date | None:
    """Return when the campaign that is meant began, or else when the first post went out."""
    if campaign_id := params.campaign_id or ctx.campaign_id:
        campaign = await ctx.repository(CAMPAIGNS).find_one({"campaign_id": campaign_id})
        if campaign and campaign.start_date and date.fromisoformat(campaign.start_date) <= _today(ctx):
            return date.fromisoformat(campaign.start_date)
    posts: Repository[SocialPost] = ctx.repository(SOCIAL_POSTS)
    first = await posts.find({"platforms.status": "published"}, sort=[("created_at", 1)], limit=1)
    times = [result.published_at for post in first for result in post.platforms if result.published_at]
    return min(times).astimezone(zone(ctx.timezone)).date() if times else None


async def _campaign_names(ctx: ToolContext, params: QueryMetrics) -> dict[str, str]:
    if params.campaign_id:
        campaign = await ctx.repository(CAMPAIGNS).get(params.campaign_id)
        return {campaign.campaign_id: campaign.name}
    if params.group_by != "campaign":
        return {}
    page = await ctx.repository(CAMPAIGNS).page({}, limit=100)
    return {campaign.campaign_id: campaign.name for campaign in page.items}


def ended(ctx: ToolContext, inquiry: Inquiry) -> Period:
    """Return the period with both ends: from the first row, up to today."""
    first = inquiry.period.since or min((row.day for row in inquiry.found.rows), default=None)
    return Period(first, inquiry.period.until or _today(ctx))


def told_period(ctx: ToolContext, inquiry: Inquiry) -> dict[str, str | None]:
    """Return the period as the model reads it."""
    period = ended(ctx, inquiry)
    return {
        "since": period.since.isoformat() if period.since else None,
        "until": period.until.isoformat() if period.until else None,
    }


def note_of(params: QueryMetrics, inquiry: Inquiry, fresh: Freshness) -> str:
    """Say what lacks, what is old and why, and what was cut."""
    found, shown = inquiry.figures, inquiry.shown
    lacking = [metric for metric in params.metrics if not any(figures[metric].sources for figures in found.values())]
    notes: list[str] = []
    if not found:
        notes.append(f"Nothing is stored for {', '.join(lacking)} in this period, so there is no figure to give.")
    elif lacking:
        notes.append(f"Nothing is stored for {', '.join(lacking)}.")
    notes += fresh.notes
    if len(shown) < len(found):
        notes.append(f"{len(found) - len(shown)} more rows are not shown.")
    if inquiry.found.truncated:
        most = f"{MOST_POSTS:,} posts and {MOST_DAYS:,} daily rows"
        notes.append(f"Only the newest {most} were read; choose a shorter period.")
    return " ".join(notes)


def _today(ctx: ToolContext) -> date:
    return ctx.clock.now().astimezone(zone(ctx.timezone)).date()
