"""The closing report of a campaign: what was made and sent, what came of it against its targets and at which cost.

Every figure is worked out from stored rows, and goes with them: in words in the report, by their ids in its details.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final
from zoneinfo import ZoneInfo

from core.money import Money
from db.campaigns import Campaign, Kpi
from tools.amounts import spoken
from tools.figures.periods import ALL
from tools.figures.rows import Wanted, read_rows
from tools.metrics import METRICS, Figure, Row, RowKind, as_number, work_out
from tools.tool import ToolContext

KINDS: Final[frozenset[RowKind]] = frozenset({"post", "day", "link", "email", "spend"})
SHOWN: Final = (
    ("views", "Views"),
    ("impressions", "Impressions"),
    ("reach", "Reached"),
    ("likes", "Likes"),
    ("comments", "Comments"),
    ("shares", "Shares"),
    ("clicks", "Clicks"),
    ("link_clicks", "Visitors by our links"),
    ("results", "Conversions"),
)
CONVERTED: Final = ("conversions", "email_conversions", "ad_conversions")
COUNTED: Final = (
    r"visitors?|visits?|guests?|sign.?ups?|subscri|regist|members?|trials?|users?|leads?|enquir|inquir|demos?|bookings?|"
    r"reserv|tickets?|appointments?|downloads?|installs?|donat|orders?|sales?|purchas|customers?|buyers?|conversions?|"
    r"results?"
)
# What a target counts, by the words of its name; the first that fits.
TARGETS: Final = (
    (r"cost per .*click", "cost_per_click"),
    (r"cost per (?:thousand|1,?000)", None),
    (r"cost per", "cost_per_result"),
    (r"engagement rate", "engagement_rate"),
    (r"\bctr\b|click.?through", "ctr"),
    (r"open rate", "open_rate"),
    (r"\brate\b|retention|churn|\brevenue|turnover|profit|\breplies\b(?!.*click)", None),
    (r"email.*click", "email_visits"),
    (r"clicks?\b|traffic", "visits"),
    (r"reach", "reach"),
    (r"impressions?", "impressions"),
    (r"views?\b|plays?\b|streams?\b", "views"),
    (r"likes?\b", "likes"),
    (r"comments?\b", "comments"),
    (r"shares?\b", "shares"),
    (r"engagement", "engagement"),
    (r"\bposts?\b", "posts"),
    (COUNTED, "results"),
)
UNTOLD: Final = "not known: nothing here tells it"
UNREPORTED: Final = "not known: no conversions were reported"
# So long after it went out a post's figures still move much.
MOVING: Final = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class ClosingFigures:
    """What came of a campaign: its figures by name, and as of when; ``moving`` counts posts that are still new."""

    figures: Mapping[str, Figure]
    as_of: datetime | None
    moving: int

    def details(self) -> dict[str, Any]:
        """Return every figure with its rows, as events keep it."""
        return {
            name: {
                "value": as_number(figure.value),
                "aggregation": figure.aggregation,
                "sources": list(figure.sources),
            }
            for name, figure in self.figures.items()
            if figure.sources
        }


async def closing_figures(ctx: ToolContext, campaign: Campaign) -> ClosingFigures:
    """Work out what came of a campaign from all that is stored of it."""
    timezone = ZoneInfo(campaign.execution.timezone)
    wanted = Wanted(KINDS, ALL, timezone, "to date", campaign.campaign_id, by_campaign=True)
    rows = (await read_rows(ctx, wanted)).rows
    figures = {name: work_out(METRICS[name], rows) for name in METRICS}
    figures["results"] = _added([figures[name] for name in CONVERTED])
    figures["visits"] = figures["link_clicks"] if figures["link_clicks"].sources else figures["clicks"]
    figures["email_visits"] = work_out(METRICS["link_clicks"], [row for row in rows if row.platform == "email"])
    figures["cost_per_result"] = _each(campaign, figures["spend"], figures["results"])
    figures["cost_per_click"] = _each(campaign, figures["spend"], figures["visits"])
    new_since = (ctx.clock.now() - MOVING).astimezone(timezone).date()
    posts: list[Row] = [row for row in rows if row.kind == "post"]
    read = [row.synced for row in posts if row.synced]
    return ClosingFigures(figures, min(read, default=None), len({row.post_id for row in posts if row.day > new_since}))


def report_of(campaign: Campaign, posts: Mapping[str, Any], found: ClosingFigures) -> str:
    """Return the report in words."""
    made, budget = campaign.made, campaign.budget
    sums = (budget.used_minor, budget.allocated_minor, budget.remaining_minor)
    used, allocated, left = (spoken(Money(minor, budget.currency)) for minor in sums)
    lines = [
        f"## {campaign.name}: how it went",
        "",
        f"**Made:** {made.generated_social} posts, {made.generated_emails} emails, {made.generated_blogs} articles.",
        f"**Out:** {posts['published']} published"
        + "".join(f", {posts[name]} {name}" for name in ("failed", "unknown", "cancelled") if posts[name])
        + ".",
        f"**Budget:** {used} of {allocated} used, {left} left.",
        *_totals(campaign, found.figures),
        *_channels(campaign),
        *_targets(campaign, found.figures),
    ]
    if found.as_of:
        lines += ["", f"The figures are as of {found.as_of.astimezone(_zone(campaign)):%-d %B %Y, %H:%M}."]
    if found.moving:
        few = f"{found.moving} post{'' if found.moving == 1 else 's'} went out in the last week and still move"
        lines[-1] += f" {few}{'s' if found.moving == 1 else ''}: I go on reading them. Ask me in a week."
    return "\n".join(lines)


def _totals(campaign: Campaign, figures: Mapping[str, Figure]) -> Iterator[str]:
    known = [(label, figures[name]) for name, label in SHOWN if figures[name].value is not None]
    if not known:
        yield from ("", "The platforms have told no figures.")
        return
    yield from ("", "| Figure | Total | From |", "|---|--:|---|")
    for label, figure in known:
        yield f"| {label} | {as_number(figure.value):,} | {figure.aggregation} |"
    for name, label in (("cost_per_result", "Cost per conversion"), ("cost_per_click", "Cost per click")):
        if figures[name].value is not None:
            yield f"| {label} | {_shown(campaign, name, figures[name])} | {figures[name].aggregation} |"


def _channels(campaign: Campaign) -> Iterator[str]:
    by_platform: dict[str, Any] = campaign.results.analytics.get("by_platform", {})
    if len(by_platform) > 1:
        counts = ", ".join(f"{name} {part.get('posts')}" for name, part in sorted(by_platform.items()))
        yield from ("", f"By channel: {counts}.")


def _targets(campaign: Campaign, figures: Mapping[str, Figure]) -> Iterator[str]:
    if not campaign.plan.kpis:
        return
    yield from ("", "| Target | Wanted | Reached |", "|---|--:|---|")
    for kpi in campaign.plan.kpis:
        wanted = f"{kpi.target:,g} {kpi.unit}".strip()
        yield f"| {kpi.name} | {wanted} | {_reached(campaign, kpi, figures)} |"


def _reached(campaign: Campaign, kpi: Kpi, figures: Mapping[str, Figure]) -> str:
    """Return what a target has come to with where it comes from, or why that is not known."""
    name = metric_of(kpi.name)
    if name is None:
        return UNTOLD
    figure = figures[name]
    if figure.value is None:
        return UNREPORTED if name in {"results", "cost_per_result"} else UNTOLD
    share = "" if name.startswith("cost") or not kpi.target else f" ({figure.value / Decimal(str(kpi.target)):.0%})"
    return f"{_shown(campaign, name, figure)}{share}, {figure.aggregation}"


def metric_of(target: str) -> str | None:
    """Return the figure that tells of a target, by its name; None if none does."""
    found = (metric for words, metric in TARGETS if re.search(words, target, re.IGNORECASE))
    return next(found, None)


def _shown(campaign: Campaign, name: str, figure: Figure) -> str:
    if name.startswith("cost") and figure.value is not None:
        return spoken(Money(round(figure.value), campaign.budget.currency))
    return f"{as_number(figure.value):,}"


def _added(parts: Sequence[Figure]) -> Figure:
    """Add up figures that count the same of different rows."""
    known = [part for part in parts if part.value is not None]
    if not known:
        return Figure(None)
    sources = tuple(dict.fromkeys(source for part in known for source in part.sources))
    total = sum((part.value for part in known if part.value is not None), Decimal(0))
    return Figure(total, sources, " + ".join(part.aggregation for part in known))


def _each(campaign: Campaign, spend: Figure, counted: Figure) -> Figure:
    """Return what one of something has cost, in minor units; not where nothing was spent or there is none of it."""
    if not counted.value or not spend.sources or not campaign.budget.used_minor:
        return Figure(None)
    sources = tuple(dict.fromkeys((*spend.sources, *counted.sources)))
    return Figure(campaign.budget.used_minor / counted.value, sources, f"{spend.aggregation} / {counted.aggregation}")


def _zone(campaign: Campaign) -> ZoneInfo:
    return ZoneInfo(campaign.execution.timezone)
