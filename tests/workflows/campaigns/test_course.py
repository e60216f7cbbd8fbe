"""People stay in charge of a running campaign: they pause, resume, cancel, stop everything, reject and change."""

from datetime import timedelta

from core.ids import derived_id
from core.scope import Scope
from db.approval_requests import APPROVAL_REQUESTS
from db.content_library import CONTENT_LIBRARY
from db.social_posts import SOCIAL_POSTS
from tests.workflows.campaigns.conftest import TIMEZONE, CampaignHouse
from tools.campaign_control import CampaignControl

STRIDE = timedelta(hours=6)
MONTH = timedelta(days=45)


async def test_paused_campaign_puts_nothing_out_until_it_is_resumed(house: CampaignHouse) -> None:
    await house.connect("linkedin")
    planned = await house.planned("full_auto", ["linkedin"], days=8)
    await house.control.launch(planned.campaign_id, TIMEZONE)
    await house.settle()
    await house.decide()
    await house.settle()
    await house.control.pause(planned.campaign_id, "A mistake in the date")

    paused = await house.live(planned, house.clock.now() + timedelta(days=3), STRIDE)
    assert paused.status == "paused"
    assert house.kits["linkedin"].published() == []
    await house.control.resume(planned.campaign_id)
    over = await house.live(planned, house.clock.now() + MONTH, STRIDE)

    assert over.status == "completed"
    assert len(house.kits["linkedin"].published()) == over.made.published_posts > 0


async def test_everything_stopped_holds_up_the_writing_too(house: CampaignHouse) -> None:
    await house.connect("linkedin")
    planned = await house.planned("full_auto", ["linkedin"], days=8)
    await house.control.launch(planned.campaign_id, TIMEZONE)
    await house.settle()
    await house.control.stop_everything("Wait for the lawyer")
    other = CampaignControl(house.services.database, Scope("usr_other", "usr_other", "user"))
    assert await other.halted() is None
    await house.decide()
    await house.settle()

    assert await house.all(CONTENT_LIBRARY, campaign_id=planned.campaign_id) == []
    await house.control.go_on()
    await house.settle()
    assert (await house.campaign(planned)).status == "active"


async def test_cancelled_campaign_calls_off_what_has_not_gone_out(house: CampaignHouse) -> None:
    await house.connect("linkedin")
    planned = await house.planned("full_auto", ["linkedin"], days=20)
    await house.control.launch(planned.campaign_id, TIMEZONE)
    await house.settle()
    await house.decide()
    await house.live(planned, house.clock.now() + timedelta(days=4), STRIDE)
    await house.control.cancel(planned.campaign_id, "Sold out")
    await house.live(planned, house.clock.now() + MONTH, STRIDE)

    posts = await house.all(SOCIAL_POSTS, campaign_id=planned.campaign_id)
    states = [post.platforms[0].status for post in posts]
    assert states.count("published") == len(house.kits["linkedin"].published()) > 0
    assert set(states) == {"published", "cancelled"}
    assert house.services.work.engine.running == 0
    assert "cancelled" in {event.kind for event in await house.events(planned)}


async def test_rejected_plan_goes_back_and_can_be_launched_again(house: CampaignHouse) -> None:
    await house.connect("linkedin")
    planned = await house.planned("full_auto", ["linkedin"], days=8)
    await house.control.launch(planned.campaign_id, TIMEZONE)
    await house.settle()
    await house.decide("reject", notes="Half the budget will do")
    await house.settle()
    back = await house.campaign(planned)
    assert (back.status, back.execution.reason) == ("planning", "Half the budget will do")

    await house.control.launch(planned.campaign_id, TIMEZONE)
    await house.settle()
    assert await house.decide() == 1
    await house.settle()
    assert (await house.campaign(planned)).execution.launch == 2
    assert (await house.campaign(planned)).status == "active"


async def test_semi_auto_asks_for_every_post_and_the_writer_mends_what_is_rejected(house: CampaignHouse) -> None:
    await house.connect("linkedin")
    planned = await house.planned("semi_auto", ["linkedin"], days=8)
    await house.control.launch(planned.campaign_id, TIMEZONE)
    await house.settle()
    await house.decide()
    await house.settle()
    (first,) = await house.waiting()
    assert await house.all(SOCIAL_POSTS, campaign_id=planned.campaign_id) == []
    await house.decide("reject", notes="make it shorter")
    await house.settle()

    (second,) = await house.waiting()
    before, after = ([post["text"] for post in one.content["posts"]] for one in (first, second))
    assert len(before) == len(after)
    assert sum(map(len, after)) < sum(map(len, before))
    await house.decide()
    await house.settle()
    assert (await house.campaign(planned)).status == "active"
    posts = await house.all(SOCIAL_POSTS, campaign_id=planned.campaign_id)
    assert sorted(post.content.message for post in posts) == sorted(after)


async def test_undecided_plan_runs_out_and_starts_nothing(house: CampaignHouse) -> None:
    planned = await house.planned("full_auto", ["linkedin"])
    await house.control.launch(planned.campaign_id, TIMEZONE)
    await house.settle()
    (request,) = await house.waiting()
    assert request.request_id == derived_id("apr", f"{planned.campaign_id} 1", "plan")

    back = await house.live(planned, house.clock.now() + timedelta(days=9))

    assert back.status == "planning"
    (asked,) = await house.all(APPROVAL_REQUESTS, campaign_id=planned.campaign_id)
    assert asked.status == "expired"
