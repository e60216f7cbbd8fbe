"""Figures as the analyst tells them: the answer first, then a table, then how they were made and of which rows."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from agents.models.offline.phrasing import capital, channel, listed, moment, plain
from agents.models.offline.questions import GENERAL
from agents.models.offline.reading import Turn, Used
from agents.models.offline.values import mapping, mappings, texts
from core.money import Money
from tools.platforms.catalogue import BY_NAME

Line = Mapping[str, Any]

PERCENT: Final = frozenset({"engagement_rate"})
SHARES: Final = frozenset({"ctr", "open_rate", "click_rate", "conversion_rate"})
MONEY: Final = frozenset({"ad_spend", "spend", "revenue", "cpc", "cpa"})
LOW_IS_GOOD: Final = frozenset({"cpc", "cpa", "bounced", "unsubscribed"})
MOST_LINES: Final = 20
MOST_IDS: Final = 12
NAMES: Final[Mapping[str, str]] = {
    "ctr": "click-through rate",
    "cpc": "cost per click",
    "cpa": "cost per conversion",
    "roas": "return on ad spend",
    "opened": "emails opened",
    "click_rate": "click rate of emails",
    "open_rate": "open rate of emails",
    "clicks_per_spend": "clicks per unit of money",
}
_ID_SIGNS = re.compile(r"[^\w-]")


def answer(turn: Turn, last: Used, lines: Sequence[Line]) -> list[str]:
    """The paragraphs of an answer."""
    asked = wanted(last)
    metrics = [name for name in asked if any(line["values"].get(name) is not None for line in lines)] or asked
    compared = mapping(last.result.get("compared_with"))
    parts = [_lacking(asked, metrics), _headline(last, lines, metrics)]
    if compared and any("change_percent" in line for line in lines):
        parts += [_changes(last, turn, lines, metrics)]
    elif len(lines) > 1:
        parts += [_trend(last, metrics), table(lines, metrics)]
    parts.append(provenance(turn, last, lines, metrics))
    return [part for part in (*parts, plain(last.result.get("note"), 600)) if part]


def drawn(turn: Turn, last: Used) -> list[str]:
    """The paragraphs that show a chart, with the table behind it."""
    result = last.result
    metric = plain(result.get("metric"))
    label = f"{capital(NAMES.get(metric, metric.replace('_', ' ')))}"
    unit = plain(result.get("unit"))
    head = f"{label} ({unit})" if unit else label
    rows = mappings(result.get("rows"))
    split = any(row.get("series") for row in rows)
    lines = [f"| {'Series | ' if split else ''}| {head} |", f"|---|{'---|' if split else ''}--:|"]
    shown = [row for row in rows if row.get("value") is not None][-MOST_LINES:]
    for row in shown:
        value = row.get("value")
        figure = _figure(value) if isinstance(value, int | float) else "not available"
        series = f"{plain(row.get('series'), 60)} | " if split else ""
        lines.append(f"| {series}{_stretch(plain(row.get('label'), 60))} | {figure} |")
    how = list(dict.fromkeys(plain(row.get("aggregation"), 120) for row in rows if row.get("aggregation")))[:3]
    ids = list(dict.fromkeys(one for row in rows for one in texts(row.get("sources"))))
    as_of = plain(result.get("as_of"))
    told = [
        f"How: {'; '.join(how)}." if how else "",
        f"Period: {_span(turn, last)}.",
        f"As of {moment(as_of, turn.timezone)}{' (older than usual)' if result.get('stale') is True else ''}."
        if as_of
        else "",
        provenance_ids(ids),
    ]
    picture = str(result.get("markdown") or "")
    note = plain(result.get("note"), 600)
    return [part for part in (picture, "\n".join(lines), " ".join(part for part in told if part), note) if part]


def wanted(last: Used) -> list[str]:
    """The figures that were asked for."""
    return texts(last.arguments.get("metrics")) or list(GENERAL)


def name_of(metric: str) -> str:
    """What people call a figure."""
    return NAMES.get(metric, metric.replace("_", " "))


def _lacking(asked: Sequence[str], metrics: Sequence[str]) -> str:
    """Say first when the one thing that was asked for can't be told."""
    if asked[0] in metrics:
        return ""
    needs = {"clicks_per_spend": " There has to be money spent on a channel that also has clicks."}
    return f"{capital(name_of(asked[0]))} can't be told: nothing is stored to work it out of.{needs.get(asked[0], '')}"


def _headline(last: Used, lines: Sequence[Line], metrics: Sequence[str]) -> str:
    if len(lines) == 1:
        figures = [f"{name_of(name)} {value_of(name, lines[0])}" for name in metrics]
        key = key_of(lines[0])
        return f"**{capital(listed(figures))}**" + (f" for {key}." if key else ".")
    name = metrics[0]
    known = [line for line in lines if isinstance(line["values"].get(name), int | float)]
    if not known:
        return f"There are {len(lines)} rows, none with {name_of(name)}."
    lowest = (name in LOW_IS_GOOD) != (last.arguments.get("order") == "worst")
    best = (min if lowest else max)(known, key=lambda line: line["values"][name])
    return f"**{'Lowest' if lowest else 'Highest'} {name_of(name)}: {key_of(best)} with {value_of(name, best)}.**"


def table(lines: Sequence[Line], metrics: Sequence[str]) -> str:
    """The lines as a table."""
    rows = [f"| | {' | '.join(capital(name_of(name)) for name in metrics)} |", "|---|" + "--:|" * len(metrics)]
    for line in lines[:MOST_LINES]:
        cells = " | ".join(value_of(name, line) for name in metrics)
        rows.append(f"| {key_of(line)} | {cells} |")
    return "\n".join(rows)


