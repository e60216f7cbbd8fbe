"""The analyst by rule: reads metric, period and grouping from the question, and answers from the rows it gets back."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from agents.language.brief import read_brief
from agents.language.channels import mentions
from agents.language.dates import find_dates
from agents.models.offline.phrasing import capital, channel, listed, moment, plain
from agents.models.offline.plans import shown_figures
from agents.models.offline.reading import Turn, Used
from agents.models.offline.step import Step, call, say
from agents.models.offline.talk import asks_identity, identity
from agents.models.offline.values import mapping, mappings, texts
from core.money import Money
from tools.platforms.catalogue import BY_NAME

_METRICS: tuple[tuple[str, str], ...] = (
    ("engagement_rate", r"engagement rate|engagement|engaged|interactions?|resonat\w*"),
    ("open_rate", r"open rates?|opens?|opened"),
    ("click_rate", r"email click rates?|clicks? (?:in|on|from) (?:the |our )?(?:e-?mails?|newsletters?)"),
    ("conversion_rate", r"conversion rates?"),
    ("ctr", r"ctr|click[- ]?through(?: rates?)?"),
    ("cpc", r"cpc|cost per click"),
    ("cpa", r"cpa|cost per (?:acquisition|conversion|visitor|sign-?up|lead|customer|order)"),
    ("roas", r"roas|return on ad ?spend|roi"),
    ("likes", r"likes|liked|hearts|reactions?"),
    ("comments", r"comments?|replies"),
    ("shares", r"shares|shared|retweets?|reposts?"),
    ("views", r"views?|viewed|watched|plays"),
    ("impressions", r"impressions?|visibility"),
    ("reach", r"reach|reached|people saw"),
    ("clicks", r"clicks?|clicked"),
    ("organic_traffic", r"organic traffic|traffic|website visits?|visits to the (?:site|website|page)|seo"),
    ("new_leads", r"leads?"),
    ("conversions", r"conversions?|converted|sign-?ups?|orders?|bookings?"),
    ("ad_spend", r"ad ?spend|spend|spent|costs?"),
    ("revenue", r"revenue|turnover|income|earned|takings|sales|raised"),
    ("unsubscribed", r"unsubscri\w+"),
    ("bounced", r"bounc\w+"),
    ("emails_sent", r"emails? sent|how many (?:e-?mails|newsletters)"),
    ("posts", r"how many posts|number of posts|posts published"),
)
GENERAL = ("views", "engagement_rate", "clicks", "conversions", "open_rate")
COVERED = {
    "cpc": ("clicks", "ad_spend"),
    "cpa": ("ad_spend", "conversions", "new_leads"),
    "ctr": ("clicks",),
    "click_rate": ("clicks",),
    "conversion_rate": ("conversions",),
    "unsubscribed": (),
}
_GROUPS: tuple[tuple[str, str], ...] = (
    ("day", r"\b(?:per|by|each|every|a) day\b|\bdaily\b|\bover time\b|\btrend\w*\b|\bday by day\b|\bdevelop\w*\b"),
    (
        "post",
        (
            r"\b(?:which|what|best|worst|top|per|by|each|every)\b(?: \w+){0,3} (?:posts?|tweets?|"
            r"emails?|captions?|content)\b|\bper post\b|\bby post\b"
        ),
    ),
    (
        "platform",
        (
            r"\b(?:platforms?|channels?|networks?)\b|\b(?:compare|versus|vs|better|best|"
            r"or)\b.*\b(?:instagram|facebook|linkedin|email|tiktok|x|twitter)\b"
        ),
    ),
    ("campaign", r"\b(?:per|by|each|every|which|compare|all|across)(?: \w+){0,2} campaigns?\b"),
)
_TARGET = re.compile(
    (
        r"\b(?:targets?|goals?|kpis?|on track|against (?:the )?plan|plan(?:ned)?|budget left|"
        r"remaining budget|how much (?:budget|money) is left)\b"
    ),
    re.IGNORECASE,
)
_PERIODS: tuple[tuple[str, int], ...] = (
    (r"\b(?:last|past|previous) (?:7 days|seven days|week)\b|\bthis week\b", 7),
    (r"\b(?:last|past|previous) (?:14 days|two weeks|fortnight|2 weeks)\b", 14),
    (r"\b(?:last|past|previous) (?:30 days|thirty days|month|4 weeks|four weeks)\b|\bthis month\b", 30),
    (r"\b(?:last|past|previous) (?:90 days|quarter|three months|3 months)\b|\bthis quarter\b", 90),
    (r"\b(?:last|past|previous) year\b|\bthis year\b|\b12 months\b", 365),
    (r"\byesterday\b", 1),
    (r"\btoday\b", 0),
)
PERCENT = frozenset({"engagement_rate"})
SHARES = frozenset({"ctr", "open_rate", "click_rate", "conversion_rate"})
MONEY = frozenset({"ad_spend", "revenue", "cpc", "cpa"})


_UNKNOWN = re.compile(r"\b(?:new followers|followers|rankings|reviews|downloads|installs)\b", re.IGNORECASE)
_ID_SIGNS = re.compile(r"[^\w-]")


def decide(turn: Turn) -> Step:
    """Take the next step of the analyst's turn."""
    if not turn.used:
        return _open(turn)
    last = turn.used[-1]
    match last.tool:
        case "query_metrics":
            return _after_query(turn, last)
        case "get_campaign":
            return say(
                shown_figures(last.result)
                if last.ok
                else "There is no campaign here yet, so there are no targets to set figures against."
            )
        case "list_campaigns" | "list_posts":
            return say(last.error or "That is all there is.")
        case _:
            return say(last.error)


