"""A delivery puts a post out exactly once, or says why not."""

import asyncio
from datetime import timedelta

import pytest

from core.errors import Conflict, NotFound
from core.scope import Scope
from db.campaigns import CAMPAIGNS, Campaign
from db.content_library import CONTENT_LIBRARY
from db.deliveries import DELIVERIES
from db.repository import Repository
from db.social_accounts import SOCIAL_ACCOUNTS
from db.social_posts import SOCIAL_POSTS, SocialPost
from sandbox.faults import Fault
from tests.contracts.platform_kits import Trouble
from tests.workflows.delivery.conftest import HOUR, DeliveryHouse
from tools.deliveries import Account, DeliveryDesk
from workflows.delivery.outcome import Outcome

TEXT = "Fresh bread from seven"
LOST: tuple[Trouble, ...] = ("cut before", "cut after", "server error", "nonsense", "half an answer", "error after")
MINUTE = timedelta(minutes=1)


async def until_over(house: DeliveryHouse, post: SocialPost, tries: int = 12) -> Outcome:
    """Deliver again and again, each time when it asks for it."""
    worker = house.worker()
    outcome = Outcome("again")
    for _ in range(tries):
        outcome = await house.deliver(worker, post)
        if outcome.at is None:
            break
        house.clock.advance(max(outcome.at - house.clock.now(), timedelta()))
    return outcome


@pytest.mark.parametrize("platform", ["wordpress", "twitter", "linkedin", "facebook"])
async def test_an_approved_post_goes_out_when_it_is_time(house: DeliveryHouse, platform: str) -> None:
    await house.connect(platform)
    (post,) = await house.approved(platform, TEXT, subject="Bread" if platform == "wordpress" else None)
    worker = house.worker()
    early = await house.deliver(worker, post)
    assert (early.kind, early.at) == ("again", post.schedule.publish_at)
    assert house.published(platform) == []
    house.clock.advance(HOUR)
    assert (await house.deliver(worker, post)).kind == "done"
    assert (await house.deliver(worker, post)).kind == "done"
    assert len(house.published(platform)) == 1
    result = await house.result(post)
    assert result.status == "published"
    assert result.url
    assert result.platform_post_id
    assert house.kits[platform].published()[0]["id"].endswith(result.platform_post_id)
    content = await Repository(house.database, CONTENT_LIBRARY, house.scope).get(post.content_id or "")
    assert content.status == "published"
    assert [entry.action for entry in await house.audited()] == ["post_published"]
    delivery = await house.delivery(post)
    assert (delivery.lease, delivery.next_attempt_at, delivery.attempts) == (None, None, 1)


@pytest.mark.parametrize("trouble", LOST)
@pytest.mark.parametrize("platform", ["wordpress", "twitter", "linkedin", "facebook"])
async def test_a_lost_answer_is_looked_up_before_anything_is_repeated(
    house: DeliveryHouse, platform: str, trouble: Trouble
) -> None:
    await house.connect(platform)
    (post,) = await house.approved(platform, TEXT, in_time=MINUTE)
    house.clock.advance(MINUTE)
    house.kits[platform].trouble(trouble)
    first = await house.deliver(house.worker(), post)
    assert (first.kind, first.whole_account) == ("again", True)
    assert (await until_over(house, post)).kind == "done"
    assert (await house.result(post)).status == "published"
    assert len(house.published(platform)) == 1


async def test_nothing_is_repeated_until_a_lost_post_has_had_time_to_appear(house: DeliveryHouse) -> None:
    await house.connect("twitter")
    (post,) = await house.approved("twitter", TEXT, in_time=MINUTE)
    house.clock.advance(MINUTE)
    house.kits["twitter"].trouble("cut before")
    began = house.clock.now()
    await until_over(house, post)
    assert house.clock.now() - began >= house.pace.settling


async def test_what_can_not_be_looked_up_is_shown_to_a_person(house: DeliveryHouse) -> None:
    await house.connect("twitter")
    (post,) = await house.approved("twitter", TEXT, in_time=MINUTE)
    house.clock.advance(MINUTE)
    house.kits["twitter"].trouble("cut after")
    refused = Fault(method="GET", path="/2/users/.*", times=50, status=403, body='{"detail": "no"}')
    house.kits["twitter"].twin.faults.add(refused)
    assert (await until_over(house, post)).kind == "unknown"
    result = await house.result(post)
    assert result.status == "unknown"
    assert result.error
    assert len(house.published("twitter")) == 1
    assert [entry.action for entry in await house.audited()] == ["post_unknown"]


async def test_a_platform_that_is_busy_is_asked_again_when_it_says(house: DeliveryHouse) -> None:
    await house.connect("twitter")
    first, second = await house.approved("twitter", TEXT, "Rolls too", in_time=MINUTE)
    house.clock.advance(MINUTE)
    house.kits["twitter"].trouble("busy")
    worker = house.worker()
    outcome = await house.deliver(worker, first)
    assert outcome.kind == "again"
    assert outcome.at
    assert timedelta(seconds=50) < outcome.at - house.clock.now() < timedelta(seconds=200)
    other = await house.deliver(house.worker("another"), second)
    assert other.at == outcome.at
    house.clock.advance(outcome.at - house.clock.now())
    assert [(await house.deliver(worker, post)).kind for post in (first, second)] == ["done", "done"]
    assert len(house.published("twitter")) == 2


