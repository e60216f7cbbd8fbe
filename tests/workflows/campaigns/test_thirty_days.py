"""Thirty days of a campaign from launch to report, on the sandbox, with figures that add up."""

from datetime import UTC, timedelta
from zoneinfo import ZoneInfo

from db.agent_tasks import AGENT_TASKS
from db.approval_requests import APPROVAL_REQUESTS
from db.content_library import CONTENT_LIBRARY
from db.messages import MESSAGES
from db.social_posts import SOCIAL_POSTS
from db.spend_entries import SPEND_ENTRIES
from tests.workflows.campaigns.conftest import TIMEZONE, CampaignHouse

STRIDE = timedelta(hours=6)
MONTH = timedelta(days=45)


async def test_full_auto_campaign_runs_by_itself_once_its_plan_is_approved(house: CampaignHouse) -> None:
    await house.connect("linkedin")
    planned = await house.planned("full_auto", ["linkedin"])
    await house.control.launch(planned.campaign_id, TIMEZONE)
    await house.settle()
    assert await house.decide() == 1

    over = await house.live(planned, house.clock.now() + MONTH, STRIDE)

    assert over.status == "completed"
    posts = await house.all(SOCIAL_POSTS, campaign_id=planned.campaign_id)
    twin = house.kits["linkedin"].published()
    assert len(posts) == len(twin) == over.made.published_posts == over.made.generated_social >= 6
    assert {post.platforms[0].status for post in posts} == {"published"}
    assert len({post.content.message for post in posts}) == len(posts)
    times = [post.schedule.publish_at for post in posts if post.schedule.publish_at]
    assert {moment.replace(tzinfo=UTC).astimezone(ZoneInfo(TIMEZONE)).hour for moment in times} == {9}
    spent = await house.all(SPEND_ENTRIES, campaign_id=planned.campaign_id)
    budget = over.budget
    assert sum(entry.amount_minor for entry in spent) == budget.used_minor == 60 * len(posts)
    assert budget.used_minor + budget.remaining_minor == budget.allocated_minor
    assert over.results.analytics["posts"] == len(posts)
    tasks = await house.all(AGENT_TASKS, campaign_id=planned.campaign_id)
    assert {task.status for task in tasks} == {"completed"}
    assert {task.status for task in over.plan.tasks} == {"completed"}
    asked = await house.all(APPROVAL_REQUESTS, campaign_id=planned.campaign_id)
    assert [one.request_type for one in asked if one.approved_by == house.scope.user_id] == ["campaign_plan"]


async def test_progress_and_report_stand_in_the_conversation_in_order(house: CampaignHouse) -> None:
    await house.connect("linkedin")
    planned = await house.planned("full_auto", ["linkedin"], days=5)
    await house.control.launch(planned.campaign_id, TIMEZONE)
    await house.settle()
    await house.decide()
    over = await house.live(planned, house.clock.now() + MONTH, STRIDE)

    store, conversation = house.services.turns.house.store, planned.conversation_id or ""
    events = await store.events_after(house.scope.user_id, conversation, 0)
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    told = [event.wire["value"]["kind"] for event in events if event.wire.get("name") == "campaign_progress"]
    assert told[:2] == ["plan_waits", "started"]
    assert told[-1] == "completed"
    assert set(told) == {event.kind for event in await house.events(planned)}
    said = await house.all(MESSAGES, conversation_id=conversation)
    assert over.results.performance_summary in [message.content for message in said]
    head = await store.head(house.scope.user_id, conversation)
    assert head is not None
    assert (head["pending_approvals"], head["run"]) == ([], None)


async def test_hybrid_campaign_asks_for_what_reaches_people_directly(house: CampaignHouse) -> None:
    await house.connect("linkedin")
    planned = await house.planned("hybrid", ["linkedin", "email"])
    await house.control.launch(planned.campaign_id, TIMEZONE)
    await house.settle()
    assert await house.decide() == 1
    await house.settle()

    (emails,) = await house.waiting()
    assert {post["platform"] for post in emails.content["posts"]} == {"email"}
    await house.decide()
    over = await house.live(planned, house.clock.now() + MONTH, STRIDE)

    assert over.status == "completed"
    assert over.made.generated_emails == len(emails.content["posts"])
    assert over.made.published_posts == over.made.generated_social == len(house.kits["linkedin"].published())
    spent = await house.all(SPEND_ENTRIES, campaign_id=planned.campaign_id)
    assert sum(entry.amount_minor for entry in spent) == over.budget.used_minor


async def test_small_budget_is_never_passed(house: CampaignHouse) -> None:
    await house.connect("linkedin")
    planned = await house.planned("full_auto", ["linkedin"], days=20, budget=200)
    await house.control.launch(planned.campaign_id, TIMEZONE)
    await house.settle()
    await house.decide()
    await house.settle()

    now = await house.campaign(planned)
    assert (now.budget.used_minor, now.budget.remaining_minor) == (180, 20)
    assert now.made.generated_social == 3
    assert len(await house.all(CONTENT_LIBRARY, campaign_id=planned.campaign_id, status="approved")) == 3
