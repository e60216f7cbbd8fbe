"""Charts: what was drawn, as a picture for pages, and as figures with the rows behind them."""

import base64
from datetime import datetime
from typing import Annotated, Any, Final, Literal

import orjson
from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field

from core.errors import NotFound
from db.charts import CHARTS, Chart, ChartPoint
from server.auth.caller import Caller, Writer
from server.by_hand import HandWork
from server.problems import responses
from server.rest.pages import PageView, page_view
from server.rest.text import Cursor, Limit, Line, PathId
from server.services import Parts
from tools.charts import DrawChart

router = APIRouter(prefix="/api/v1/charts", tags=["Charts"])
# A picture opened by itself may do nothing: no script, no request, no form.
HARMLESS: Final = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
    "Cache-Control": "private, max-age=86400, immutable",
}


class ChartView(BaseModel):
    """A chart with its table. ``addresses`` are where its pictures are; days are ISO calendar dates."""

    chart_id: str
    conversation_id: str | None
    campaign_id: str | None
    title: str
    subtitle: str
    kind: Literal["bar", "line"]
    metric: str
    definition: str
    unit: str
    group_by: str
    points: list[ChartPoint] = Field(description="The figures, each with the rows and the aggregation behind it.")
    period: dict[str, Any]
    basis: str
    as_of: str | None
    stale: bool
    note: str
    addresses: dict[str, str]
    created_at: datetime

    @classmethod
    def of(cls, chart: Chart) -> "ChartView":
        """Show a chart."""
        address = f"{router.prefix}/{chart.chart_id}"
        known = chart.model_dump(include=set(cls.model_fields) - {"addresses"})
        return cls(addresses={form: f"{address}.{form}" for form in ("svg", "png", "json")}, **known)


@router.get("", operation_id="list_charts", responses=responses(), summary="List them, newest first")
async def list_all(
    scope: Caller,
    parts: Parts,
    conversation_id: Annotated[Line | None, Query(max_length=64, description="Only those of one conversation.")] = None,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> PageView[ChartView]:
    """Return the account's charts."""
    where: dict[str, Any] = {"conversation_id": conversation_id} if conversation_id else {}
    return page_view(await parts.repository(CHARTS, scope).page(where, limit=limit, cursor=cursor), ChartView.of)


@router.post("", operation_id="draw_chart", status_code=201, responses=responses(404), summary="Draw one")
async def draw(body: DrawChart, scope: Writer, parts: Parts) -> ChartView:
    """Draw one figure from stored rows, and keep the chart. 404 where nothing is stored to be drawn."""
    drawn = await HandWork(parts, scope).call("draw_chart", body.model_dump(mode="json", exclude_unset=True))
    if drawn["chart_id"] is None:
        raise NotFound(drawn["note"])
    return ChartView.of(await parts.repository(CHARTS, scope).get(drawn["chart_id"]))


@router.get(
    "/{chart_id}.svg",
    operation_id="get_chart_svg",
    responses={200: {"content": {"image/svg+xml": {}}}, **responses(404)},
    response_class=Response,
    summary="The picture as SVG",
)
async def svg(chart_id: PathId, scope: Caller, parts: Parts) -> Response:
    """Return the chart as it was drawn."""
    chart = await parts.repository(CHARTS, scope).get(chart_id)
    return Response(chart.svg, media_type="image/svg+xml", headers=HARMLESS)


@router.get(
    "/{chart_id}.png",
    operation_id="get_chart_png",
    responses={200: {"content": {"image/png": {}}}, **responses(404)},
    response_class=Response,
    summary="The picture as PNG",
)
async def png(chart_id: PathId, scope: Caller, parts: Parts) -> Response:
    """Return the chart as it was drawn, twice as large for fine screens."""
    chart = await parts.repository(CHARTS, scope).get(chart_id)
    return Response(base64.b64decode(chart.png), media_type="image/png", headers=HARMLESS)


@router.get(
    "/{chart_id}.json", operation_id="get_chart_spec", responses=responses(404), summary="Its Vega-Lite specification"
)
async def specification(chart_id: PathId, scope: Caller, parts: Parts) -> dict[str, Any]:
    """Return the specification, with its data inside."""
    found: dict[str, Any] = orjson.loads((await parts.repository(CHARTS, scope).get(chart_id)).spec)
    return found


@router.get("/{chart_id}", operation_id="get_chart", responses=responses(404), summary="Read one with its table")
async def get(chart_id: PathId, scope: Caller, parts: Parts) -> ChartView:
    """Return one chart with its figures and their rows."""
    return ChartView.of(await parts.repository(CHARTS, scope).get(chart_id))
