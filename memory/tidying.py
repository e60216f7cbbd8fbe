"""One account's upkeep: hygiene, what published posts have taught, and its share in what is known to all. Reported."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from core.clock import Clock
from core.ids import derived_id
from core.scope import Scope
from db.client import Database
from db.repository import LONGEST_PAGE, Repository
from db.scheduled_jobs import SCHEDULED_JOBS, JobSchedule, ScheduledJob
from db.social_posts import SOCIAL_POSTS, SocialPost
from db.user_memory import MemorySource
from memory.hygiene import Hygiene
from memory.industries import industry_of
from memory.learnings import Learnings
from memory.memories import Memories
from memory.outcomes import Measured, Text, from_figures
from memory.promotion import Promotion

JOB: Final = "memory_hygiene"
MOST_POSTS: Final = 500
# A post teaches once: not before most of those who will see it have seen it.
SETTLED: Final = timedelta(days=2)
# Posts with figures that can be compared; what is left out here would crowd out others.
PUBLISHED: Final[Mapping[str, Any]] = {
    "platforms.status": "published",
    "$or": [{f"analytics.{seen}": {"$gt": 0}} for seen in ("views", "impressions", "reach")],
}
UNLEARNT: Final[Mapping[str, Any]] = {"analytics.learnt": False, **PUBLISHED}
WRITER: Final = "writer"
NAMES_US: Final = frozenset({"business", "business name"})
SAYS_WHAT_WE_ARE: Final = frozenset({"business", "product"})


@dataclass(frozen=True, slots=True)
class Tidied:
    """The stored report of a run."""

    job_id: str
    result: dict[str, Any]
    finished_at: datetime | None


class Tidying:
    """Looks after one account at a time. Cut off anywhere, it can be run again."""

    def __init__(
        self,
        database: Database,
        memories: Memories,
        learnings: Learnings,
        promotion: Promotion,
        clock: Clock,
    ) -> None:
        self._database = database
        self._memories = memories
        self._hygiene = Hygiene(memories, database)
        self._learnings = learnings
        self._promotion = promotion
        self._clock = clock

    async def run(self, scope: Scope, *, cause: str) -> Tidied:
        """Tidy, learn and contribute; store the report. ``cause`` names the run: the same one is stored once."""
        report = (await self._hygiene.run(scope)).as_result()
        report["posts_learnt_from"] = await self._learn(scope)
        learnings = await self._learnings.all(scope)
        report["shared_candidates"] = await self._promotion.contribute(scope, learnings, await self._industry(scope))
        now = self._clock.now()
        job = ScheduledJob(
            job_id=derived_id("job", JOB, scope.user_id, cause),
            job_type=JOB,
            schedule=JobSchedule(execute_at=now),
            status="completed",
            attempts=1,
            result=report,
            executed_at=report["started_at"],
            finished_at=now,
        )
        stored = await Repository(self._database, SCHEDULED_JOBS, scope).insert_once(job)
        return _tidied(stored)

    async def not_done(self, scope: Scope, *, cause: str, reason: str) -> None:
        """Note with the account that a run failed, and why, in words that hold nothing of its memories."""
        now = self._clock.now()
        job = ScheduledJob(
            job_id=derived_id("job", JOB, scope.user_id, cause, "failed"),
            job_type=JOB,
            schedule=JobSchedule(execute_at=now),
            status="failed",
            attempts=1,
            error=reason,
            executed_at=now,
            finished_at=now,
        )
        await Repository(self._database, SCHEDULED_JOBS, scope).insert_once(job)

    async def last(self, scope: Scope) -> Tidied | None:
        """Return the account's newest report."""
        done = {"job_type": JOB, "status": "completed"}
        page = await Repository(self._database, SCHEDULED_JOBS, scope).page(done, limit=1)
        return _tidied(page.items[0]) if page.items else None

    async def _industry(self, scope: Scope) -> str | None:
        """What line of business the account is in, by what it calls itself and sells, and by its briefs."""
        facts = [fact for fact in await self._memories.lasting(scope) if fact.metadata.category in SAYS_WHAT_WE_ARE]
        called = [fact.content for fact in facts if fact.subject in NAMES_US]
        return industry_of(called) or industry_of(fact.content for fact in facts)

    async def _learn(self, scope: Scope) -> int:
        """Compare published posts with the account's usual; each teaches once, when it has figures."""
        settled = self._clock.now() - SETTLED
        # The tenant's own index first: of a filter's fields the embedded database takes the first that has one.
        new = _all_measured(await self._newest(scope, {**PUBLISHED, "analytics.learnt": False}), settled)
        if not new:
            return 0
        taught = from_figures(new, _all_measured(await self._newest(scope, PUBLISHED), settled))
        for post_id, lessons in taught:
            if lessons:
                source = MemorySource(kind="tool", id=post_id)
                await self._learnings.count(scope, WRITER, lessons, source, outcome=post_id)
            await Repository(self._database, SOCIAL_POSTS, scope).change(post_id, {"analytics.learnt": True})
        return sum(bool(lessons) for _, lessons in taught)

    async def _newest(self, scope: Scope, where: Mapping[str, Any]) -> list[SocialPost]:
        """The account's newest posts of a kind, as many as a run looks at."""
        posts: list[SocialPost] = []
        repository, cursor = Repository(self._database, SOCIAL_POSTS, scope), None
        while len(posts) < MOST_POSTS:
            page = await repository.page(where, limit=min(LONGEST_PAGE, MOST_POSTS - len(posts)), cursor=cursor)
            posts += page.items
            if (cursor := page.next_cursor) is None:
                break
        return posts


def _all_measured(posts: Iterable[SocialPost], settled: datetime) -> list[Measured]:
    return [found for post in posts if (found := _measured(post, settled))]


def _measured(post: SocialPost, settled: datetime) -> Measured | None:
    """A published post with its engagement by those who saw it; None while there are no figures, or they still move."""
    published = [place.platform for place in post.platforms if place.status == "published"]
    figures = post.analytics
    if any(place.published_at and place.published_at > settled for place in post.platforms):
        return None
    seen = figures.views or figures.impressions or figures.reach
    if not published or not seen or figures.last_synced is None:
        return None
    acted = figures.engagement or sum(count or 0 for count in (figures.likes, figures.comments, figures.shares))
    text = Text(published[0], post.content.message, len(post.content.hashtags))
    return Measured(post.post_id, text, acted / seen)


def _tidied(job: ScheduledJob) -> Tidied:
    return Tidied(job.job_id, job.result or {}, job.finished_at)
