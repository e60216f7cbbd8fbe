"""Jobs are done when they are due, once, again after a failure, and by somebody else after a death."""

import asyncio
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest

from core.clock import ManualClock
from core.errors import Conflict, ToolFailed
from core.ids import new_id
from core.scope import Scope
from db.client import Database
from db.repository import Repository
from db.scheduled_jobs import SCHEDULED_JOBS, ScheduledJob
from workflows.jobs.desk import JobDesk
from workflows.jobs.runner import LEASE, JobRunner, RunningJob


class Work:
    """Counts what it was asked to do; fails as long as it is told to, or hangs."""

    def __init__(self) -> None:
        self.done: list[str] = []
        self.failing = False
        self.hanging = asyncio.Event()
        self.hanging.set()

    async def __call__(self, running: RunningJob) -> Mapping[str, Any]:
        self.done.append(running.scope.user_id)
        await self.hanging.wait()
        if self.failing:
            raise ToolFailed("The post office is closed.")
        return {"times": len(self.done)}


@pytest.fixture
def work() -> Work:
    return Work()


@pytest.fixture
def desk(database: Database, clock: ManualClock) -> JobDesk:
    return JobDesk(database, clock)


@pytest.fixture
def runner(database: Database, clock: ManualClock, desk: JobDesk, work: Work) -> JobRunner:
    return JobRunner(database, clock, desk, {"post": work})


async def test_job_is_done_once_and_not_before_its_time(
    desk: JobDesk, runner: JobRunner, work: Work, scope: Scope, clock: ManualClock
) -> None:
    at = clock.now() + timedelta(hours=1)
    job_id = new_id("job")
    for _ in range(2):
        await desk.once(scope, "post", at, job_id=job_id)
    assert await runner.run_due() == 0
    assert await runner.next_moment() == at
    clock.advance(timedelta(hours=1))

    assert [await runner.run_due(), await runner.run_due()] == [1, 0]

    (job,) = (await desk.page(scope)).items
    assert (job.status, job.result, work.done) == ("completed", {"times": 1}, [scope.user_id])


async def test_failed_job_is_tried_again_ever_later_and_then_waits_for_a_person(
    desk: JobDesk, runner: JobRunner, work: Work, scope: Scope, other_scope: Scope, clock: ManualClock
) -> None:
    work.failing = True
    job = await desk.once(scope, "post", clock.now(), max_attempts=3)
    pauses: list[timedelta] = []
    while await runner.run_due():
        if (moment := await runner.next_moment()) is None:
            break
        pauses.append(moment - clock.now())
        clock.advance(pauses[-1])

    assert len(work.done) == 3
    assert pauses[0] < pauses[1]
    (dead,) = (await desk.page(scope, "failed")).items
    assert dead.error == "The post office is closed."
    assert (await desk.page(other_scope, "failed")).items == []
    work.failing = False
    await desk.retry(scope, job.job_id)
    await runner.run_due()
    assert (await desk.page(scope, "completed")).items[0].job_id == job.job_id
    with pytest.raises(Conflict, match="completed"):
        await desk.retry(scope, job.job_id)


async def test_recurring_job_keeps_its_local_time_and_leaves_its_dead_behind(
    desk: JobDesk, runner: JobRunner, work: Work, scope: Scope, clock: ManualClock
) -> None:
    clock.advance(timedelta(days=125))  # three days before the clocks change
    await desk.recurring(scope, "post", "0 9 * * *", "Europe/London", max_attempts=1)
    hours: list[int] = []
    for day in range(4):
        work.failing = day == 1
        moment = await runner.next_moment()
        assert moment is not None
        hours.append(moment.hour)
        clock.advance(moment - clock.now())
        await runner.run_due()

    assert hours == [9, 9, 8, 8]
    (dead,) = (await desk.page(scope, "failed")).items
    (living,) = (await desk.page(scope, "pending")).items
    assert dead.occurrence_of == living.job_id
    assert living.error is None


async def test_job_of_a_dead_process_is_taken_over_after_a_while(
    database: Database, desk: JobDesk, runner: JobRunner, work: Work, scope: Scope, clock: ManualClock
) -> None:
    job = await desk.once(scope, "post", clock.now())
    work.hanging.clear()
    first = asyncio.create_task(runner.run_due())
    while not work.done:
        await asyncio.sleep(0.01)
    first.cancel()
    await asyncio.gather(first, return_exceptions=True)
    work.hanging.set()

    assert await runner.run_due() == 0
    clock.advance(LEASE)
    assert await runner.run_due() == 1

    stored = await Repository(database, SCHEDULED_JOBS, scope).get(job.job_id)
    assert (stored.status, stored.attempts) == ("completed", 2)


async def test_two_runners_do_a_job_once(
    database: Database, desk: JobDesk, runner: JobRunner, work: Work, scope: Scope, clock: ManualClock
) -> None:
    for _ in range(5):
        await desk.once(scope, "post", clock.now())
    other = JobRunner(database, clock, JobDesk(database, clock), {"post": work})

    await asyncio.gather(runner.run_due(), other.run_due())

    assert len(work.done) == 5


async def test_cancelled_job_is_not_done(
    desk: JobDesk, runner: JobRunner, work: Work, scope: Scope, clock: ManualClock
) -> None:
    job = await desk.once(scope, "post", clock.now())
    await desk.cancel(scope, job.job_id)
    assert await runner.run_due() == 0
    assert work.done == []


async def test_job_that_is_kept_up_rests_and_ends_by_itself_and_no_order_is_lost(
    desk: JobDesk, database: Database, scope: Scope, clock: ManualClock
) -> None:
    rest_until: list[datetime | None] = [clock.now() + timedelta(hours=3), None, None]
    ordered_meanwhile = [False, True, False]

    async def rest(running: RunningJob) -> Mapping[str, Any]:
        running.not_before = rest_until.pop(0)
        running.over = running.not_before is None
        if ordered_meanwhile.pop(0):
            await desk.keep_up(scope, "read", "*/30 * * * *", "job_kept")
        return {}

    runner, jobs = JobRunner(database, clock, desk, {"read": rest}), Repository(database, SCHEDULED_JOBS, scope)

    async def next_time() -> ScheduledJob:
        moment = await runner.next_moment()
        assert moment is not None
        clock.advance(moment - clock.now() + timedelta(seconds=7))
        assert await runner.run_due() == 1
        return await jobs.get("job_kept")

    for _ in range(2):
        await desk.keep_up(scope, "read", "*/30 * * * *", "job_kept")
    began = clock.now()
    assert (await next_time()).due_at == began + timedelta(hours=3)
    assert (await next_time()).status == "pending"
    ended = await next_time()
    assert (ended.status, await runner.next_moment()) == ("completed", None)
    await desk.keep_up(scope, "read", "*/30 * * * *", "job_kept", soon=timedelta(minutes=1))
    again = await jobs.get("job_kept")
    assert (again.status, again.due_at - clock.now()) == ("pending", timedelta(minutes=1))
