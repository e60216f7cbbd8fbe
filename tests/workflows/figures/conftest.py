"""Posts that are really out: at the sandbox, through the adapters, on accounts that are connected as people connect
them."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest

from core.clock import ManualClock
from core.ids import new_id
from core.scope import Scope
from db.analytics_data import ANALYTICS_DATA, AnalyticsData
from db.client import Database
from db.repository import Repository
from db.social_accounts import SOCIAL_ACCOUNTS, SocialAccount
from db.social_posts import SOCIAL_POSTS, SocialPost
from sandbox.server import Sandbox
from tests.contracts.platform_kits import TwinKit, twin_kits
from tests.permits import permitted
from tools.outside.contract import PassingNotes
from tools.outside.http import Outside
from tools.outside.logins import Logins
from tools.outside.open_accounts import OpenAccounts
from tools.platforms.catalogue import BY_NAME
from workflows.figures.sync import FigureSync, SyncReport

# What the twins call the figures that the house knows.
TWIN_NAMES: dict[str, dict[str, str]] = {
    "twitter": {
        "views": "impression_count",
        "likes": "like_count",
        "comments": "reply_count",
        "shares": "retweet_count",
        "clicks": "url_link_clicks",
    },
    "linkedin": {"views": "impressionCount", "reach": "uniqueImpressionsCount", "clicks": "clickCount"}
    | {"shares": "shareCount"},
}


@dataclass
class World:
    """The outside world, and a tenant with accounts and posts there."""

    database: Database
    scope: Scope
    clock: ManualClock
    sandbox: Sandbox
    outside: Outside
    kits: dict[str, TwinKit] = field(default_factory=dict[str, TwinKit])

    def __post_init__(self) -> None:
        self.kits = twin_kits(self.sandbox)
        self.accounts = OpenAccounts(self.database, Logins(self.outside, {}))
        self.figures = FigureSync(self.database, self.accounts, self.outside, fresh_for=timedelta(0))

    async def connect(self, *platforms: str) -> None:
        """Connect accounts as the tenant's."""
        for platform in platforms:
            access = self.kits[platform].access
            account = SocialAccount(
                social_account_id=new_id("acc"),
                platform=platform,
                account_id=access.account_id,
                account_name=f"The Bakery on {platform}",
                credentials=access.credentials,
                config=dict(access.config),
            )
            await Repository(self.database, SOCIAL_ACCOUNTS, self.scope).insert(account)

    async def publish(self, *platforms: str, campaign_id: str | None = None, text: str = "") -> SocialPost:
        """Put a post out on platforms, and keep it as the executor does."""
        post_id, results = new_id("pst"), list[dict[str, Any]]()
        text = text or f"Fresh bread, number {post_id[-6:]}"
        for platform in platforms:
            kit, make = self.kits[platform], BY_NAME[platform].adapter
            assert make is not None
            out = replace(kit.post, key=new_id("pub"), text=text)
            permit = permitted(platform, kit.access, out)
            published = await make(self.outside).publish(kit.access, permit, PassingNotes())
            results.append(
                {
                    "platform": platform,
                    "account_id": kit.access.account_id,
                    "platform_post_id": published.platform_post_id,
                    "status": "published",
                    "published_at": self.clock.now(),
                    "url": published.url,
                }
            )
        post = {"post_id": post_id, "campaign_id": campaign_id, "platforms": results, "content": {"message": text}}
        return await Repository(self.database, SOCIAL_POSTS, self.scope).insert(SocialPost.model_validate(post))

    def tell(self, post: SocialPost, platform: str = "", **figures: int) -> None:
        """Set what a twin tells of a post from now on."""
        result = next(found for found in post.platforms if found.platform == (platform or post.platforms[0].platform))
        names = TWIN_NAMES.get(result.platform, {})
        twin = self.sandbox.twins[result.platform]
        known = twin.rows("posts")[str(result.platform_post_id)].get("metrics", {})
        told = {names.get(name, name): value for name, value in figures.items()}
        twin.change("posts", str(result.platform_post_id), metrics=known | told)

    async def sync(self, after: timedelta = timedelta(0), *, roll: bool = False) -> SyncReport:
        """Read the figures some time later."""
        self.clock.advance(after)
        return await self.figures.sync(self.scope, self.clock.now(), roll=roll)

    async def post(self, post: SocialPost) -> SocialPost:
        """The post as it is stored now."""
        return await self.post_of(post.post_id)

    async def post_of(self, post_id: str) -> SocialPost:
        """A post by its id."""
        return await Repository(self.database, SOCIAL_POSTS, self.scope).get(post_id)

    async def days(self, **where: Any) -> list[AnalyticsData]:
        """The rows of days, in order."""
        found = await Repository(self.database, ANALYTICS_DATA, self.scope).find(where, limit=5_000)
        return sorted(found, key=lambda row: (row.day or "", row.analytics_id))

    async def account(self, platform: str) -> SocialAccount:
        """An account as it is stored now."""
        (found,) = await Repository(self.database, SOCIAL_ACCOUNTS, self.scope).find({"platform": platform})
        return found


def count(rows: list[AnalyticsData], name: str) -> int:
    """Add up one figure over rows of days."""
    found = [part for row in rows if row.metrics.social for part in row.metrics.social.by_platform.values()]
    return sum(int(part.get(name, 0)) for part in found)


@pytest.fixture
async def world(database: Database, scope: Scope, clock: ManualClock) -> AsyncIterator[World]:
    async with (
        Sandbox(clock=clock) as sandbox,
        Outside(clock, timeout=20.0, addresses=sandbox.addresses()) as outside,
    ):
        yield World(database, scope, clock, sandbox, outside)
