"""Draws charts in a process of its own: ``python -m tools.figures.drawing`` reads a plan, and writes what it drew.

The libraries take more memory than the rest of the product; here it is given back when the drawing is done. The plan's
texts only ever become data and titles.
"""

import base64
import re
import sys
from typing import Any, Final

import orjson

ACCENT: Final = "#2f5fd0"
INK: Final = "#1f2430"
QUIET: Final = "#5b6270"
GRID: Final = "#e3e6ec"
FONT: Final = "system-ui, 'Helvetica Neue', Arial, sans-serif"
SERIES: Final = ("#2f5fd0", "#c2571a", "#2a7f62", "#8a3ea8", "#a8842c", "#4c7d99", "#b03a56", "#6b6f76")
WIDTH: Final = 560
LINE_HEIGHT: Final = 300
BAR: Final = 26
PIXELS: Final = 2.0
# What XML can't hold ends the drawing library; what turns the writing direction misleads the eye.
UNWANTED: Final = re.compile(
    "[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]|[\x7f-\x9f\u202a-\u202e\u2066-\u2069]"
)
LONGEST: Final = 200


def shown(text: object) -> str:
    """Return a text as it can be drawn: one line, nothing that can't be shown."""
    return " ".join(UNWANTED.sub("", str(text)).split())[:LONGEST]


def specification(plan: dict[str, Any]) -> dict[str, Any]:
    """Return the Vega-Lite specification of a plan. Its fields have fixed names, so that no text can name another."""
    import altair as alt

    points: list[dict[str, Any]] = [
        {"x": shown(point["x"]), "y": point["y"], "series": shown(point["series"] or "")} for point in plan["points"]
    ]
    several = len({point["series"] for point in points}) > 1
    colour: Any = alt.value(ACCENT)
    if several:
        colour = alt.Color(
            "series", type="nominal", sort=None, scale=alt.Scale(range=list(SERIES)), legend=alt.Legend(title=None)
        )
    measured = alt.Axis(title=shown(plan["y_title"]), grid=True, tickCount=6)
    scale = alt.Scale(zero=True, nice=True)
    data: dict[str, Any] = {"values": points}
    chart: Any = alt.Chart(alt.Data(**data))  # type: ignore[no-untyped-call]  # the library leaves it untyped
    if plan["kind"] == "line":
        days = alt.Axis(title=shown(plan["x_title"]), format="%-d %b", grid=False, labelOverlap=True)
        chart = chart.mark_line(point=True, strokeWidth=2).encode(
            x=alt.X("x", type="temporal", axis=days, scale=alt.Scale(type="utc")),
            y=alt.Y("y", type="quantitative", axis=measured, scale=scale),
            color=colour,
        )
        chart = chart.properties(width=WIDTH, height=LINE_HEIGHT)
    else:
        names = alt.Axis(title=shown(plan["x_title"]), labelLimit=240, grid=False)
        chart = chart.mark_bar().encode(
            x=alt.X("y", type="quantitative", axis=measured, scale=scale),
            y=alt.Y("x", type="nominal", axis=names, sort=None),
            color=colour,
        )
        chart = chart.properties(width=WIDTH, height=alt.Step(BAR))
    title = alt.TitleParams(
        text=shown(plan["title"]), subtitle=shown(plan["subtitle"]), anchor="start", limit=WIDTH + 120, color=INK,
        subtitleColor=QUIET, fontSize=16, subtitleFontSize=12, fontWeight=600,
    )  # fmt: skip
    styled = chart.properties(title=title, background="#ffffff").configure(font=FONT)
    styled = styled.configure_axis(
        labelColor=QUIET, titleColor=QUIET, gridColor=GRID, domainColor=GRID, tickColor=GRID, labelFontSize=12,
        titleFontSize=12, titleFontWeight="normal",
    ).configure_view(stroke=None)  # fmt: skip
    found: dict[str, Any] = styled.to_dict()
    return found


def draw(plan: dict[str, Any]) -> dict[str, str]:
    """Return the specification as JSON text, the SVG, and the PNG in Base64. Nothing is fetched from anywhere."""
    import vl_convert

    spec = specification(plan)
    svg = vl_convert.vegalite_to_svg(spec, allowed_base_urls=[])
    png = vl_convert.vegalite_to_png(spec, scale=PIXELS, allowed_base_urls=[])
    return {"spec": orjson.dumps(spec).decode(), "svg": svg, "png": base64.b64encode(png).decode()}


def main() -> int:
    """Read a plan from standard input, write what was drawn to standard output."""
    sys.stdout.buffer.write(orjson.dumps(draw(orjson.loads(sys.stdin.buffer.read()))))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
