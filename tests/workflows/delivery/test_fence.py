"""A worker that was frozen between its intent and the call finds out before it calls."""

import asyncio
from datetime import timedelta

from core.clock import ManualClock
from sandbox.faults import Fault
from tests.workflows.delivery.conftest import HOUR, DeliveryHouse

TEXT = "Bread is out of the oven"
SLOW_TAGS = Fault(path="/wp/v2/tags", late=0.4)


async def test_worker_frozen_beyond_its_lease_does_not_post_what_another_has_posted(house: DeliveryHouse) -> None:
    await house.connect("wordpress")
    (post,) = await house.approved("wordpress", TEXT, hashtags=["#Bread"])
    house.clock.advance(HOUR)
    first, second = house.worker("first"), house.worker("second")
    house.kits["wordpress"].twin.faults.add(SLOW_TAGS)
    frozen = asyncio.create_task(house.deliver(first, post))
    while (await _delivery_intent(house, post.post_id)) is None:
        await asyncio.sleep(0.01)
    house.clock.advance(house.pace.lease + timedelta(seconds=1))

    assert (await house.deliver(second, post)).kind == "done"
    assert (await frozen).kind in {"again", "done"}
    assert len(house.published("wordpress")) == 1
    assert (await house.delivery(post)).state == "published"


async def test_worker_frozen_beyond_its_lease_looks_again_where_nobody_took_over(house: DeliveryHouse) -> None:
    await house.connect("wordpress")
    (post,) = await house.approved("wordpress", TEXT, hashtags=["#Bread"])
    house.clock.advance(HOUR)
    worker = house.worker()
    house.kits["wordpress"].twin.faults.add(SLOW_TAGS)
    frozen = asyncio.create_task(house.deliver(worker, post))
    while (await _delivery_intent(house, post.post_id)) is None:
        await asyncio.sleep(0.01)
    house.clock.advance(house.pace.lease + timedelta(seconds=1))

    await frozen
    _later(house.clock)
    assert (await house.deliver(worker, post)).kind == "done"
    assert len(house.published("wordpress")) == 1


async def _delivery_intent(house: DeliveryHouse, post_id: str) -> object:
    found = await house.find_delivery(post_id)
    return found.intent_at if found else None


def _later(clock: ManualClock) -> None:
    clock.advance(timedelta(minutes=5))
