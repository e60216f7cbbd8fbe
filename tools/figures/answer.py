"""Figures by group, each with the rows and the aggregation behind it; pure functions over rows that were read."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final, Literal, TypeAlias

from tools.figures.formulas import change
from tools.figures.periods import Period
from tools.metrics import METRICS, Figure, Row, as_number, work_out

MOST_ROWS: Final = 50
MOST_SOURCES: Final = 50
FEWEST_DAYS_OF_A_TREND: Final = 4

GroupBy: TypeAlias = Literal["total", "platform", "campaign", "post", "day", "week", "month"]
Figures: TypeAlias = Mapping[str, Figure]


@dataclass(frozen=True, slots=True)
class Grouping:
    """By what figures are given, which of them, and in which order."""

    metrics: Sequence[str]
    by: GroupBy
    worst_first: bool = False
    limit: int = MOST_ROWS
    names: Mapping[str, str] = field(default_factory=dict[str, str])

    @property
    def of_time(self) -> bool:
        """Whether the groups are stretches of time."""
        return self.by in {"day", "week", "month"}


def grouped(rows: Sequence[Row], grouping: Grouping) -> dict[str, Figures]:
    """Return the figures of each group that has any."""
    key = key_of(grouping.by)
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(key(row), []).append(row)
    answers = {
        name: {metric: work_out(METRICS[metric], members) for metric in grouping.metrics}
        for name, members in groups.items()
    }
    return {name: figures for name, figures in answers.items() if any(figure.sources for figure in figures.values())}


def key_of(by: GroupBy) -> Callable[[Row], str]:
    """Return what tells the group of a row."""
    match by:
        case "total":
            return lambda _: "total"
        case "platform":
            return lambda row: row.platform
        case "campaign":
            return lambda row: row.campaign_id or "no campaign"
        case "post":
            return lambda row: row.post_id or row.row_id
        case "day":
            return lambda row: row.day.isoformat()
        case "week":
            return lambda row: (row.day - timedelta(days=row.day.weekday())).isoformat()
        case "month":
            return lambda row: f"{row.day:%Y-%m}"


def ordered(found: Mapping[str, Figures], grouping: Grouping) -> dict[str, Figures]:
    """Time in order, the newest kept; otherwise the highest first figure first, or the lowest if that is asked for."""
    if grouping.of_time:
        return {name: found[name] for name in sorted(found)[-max(grouping.limit, MOST_ROWS) :]}
    first = grouping.metrics[0]
    known = [name for name in found if found[name][first].value is not None]
    ranked = sorted(known, key=lambda name: (_rank(found[name][first], lowest=grouping.worst_first), name))
    rest = sorted(name for name in found if name not in known)
    return {name: found[name] for name in [*ranked, *rest][: grouping.limit]}


def _rank(figure: Figure, *, lowest: bool) -> float:
    value = float(figure.value or 0)
    return value if lowest else -value


def line_of(name: str, figures: Figures, names: Mapping[str, str]) -> dict[str, Any]:
    """Return one group as the model reads it: values, and for each of them its rows and its aggregation."""
    everything = list(dict.fromkeys(source for figure in figures.values() for source in figure.sources))
    line: dict[str, Any] = {"key": name, "values": values_of(figures), **_behind(figures, everything)}
    if names.get(name):
        line["label"] = names[name]
    currency = next((figure.currency for figure in figures.values() if figure.currency), None)
    return line | ({"currency": currency} if currency else {})


def values_of(figures: Figures) -> dict[str, int | float | None]:
    """Return the plain numbers."""
    return {metric: as_number(figure.value) for metric, figure in figures.items()}


def compared(line: dict[str, Any], now: Figures, before: Figures | None) -> dict[str, Any]:
    """Add to a line what the figures were in the other period, with its rows, and the change in per cent."""
    if before is None:
        return line | {"before": None}
    everything = list(dict.fromkeys(source for figure in before.values() for source in figure.sources))
    changes = {metric: as_number(change(before[metric].value, now[metric].value)) for metric in now}
    return line | {
        "before": {"values": values_of(before), **_behind(before, everything)},
        "change_percent": changes,
    }


def _behind(figures: Figures, everything: list[str]) -> dict[str, Any]:
    found: dict[str, Any] = {
        "sources": everything[:MOST_SOURCES],
        "aggregation": {metric: figure.aggregation for metric, figure in figures.items() if figure.sources},
    }
    own = {m: list(f.sources[:MOST_SOURCES]) for m, f in figures.items() if f.sources and list(f.sources) != everything}
    if own:
        found["sources_by_metric"] = own
    if len(everything) > MOST_SOURCES:
        found["more_sources"] = len(everything) - MOST_SOURCES
    return found


def trend_of(rows: Sequence[Row], metrics: Sequence[str], period: Period) -> dict[str, Any] | None:
    """Compare the second half of a stretch of days with the first, both of the same length; None if it is short."""
    if period.since is None or period.until is None:
        return None
    half = ((period.until - period.since).days + 1) // 2
    if half * 2 < FEWEST_DAYS_OF_A_TREND:
        return None
    first_end = period.since + timedelta(days=half - 1)
    second_start = period.until - timedelta(days=half - 1)
    first = [row for row in rows if row.day <= first_end]
    second = [row for row in rows if row.day >= second_start]
    found: dict[str, Any] = {}
    for metric in metrics:
        before, after = work_out(METRICS[metric], first), work_out(METRICS[metric], second)
        if after.sources or before.sources:
            earlier, later = _or_nothing(metric, before), _or_nothing(metric, after)
            found[metric] = {
                "first_half": as_number(earlier.value),
                "second_half": as_number(later.value),
                "change_percent": as_number(change(earlier.value, later.value)),
            }
    if not found:
        return None
    days = {"first_half": _days(period.since, first_end), "second_half": _days(second_start, period.until)}
    return {"days": days, "metrics": found}


def _or_nothing(metric: str, figure: Figure) -> Figure:
    """Where days have no row nothing has changed on them, so that a sum over them is 0."""
    nothing = not figure.sources and METRICS[metric].adds_up
    return Figure(Decimal(0)) if nothing else figure


def _days(first: date, last: date) -> str:
    return f"{first.isoformat()} to {last.isoformat()}"
