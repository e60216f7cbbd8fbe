"""The published posts of an account, as much of each as reading its figures needs."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from core.scope import Scope
from db.client import Database
from db.repository import Repository
from db.social_posts import SOCIAL_POSTS, ResultAnalytics
from tools.figures.counters import Place
from tools.figures.freshness import is_final

# How soon figures are read again, by the age of the post: what is old moves little, and platforms count every call.
INTERVALS: Final[Mapping[timedelta, timedelta]] = {
    timedelta(days=7): timedelta(0),
    timedelta(days=30): timedelta(hours=2),
    timedelta(days=90): timedelta(hours=6),
}
RARELY: Final = timedelta(hours=20)
FIELDS: Final = (
    "post_id",
    "campaign_id",
    "platforms",
    "schedule.publish_at",
    "created_at",
    "content.videos",
    "content.images",
)


@dataclass(slots=True)
class Tracked:
    """A post on one platform. ``index`` is its place in the post, ``together`` holds all of the post's, itself too.

    ``quiet_at`` is when it was last read, where its figures had not moved and do not say so.
    """

    post_id: str
    index: int
    place: Place
    platform_post_id: str
    published_at: datetime
    form: str
    url: str | None
    known_domain: bool
    figures: ResultAnalytics | None
    conversions: int | None = None
    quiet_at: datetime | None = None
    together: "list[Tracked]" = field(default_factory=list["Tracked"], repr=False)

    @property
    def key(self) -> str:
        """Which post it is on which of its platforms."""
        return f"{self.post_id}.{self.index}"

    @property
    def domain(self) -> str | None:
        """Where it can be seen."""
        return (urlsplit(self.url).hostname or None) if self.url else None

    @property
    def read_at(self) -> datetime | None:
        """When its figures were last read, as far as this process knows."""
        if self.figures is None or self.quiet_at is None:
            return self.figures.synced_at if self.figures else None
        return max(self.figures.synced_at, self.quiet_at)

    def next_due(self, fresh_for: timedelta) -> datetime | None:
        """Return when its figures are to be read again; None: never, they are what it has come to."""
        figures, read_at = self.figures, self.read_at
        if figures is None or read_at is None:
            return self.published_at
        if is_final(figures, self.published_at):
            return None
        if figures.gone_at:
            return read_at + RARELY
        for limit, pause in INTERVALS.items():
            at = read_at + max(pause, fresh_for)
            if at - self.published_at <= limit:
                return at
        return read_at + RARELY

    def due(self, now: datetime, fresh_for: timedelta) -> bool:
        """Whether its figures are to be read again."""
        at = self.next_due(fresh_for)
        return at is not None and at <= now


async def tracked_posts(database: Database, scope: Scope, timezone: ZoneInfo) -> list[Tracked]:
    """Return everything of a tenant that is out on a platform, in no order."""
    found: list[Tracked] = []
    for post in await Repository(database, SOCIAL_POSTS, scope).parts({"platforms.status": "published"}, FIELDS):
        found += _tracked(post, timezone)
    return found


def _tracked(post: Mapping[str, Any], timezone: ZoneInfo) -> list[Tracked]:
    together: list[Tracked] = []
    post_id, campaign_id, planned = post["post_id"], post.get("campaign_id"), _planned(post)
    for index, result in enumerate(post["platforms"]):
        if result.get("status") != "published" or not result.get("platform_post_id"):
            continue
        figures = result.get("analytics")
        together.append(
            Tracked(
                post_id=post_id,
                index=index,
                place=Place(post_id, result["platform"], result.get("account_id") or "", campaign_id, timezone),
                platform_post_id=result["platform_post_id"],
                published_at=result.get("published_at") or planned,
                form=_form(post.get("content", {})),
                url=result.get("url"),
                known_domain=result.get("domain") is not None,
                figures=ResultAnalytics.model_validate(figures) if figures else None,
                conversions=result.get("conversions"),
                together=together,
            )
        )
    return together


def _planned(post: Mapping[str, Any]) -> datetime:
    moment: datetime = post.get("schedule", {}).get("publish_at") or post["created_at"]
    return moment


def _form(content: Mapping[str, Any]) -> str:
    if content.get("videos"):
        return "video"
    return "image" if content.get("images") else "text"
