"""People stay in charge of a running campaign: they pause, resume, cancel, stop everything, reject and change."""

from datetime import timedelta

import pytest

from core.errors import Conflict
from core.ids import derived_id
from core.scope import Scope
from db.approval_requests import APPROVAL_REQUESTS
from db.approval_rules import PolicyRow
from db.campaigns import CAMPAIGNS
from db.content_library import CONTENT_LIBRARY
from db.conversations import CONVERSATIONS
from db.deliveries import DELIVERIES
from db.messages import MESSAGES
from db.social_posts import SOCIAL_POSTS
from tests.tools.conftest import Desk
from tests.workflows.campaigns.conftest import TIMEZONE, CampaignHouse
from tools.approval.act import iso_utc
from tools.campaign_control import CampaignControl
from tools.content import revise_draft
from tools.deliveries import Account, DeliveryDesk
from tools.rescheduling import reschedule

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


async def test_a_campaign_that_does_not_run_can_not_be_paused_and_says_so_in_words(house: CampaignHouse) -> None:
    await house.connect("linkedin")
    planned = await house.planned("full_auto", ["linkedin"], days=8)
    with pytest.raises(Conflict, match="has not been launched, so there is nothing to pause"):
        await house.control.pause(planned.campaign_id)
    await house.control.launch(planned.campaign_id, TIMEZONE)
    await house.settle()
    with pytest.raises(Conflict, match="waits for approval, so nothing of it runs yet") as caught:
        await house.control.pause(planned.campaign_id)
    assert caught.value.details["status"] == "review"
    assert "cancelled" in caught.value.details["allowed"]


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


async def test_rejected_plan_is_revised_as_the_reason_says_and_asked_for_anew(house: CampaignHouse) -> None:
    await house.connect("linkedin")
    planned = await house.planned("full_auto", ["linkedin"], days=8)
    whole = {"brief.budget": "£90", "brief.timeline": "eight days"}
    await house.repository(CAMPAIGNS).change(planned.campaign_id, whole)
    await house.control.launch(planned.campaign_id, TIMEZONE)
    await house.settle()
    (first,) = await house.waiting()
    await house.decide("reject", notes="The budget is too high, make it £80")
    await house.settle()

    (second,) = await house.waiting()
    assert (second.supersedes, second.content["budget"]["amount_minor"]) == (first.request_id, 8_000)
    assert [(change.where, change.field) for change in second.difference if change.where] == [
        ("budget", "amount_minor")
    ]
    revised = await house.campaign(planned)
    assert (revised.status, revised.execution.launch, revised.budget.allocated_minor) == ("review", 1, 8_000)
    told = [event.message for event in await house.events(planned)]
    assert "The revised plan waits for approval." in told
    await house.settle()
    assert len(await house.waiting()) == 1, "asked once"

    await house.decide()
    await house.settle()
    assert (await house.campaign(planned)).status == "active"


async def test_risky_post_is_asked_for_and_holds_up_no_other(house: CampaignHouse) -> None:
    await house.connect("linkedin", "facebook")
    planned = await house.planned("hybrid", ["linkedin", "facebook"], days=8)
    rows = [PolicyRow(channel="facebook", ruling="ask"), PolicyRow(ruling="allow")]
    changed = {"approval.rows": [row.model_dump() for row in rows]}
    await house.repository(CAMPAIGNS).change(planned.campaign_id, changed)
    await house.control.launch(planned.campaign_id, TIMEZONE)
    await house.settle()
    await house.decide()
    await house.settle()

    (risky,) = await house.waiting()
    assert {post["platform"] for post in risky.content["posts"]} == {"facebook"}
    posts = await house.all(SOCIAL_POSTS, campaign_id=planned.campaign_id)
    assert {post.platforms[0].platform for post in posts} == {"linkedin"}
    assert {post.platforms[0].status for post in posts} == {"scheduled"}


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
    assert {change.field for change in second.difference} == {"text"}
    assert (first.request_type, second.request_type) == ("content", "content")
    await house.decide()
    await house.settle()
    (posts_asked,) = await house.waiting()
    assert posts_asked.request_type == "publish"
    assert await house.all(SOCIAL_POSTS, campaign_id=planned.campaign_id) == []
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


async def test_post_that_is_hours_late_is_asked_for_anew_and_goes_out_then(house: CampaignHouse) -> None:
    await house.connect("linkedin")
    planned = await house.planned("full_auto", ["linkedin"], days=8)
    await house.control.launch(planned.campaign_id, TIMEZONE)
    await house.settle()
    await house.decide()
    await house.settle()
    (first, *others) = sorted(await house.all(SOCIAL_POSTS), key=lambda post: str(post.schedule.publish_at))
    assert first.schedule.publish_at
    desk = DeliveryDesk(house.services.database)
    for post in others:
        await desk.call_off(house.scope, post.post_id)
    await house.settle()
    house.clock.advance(first.schedule.publish_at - house.clock.now() + timedelta(hours=13))
    await house.settle()

    (again,) = await house.waiting()
    assert [post["content_id"] for post in again.content["posts"]] == [first.content_id]
    assert again.content["posts"][0]["publish_at"] == iso_utc(first.schedule.publish_at + timedelta(days=1))
    assert house.kits["linkedin"].published() == []
    conversation = await house.repository(CONVERSATIONS).get(planned.conversation_id or "")
    assert [item.approval_id for item in conversation.pending_approvals] == [again.request_id]
    earlier = await house.repository(APPROVAL_REQUESTS).get(first.request_id or "")
    assert (earlier.status, earlier.superseded_by) == ("cancelled", again.request_id)
    with pytest.raises(Conflict, match=again.request_id):
        await desk.try_again(house.scope, first.post_id, Account())
    await house.decide()
    assert (await house.services.care.look()).carried_out == 1
    with pytest.raises(Conflict, match="asked for again"):
        await desk.try_again(house.scope, first.post_id, Account())
    assert (await house.services.care.look()).carried_out == 0
    await house.live(planned, house.clock.now() + timedelta(days=1), STRIDE)
    assert first.content.message in next(row["text"] for row in house.kits["linkedin"].published())


