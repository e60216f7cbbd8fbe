"""The nightly run: every account once, on after a restart, and again the next night."""

from datetime import timedelta

import pytest

from core.clock import ManualClock
from core.errors import Unavailable
from core.ids import new_id
from core.scope import Scope
from db.agent_memory import AGENT_MEMORY
from db.all_tenants import AllTenants
from db.client import Database
from db.memory_changes import MEMORY_CHANGES
from db.repository import Repository
from db.scheduled_jobs import SCHEDULED_JOBS
from db.social_posts import SOCIAL_POSTS, PlatformResult, PostAnalytics, PostContent, PostStatus, SocialPost
from db.user_memory import USER_MEMORY
from memory.embedders.wordllama import WordLlamaEmbedder
from memory.indexes.exact import ExactIndex
from memory.learnings import Learnings
from memory.memories import Memories
from memory.promotion import Promotion
from memory.recollection import NewMemory
from memory.tidying import MOST_POSTS, UNLEARNT, Tidied, Tidying
from workflows.jobs.desk import JobDesk
from workflows.jobs.runner import JobRunner
from workflows.nightly_memory import JOB, NightlyMemory


class Upkeep(Tidying):
    """Notes whom it looked after, and can lose the database in between."""

    seen: list[str]
    dies_after: int | None = None

    async def run(self, scope: Scope, *, cause: str) -> Tidied:
        if self.dies_after is not None and len(self.seen) >= self.dies_after:
            raise Unavailable
        self.seen.append(scope.user_id)
        return await super().run(scope, cause=cause)


@pytest.fixture
def memories(database: Database, clock: ManualClock) -> Memories:
    return Memories(database, WordLlamaEmbedder(), ExactIndex(), clock)


@pytest.fixture
def upkeep(database: Database, clock: ManualClock, memories: Memories) -> Upkeep:
    promotion = Promotion(database, memories, b"k")
    made = Upkeep(database, memories, Learnings(database, memories), promotion, clock)
    made.seen = []
    return made


async def accounts(memories: Memories, count: int) -> list[Scope]:
    made = [Scope(user_id, user_id, "user") for user_id in (new_id("usr") for _ in range(count))]
    for scope in made:
        await memories.remember(
            scope,
            [
                NewMemory("insight", "Our budget is £5,000.", subject="budget", message_id="msg_1"),
                NewMemory("insight", "our budget: £5,000", subject="budget", message_id="msg_2"),
            ],
        )
    return made


@pytest.fixture
async def runner(database: Database, clock: ManualClock, upkeep: Upkeep) -> JobRunner:
    nightly = NightlyMemory(database, upkeep)
    desk = JobDesk(database, clock)
    for _ in range(2):
        await nightly.order(desk)
    return JobRunner(database, clock, desk, {JOB: nightly.run})


async def test_every_account_is_looked_after_once_a_night(
    clock: ManualClock, memories: Memories, upkeep: Upkeep, runner: JobRunner
) -> None:
    made = await accounts(memories, 3)

    assert await runner.run_due() == 0
    for _ in range(2):
        clock.advance(timedelta(days=1))
        assert [await runner.run_due(), await runner.run_due()] == [1, 0]

    assert upkeep.seen == sorted(scope.user_id for scope in made) * 2
    report = await upkeep.last(made[0])
    assert report is not None
    assert report.finished_at == clock.now()


async def test_report_counts_what_was_done(
    clock: ManualClock, memories: Memories, upkeep: Upkeep, runner: JobRunner
) -> None:
    (scope,) = await accounts(memories, 1)
    clock.advance(timedelta(days=1))
    await runner.run_due()

    report = await upkeep.last(scope)

    assert report is not None
    assert report.result["checked"] == 2
    assert sum(report.result["found"].values()) == 1
    assert len(report.result["actions"]) == 1


async def test_account_with_a_malformed_memory_holds_up_no_other(
    database: Database, clock: ManualClock, memories: Memories, upkeep: Upkeep, runner: JobRunner
) -> None:
    made = await accounts(memories, 3)
    bad, *others = sorted(made, key=lambda scope: scope.user_id)
    for collection in (USER_MEMORY, MEMORY_CHANGES):
        raw = database.raw(collection)  # lint: allow raw-collection: stores what no version of ours would
        nonsense = {"$set": {"metadata": "nonsense", "count": "many", "valid_from": "yesterday"}}
        await raw.update_many({"user_id": bad.user_id}, nonsense, bypass_document_validation=True)
    await memories.forget_account(bad.user_id)
    clock.advance(timedelta(days=1))

    assert await runner.run_due() == 1

    assert upkeep.seen == [scope.user_id for scope in (bad, *others)]
    assert [await upkeep.last(scope) is not None for scope in (bad, *others)] == [False, True, True]
    (noted,) = await Repository(database, SCHEDULED_JOBS, bad).find({})
    assert (noted.status, "error err_" in str(noted.error)) == ("failed", True)
    job = await AllTenants(database, SCHEDULED_JOBS).find_one({"job_type": JOB})
    assert job is not None
    assert job.result == {"accounts": 2, "failed": 1}


async def test_newest_posts_teach_however_many_there_are(
    database: Database, clock: ManualClock, upkeep: Upkeep, runner: JobRunner, scope: Scope
) -> None:
    await publish(database, scope, 0, MOST_POSTS, learnt=True)
    for status in ("scheduled", "failed"):
        await publish(database, scope, MOST_POSTS, 10, status=status)
    clock.advance(timedelta(hours=1))
    await publish(database, scope, MOST_POSTS + 10, 1, views=None)
    newest = await publish(database, scope, MOST_POSTS + 11, 1, likes=90, text="Fresh bread at seven?")
    clock.advance(timedelta(days=3))

    assert await runner.run_due() == 1

    report = await upkeep.last(scope)
    assert report is not None
    assert report.result["posts_learnt_from"] == 1
    posts = Repository(database, SOCIAL_POSTS, scope)
    assert [post.post_id for post in await posts.find(UNLEARNT)] == []
    assert (await posts.get(newest)).analytics.learnt
    learnt = await Repository(database, AGENT_MEMORY, scope).find({})
    assert {learning.metadata.success_count for learning in learnt} == {1}
    assert any("ask a question" in learning.content for learning in learnt)


async def publish(
    database: Database,
    scope: Scope,
    first: int,
    count: int,
    *,
    status: PostStatus = "published",
    learnt: bool = False,
    views: int | None = 100,
    likes: int = 5,
    text: str = "Our rye loaf.",
) -> str:
    """Store posts with their figures; return the last one's id."""
    now = database.clock.now()
    made = [
        SocialPost(
            post_id=f"pst_{status}_{number:04}",
            platforms=[PlatformResult(platform="instagram", status=status, published_at=now)],
            content=PostContent(message=text),
            analytics=PostAnalytics(views=views, likes=likes, last_synced=now, learnt=learnt),
        )
        for number in range(first, first + count)
    ]
    for start in range(0, count, 250):
        await Repository(database, SOCIAL_POSTS, scope).put_each(made[start : start + 250])
    return made[-1].post_id


async def test_run_that_was_cut_off_goes_on_where_it_was(
    clock: ManualClock, memories: Memories, upkeep: Upkeep, runner: JobRunner
) -> None:
    made = await accounts(memories, 4)
    clock.advance(timedelta(days=1))
    upkeep.dies_after = 2
    await runner.run_due()
    upkeep.dies_after = None
    clock.advance(timedelta(minutes=11))

    await runner.run_due()

    assert upkeep.seen == sorted(scope.user_id for scope in made)
