"""What a question about figures asks for: which figures, of which days, by what, and whether as a chart."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

from agents.language.channels import mentions
from agents.language.dates import find_dates
from agents.models.offline.reading import Turn
from tools.figures.periods import Period, read_period

METRICS: Final[tuple[tuple[str, str], ...]] = (
    (
        "clicks_per_spend",
        (
            r"clicks? (?:per|for (?:each|every|a)|to the|a) (?:pounds?|quid|dollars?|euros?|£|\$|€|money)(?!\w)|"
            r"clicks? for (?:the|our|my) money|bang for (?:the|our|my) buck"
        ),
    ),
    ("performance_score", r"performance scores?|scores? against (?:the|our) (?:usual|baseline)"),
    ("virality_score", r"virality(?: scores?)?|went viral|most viral"),
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
    ("saves", r"saves|bookmarks?"),
    ("views", r"views?|viewed|watched|plays"),
    ("impressions", r"impressions?|visibility"),
    ("reach", r"reach|reached|people saw"),
    ("link_clicks", r"(?:link clicks?|clicks? on (?:the |our )?links?|visitors? (?:of|to) (?:the |our )?links?)"),
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
GENERAL: Final = ("views", "engagement_rate", "clicks", "conversions", "open_rate")
OF_POSTS: Final = ("views", "engagement_rate", "clicks", "likes", "comments", "shares")
OF_EMAILS: Final = ("open_rate", "click_rate", "delivered", "unsubscribed")
COVERED: Final[Mapping[str, tuple[str, ...]]] = {
    "cpc": ("clicks", "ad_spend"),
    "cpa": ("ad_spend", "conversions", "new_leads"),
    "ctr": ("clicks",),
    "click_rate": ("clicks",),
    "conversion_rate": ("conversions",),
    "link_clicks": ("clicks",),
    "unsubscribed": (),
}
ADDED: Final[Mapping[str, tuple[str, ...]]] = {"clicks_per_spend": ("clicks", "spend")}
_POSTS: Final = r"(?:posts?|tweets?|emails?|captions?|content)"
_GROUPS: Final[tuple[tuple[str, str], ...]] = (
    ("week", r"\b(?:per|by|each|every|a) week\b|\bweekly\b|\bweek by week\b"),
    ("month", r"\b(?:per|by|each|every|a) month\b|\bmonthly\b|\bmonth by month\b"),
    (
        "day",
        (
            r"\b(?:per|by|each|every|a) day\b|\bdaily\b|\bover time\b|\btrend\w*\b|\bday by day\b|\bdevelop\w*\b|"
            r"\b(?:going|gone|go|went) (?:up|down)\b|\b(?:rising|falling|growing|dropping|declining)\b"
        ),
    ),
    (
        "post",
        (
            rf"\b(?:which|what|best|worst|top|per|by|each|every|weakest|strongest|poorest)\b(?: \w+){{0,3}} {_POSTS}\b|"
            rf"\b{_POSTS} (?:flopped|bombed|did (?:best|worst|well|badly|poorly))\b"
        ),
    ),
    (
        "platform",
        (
            r"\b(?:platforms?|channels?|networks?)\b|\b(?:compare|versus|vs|better|best|"
            r"or)\b.*\b(?:instagram|facebook|linkedin|email|tiktok|x|twitter)\b"
        ),
    ),
    (
        "campaign",
        (
            r"\b(?:per|by|each|every|which|compare|all|across|between|our|the (?:two|three|four|2|3|4))"
            r"(?: \w+){0,2} campaigns\b|\b(?:per|by|each|every|which|what) campaign\b"
        ),
    ),
)
_CHART: Final = re.compile(
    r"\b(?:charts?|graphs?|plot(?:ted)?|diagrams?|visuali[sz]e|draw(?:n)?|curve|line ?graph|bar ?chart)\b",
    re.IGNORECASE,
)
_WORST: Final = re.compile(
    r"\b(?:worst|weakest|poorest|lowest|least|fewest|bottom|flop\w*|bombed|badly|poorly)\b", re.IGNORECASE
)
_MONTH: Final = (
    r"(?:January|February|March|April|(?-i:May)|June|July|August|September|October|November|December|"
    r"(?-i:Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec))(?:,? 20\d\d)?"
)
_COUNT: Final = r"(?:\d{1,3}|two|three|four|five|six|seven|eight|nine|ten|twelve|thirty|ninety|couple of|few)"
_PERIOD: Final = re.compile(
    r"\bsince (?:the |our |its )?(?:very )?"
    r"(?:launch|start|beginning|opening|kick-?off|we (?:launched|started|began))\b|"
    rf"\bsince {_MONTH}(?!\s\d)|"
    rf"\b(?:last|past|previous) (?:{_COUNT} )?(?:days?|weeks?|months?|quarters?|years?|fortnights?)\b|"
    r"\b(?:this|current) (?:week|month|quarter|year)\b|\byesterday\b|\btoday\b|\ball time\b|"
    rf"\bQ[1-4](?:,? 20\d\d)?\b|(?<!\d )\b{_MONTH}(?!\s\d)\b",
    re.IGNORECASE,
)
_AGAINST: Final = re.compile(
    r"\b(?:vs\.?|versus|against|compare[ds]?|comparing|than|better|worse|differ\w*|and|or)\b", re.IGNORECASE
)
_BEFORE: Final = re.compile(
    r"\b(?:week|month|quarter|year|period|time|days) before\b|\bprevious (?:one|period|stretch)\b|"
    r"\b(?:compared?|against|versus|vs\.?|than) (?:to |with )?(?:the )?before\b",
    re.IGNORECASE,
)
_FOLLOW_UP: Final = re.compile(
    r"^\W*(?:and|what about|how about|now|same|also|then|ok(?:ay)?,? and|draw (?:it|that|this)|"
    r"(?:show|plot|chart|make) (?:me )?(?:it|that|this))\b|\b(?:it|that|this|them|those) (?:as|in|"
    r"on) a (?:chart|graph|diagram)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked. ``period`` and ``compare_with`` are words the tools understand."""

    metrics: tuple[str, ...] = ()
    group: str = "total"
    platforms: tuple[str, ...] = ()
    period: str | None = None
    since: str | None = None
    until: str | None = None
    compare_with: str | None = None
    worst: bool = False
    chart: bool = False

    def query(self) -> dict[str, Any]:
        """The arguments of ``query_metrics``."""
        return {
            "metrics": list(self.metrics or self._usual()),
            "group_by": self.group,
            "period": self.period,
            "since": self.since,
            "until": self.until,
            "compare_with": self.compare_with,
            "platforms": list(self.platforms) or None,
            "order": "worst" if self.worst else None,
        }

    def drawing(self) -> dict[str, Any]:
        """The arguments of ``draw_chart``: one figure, over days unless something else is asked for."""
        over_time = self.group in {"total", "day", "week"} and not self.compare_with
        group = "day" if self.group == "total" else self.group
        if self.compare_with:
            group = "month" if self.group == "total" else self.group
        return {
            "metric": (self.metrics or self._usual())[0],
            "group_by": group,
            "split_by": "platform" if over_time and len(self.platforms) > 1 else None,
            "period": self.period,
            "since": self.since,
            "until": self.until,
            "platforms": list(self.platforms) or None,
        }

    def _usual(self) -> tuple[str, ...]:
        """The figures that are told where none is named."""
        if set(self.platforms) == {"email"}:
            return OF_EMAILS
        return OF_POSTS if self.platforms and "email" not in self.platforms else GENERAL


