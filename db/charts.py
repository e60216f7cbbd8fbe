"""Charts that were drawn: the specification, the pictures, and the table with the rows behind every figure."""

from typing import Any, Literal

from pydantic import Field

from db.collection import Collection, Index, OwnedDocument, Part


class ChartPoint(Part):
    """One figure of a chart. ``sources`` are the ids of the rows it was worked out of, ``aggregation`` says how."""

    key: str
    label: str
    series: str | None = None
    value: float | None = None
    sources: list[str] = Field(default_factory=list[str])
    more_sources: int = 0
    aggregation: str = ""


class Chart(OwnedDocument):
    """A chart as it was drawn. ``spec`` is its Vega-Lite specification as JSON, ``png`` a picture in Base64.

    Days are ISO calendar dates; ``as_of`` is the ISO time as of when all figures were known.
    """

    chart_id: str
    conversation_id: str | None = None
    campaign_id: str | None = None
    title: str
    subtitle: str = ""
    kind: Literal["bar", "line"]
    metric: str
    definition: str = ""
    unit: str = ""
    group_by: str
    points: list[ChartPoint] = Field(default_factory=list[ChartPoint])
    period: dict[str, Any] = Field(default_factory=dict[str, Any])
    basis: str = ""
    as_of: str | None = None
    stale: bool = False
    note: str = ""
    spec: str
    svg: str
    png: str


CHARTS = Collection(
    name="charts",
    model=Chart,
    id_field="chart_id",
    id_prefix="cht",
    indexes=(Index(("user_id", "-created_at", "-chart_id")), Index(("conversation_id",))),
)
