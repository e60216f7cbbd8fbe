"""Roll-ups: what the posts and emails of a campaign, and of the whole business, have come to."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from core.ids import derived_id
from core.scope import Scope
from db.analytics_data import ANALYTICS_DATA, AnalyticsData
from db.campaigns import CAMPAIGNS
from db.client import Database
from db.email_campaigns import EMAIL_CAMPAIGNS
from db.managed_urls import MANAGED_URLS
from db.profiles import PROFILES, Profile, ProfileTotals
from db.repository import Change, Repository
from db.writes import Write
from tools.figures.formulas import roi
from tools.figures.rollups import Beside, Measured, totals
from workflows.figures.tracking import Tracked

MOST_ROWS: Final = 1_000
EMAIL: Final = "email"
# So long after it was sent an email's links are followed.
EMAILS_FOLLOWED: Final = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Rolled:
    """The campaigns whose totals were worked out. ``followed``: there are emails whose links may still be followed."""

    campaigns: tuple[str, ...] = ()
    followed: bool = False


async def roll_up(
    database: Database,
    scope: Scope,
    posts: Sequence[Tracked],
    now: datetime,
    *,
    only: Collection[str] | None = None,
    also: Collection[str] = (),
) -> Rolled:
    """Store the totals of the business and of its campaigns: of ``only`` these, or all that something is out of.

    Repeats are harmless.
    """
    emails = await Repository(database, EMAIL_CAMPAIGNS, scope).parts({"status": "sent"}, EMAIL_FIELDS)
    everything = [
        (post.place.campaign_id, Measured(post.post_id, post.place.platform, post.figures, post.conversions))
        for post in posts
    ]
    everything += [(email.get("marketing_campaign_id"), _of_email(email)) for email in emails]
    by_campaign: dict[str, list[Measured]] = defaultdict(list)
    by_campaign.update({one: [] for one in also})
    for campaign_id, one in everything:
        if campaign_id and (only is None or campaign_id in only):
            by_campaign[campaign_id].append(one)
    clicks = await _clicks(database, scope)
    sums = _Sums(database, scope, clicks)
    writes = await sums.of_campaigns(by_campaign) if by_campaign else {}
    await database.write(*writes.values(), await sums.of_business([one for _, one in everything]))
    young = any(email["sent_at"] > now - EMAILS_FOLLOWED for email in emails if email.get("sent_at"))
    return Rolled(tuple(writes), young)


EMAIL_FIELDS: Final = ("campaign_id", "marketing_campaign_id", "sent_at", "analytics.conversions")
CAMPAIGN_FIELDS: Final = ("campaign_id", "budget.currency", "budget.used_minor")
LINK_FIELDS: Final = ("campaign_id", "platform", "click_count")
Clicks = Mapping[str | None, Mapping[str, int]]


async def _clicks(database: Database, scope: Scope) -> Clicks:
    """Return the visitors of links by campaign, None: all of them, and by platform."""
    found: dict[str | None, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for link in await Repository(database, MANAGED_URLS, scope).parts({}, LINK_FIELDS):
        for owner in {link.get("campaign_id"), None}:
            found[owner][link.get("platform") or ""] += link.get("click_count", 0)
    return found


def _of_email(email: Mapping[str, Any]) -> Measured:
    return Measured(email["campaign_id"], EMAIL, None, email.get("analytics", {}).get("conversions"), silent=True)


class _Sums:
    """Works totals out and returns what is to be written."""

    def __init__(self, database: Database, scope: Scope, clicks: Clicks) -> None:
        self._database = database
        self._scope = scope
        self._clicks = clicks

    async def of_campaigns(self, measured: Mapping[str, Sequence[Measured]]) -> dict[str, Write]:
        """Return the writes by campaign; what is no campaign any more is left out."""
        campaigns = Repository(self._database, CAMPAIGNS, self._scope)
        named = {"campaign_id": {"$in": sorted(measured)}}
        rows: dict[str, list[AnalyticsData]] = defaultdict(list)
        days = Repository(self._database, ANALYTICS_DATA, self._scope)
        for row in await days.find({**named, "post_id": None}, limit=MOST_ROWS * len(measured)):
            rows[row.campaign_id or ""].append(row)
        changes: dict[str, Change] = {}
        for campaign in await campaigns.parts(named, CAMPAIGN_FIELDS):
            campaign_id, own = campaign["campaign_id"], rows[campaign["campaign_id"]]
            told = totals(measured[campaign_id], Beside(self._clicks.get(campaign_id, {}), _reported(own)))
            earned = _roi(own, campaign.get("budget", {}))
            changes[campaign_id] = Change({"results.analytics": told, "results.roi": earned})
        return dict(zip(changes, campaigns.changing(changes), strict=True))

    async def of_business(self, measured: Sequence[Measured]) -> Write:
        """Return the write of the profile of the business; the first run makes one."""
        profiles = Repository(self._database, PROFILES, self._scope)
        told = totals(measured, Beside(self._clicks.get(None, {})))
        fields = ProfileTotals(
            total_published=told["posts"],
            avg_performance=told["avg_performance_score"],
            figures={name: value for name, value in told.items() if name != "as_of"},
            as_of=told["as_of"],
        )
        found = await profiles.parts({}, ("profile_id",))
        if not found:
            own = derived_id(PROFILES.id_prefix, self._scope.user_id)
            stored = await profiles.insert_once(Profile(profile_id=own, status="active"))
            found = [{"profile_id": stored.profile_id}]
        change = Change({"totals": fields.model_dump(exclude_none=True)})
        return profiles.changing({found[0]["profile_id"]: change})[0]


def _reported(rows: Sequence[AnalyticsData]) -> int | None:
    """Return the conversions that are known of a campaign, but of none of its posts and emails."""
    known = [row.metrics.ppc.conversions for row in rows if row.metrics.ppc]
    return sum(known) if any(known) else None


def _roi(rows: Sequence[AnalyticsData], budget: Mapping[str, Any]) -> float | None:
    """Return what a campaign has earned on top of its cost, by the revenue its rows tell; None if none does."""
    currency, used = budget.get("currency", "GBP"), budget.get("used_minor", 0)
    revenues = [revenue for row in rows if (revenue := _revenue(row, currency)) is not None]
    if not revenues or len(rows) >= MOST_ROWS:
        return None
    earned = roi(sum(revenues, Decimal(0)), used)
    return None if earned is None else float(earned)


def _revenue(row: AnalyticsData, currency: str) -> Decimal | None:
    """Return the revenue of a day in minor units: from sales, or else from ads by their return."""
    crm, ppc = row.metrics.crm, row.metrics.ppc
    if crm and crm.currency == currency:
        return Decimal(crm.revenue_minor)
    if ppc and ppc.revenue_minor and ppc.currency == currency:
        return Decimal(ppc.revenue_minor)
    if ppc and ppc.roas is not None and ppc.currency == currency:
        return Decimal(str(ppc.roas)) * ppc.ad_spend_minor
    return None
