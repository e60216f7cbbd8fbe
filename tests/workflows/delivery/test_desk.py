"""What a person may do about a delivery, and that it is followed by exactly that."""

from datetime import timedelta

import pytest

from core.errors import Conflict, InvalidInput, NotFound
from core.scope import Scope
from db.social_posts import SocialPost
from sandbox.faults import Fault
from tests.workflows.delivery.conftest import HOUR, DeliveryHouse
from tools.deliveries import Account, DeliveryDesk

MINUTE = timedelta(minutes=1)
ANY = Account()


async def unknown(house: DeliveryHouse) -> SocialPost:
    """Leave a post of unknown outcome."""
    await house.connect("twitter")
    (post,) = await house.approved("twitter", "Perhaps", in_time=MINUTE)
    house.clock.advance(MINUTE)
    house.kits["twitter"].trouble("cut after")
    house.kits["twitter"].twin.faults.add(Fault(method="GET", path="/2/users/.*", times=5, status=403))
    worker = house.worker()
    for _ in range(10):
        outcome = await house.deliver(worker, post)
        if outcome.at is None:
            break
        house.clock.advance(outcome.at - house.clock.now())
    assert (await house.result(post)).status == "unknown"
    return post


async def test_what_is_called_off_does_not_go_out(house: DeliveryHouse) -> None:
    await house.connect("twitter")
    (post,) = await house.approved("twitter", "Never mind")
    worker = house.worker()
    await house.deliver(worker, post)
    assert await DeliveryDesk(house.database).call_off(house.scope, post.post_id)
    house.clock.advance(HOUR)
    await worker.due.look()
    await worker.due.settle()
    assert (await house.result(post)).status == "cancelled"
    assert house.published("twitter") == []
    assert await DeliveryDesk(house.database).call_off(house.scope, post.post_id)


async def test_what_is_out_can_not_be_called_off(house: DeliveryHouse) -> None:
    await house.connect("twitter")
    (post,) = await house.approved("twitter", "Out", in_time=MINUTE)
    house.clock.advance(MINUTE)
    await house.deliver(house.worker(), post)
    with pytest.raises(Conflict, match="published"):
        await DeliveryDesk(house.database).call_off(house.scope, post.post_id)


async def test_a_failed_one_is_tried_again_and_goes_out_with_a_live_approval_alone(house: DeliveryHouse) -> None:
    await house.connect("twitter")
    (good,) = await house.approved("twitter", "Good", in_time=MINUTE)
    (bad,) = await house.approved("twitter", "Bad", in_time=MINUTE, status="rejected")
    house.clock.advance(MINUTE)
    house.kits["twitter"].trouble("refused")
    worker, desk = house.worker(), DeliveryDesk(house.database)
    for post in (good, bad):
        await house.deliver(worker, post)
        assert (await house.result(post)).status == "failed"
        await desk.try_again(house.scope, post.post_id, ANY)
        assert (await house.result(post)).status == "scheduled"
        await house.deliver(worker, post)
    assert (await house.result(good)).status == "published"
    assert (await house.result(bad)).status == "failed"
    assert house.published("twitter") == ["Good"]
    with pytest.raises(Conflict):
        await desk.try_again(house.scope, good.post_id, ANY)


async def test_a_person_says_where_it_is(house: DeliveryHouse) -> None:
    post, desk = await unknown(house), DeliveryDesk(house.database)
    with pytest.raises(InvalidInput):
        await desk.settle(house.scope, post.post_id, ANY, "published")
    await desk.settle(house.scope, post.post_id, ANY, "published", "https://x.com/i/web/status/1")
    await house.deliver(house.worker(), post)
    result = await house.result(post)
    assert (result.status, result.url) == ("published", "https://x.com/i/web/status/1")
    assert len(house.published("twitter")) == 1
    assert {entry.action for entry in await house.audited()} == {"post_unknown", "delivery_found", "post_published"}


async def test_a_person_says_it_is_not_there_and_it_goes_out_again(house: DeliveryHouse) -> None:
    post = await unknown(house)
    house.kits["twitter"].twin.change("posts", house.kits["twitter"].published()[0]["id"], deleted=True)
    await DeliveryDesk(house.database).settle(house.scope, post.post_id, ANY, "not_published")
    await house.deliver(house.worker(), post)
    assert (await house.result(post)).status == "published"
    assert len(house.published("twitter")) == 2


async def test_a_person_leaves_it(house: DeliveryHouse) -> None:
    post = await unknown(house)
    await DeliveryDesk(house.database).settle(house.scope, post.post_id, ANY, "leave")
    assert (await house.result(post)).status == "unknown"
    assert "delivery_left" in {entry.action for entry in await house.audited()}


async def test_nobody_else_may_do_anything_about_it(house: DeliveryHouse, other_scope: Scope) -> None:
    post, desk = await unknown(house), DeliveryDesk(house.database)
    with pytest.raises(NotFound):
        await desk.settle(other_scope, post.post_id, ANY, "leave")
    assert not await desk.call_off(other_scope, post.post_id)
