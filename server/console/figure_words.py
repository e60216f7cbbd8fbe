"""Figures as people read them: with their unit, and a change as a direction in words and a tone."""

from dataclasses import dataclass
from typing import Any, Final

from core.json_text import inner_list, inner_object
from tools.charts import NAMES, SHARES
from tools.metrics import METRICS

NOTHING: Final = "–"
LOW_IS_GOOD: Final = frozenset({"cpc", "cpa", "bounced", "unsubscribed"})
NEUTRAL: Final = frozenset({"spend", "ad_spend", "posts", "emails_sent"})
MOST_IDS: Final = 50


@dataclass(frozen=True, slots=True)
class Told:
    """One figure with what is behind it. ``change`` is in per cent, or None where there is nothing to compare."""

    metric: str
    name: str
    definition: str
    text: str
    known: bool
    before: str
    change: str
    tone: str
    aggregation: str
    rows: tuple[str, ...]
    more: int


def named_metric(metric: str) -> str:
    """Return what people call a figure."""
    words = NAMES.get(metric, metric.replace("_", " "))
    return words[:1].upper() + words[1:]


def figure_text(metric: str, value: float | None, currency: str = "") -> str:
    """Return a value with its unit; a dash for what is not known."""
    if value is None:
        return NOTHING
    if metric in SHARES:
        return f"{value * 100:,.1f} %"
    if metric == "engagement_rate":
        return f"{value:,.1f} %"
    if METRICS[metric].money and metric != "clicks_per_spend":
        return f"{currency} {value:,.2f}".strip()
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.2f}"


def told(metric: str, line: dict[str, Any]) -> Told:
    """Return a figure of a line of ``query_metrics`` as it is shown."""
    values, currency = inner_object(line.get("values")), str(line.get("currency") or "")
    before = inner_object(inner_object(line.get("before")).get("values"))
    change = inner_object(line.get("change_percent")).get(metric)
    own = inner_object(line.get("sources_by_metric"))
    rows = inner_list(own.get(metric)) or inner_list(line.get("sources"))
    aggregation = str(inner_object(line.get("aggregation")).get(metric) or "")
    value = values.get(metric)
    return Told(
        metric=metric,
        name=named_metric(metric),
        definition=METRICS[metric].definition,
        text=figure_text(metric, value, currency),
        known=value is not None,
        before=figure_text(metric, before.get(metric), currency) if before else "",
        change=f"{change:+,.0f} %" if isinstance(change, int | float) else "",
        tone=_tone(metric, change) if isinstance(change, int | float) else "neutral",
        aggregation=aggregation,
        rows=tuple(map(str, rows)) if aggregation else (),
        more=int(line.get("more_sources") or 0) if aggregation else 0,
    )


def _tone(metric: str, change: float) -> str:
    if metric in NEUTRAL or round(change) == 0:
        return "neutral"
    better = change < 0 if metric in LOW_IS_GOOD else change > 0
    return "success" if better else "danger"
