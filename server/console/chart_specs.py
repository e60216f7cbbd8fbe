"""Vega-Lite specifications of the console's charts. Every text is data: fields and expressions have fixed names."""

from collections.abc import Mapping
from typing import Any, Final

from tools.figures.chart_plan import ChartPlan
from tools.figures.drawing import shown

SCHEMA: Final = "https://vega.github.io/schema/vega-lite/v6.json"
LINE_HEIGHT: Final = 260
BAR_STEP: Final = 34
TICKS: Final = 5


def spec_of(plan: ChartPlan, metric: str) -> dict[str, Any]:
    """Return the specification of a chart, without colours: the page takes those from its own."""
    points: list[dict[str, Any]] = [
        {"x": shown(point.x), "y": point.y, "series": shown(point.series or "")} for point in plan.points
    ]
    several = len({point["series"] for point in points}) > 1
    layers = _line(plan, metric, several=several) if plan.kind == "line" else _bars(plan, metric)
    return {"$schema": SCHEMA, "data": {"values": points}, "width": "container", **layers}


def _line(plan: ChartPlan, metric: str, *, several: bool) -> dict[str, Any]:
    day = {"field": "x", "type": "temporal", "axis": {"title": None, "format": "%-d %b", "grid": False}}
    x = day | {"scale": {"type": "utc"}}
    tips = [{"field": "x", "type": "temporal", "title": "Day", "format": "%a %-d %b %Y"}, _tip(metric)]
    colour: dict[str, Any] = {}
    if several:
        tips.insert(1, {"field": "series", "type": "nominal", "title": "Channel"})
        colour = {
            "color": {"field": "series", "type": "nominal", "sort": None, "legend": {"title": None, "orient": "top"}},
            "opacity": {"condition": {"param": "chosen", "value": 1}, "value": 0.15},
        }
    base = {"x": x, "y": _measured(plan), "tooltip": tips, **colour}
    point = {"type": "point", "filled": True, "size": 36, "tooltip": True}
    choice = (
        [{"name": "chosen", "select": {"type": "point", "fields": ["series"]}, "bind": "legend"}] if several else []
    )
    return {
        "height": LINE_HEIGHT,
        "layer": [
            {"mark": {"type": "line", "strokeWidth": 2}, "encoding": base, "params": choice},
            {"mark": point, "encoding": base},
        ],
    }


def _bars(plan: ChartPlan, metric: str) -> dict[str, Any]:
    names = {"field": "x", "type": "nominal", "sort": None, "axis": {"title": None, "labelLimit": 150, "grid": False}}
    return {
        "height": {"step": BAR_STEP},
        "autosize": {"type": "fit-x", "contains": "padding"},
        "mark": {"type": "bar", "cornerRadiusEnd": 3, "tooltip": True, "height": {"band": 0.62}},
        "encoding": {
            "y": names,
            "x": _measured(plan),
            "tooltip": [{"field": "x", "type": "nominal", "title": "Name"}, _tip(metric)],
        },
    }


def _measured(plan: ChartPlan) -> dict[str, Any]:
    axis = {"title": shown(plan.y_title), "tickCount": TICKS, "grid": True, "format": ",~r"}
    return {"field": "y", "type": "quantitative", "axis": axis, "scale": {"zero": True, "nice": True}}


def _tip(metric: str) -> Mapping[str, str]:
    return {"field": "y", "type": "quantitative", "title": metric, "format": ",.4~r"}
