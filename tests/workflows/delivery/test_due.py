"""What is due is found and delivered, accounts side by side; what a worker leaves behind is gone on with."""

import asyncio
from datetime import timedelta

from db.deliveries import DELIVERIES
from db.repository import Repository
from db.social_posts import SocialPost
from tests.workflows.delivery.conftest import HOUR, DeliveryHouse
from workflows.delivery.parts import DeliveryParts

MINUTE = timedelta(minutes=1)


async def look(worker: DeliveryParts) -> int:
    started = await worker.due.look()
    await worker.due.settle()
    return started


async def test_every_scheduled_post_is_found_and_delivered_when_it_is_time(house: DeliveryHouse) -> None:
    posts: list[SocialPost] = []
    for platform in ("twitter", "linkedin", "facebook"):
        await house.connect(platform)
        posts += await house.approved(platform, f"One for {platform}", f"Two for {platform}")
    worker = house.worker()
    assert await look(worker) == 0
    house.clock.advance(HOUR)
    assert await look(worker) == 6
    assert {(await house.result(post)).status for post in posts} == {"published"}
    assert [len(house.published(platform)) for platform in ("twitter", "linkedin", "facebook")] == [2, 2, 2]
    house.clock.advance(HOUR)
    assert await look(worker) == 0


async def test_a_platform_that_fails_does_not_hold_up_the_others(house: DeliveryHouse) -> None:
    for platform in ("twitter", "facebook"):
        await house.connect(platform)
    (late,) = await house.approved("twitter", "Not now")
    (fine,) = await house.approved("facebook", "Now")
    house.kits["twitter"].trouble("busy", times=50)
    house.clock.advance(HOUR)
    worker = house.worker()
    await look(worker)
    assert (await house.result(fine)).status == "published"
    assert (await house.result(late)).status == "scheduled"


async def test_what_a_worker_left_is_taken_over_by_its_successor_at_once_and_by_others_later(
    house: DeliveryHouse,
) -> None:
    await house.connect("twitter")
    first, second = await house.approved("twitter", "One", "Two")
    house.clock.advance(HOUR)
    for owner, post in (("stays", first), ("comes back", second)):
        worker = house.worker(owner)
        (delivery,) = await worker.deliverer.schedule(house.scope, [post.post_id])
        lease = {"token": f"t {owner}", "owner": owner, "boot": "earlier", "until": house.clock.now() + MINUTE}
        changes = {"lease": lease, "next_attempt_at": lease["until"]}
        await Repository(house.database, DELIVERIES, house.scope).change(delivery.delivery_id, changes)
    worker = house.worker("comes back")
    await look(worker)
    assert (await house.result(second)).status == "published"
    assert (await house.result(first)).status == "scheduled"
    house.clock.advance(MINUTE + timedelta(seconds=1))
    await look(worker)
    assert (await house.result(first)).status == "published"


async def test_workers_that_look_at_the_same_time_publish_each_post_once(house: DeliveryHouse) -> None:
    for platform in ("twitter", "wordpress"):
        await house.connect(platform)
        await house.approved(platform, *(f"Loaf {number}" for number in range(5)), subject="Loaf")
    house.clock.advance(HOUR)
    workers = [house.worker(f"worker {number}") for number in range(3)]
    for _ in range(20):
        await asyncio.gather(*(look(worker) for worker in workers))
        house.clock.advance(timedelta(seconds=2))
    for platform in ("twitter", "wordpress"):
        assert len(house.published(platform)) == 5
