"""Writing what was read: the post first, and what its days follow from with it; then the rows of the days.

A run that is cut off between the two leaves the row of the last change missing. The next one knows by the post that
nothing was read since, and writes that row again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final, Protocol

from core.scope import Scope
from db.analytics_data import ANALYTICS_DATA, AnalyticsData
from db.client import Database
from db.repository import Change, Repository
from db.social_posts import SOCIAL_POSTS, ResultAnalytics
from db.writes import Write
from tools.figures.counters import counts_of, fold, published_row, row_of, unwritten, whole
from tools.figures.scores import Scores
from tools.outside.contract import Figures
from workflows.figures.tracking import Tracked

BATCH: Final = 200
NOTED_AFTER: Final = timedelta(hours=6)
# Written by others: by memory, and as conversions are reported.
ELSEWHERE: Final = {"learnt", "conversions"}


@dataclass(frozen=True, slots=True)
class Folded:
    """A post with the figures it had; ``post.figures`` are the new ones."""

    post: Tracked
    earlier: ResultAnalytics | None

    @property
    def changed(self) -> bool:
        """Whether a figure is other than it was."""
        return self.post.figures is not None and (
            self.earlier is None or counts_of(self.earlier) != counts_of(self.post.figures)
        )

    @property
    def only_read(self) -> bool:
        """Whether nothing is to be stored but when it was read."""
        if self.earlier is None or self.post.figures is None or len(self.post.together) > 1:
            return False
        read = {"synced_at": self.post.figures.synced_at}
        return self.earlier.model_copy(update=read) == self.post.figures

    @property
    def to_note(self) -> bool:
        """Whether it is time to store that it was read. A change is confirmed at once, that nothing moves now and then:
        a figure is at least as new as it says."""
        earlier, figures = self.earlier, self.post.figures
        if earlier is None or figures is None:
            return True
        return unwritten(earlier) or figures.synced_at - earlier.synced_at >= NOTED_AFTER


@dataclass(frozen=True, slots=True)
class Kept:
    """How many posts were read, had changed, and are gone at the platform, and whose campaigns have changed."""

    read: int = 0
    changed: int = 0
    gone: int = 0
    campaigns: frozenset[str] = frozenset()

    def __add__(self, other: "Kept") -> "Kept":
        campaigns = self.campaigns | other.campaigns
        return Kept(self.read + other.read, self.changed + other.changed, self.gone + other.gone, campaigns)


class Last(Protocol):
    """Says what is to be written last; ``writing``: whether something else is written with it."""

    def __call__(self, kept: Kept, *, writing: bool) -> list[Write]: ...


class FigureKeeping:
    """Keeps the figures of a tenant as of one moment."""

    def __init__(self, database: Database, scope: Scope, now: datetime) -> None:
        self._database = database
        self._posts = Repository(database, SOCIAL_POSTS, scope)
        self._days = Repository(database, ANALYTICS_DATA, scope)
        self._now = now

    def fold(self, posts: Sequence[Tracked], told: Mapping[str, Figures]) -> list[Folded]:
        """Put what was told into the posts' figures. A post the platform did not name keeps what it had."""
        folded: list[Folded] = []
        for post in posts:
            earlier, found = post.figures, told.get(post.platform_post_id)
            day = self._now.astimezone(post.place.timezone).date()
            figures = fold(earlier, found or Figures(), day, self._now)
            gone_at = None if found else (earlier.gone_at if earlier else None) or self._now
            post.figures = figures.model_copy(update={"gone_at": gone_at}) if gone_at else figures
            folded.append(Folded(post, earlier))
        return folded

    async def keep(self, folded: Sequence[Folded], scores: Mapping[str, Scores], last: Last) -> Kept:
        """Write posts and rows, some at a time, and with the last of them what ``last`` says."""
        kept = Kept()
        for start in range(0, max(len(folded), 1), BATCH):
            part = folded[start : start + BATCH]
            for one in part:
                _put_scores(one.post, scores)
            stored = await self._write(part)
            kept += Kept(
                len(stored),
                sum(one.changed for one in stored),
                sum(one.post.figures is not None and one.post.figures.gone_at is not None for one in stored),
                frozenset(one.post.place.campaign_id for one in stored if one.changed and one.post.place.campaign_id),
            )
            writes = self._readings([one for one in stored if one.only_read and one.to_note])
            writes += self._days.putting([row for one in stored for row in self._rows(one)])
            writes += last(kept, writing=bool(writes)) if start + BATCH >= len(folded) else []
            if writes:
                await self._database.write(*writes)
        return kept

    async def _write(self, part: Sequence[Folded]) -> list[Folded]:
        """Write the posts and return those that are stored so: not what another process has read meanwhile."""
        stored = [one for one in part if one.only_read]
        rounds: list[dict[str, Folded]] = []
        for one in part:
            if not one.only_read:
                _put_apart(rounds, one)
        for found in rounds:
            matched = await self._posts.change_each({post_id: _change(one) for post_id, one in found.items()})
            complete = matched == len(found)
            stored += [one for one in found.values() if complete or await self._is_stored(one.post)]
        return stored

    def _readings(self, quiet: Sequence[Folded]) -> list[Write]:
        """Note of posts with nothing new that they were read."""
        writes: list[Write] = []
        for index in sorted({one.post.index for one in quiet}):
            same = [one.post.post_id for one in quiet if one.post.index == index]
            read_at = f"platforms.{index}.analytics.synced_at"
            fields = {read_at: self._now, "analytics.last_synced": self._now}
            writes.append(self._posts.changing_all(same, fields, where={read_at: {"$lt": self._now}}))
        return writes

    async def _is_stored(self, post: Tracked) -> bool:
        found = await self._posts.find_one({"post_id": post.post_id})
        kept = found.platforms[post.index].analytics if found and post.index < len(found.platforms) else None
        return kept is not None and kept == post.figures

    def _rows(self, one: Folded) -> list[AnalyticsData]:
        post, figures, earlier = one.post, one.post.figures, one.earlier
        if figures is None:
            return []
        published = post.published_at.astimezone(post.place.timezone).date()
        rows: list[AnalyticsData] = []
        if earlier and unwritten(earlier):
            rows += _rows_of(post, earlier, published)
        if one.changed:
            rows += _rows_of(post, figures, published)
        return list({row.analytics_id: row for row in rows}.values())