def read_question(turn: Turn) -> Question:
    """Read what is asked; a follow-up keeps what the question before it said and it does not."""
    found = _read(turn.text, turn.today)
    if not _FOLLOW_UP.search(turn.text):
        return found
    earlier = next((said.text for said in reversed(turn.history) if said.by == "person"), "")
    before = _read(earlier, turn.today)
    kept = replace(
        found,
        metrics=found.metrics or before.metrics,
        group=before.group if found.group == "total" or found.platforms else found.group,
        platforms=found.platforms or before.platforms,
    )
    if found.period or found.since or found.until:
        return kept
    return replace(kept, period=before.period, since=before.since, until=before.until, compare_with=before.compare_with)


def named_metrics(text: str) -> tuple[str, ...]:
    """The figures a text names, none of them twice."""
    lowered = text.lower()
    found = [name for name, words in METRICS if re.search(rf"\b(?:{words})(?!\w)", lowered)]
    if "clicks_per_spend" in found:
        return ("clicks_per_spend", *ADDED["clicks_per_spend"])
    covered = {part for name in found for part in COVERED.get(name, ())}
    return tuple(name for name in found if name not in covered)[:6]


def _read(text: str, today: date) -> Question:
    platforms = tuple(dict.fromkeys(item.channel for item in mentions(text)))
    period, compare_with = _periods(text, today)
    since, until = (None, None) if period else _dates(text, today)
    return Question(
        metrics=named_metrics(text),
        group=_group(text, platforms),
        platforms=platforms,
        period=period,
        since=since,
        until=until,
        compare_with=compare_with,
        worst=_WORST.search(text) is not None,
        chart=_CHART.search(text) is not None,
    )


def _group(text: str, platforms: Sequence[str]) -> str:
    lowered = text.lower()
    found = next((name for name, words in _GROUPS if re.search(words, lowered)), "total")
    if len(platforms) > 1 and found in {"total", "post"}:
        return "platform"
    return (
        "total" if found == "platform" and len(platforms) == 1 and not re.search(r"\b(?:by|per) ", lowered) else found
    )


def _periods(text: str, today: date) -> tuple[str | None, str | None]:
    """The period that is asked about, the later one of two, and the one it is set against."""
    found: dict[str, Period] = {}
    for match in _PERIOD.finditer(text):
        words = re.sub(r"\s+", " ", match[0])
        try:
            found.setdefault(words, read_period(words, today))
        except ValueError:
            continue
    if not found:
        return None, None
    ordered = sorted(found, key=lambda words: found[words].since or date.min, reverse=True)
    if len(ordered) > 1 and _AGAINST.search(text):
        return ordered[0], ordered[1]
    return ordered[0], "previous" if _BEFORE.search(text) and found[ordered[0]].since else None


def _dates(text: str, today: date) -> tuple[str | None, str | None]:
    found = [item for item in find_dates(text, today) if item.first]
    if not found or found[0].first is None:
        return None, None
    first, last = found[0].first, found[0].last or found[-1].first
    if first > today:
        first, last = _year_back(first), _year_back(last or first)
    later = re.search(r"\bsince\b", text, re.IGNORECASE) is not None
    return first.isoformat(), (today if later or last is None else last).isoformat()


def _year_back(value: date) -> date:
    if value.month == 2:
        return value.replace(year=value.year - 1, day=min(value.day, 28))
    return value.replace(year=value.year - 1)