def _open(turn: Turn) -> Step:
    if asks_identity(turn.text):
        return say(identity())
    asks_targets = re.search(r"\b(?:targets?|kpis?|goals?)\b", turn.text, re.IGNORECASE)
    if turn.campaign and _TARGET.search(turn.text) and (asks_targets or not _metrics(turn.text)):
        return call("get_campaign")
    if not _metrics(turn.text) and _is_brief_talk(turn):
        return say(
            "That reads like a change to the brief, not a question about figures. Tell the "
            "strategist, for instance “make the budget £2,000”."
        )
    since, until = _period(turn)
    return call(
        "query_metrics",
        metrics=list(_metrics(turn.text) or GENERAL),
        group_by=_group(turn.text),
        since=since,
        until=until,
    )


def _is_brief_talk(turn: Turn) -> bool:
    if turn.text.rstrip().endswith("?") or re.search(
        r"\b(?:how|what|which|show|compare|best|worst)\b", turn.text, re.IGNORECASE
    ):
        return False
    found = read_brief(turn.text, today=turn.today, known={**turn.brief, **turn.info}).values
    return bool({"budget", "goal_value", "event_date", "channels", "target_audience"} & set(found))


def _metrics(text: str) -> tuple[str, ...]:
    lowered = text.lower()
    found = [name for name, words in _METRICS if re.search(rf"\b(?:{words})\b", lowered)]
    covered = {part for name in found for part in COVERED.get(name, ())}
    return tuple(name for name in found if name not in covered)[:6]


def _group(text: str) -> str:
    lowered = text.lower()
    if len({item.channel for item in mentions(text)}) > 1:
        return "platform"
    found = next((name for name, words in _GROUPS if re.search(words, lowered)), "total")
    return "platform" if found == "total" and any(mentions(text)) else found


def _period(turn: Turn) -> tuple[str | None, str | None]:
    for pattern, days in _PERIODS:
        if re.search(pattern, turn.text, re.IGNORECASE):
            start = turn.today - timedelta(days=days)
            return start.isoformat(), (start if days == 1 else turn.today).isoformat()
    found = [item for item in find_dates(turn.text, turn.today) if item.first]
    if not found or found[0].first is None:
        return None, None
    first, last = found[0].first, found[0].last or found[-1].first
    if first > turn.today:
        first, last = _year_back(first), _year_back(last or first)
    later = re.search(r"\bsince\b", turn.text, re.IGNORECASE) is not None
    return first.isoformat(), (turn.today if later or last is None else last).isoformat()


def _year_back(value: date) -> date:
    return (
        value.replace(year=value.year - 1, day=min(value.day, 28))
        if value.month == 2
        else value.replace(year=value.year - 1)
    )


def _after_query(turn: Turn, last: Used) -> Step:
    if not last.ok:
        if len(turn.calls("query_metrics")) == 1:
            return call("query_metrics", metrics=list(GENERAL), group_by="total")
        return say(f"I could not look that up: {last.error}")
    rows = [row for row in mappings(last.result.get("rows")) if isinstance(row.get("values"), dict)]
    if not rows:
        return say(_nothing(turn, last))
    return say(*_answer(turn, last, _asked_about(turn, rows)))


def _asked_about(turn: Turn, rows: Sequence[Mapping[str, Any]]) -> Sequence[Mapping[str, Any]]:
    named = {item.channel for item in mentions(turn.text)}
    kept = [row for row in rows if str(row.get("key")) in named]
    return kept or rows


def _nothing(turn: Turn, last: Used) -> str:
    about = listed([_name(metric) for metric in _wanted(last)], "or")
    dated = last.arguments.get("since") or last.arguments.get("until")
    when = f" {_span(turn, last)}" if dated else " so far"
    first = turn.choose("none", (f"There are no figures{when} for {about}.", f"Nothing is stored{when} for {about}."))
    unknown = _UNKNOWN.search(turn.text)
    if unknown and not _metrics(turn.text):
        first = (
            f"{capital(unknown.group().lower())} are not among the figures stored here, and there are no others yet."
        )
    return f"{first} Figures come in once approved posts have gone out on a connected account, so I won't guess."


