"""Figures of whatever an account has out are read for as long as they move, with a campaign or without."""

from datetime import timedelta

from db.scheduled_jobs import SCHEDULED_JOBS, ScheduledJob
from db.social_posts import SOCIAL_POSTS, SocialPost
from tests.workflows.campaigns.conftest import CampaignHouse
from tests.workflows.delivery.conftest import DeliveryHouse
from workflows.figures.order import EVERY_HALF_HOUR, JOB, JOB_BEFORE

HOUR = timedelta(hours=1)
HALF_AN_HOUR = timedelta(minutes=30)


async def published(house: CampaignHouse, text: str) -> SocialPost:
    """Have an approved post delivered, as one that was scheduled in a chat is."""
    shop = DeliveryHouse(house.services.database, house.scope, house.clock, house.services.outside, house.kits)
    (post,) = await shop.approved("linkedin", text)
    house.clock.advance(HOUR)
    await house.settle()
    return await house.repository(SOCIAL_POSTS).get(post.post_id)


async def the_job(house: CampaignHouse) -> ScheduledJob:
    (job,) = await house.all(SCHEDULED_JOBS, job_type=JOB)
    return job


async def liked(house: CampaignHouse, post: SocialPost, likes: int) -> int | None:
    """Let people like a post, and the next reading come; return what is stored then."""
    house.kits["linkedin"].twin.change("posts", str(post.platforms[0].platform_post_id), metrics={"likes": likes})
    house.clock.advance(max((await the_job(house)).due_at - house.clock.now(), timedelta(0)))
    await house.settle()
    return (await house.repository(SOCIAL_POSTS).get(post.post_id)).analytics.likes


async def test_post_without_a_campaign_is_read_ever_more_seldom_until_it_has_settled(house: CampaignHouse) -> None:
    await house.connect("linkedin")
    post = await published(house, "Fresh bread at seven")
    assert post.platforms[0].status == "published"
    assert (await the_job(house)).due_at - house.clock.now() <= HALF_AN_HOUR
    assert await liked(house, post, 3) == 3
    assert (await the_job(house)).due_at - house.clock.now() == HALF_AN_HOUR
    house.clock.advance(timedelta(days=8))
    assert await liked(house, post, 4) == 4
    assert (await the_job(house)).due_at - house.clock.now() >= 2 * HOUR

    long_ago = {"platforms.0.published_at": house.clock.now() - timedelta(days=364)}
    await house.repository(SOCIAL_POSTS).change(post.post_id, long_ago)
    house.clock.advance(timedelta(days=1))
    assert await liked(house, post, 5) == 5
    assert (await the_job(house)).status == "completed"

    other = await published(house, "Fresh rolls at eight")
    job = await the_job(house)
    assert (job.status, job.finished_at) == ("pending", None)
    assert await liked(house, other, 2) == 2
    assert (await house.repository(SOCIAL_POSTS).get(post.post_id)).analytics.likes == 5


async def test_job_a_campaign_had_of_its_own_gives_way_to_the_account_s(house: CampaignHouse) -> None:
    await house.services.work.jobs.recurring(house.scope, JOB_BEFORE, EVERY_HALF_HOUR, job_id="job_before")
    house.clock.advance(HALF_AN_HOUR)
    await house.settle()
    assert (await house.repository(SCHEDULED_JOBS).get("job_before")).status == "completed"
    assert (await the_job(house)).executed_at == house.clock.now()