async def test_reminder_stands_in_the_conversation_once(house: CampaignHouse) -> None:
    planned = await house.planned("full_auto", ["linkedin"], days=20)
    await house.control.launch(planned.campaign_id, TIMEZONE)
    await house.settle()
    house.clock.advance(timedelta(days=1, minutes=1))
    looks = [await house.services.care.look() for _ in range(2)]

    assert [look.reminded for look in looks] == [1, 0]
    said = await house.all(MESSAGES, conversation_id=planned.conversation_id)
    assert len([message for message in said if message.content.startswith("Still waiting for you: Launch")]) == 1


async def test_posts_that_need_a_picture_wait_for_it_unpaid_and_hold_up_no_other(house: CampaignHouse) -> None:
    await house.connect("linkedin", "instagram")
    planned = await house.planned("full_auto", ["linkedin", "instagram", "tiktok"], days=8)
    await house.control.launch(planned.campaign_id, TIMEZONE)
    await house.settle()
    await house.decide()
    await house.settle()

    running = await house.campaign(planned)
    posts = await house.all(SOCIAL_POSTS, campaign_id=planned.campaign_id)
    assert running.status == "active"
    assert {post.platforms[0].platform for post in posts} == {"linkedin"}
    assert len(running.charges) == len(posts) > 0
    contents = await house.all(CONTENT_LIBRARY, campaign_id=planned.campaign_id)
    assert {content.platform for content in contents} == {"linkedin", "instagram"}
    told = {event.kind: event for event in await house.events(planned)}
    bare = [one for one in contents if one.platform == "instagram" and one.status != "archived"]
    assert told["pictures_wanted"].details["contents"] == sorted(content.content_id for content in bare)
    assert "TikTok" in told["channels_left_out"].message
    said = await house.all(MESSAGES, conversation_id=planned.conversation_id)
    assert any("without a picture or video" in message.content for message in said)

    desk = Desk(house.services.database, house.scope, house.clock, planned.conversation_id or "")
    picture = f"{house.sandbox.url}/pictures/bread.jpg"
    # They come when the times of all these posts have passed: the posts keep apart all the same.
    await house.live(planned, house.clock.now() + timedelta(days=6), STRIDE)
    for one in bare[:3]:
        await desk.call(revise_draft, content_id=one.content_id, image_url=picture)
    await house.settle()
    assert len((await house.campaign(planned)).charges) == len(posts) + 3
    late = await house.all(SOCIAL_POSTS, **{"platforms.platform": "instagram"})
    assert len({post.schedule.publish_at.date() for post in late if post.schedule.publish_at}) == len(late) == 3
    over = await house.live(planned, house.clock.now() + MONTH, STRIDE)
    assert over.status == "completed"
    out = house.kits["instagram"].published()
    assert len(out) == 3
    assert all(any(one.content.text in row["text"] for row in out) for one in bare[:3])
    assert len(house.kits["linkedin"].published()) == len(posts)
    assert len(over.charges) == over.made.generated_social == over.made.published_posts == len(posts) + len(late)


async def test_posts_of_a_campaign_that_are_moved_or_changed_go_out_once_approved_anew(house: CampaignHouse) -> None:
    await house.connect("linkedin")
    planned = await house.planned("full_auto", ["linkedin"], days=8)
    await house.control.launch(planned.campaign_id, TIMEZONE)
    await house.settle()
    await house.decide()
    await house.settle()
    (first, *others) = sorted(await house.all(SOCIAL_POSTS), key=lambda post: str(post.schedule.publish_at))
    assert first.schedule.publish_at
    desk = Desk(house.services.database, house.scope, house.clock, planned.conversation_id or "")
    later = first.schedule.publish_at + timedelta(hours=1)
    moved = await reschedule(desk.call_context(), first.post_id, later)
    assert moved.posts == len(others) + 1
    await house.decide()
    assert (await house.services.care.look()).carried_out == 1
    await house.settle()
    assert len(await house.all(SOCIAL_POSTS, **{"platforms.status": "scheduled"})) == len(others) + 1

    await desk.call(revise_draft, content_id=first.content_id, text="Fresh bread from seven.")
    states = {one.state for one in await house.all(DELIVERIES)}
    assert states == {"cancelled"}
    await house.decide()
    assert (await house.services.care.look()).carried_out == 1
    over = await house.live(planned, house.clock.now() + MONTH, STRIDE)
    texts = [row["text"] for row in house.kits["linkedin"].published()]
    assert over.status == "completed"
    assert len(texts) == len(set(texts)) == over.made.published_posts == len(others) + 1
    assert sum(text.startswith("Fresh bread from seven.") for text in texts) == 1