def _put_apart(rounds: list[dict[str, Folded]], one: Folded) -> None:
    """Put two results of one post into different commands."""
    home = next((found for found in rounds if one.post.post_id not in found), None)
    if home is None:
        home = dict[str, Folded]()
        rounds.append(home)
    home[one.post.post_id] = one


def _rows_of(post: Tracked, figures: ResultAnalytics, published: date) -> list[AnalyticsData]:
    rows = [row_of(post.place, figures, published)]
    first = not counts_of(figures.opening)
    if first and published.isoformat() < figures.day:
        rows.insert(0, published_row(post.place, published, figures.synced_at))
    return rows


def _put_scores(post: Tracked, scores: Mapping[str, Scores]) -> None:
    if post.figures is not None and (found := scores.get(post.key)):
        update = {"performance_score": found.performance, "virality_score": found.virality}
        post.figures = post.figures.model_copy(update=update)


def _change(one: Folded) -> Change:
    """Return what is to be set in a post, if nobody else has read its figures meanwhile."""
    post, place = one.post, f"platforms.{one.post.index}"
    together = [other.figures for other in post.together if other.figures]
    reported = [other.conversions for other in post.together if other.conversions is not None]
    sums = whole(together, sum(reported) if reported else None)
    fields: dict[str, Any] = {
        f"{place}.analytics": post.figures.model_dump(exclude_none=True) if post.figures else None,
        **{f"analytics.{name}": value for name, value in sums.model_dump(exclude=ELSEWHERE).items()},
    }
    if not post.known_domain and post.domain:
        fields[f"{place}.domain"] = post.domain
    seen = one.earlier.synced_at if one.earlier else None
    return Change(fields, {f"{place}.platform_post_id": post.platform_post_id, f"{place}.analytics.synced_at": seen})
