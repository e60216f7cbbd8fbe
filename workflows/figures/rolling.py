"""Roll-ups: what the posts of a campaign, and of the whole account, have come to."""

from collections import defaultdict
from collections.abc import Sequence
from contextlib import suppress

from core.errors import NotFound
from core.scope import Scope
from db.campaigns import CAMPAIGNS
from db.client import Database
from db.repository import Repository
from tools.figures.rollups import Measured, totals
from workflows.figures.tracking import Tracked


async def roll_up(database: Database, scope: Scope, posts: Sequence[Tracked]) -> list[str]:
    """Store the totals of every campaign with published posts; return their ids. Repeats are harmless."""
    campaigns = Repository(database, CAMPAIGNS, scope)
    by_campaign: dict[str, list[Measured]] = defaultdict(list)
    for post in posts:
        if post.place.campaign_id:
            by_campaign[post.place.campaign_id].append(Measured(post.post_id, post.place.platform, post.figures))
    done: list[str] = []
    for campaign_id, measured in by_campaign.items():
        with suppress(NotFound):
            await campaigns.change(campaign_id, {"results.analytics": totals(measured)})
            done.append(campaign_id)
    return done
