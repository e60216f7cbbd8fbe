"""Charts of stored figures: one figure a chart, with the table and the rows behind it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, Field

from core.errors import ToolInputError
from db.charts import CHARTS, Chart, ChartPoint
from tools.analytics import BASES, Inquiry, QueryMetrics, ended, inquire, note_of
from tools.arguments import Arguments, CampaignId, Channels, Day, Limit, Line, ShortLine, chosen
from tools.brief import zone
from tools.figures.answer import MOST_ROWS, MOST_SOURCES, Figures, key_of
from tools.figures.chart_plan import LONGEST_LABEL, MOST_POINTS, ChartKind, ChartPlan, Point
from tools.figures.freshness import Freshness, freshness_of
from tools.figures.periods import FORMS, Period
from tools.figures.rows import ReadRows, read_rows
from tools.metrics import METRICS, Figure, metric_name, work_out
from tools.platforms.catalogue import BY_NAME
from tools.tool import Effect, Tool, ToolContext, tool

CHARTED: Final = ("day", "week", "month", "platform", "campaign", "post")
AXES: Final[Mapping[str, str]] = {
    "day": "Day",
    "week": "Week, by its Monday",
    "month": "Month",
    "platform": "Channel",
    "campaign": "Campaign",
    "post": "Post",
}
UNITS: Final[Mapping[str, str]] = {
    "engagement_rate": "% of views",
    "ctr": "% of impressions",
    "conversion_rate": "% of clicks",
    "open_rate": "% of delivered",
    "click_rate": "% of delivered",
    "performance_score": "0 to 100, 50 is usual",
    "virality_score": "0 to 100, 50 is usual",
}
SHARES: Final = frozenset({"ctr", "conversion_rate", "open_rate", "click_rate"})
NAMES: Final[Mapping[str, str]] = {
    "ctr": "click-through rate",
    "cpc": "cost per click",
    "cpa": "cost per conversion",
    "roas": "return on ad spend",
    "clicks_per_spend": "clicks per unit of money",
}
MOST_SERIES: Final = 6


def _known(written: str) -> str:
    name = metric_name(written)
    if name is None:
        raise ValueError(f"no such figure: {written}; there are {', '.join(METRICS)}")
    return name


class DrawChart(Arguments):
    """What to draw."""

    metric: Annotated[ShortLine, AfterValidator(_known)] = Field(
        description=f"The one figure the chart shows, of: {', '.join(METRICS)}."
    )
    group_by: Annotated[Literal["day", "week", "month", "platform", "campaign", "post"], chosen] = Field(
        default="day", description="A line over days or weeks, or a bar for each month, platform, campaign or post."
    )
    split_by: Annotated[Literal["platform", "campaign"], chosen] | None = Field(
        default=None, description="With days or weeks: one line for each channel or campaign."
    )
    period: Line | None = Field(
        default=None, description=f"The days as people name them ({FORMS}); everything stored if not given."
    )
    since: Day | None = Field(default=None, description="First day, as YYYY-MM-DD, instead of a period in words.")
    until: Day | None = Field(default=None, description="Last day, as YYYY-MM-DD; today if not given.")
    platforms: Channels | None = Field(default=None, description="Only these channels.")
    campaign_id: CampaignId | None = Field(default=None, description="Only this campaign, cmp_…")
    limit: Limit = Field(default=12, description="How many bars at most, up to 50.")

    def query(self) -> QueryMetrics:
        """Return the question the chart answers."""
        shared = self.model_dump(include={"group_by", "period", "since", "until", "platforms", "campaign_id", "limit"})
        return QueryMetrics.model_validate({**shared, "metrics": [self.metric]})


@dataclass(frozen=True, slots=True)
class Plotted:
    """What a chart shows: its plan, the points with the rows behind them, how old they are, and what to say of them."""

    plan: ChartPlan
    points: Sequence[ChartPoint]
    unit: str
    period: Period
    basis: str
    fresh: Freshness
    note: str


async def plotted(ctx: ToolContext, params: DrawChart, read: ReadRows = read_rows) -> Plotted | str:
    """Work out the points of a chart from stored rows; where nothing is stored, the words that say so."""
    query = params.query()
    inquiry = await inquire(ctx, query, read=read)
    fresh = await freshness_of(ctx, inquiry.used, frozenset(params.platforms) if params.platforms else None)
    note = note_of(query, inquiry, fresh)
    if not inquiry.shown:
        return note
    period = ended(ctx, inquiry)
    points = _points(ctx, params, inquiry, fresh.as_of)
    plan = _plan(params, inquiry, points, _kind(params), period)
    return Plotted(plan, points, _unit(params.metric, inquiry), period, BASES[inquiry.basis], fresh, note)


@tool(Effect.WRITE)
async def draw_chart(ctx: ToolContext, params: DrawChart) -> dict[str, Any]:
    """Draw one figure as a chart from stored rows, and keep it.

    Put ``markdown`` into the answer as it is: that shows the chart. ``rows`` are the table behind it, each with the
    rows it was worked out of. Nothing is drawn where nothing is stored; say so then.
    """
    found = await plotted(ctx, params)
    if isinstance(found, str):
        return {"chart_id": None, "rows": [], "note": found}
    drawn = await ctx.press.draw(found.plan)
    stored = await ctx.repository(CHARTS).insert_once(
        Chart(
            chart_id=ctx.new_id(CHARTS.id_prefix),
            conversation_id=ctx.conversation_id or None,
            campaign_id=params.campaign_id,
            title=found.plan.title,
            subtitle=found.plan.subtitle,
            kind=found.plan.kind,
            metric=params.metric,
            definition=METRICS[params.metric].definition,
            unit=found.unit,
            group_by=params.group_by,
            points=list(found.points),
            period={"since": _iso(found.period.since), "until": _iso(found.period.until)},
            basis=found.basis,
            as_of=found.fresh.as_of.isoformat() if found.fresh.as_of else None,
            stale=found.fresh.stale,
            note=found.note,
            spec=drawn.spec,
            svg=drawn.svg,
            png=drawn.png,
        )
    )
    return _told(stored)


TOOLS: tuple[Tool, ...] = (draw_chart,)


def _told(chart: Chart) -> dict[str, Any]:
    address = f"/api/v1/charts/{chart.chart_id}"
    return {
        "chart_id": chart.chart_id,
        "markdown": f"![{chart.title.translate(UNMARKED)}]({address}.svg)",
        "addresses": {form: f"{address}.{form}" for form in ("svg", "png", "json")},
        **chart.model_dump(
            include={"title", "subtitle", "metric", "definition", "unit", "group_by", "period", "basis", "as_of"}
            | {"stale", "note"}
        ),
        "rows": [point.model_dump(exclude_none=True) for point in chart.points],
    }


UNMARKED: Final = str.maketrans(dict.fromkeys("[]()<>`*_!\\|", " "))


def _kind(params: DrawChart) -> ChartKind:
    return "line" if params.group_by in {"day", "week"} else "bar"


def _points(ctx: ToolContext, params: DrawChart, inquiry: Inquiry, as_of: datetime | None) -> list[ChartPoint]:
    """Return the figures in the order they are drawn in.

    Where figures add up, a day without rows between the first one and the last reading is 0; others are not known.
    """
    if not inquiry.grouping.of_time:
        return [_point(params, name, _label(name, inquiry), figures) for name, figures in inquiry.shown.items()]
    read_until = as_of.astimezone(zone(ctx.timezone)).date() if as_of else None
    period = ended(ctx, inquiry)
    if params.split_by is None:
        return _over_time(params, period, inquiry.figures, read_until)
    key = key_of(params.split_by)
    used = [row for figures in inquiry.figures.values() for figure in figures.values() for row in figure.rows]
    parts = sorted({key(row) for row in used})
    if len(parts) > MOST_SERIES:
        raise ToolInputError(f"That would be {len(parts)} lines; at most {MOST_SERIES} can be told apart.")
    points: list[ChartPoint] = []
    stretch = key_of(params.group_by)
    for part in parts:
        groups: dict[str, Figures] = {}
        rows = [row for row in inquiry.found.rows if key(row) == part]
        for name in {stretch(row) for row in rows}:
            own = [row for row in rows if stretch(row) == name]
            groups[name] = {params.metric: work_out(METRICS[params.metric], own)}
        points += _over_time(params, period, groups, read_until, _label(part, inquiry))
    return points


def _over_time(
    params: DrawChart,
    period: Period,
    groups: Mapping[str, Figures],
    read_until: date | None,
    series: str | None = None,
) -> list[ChartPoint]:
    names = _stretches(params.group_by, period) or sorted(groups)
    nothing = {params.metric: Figure(None)}
    quiet = {params.metric: Figure(Decimal(0))} if METRICS[params.metric].adds_up else nothing
    first = min(groups, default="")
    last = _stretches(params.group_by, Period(read_until, read_until))[-1] if read_until else ""
    return [
        _point(params, name, name, groups.get(name, quiet if first <= name <= last else nothing), series)
        for name in names[-MOST_POINTS:]
    ]


def _stretches(group_by: str, period: Period) -> list[str]:
    """Return every day, week or month of a period, so that quiet ones are seen."""
    if period.since is None or period.until is None:
        return []
    days = [period.since + timedelta(days=number) for number in range((period.until - period.since).days + 1)]
    match group_by:
        case "day":
            return [day.isoformat() for day in days]
        case "week":
            return list(dict.fromkeys((day - timedelta(days=day.weekday())).isoformat() for day in days))
        case _:
            return list(dict.fromkeys(f"{day:%Y-%m}" for day in days))


def _point(params: DrawChart, key: str, label: str, figures: Figures, series: str | None = None) -> ChartPoint:
    figure = figures[params.metric]
    value = None if figure.value is None else float(figure.value * (100 if params.metric in SHARES else 1))
    return ChartPoint(
        key=key,
        label=label,
        series=series,
        value=value,
        sources=list(figure.sources[:MOST_SOURCES]),
        more_sources=max(len(figure.sources) - MOST_SOURCES, 0),
        aggregation=figure.aggregation,
    )


def _label(name: str, inquiry: Inquiry) -> str:
    known = inquiry.grouping.names.get(name) or (BY_NAME[name].label if name in BY_NAME else "")
    if inquiry.grouping.by == "month" and len(name) == len("2026-11"):
        return f"{date.fromisoformat(f'{name}-01'):%B %Y}"
    return (known or name)[:LONGEST_LABEL]


def _plan(
    params: DrawChart, inquiry: Inquiry, points: Sequence[ChartPoint], kind: ChartKind, period: Period
) -> ChartPlan:
    drawn = [Point(point.key if kind == "line" else point.label, point.value, point.series) for point in points]
    unit = _unit(params.metric, inquiry)
    name = _capital(_name(params.metric))
    only = ", ".join(BY_NAME[one].label for one in params.platforms or ())
    parts = [_span(period), only, "" if params.campaign_id is None else inquiry.grouping.names[params.campaign_id]]
    return ChartPlan(
        title=_title(params, points, kind),
        subtitle=" · ".join(part[:LONGEST_LABEL] for part in parts if part),
        kind=kind,
        x_title=AXES[params.group_by],
        y_title=f"{name} ({unit})" if unit else name,
        points=drawn[: MOST_POINTS if kind == "line" else MOST_ROWS],
    )


def _title(params: DrawChart, points: Sequence[ChartPoint], kind: ChartKind) -> str:
    """Say the one thing a chart shows: who leads, or what goes on over time."""
    name = _name(params.metric)
    known = [point for point in points if point.value is not None]
    if kind == "line" or params.group_by == "month" or len(known) < 2:
        return _capital(f"{name} by {params.group_by}")
    low_is_good = params.metric in {"cpc", "cpa"}
    best = (min if low_is_good else max)(known, key=lambda point: point.value or 0.0)
    if sum(point.value == best.value for point in known) > 1:
        return _capital(f"{name} by {AXES[params.group_by].lower()}")
    word = "lowest" if low_is_good else "most" if _counted(params) else "highest"
    return f"{_capital(best.label)} has the {word} {name}"


def _counted(params: DrawChart) -> bool:
    return METRICS[params.metric].adds_up and not METRICS[params.metric].money


def _name(metric: str) -> str:
    return NAMES.get(metric, metric.replace("_", " "))


def _unit(metric: str, inquiry: Inquiry) -> str:
    if metric in UNITS:
        return UNITS[metric]
    currencies = [figure.currency for figures in inquiry.shown.values() for figure in figures.values()]
    currency = next((found for found in currencies if found), "")
    return f"per {currency}" if metric == "clicks_per_spend" and currency else currency


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _span(period: Period) -> str:
    if period.since is None or period.until is None:
        return ""
    since, until = period.since, period.until
    if since == until:
        return f"{since.day} {since:%B %Y}"
    head = f"{since.day}" if (since.year, since.month) == (until.year, until.month) else f"{since.day} {since:%B}"
    if since.year != until.year:
        head = f"{since.day} {since:%B %Y}"
    return f"{head} to {until.day} {until:%B %Y}"


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