def _answer(turn: Turn, last: Used, rows: Sequence[Mapping[str, Any]]) -> list[str]:
    metrics = [name for name in _wanted(last) if any(row["values"].get(name) is not None for row in rows)] or _wanted(
        last
    )
    parts = [_headline(rows, metrics)]
    if len(rows) > 1:
        parts.append(_table(rows, metrics))
    parts.append(_provenance(turn, last, rows, metrics))
    note = plain(last.result.get("note"), 300)
    return [part for part in (*parts, note) if part]


def _headline(rows: Sequence[Mapping[str, Any]], metrics: Sequence[str]) -> str:
    if len(rows) == 1:
        figures = [f"{_name(name)} {_value(name, rows[0])}" for name in metrics]
        key = _key(rows[0])
        return f"**{capital(listed(figures))}**" + (f" for {key}." if key else ".")
    name = metrics[0]
    known = [row for row in rows if isinstance(row["values"].get(name), int | float)]
    if not known:
        return f"There are {len(rows)} rows, none with {_name(name)}."
    low_is_good = name in {"cpc", "cpa"}
    best = (min if low_is_good else max)(known, key=lambda row: row["values"][name])
    word = "Lowest" if low_is_good else "Highest"
    return f"**{word} {_name(name)}: {_key(best)} with {_value(name, best)}.**"


def _table(rows: Sequence[Mapping[str, Any]], metrics: Sequence[str]) -> str:
    head = f"| | {' | '.join(capital(_name(name)) for name in metrics)} |"
    lines = [head, "|---|" + "--:|" * len(metrics)]
    for row in rows[:20]:
        cells = " | ".join(_value(name, row) for name in metrics)
        lines.append(f"| {_key(row)} | {cells} |")
    return "\n".join(lines)


def _provenance(turn: Turn, last: Used, rows: Sequence[Mapping[str, Any]], metrics: Sequence[str]) -> str:
    how = sorted({text for row in rows for text in _aggregations(row, metrics)})
    parts = [f"How: {'; '.join(how)}." if how else "", f"Period: {span}." if (span := _span(turn, last)) else ""]
    if as_of := plain(last.result.get("as_of")):
        stale = " (older than usual)" if last.result.get("stale") is True else ""
        parts.append(f"As of {moment(as_of, turn.timezone)}{stale}.")
    ids = list(dict.fromkeys(item for row in rows for item in _sources(row)))
    if ids:
        more = f" and {len(ids) - 12} more" if len(ids) > 12 else ""
        parts.append(f"From: {', '.join(_quoted_id(item) for item in ids[:12])}{more}.")
    return " ".join(part for part in parts if part)


def _aggregations(row: Mapping[str, Any], metrics: Sequence[str]) -> list[str]:
    value = row.get("aggregation")
    if each := mapping(value):
        return [f"{_name(name)}: {plain(each.get(name), 120)}" for name in metrics if each.get(name)]
    return [plain(value, 160)] if value else []


def _sources(row: Mapping[str, Any]) -> list[str]:
    return texts(row.get("sources"))


def _quoted_id(value: str) -> str:
    return f"`{_ID_SIGNS.sub('', value)[:60]}`"


def _wanted(last: Used) -> list[str]:
    return texts(last.arguments.get("metrics")) or list(GENERAL)


def _span(turn: Turn, last: Used) -> str:
    if period := mapping(last.result.get("period")):
        since, until = plain(period.get("since")), plain(period.get("until"))
        words = [f"from {_day(since, turn)}" if since else "", f"to {_day(until, turn)}" if until else ""]
        return " ".join(word for word in words if word) or "all time"
    return plain(last.result.get("period"), 120)


def _day(value: str, turn: Turn) -> str:
    try:
        day = date.fromisoformat(value[:10])
    except ValueError:
        return value
    return f"{day.day} {day:%B %Y}" if turn.today else value


def _key(row: Mapping[str, Any]) -> str:
    key = plain(row.get("label") or row.get("name") or row.get("key"), 80)
    if key in BY_NAME:
        return BY_NAME[key].label
    return "" if key in {"total", "all"} else channel(key)


def _name(metric: str) -> str:
    names = {
        "ctr": "click-through rate",
        "cpc": "cost per click",
        "cpa": "cost per conversion",
        "roas": "return on ad spend",
        "opened": "emails opened",
        "click_rate": "click rate of emails",
        "open_rate": "open rate of emails",
    }
    return names.get(metric, metric.replace("_", " "))


def _value(metric: str, row: Mapping[str, Any]) -> str:
    value = row["values"].get(metric)
    if not isinstance(value, int | float):
        return "not available" if value is None else plain(value)
    if metric in SHARES:
        return f"{_figure(value * 100)} %"
    currency = plain(row.get("currency"))
    if metric in MONEY and len(currency) == 3:
        return str(Money.of(str(value), currency))
    return f"{_figure(value)} %" if metric in PERCENT else _figure(value)


def _figure(value: float) -> str:
    text = f"{value:,.2f}"
    return text.rstrip("0").rstrip(".")
