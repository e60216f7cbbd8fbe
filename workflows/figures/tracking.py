"""The published posts of an account, as much of each as reading its figures needs."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from core.scope import Scope
from db.client import Database
from db.repository import Repository
from db.social_posts import SOCIAL_POSTS, ResultAnalytics, SocialPost
from tools.figures.counters import Place
from tools.figures.timezones import timezone_of

# How soon figures are read again, by the age of the post: what is old moves little, and platforms count every call.
INTERVALS: Final[Mapping[timedelta, timedelta]] = {
    timedelta(days=7): timedelta(0),
    timedelta(days=30): timedelta(hours=2),
    timedelta(days=90): timedelta(hours=6),
}
RARELY: Final = timedelta(hours=20)


@dataclass(slots=True)
class Tracked:
    """A post on one platform. ``index`` is its place in the post, ``together`` holds all of the post's, itself too."""

    post_id: str
    index: int
    place: Place
    platform_post_id: str
    published_at: datetime
    form: str
    url: str | None
    known_domain: bool
    figures: ResultAnalytics | None
    together: "list[Tracked]" = field(default_factory=list["Tracked"], repr=False)

    @property
    def key(self) -> str:
        """Which post it is on which of its platforms."""
        return f"{self.post_id}.{self.index}"

    @property
    def domain(self) -> str | None:
        """Where it can be seen."""
        return (urlsplit(self.url).hostname or None) if self.url else None

    def due(self, now: datetime, fresh_for: timedelta) -> bool:
        """Whether its figures are to be read again."""
        if self.figures is None:
            return True
        if self.figures.gone_at:
            return now - self.figures.synced_at >= RARELY
        age = now - self.published_at
        wanted = next((pause for limit, pause in INTERVALS.items() if age <= limit), RARELY)
        return now - self.figures.synced_at >= max(wanted, fresh_for)


async def tracked_posts(database: Database, scope: Scope) -> list[Tracked]:
    """Return everything of a tenant that is out on a platform, in no order."""
    posts = Repository(database, SOCIAL_POSTS, scope)
    timezone = await timezone_of(database, scope)
    found: list[Tracked] = []
    async for post in posts.each({"platforms.status": "published"}):
        found += _tracked(post, timezone)
    return found


def _tracked(post: SocialPost, timezone: ZoneInfo) -> list[Tracked]:
    together: list[Tracked] = []
    for index, result in enumerate(post.platforms):
        if result.status != "published" or not result.platform_post_id:
            continue
        place = Place(post.post_id, result.platform, result.account_id or "", post.campaign_id, timezone)
        together.append(
            Tracked(
                post_id=post.post_id,
                index=index,
                place=place,
                platform_post_id=result.platform_post_id,
                published_at=(result.published_at or post.schedule.publish_at or post.created_at).astimezone(UTC),
                form=_form(post),
                url=result.url,
                known_domain=result.domain is not None,
                figures=result.analytics,
                together=together,
            )
        )
    return together


def _form(post: SocialPost) -> str:
    if post.content.videos:
        return "video"
    return "image" if post.content.images else "text"
