"""A conversation is told once what became of its posts, and later if it could not be told at once."""

from datetime import timedelta

from core.scope import Scope
from db.deliveries import Delivery
from db.repository import Repository
from db.social_accounts import SOCIAL_ACCOUNTS
from tests.workflows.delivery.conftest import DeliveryHouse
from workflows.delivery.news import words_of

MINUTE = timedelta(minutes=1)


class Hearing:
    """Somebody who is told, and may be busy at first."""

    def __init__(self, busy: int = 0) -> None:
        self.heard: list[str] = []
        self._busy = busy

    async def __call__(self, scope: Scope, delivery: Delivery) -> bool:
        assert scope.user_id == delivery.user_id
        if self._busy:
            self._busy -= 1
            return False
        self.heard.append(words_of(delivery))
        return True


async def test_a_conversation_that_is_busy_is_told_later_and_nothing_is_sent_twice(house: DeliveryHouse) -> None:
    await house.connect("twitter")
    (post,) = await house.approved("twitter", "Fresh bread", in_time=MINUTE)
    house.clock.advance(MINUTE)
    hearing = Hearing(busy=1)
    worker = house.worker(told=hearing)
    outcome = await house.deliver(worker, post)
    assert outcome.at
    assert (await house.result(post)).status == "published"
    house.clock.advance(outcome.at - house.clock.now())
    assert (await house.deliver(worker, post)).kind == "done"
    assert (await house.deliver(worker, post)).kind == "done"
    assert len(hearing.heard) == 1
    assert "https://x.com/" in hearing.heard[0]
    assert len(house.published("twitter")) == 1


async def test_waiting_for_an_account_is_told_once_with_the_way_back(house: DeliveryHouse) -> None:
    account_id = await house.connect("twitter")
    await Repository(house.database, SOCIAL_ACCOUNTS, house.scope).change(account_id, {"status": "expired"})
    (post,) = await house.approved("twitter", "Fresh bread", in_time=MINUTE)
    house.clock.advance(MINUTE)
    hearing = Hearing()
    worker = house.worker(told=hearing)
    for _ in range(3):
        outcome = await house.deliver(worker, post)
        assert outcome.at
        house.clock.advance(outcome.at - house.clock.now())
    (told,) = hearing.heard
    assert "Connect the X account again" in told
    result = await house.result(post)
    assert (result.status, bool(result.error)) == ("scheduled", True)
    await Repository(house.database, SOCIAL_ACCOUNTS, house.scope).change(account_id, {"status": "active"})
    await worker.deliverer.account_is_back(house.scope, "twitter", result.account_id or "")
    assert (await house.deliver(worker, post)).kind == "done"
    assert (await house.result(post)).error is None