def _changes(last: Used, turn: Turn, lines: Sequence[Line], metrics: Sequence[str]) -> str:
    """Both periods side by side, with the change."""
    now, before = _span(turn, last), _stretch_of(mapping(last.result.get("compared_with")), turn)
    rows = [f"| | {capital(now)} | {capital(before)} | Change |", "|---|--:|--:|--:|"]
    for line in lines[:MOST_LINES]:
        earlier = {**line, "values": mapping(mapping(line.get("before")).get("values"))}
        changes = mapping(line.get("change_percent"))
        for metric in metrics:
            change = changes.get(metric)
            told = f"{change:+,.1f} %" if isinstance(change, int | float) else "not available"
            about = " · ".join(part for part in (key_of(line), capital(name_of(metric))) if part)
            rows.append(f"| {about} | {value_of(metric, line)} | {value_of(metric, earlier)} | {told} |")
    only = [key_of(line) for line in mappings(last.result.get("only_before"))]
    gone = f"\n\nOnly in the earlier period: {listed(only[:8])}." if only else ""
    return "\n".join(rows) + gone


def _trend(last: Used, metrics: Sequence[str]) -> str:
    trend = mapping(last.result.get("trend"))
    told: list[str] = []
    for metric in metrics:
        found = mapping(mapping(trend.get("metrics")).get(metric))
        change = found.get("change_percent")
        if not isinstance(change, int | float):
            continue
        way = "up" if change > 0 else "down" if change < 0 else "level"
        by = f" {abs(change):,.1f} %" if change else ""
        told.append(f"{name_of(metric)} {way}{by}")
    if not told:
        return ""
    days = mapping(trend.get("days"))
    halves = f"{plain(days.get('second_half'))} against {plain(days.get('first_half'))}"
    return f"Trend: {', '.join(told)} ({halves})."


def provenance(turn: Turn, last: Used, lines: Sequence[Line], metrics: Sequence[str]) -> str:
    """How the figures were made, of which days, as of when, and from which rows."""
    how = sorted({text for line in lines for text in _aggregations(line, metrics)})
    parts = [f"How: {'; '.join(how[:8])}." if how else "", f"Period: {span}." if (span := _span(turn, last)) else ""]
    if (last.arguments.get("period") or last.arguments.get("since")) and (basis := plain(last.result.get("basis"))):
        parts.append(f"Counted: {basis}.")
    if as_of := plain(last.result.get("as_of")):
        stale = " (older than usual)" if last.result.get("stale") is True else ""
        parts.append(f"As of {moment(as_of, turn.timezone)}{stale}.")
    behind = [source for line in lines for source in (*texts(line.get("sources")), *_earlier_sources(line))]
    parts.append(provenance_ids(list(dict.fromkeys(behind))))
    return " ".join(part for part in parts if part)


def _earlier_sources(line: Line) -> list[str]:
    return texts(mapping(line.get("before")).get("sources"))


def provenance_ids(ids: Sequence[str]) -> str:
    """The rows something came from, as a short list of their ids."""
    if not ids:
        return ""
    more = f" and {len(ids) - MOST_IDS} more" if len(ids) > MOST_IDS else ""
    return f"From: {', '.join(_quoted_id(one) for one in ids[:MOST_IDS])}{more}."


def _aggregations(line: Line, metrics: Sequence[str]) -> list[str]:
    value = line.get("aggregation")
    if each := mapping(value):
        return [f"{name_of(name)}: {plain(each.get(name), 160)}" for name in metrics if each.get(name)]
    return [plain(value, 160)] if value else []


def _quoted_id(value: str) -> str:
    return f"`{_ID_SIGNS.sub('', value)[:60]}`"


def _span(turn: Turn, last: Used) -> str:
    if period := mapping(last.result.get("period")):
        return _stretch_of(period, turn)
    return plain(last.result.get("period"), 120)


def span(turn: Turn, last: Used) -> str:
    """From which day to which."""
    return _span(turn, last)


def _stretch_of(period: Line, turn: Turn) -> str:
    since, until = plain(period.get("since")), plain(period.get("until"))
    words = [f"from {_day(since, turn)}" if since else "", f"to {_day(until, turn)}" if until else ""]
    return " ".join(word for word in words if word) or "all time"


def _day(value: str, turn: Turn) -> str:
    try:
        day = date.fromisoformat(value[:10])
    except ValueError:
        return value
    return f"{day.day} {day:%B %Y}" if turn.today else value


def _stretch(label: str) -> str:
    try:
        day = date.fromisoformat(label)
    except ValueError:
        return label
    return f"{day.day} {day:%B %Y}"


def key_of(line: Line) -> str:
    """What a line is about."""
    key = plain(line.get("label") or line.get("name") or line.get("key"), 80)
    if key in BY_NAME:
        return BY_NAME[key].label
    return "" if key in {"total", "all"} else _stretch(channel(key))


def value_of(metric: str, line: Line) -> str:
    """A figure with its unit."""
    value = line["values"].get(metric)
    if not isinstance(value, int | float):
        return "not available" if value is None else plain(value)
    if metric in SHARES:
        return f"{_figure(value * 100)} %"
    currency = plain(line.get("currency"))
    if metric in MONEY and len(currency) == 3:
        return str(Money.of(str(value), currency))
    return f"{_figure(value)} %" if metric in PERCENT else _figure(value)


def _figure(value: float) -> str:
    text = f"{value:,.2f}"
    return text.rstrip("0").rstrip(".")
