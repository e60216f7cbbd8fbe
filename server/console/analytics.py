"""Analytics: figures of a period, what changed, where they come from; charts one can ask, each with its table."""

import asyncio
import gzip
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Annotated, Any, Final, Literal
from urllib.parse import urlencode

import orjson
from fastapi import Query, Request, Response
from pydantic import AfterValidator

from core.errors import InvalidInput
from core.json_text import inner_list, inner_object
from server.auth.caller import Caller
from server.by_hand import HandWork
from server.console.calendar import near
from server.console.chart_specs import spec_of
from server.console.figure_words import figure_text, named_metric, told
from server.console.page import ConsolePage
from server.console.routing import console_router
from server.console.shell import shell_of
from server.console.visit import Visit, Visiting
from tools.analytics import Inquiry, QueryMetrics, answered, inquire
from tools.charts import DrawChart, Plotted, plotted
from tools.figures.answer import MOST_SOURCES, Grouping, ordered
from tools.figures.periods import Period
from tools.figures.rows import RowsOnce
from tools.metrics import METRICS, as_number
from tools.tool import ToolContext

SPANS: Final = (7, 30, 90)
LONGEST: Final = 366
POSTS: Final = 5
TILES: Final = ("posts", "views", "engagement", "engagement_rate", "clicks")
ALSO: Final = ("link_clicks", "emails_sent", "open_rate", "spend", "revenue")
CHARTED: Final = ("engagement", "views", "clicks", "engagement_rate", "likes", "comments", "shares", "impressions")
POST_FIGURES: Final = ("views", "engagement", "engagement_rate", "clicks")
Metric = Literal[
    "engagement", "views", "clicks", "engagement_rate", "likes", "comments", "shares", "impressions"
]  # what posts are compared by
Day = Annotated[date, AfterValidator(near)]
router: Final = console_router()


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody wants to see."""

    since: date
    until: date
    days: int
    compare: bool
    metric: Metric
    split: bool

    def link(self, **changes: str) -> str:
        """Return the address of this with something changed."""
        kept: dict[str, str] = {"metric": self.metric}
        if self.compare:
            kept["compare"] = "1"
        if self.split:
            kept["split"] = "1"
        custom = {"since": self.since.isoformat(), "until": self.until.isoformat()}
        kept |= {"days": str(self.days)} if self.days else custom
        return f"/console/analytics?{urlencode({name: text for name, text in (kept | changes).items() if text})}"


@dataclass(frozen=True, slots=True)
class ChartShown:
    """A chart, or the words where there is none; the table behind it."""

    title: str
    subtitle: str
    spec: str
    rows: list[dict[str, Any]]
    note: str


@router.get("/analytics")
async def analytics(
    visit: Visiting,
    days: Annotated[int, Query(ge=1, le=LONGEST)] = 30,
    since: Annotated[Day | None, Query()] = None,
    until: Annotated[Day | None, Query()] = None,
    metric: Metric = "engagement",
    compare: bool = False,
    split: bool = False,
) -> Response:
    """Show the figures of a period."""
    asked = _asked(visit, days, since, until, Asked(date.min, date.min, 0, compare, metric, split))
    hand = HandWork(visit.parts, visit.scope)
    context = await hand.context()
    span = {"since": asked.since.isoformat(), "until": asked.until.isoformat()}
    # One after the other: the questions share what they read.
    read = RowsOnce()
    totals = await _totals(context, asked, span, TILES, read)
    others = await _totals(context, asked, span, ALSO, read)
    series = await _chart(context, asked, span, "day", read, split=asked.split)
    channels = await _chart(context, asked, span, "platform", read)
    campaigns = await _chart(context, asked, span, "campaign", read)
    posts = await _posts(context, asked, span)
    line, other = (inner_object(next(iter(inner_list(answer["rows"])), None)) for answer in (totals, others))
    known = [name for name in ALSO if name in inner_object(other.get("aggregation"))]
    values: dict[str, Any] = {
        "asked": asked,
        "spans": SPANS,
        "metrics": [(name, named_metric(name)) for name in CHARTED],
        "metric_name": named_metric(metric),
        "figures": [
            *([told(name, line) for name in TILES] if line or other else []),
            *(told(name, other) for name in known),
        ],
        "totals": {"accounts": [], **totals},
        "note": totals["note"].replace("_", " ") if line else "",
        "as_of": datetime.fromisoformat(totals["as_of"]) if totals["as_of"] else None,
        "before": Period(asked.since, asked.until).before() if asked.compare else None,
        "series": series,
        "charts": [("By channel", channels), ("By campaign", campaigns)],
        "posts": posts,
        "post_figures": [named_metric(name) for name in POST_FIGURES],
        "edition": visit.shell.bundle.edition,
    }
    return await visit.show("analytics.html", values)


@router.get("/vega.js")
async def script(request: Request, _: Caller) -> Response:
    """Return the script that draws charts; a browser keeps it until the library is another."""
    packed = await shell_of(request).bundle.packed()
    headers = {"Cache-Control": "private, max-age=31536000, immutable", "Vary": "Accept-Encoding"}
    kind = "text/javascript; charset=utf-8"
    if "gzip" in request.headers.get("accept-encoding", ""):
        return Response(packed, media_type=kind, headers=headers | {"Content-Encoding": "gzip"})
    return Response(await asyncio.to_thread(gzip.decompress, packed), media_type=kind, headers=headers)


def _asked(visit: Visit, days: int, since: date | None, until: date | None, asked: Asked) -> Asked:
    today = visit.now.astimezone(visit.zone).date()
    if since is None and until is None:
        first = today - timedelta(days=days - 1)
        return Asked(first, today, days, asked.compare, asked.metric, asked.split)
    last = until or today
    first = since or last - timedelta(days=days - 1)
    if not first <= last <= first + timedelta(days=LONGEST - 1):
        raise InvalidInput(f"Choose a first day before the last one, at most {LONGEST} days apart.")
    return Asked(first, last, 0, asked.compare, asked.metric, asked.split)


async def _totals(
    context: ToolContext, asked: Asked, span: dict[str, str], metrics: Sequence[str], read: RowsOnce
) -> dict[str, Any]:
    compare = {"compare_with": "previous"} if asked.compare else {}
    query = QueryMetrics.model_validate({"metrics": list(metrics), **span, **compare})
    return await answered(context, query, read)


async def _chart(
    context: ToolContext, asked: Asked, span: dict[str, str], by: str, read: RowsOnce, *, split: bool = False
) -> ChartShown:
    several = {"split_by": "platform"} if split else {}
    found = await plotted(
        context, DrawChart.model_validate({"metric": asked.metric, "group_by": by, **span, **several}), read
    )
    if isinstance(found, str):
        return ChartShown("", "", "", [], found)
    name = named_metric(asked.metric)
    rows = [_row(asked.metric, point, found) for point in found.points]
    spec = orjson.dumps(spec_of(found.plan, name)).decode()
    return ChartShown(found.plan.title, found.plan.subtitle, spec, rows, found.note)


def _row(metric: str, point: Any, found: Plotted) -> dict[str, Any]:
    return {
        "label": point.label,
        "series": point.series,
        "text": figure_text(metric, point.value, found.unit if METRICS[metric].money else ""),
        "aggregation": point.aggregation,
        "rows": point.sources,
        "more": point.more_sources,
    }


async def _posts(context: ToolContext, asked: Asked, span: dict[str, str]) -> dict[str, Any]:
    """Return the posts of the period that did best and worst by the chosen figure, by their figures to date."""
    metrics = list(dict.fromkeys((asked.metric, *POST_FIGURES)))
    query = QueryMetrics.model_validate({"metrics": metrics, "group_by": "post", "limit": 50, **span})
    inquiry = await inquire(context, query)
    count = sum(figures[asked.metric].value is not None for figures in inquiry.figures.values())
    many = min(POSTS, count if count <= POSTS else count // 2)
    return {
        "best": _ranked(inquiry, asked.metric, many, lowest=False),
        "worst": _ranked(inquiry, asked.metric, many, lowest=True) if count > POSTS else [],
        "count": count,
    }


def _ranked(inquiry: Inquiry, metric: str, many: int, *, lowest: bool) -> list[dict[str, Any]]:
    grouping = Grouping((metric, *POST_FIGURES), "post", worst_first=lowest, limit=many, names=inquiry.grouping.names)
    lines: list[dict[str, Any]] = []
    for key, figures in ordered(inquiry.figures, grouping).items():
        first = figures[metric]
        lines.append(
            {
                "post_id": key,
                "title": grouping.names.get(key) or key,
                "platforms": sorted({row.platform for row in first.rows}),
                "value": figure_text(metric, _number(as_number(first.value))),
                "figures": [figure_text(name, _number(as_number(figures[name].value))) for name in POST_FIGURES],
                "aggregation": first.aggregation,
                "rows": list(first.sources[:MOST_SOURCES]),
                "more": max(len(first.sources) - MOST_SOURCES, 0),
            }
        )
    return lines


def _number(value: float | None) -> float | None:
    return None if value is None else float(value)


PAGE: Final = ConsolePage("analytics", "Analytics", "/analytics", "analytics", "Insight", router)
