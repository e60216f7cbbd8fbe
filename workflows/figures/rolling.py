"""Roll-ups: what the posts of a campaign, and of the whole business, have come to."""

from collections import defaultdict
from collections.abc import Sequence
from contextlib import suppress
from decimal import Decimal
from typing import Final

from core.errors import NotFound
from core.ids import derived_id
from core.scope import Scope
from db.analytics_data import ANALYTICS_DATA, AnalyticsData
from db.campaigns import CAMPAIGNS, Campaign
from db.client import Database
from db.profiles import PROFILES, Profile, ProfileTotals
from db.repository import Repository
from tools.figures.formulas import roi
from tools.figures.rollups import Measured, totals
from workflows.figures.tracking import Tracked

MOST_ROWS: Final = 1_000


async def roll_up(database: Database, scope: Scope, posts: Sequence[Tracked]) -> list[str]:
    """Store the totals of every campaign with published posts, and of the business; return the campaigns' ids.

    Repeats are harmless.
    """
    campaigns = Repository(database, CAMPAIGNS, scope)
    by_campaign: dict[str, list[Measured]] = defaultdict(list)
    everything = [(post.place.campaign_id, Measured(post.post_id, post.place.platform, post.figures)) for post in posts]
    for campaign_id, one in everything:
        if campaign_id:
            by_campaign[campaign_id].append(one)
    done: list[str] = []
    for campaign_id, measured in by_campaign.items():
        with suppress(NotFound):
            campaign = await campaigns.get(campaign_id)
            earned = await _roi(database, scope, campaign)
            await campaigns.change(campaign_id, {"results.analytics": totals(measured), "results.roi": earned})
            done.append(campaign_id)
    await _sum_up(database, scope, [one for _, one in everything])
    return done


async def _roi(database: Database, scope: Scope, campaign: Campaign) -> float | None:
    """Return what the campaign has earned on top of its cost, by the revenue its rows tell; None if none does."""
    days = Repository(database, ANALYTICS_DATA, scope)
    rows = await days.find({"campaign_id": campaign.campaign_id, "post_id": None}, limit=MOST_ROWS)
    currency = campaign.budget.currency
    revenues = [revenue for row in rows if (revenue := _revenue(row, currency)) is not None]
    if not revenues or len(rows) == MOST_ROWS:
        return None
    earned = roi(sum(revenues, Decimal(0)), campaign.budget.used_minor)
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


async def _sum_up(database: Database, scope: Scope, measured: Sequence[Measured]) -> None:
    """Store what all posts have come to with the profile of the business; the first run makes one."""
    profiles = Repository(database, PROFILES, scope)
    told = totals(measured)
    fields = ProfileTotals(
        total_published=told["posts"],
        avg_performance=told["avg_performance_score"],
        figures={name: value for name, value in told.items() if name != "as_of"},
        as_of=told["as_of"],
    )
    found = await profiles.find_one({})
    if found is None:
        own = derived_id(PROFILES.id_prefix, scope.user_id)
        found = await profiles.insert_once(Profile(profile_id=own, status="active"))
    with suppress(NotFound):
        await profiles.change(found.profile_id, {"totals": fields.model_dump(exclude_none=True)})