async def test_a_refused_post_has_failed_and_says_why(house: DeliveryHouse) -> None:
    await house.connect("twitter")
    (post,) = await house.approved("twitter", TEXT, in_time=MINUTE)
    house.clock.advance(MINUTE)
    house.kits["twitter"].trouble("refused")
    assert (await house.deliver(house.worker(), post)).kind == "done"
    result = await house.result(post)
    assert result.status == "failed"
    assert result.error
    assert "refused" in result.error


@pytest.mark.parametrize("status", ["pending", "rejected", "expired", "cancelled"])
async def test_nothing_goes_out_that_nobody_approved(house: DeliveryHouse, status: str) -> None:
    await house.connect("twitter")
    (post,) = await house.approved("twitter", TEXT, in_time=MINUTE, status=status)
    house.clock.advance(MINUTE)
    assert (await house.deliver(house.worker(), post)).kind == "done"
    assert (await house.result(post)).status == "failed"
    assert house.published("twitter") == []


async def test_nothing_goes_out_that_was_changed_after_the_approval(house: DeliveryHouse) -> None:
    await house.connect("twitter")
    (post,) = await house.approved("twitter", TEXT, in_time=MINUTE)
    await Repository(house.database, SOCIAL_POSTS, house.scope).change(post.post_id, {"content.message": "Buy now!"})
    house.clock.advance(MINUTE)
    assert (await house.deliver(house.worker(), post)).kind == "done"
    assert (await house.result(post)).status == "failed"
    assert house.published("twitter") == []


async def test_an_account_that_was_disconnected_is_waited_for_and_then_it_goes_on(house: DeliveryHouse) -> None:
    account_id = await house.connect("twitter")
    (post,) = await house.approved("twitter", TEXT, in_time=MINUTE)
    accounts = Repository(house.database, SOCIAL_ACCOUNTS, house.scope)
    await accounts.change(account_id, {"status": "expired", "error_message": "X no longer accepts our credentials."})
    house.clock.advance(MINUTE)
    assert (await house.deliver(house.worker(), post)).kind == "again"
    waiting = await house.delivery(post)
    assert (waiting.waits_for, waiting.state) == ("account", "scheduled")
    assert waiting.reason
    await accounts.change(account_id, {"status": "active"})
    assert (await until_over(house, post)).kind == "done"
    assert (await house.result(post)).status == "published"


async def test_what_waited_too_long_is_not_sent_any_more(house: DeliveryHouse) -> None:
    (post,) = await house.approved("twitter", TEXT, in_time=MINUTE)
    house.clock.advance(MINUTE)
    assert (await house.deliver(house.worker(), post)).kind == "again"
    house.clock.advance(house.pace.latest + MINUTE)
    await house.connect("twitter")
    assert (await house.deliver(house.worker(), post)).kind == "done"
    result = await house.result(post)
    assert result.status == "failed"
    assert result.error
    assert "Approve it again" in result.error
    desk = DeliveryDesk(house.database)
    with pytest.raises(Conflict, match="Schedule its draft for a new time"):
        await desk.try_again(house.scope, post.post_id, Account())
    # Whoever had it scheduled all the same: the approval was for its time.
    found = await house.delivery(post)
    again = {
        "state": "scheduled",
        "late": False,
        "not_after": house.clock.now() + HOUR,
        "next_attempt_at": house.clock.now(),
    }
    await Repository(house.database, DELIVERIES, house.scope).change(found.delivery_id, again)
    assert (await house.deliver(house.worker(), post)).kind == "done"
    assert "new time" in ((await house.result(post)).error or "")
    assert house.published("twitter") == []


async def test_a_paused_campaign_keeps_its_posts_and_a_cancelled_one_drops_them(house: DeliveryHouse) -> None:
    await house.connect("twitter")
    campaigns = Repository(house.database, CAMPAIGNS, house.scope)
    await campaigns.insert(Campaign(campaign_id="cmp_1", name="Bread", status="paused"))
    first, second = await house.approved("twitter", TEXT, "Rolls", in_time=MINUTE, campaign_id="cmp_1")
    house.clock.advance(MINUTE)
    assert (await house.deliver(house.worker(), first)).kind == "again"
    assert (await house.delivery(first)).waits_for == "campaign"
    assert house.published("twitter") == []
    await campaigns.change("cmp_1", {"status": "active"})
    assert (await until_over(house, first)).kind == "done"
    await campaigns.change("cmp_1", {"status": "cancelled"})
    assert (await house.deliver(house.worker(), second)).kind == "done"
    assert (await house.result(second)).status == "cancelled"
    assert len(house.published("twitter")) == 1


async def test_two_workers_at_one_delivery_publish_once(house: DeliveryHouse) -> None:
    await house.connect("twitter")
    (post,) = await house.approved("twitter", TEXT, in_time=MINUTE)
    house.clock.advance(MINUTE)
    workers = [house.worker(f"worker {number}") for number in range(6)]
    await asyncio.gather(*(house.deliver(worker, post) for worker in workers))
    assert len(house.published("twitter")) == 1


async def test_a_delivery_of_somebody_else_is_not_found(house: DeliveryHouse, other_scope: Scope) -> None:
    (post,) = await house.approved("twitter", TEXT)
    worker = house.worker()
    (delivery,) = await worker.deliverer.schedule(house.scope, [post.post_id])
    with pytest.raises(NotFound):
        await worker.deliverer.deliver(other_scope, delivery.delivery_id)
    stored = await Repository(house.database, DELIVERIES, house.scope).find({"post_id": post.post_id})
    assert len(stored) == 1
