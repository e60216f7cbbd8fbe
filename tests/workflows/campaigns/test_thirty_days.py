"""Thirty days of a campaign from launch to report, on the sandbox, with figures that add up."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from db.agent_tasks import AGENT_TASKS
from db.analytics_data import ANALYTICS_DATA
from db.approval_requests import APPROVAL_REQUESTS
from db.campaigns import Campaign
from db.content_library import CONTENT_LIBRARY
from db.messages import MESSAGES
from db.profiles import PROFILES
from db.social_posts import SOCIAL_POSTS
from db.spend_entries import SPEND_ENTRIES
from tests.workflows.campaigns.conftest import TIMEZONE, CampaignHouse

STRIDE = timedelta(hours=6)
MONTH = timedelta(days=45)
RECIPIENTS = ("ann@people.example", "ben@people.example")
LIKED_FOR = timedelta(hours=12)
# So long figures are read every half hour; what is due several times after that is done once, to keep the gate short.
AT_FULL_CADENCE = timedelta(days=4)
HALF_AN_HOUR = timedelta(minutes=30)


class Crowd:
    """People who like every new post once between two readings of the figures, for half a day."""

    def __init__(self, house: CampaignHouse) -> None:
        self.readings = 0
        self._house = house
        house.each_job = self._like

    def _like(self) -> None:
        self.readings += 1
        twin, since = self._house.kits["linkedin"].twin, self._house.clock.now() - LIKED_FOR
        for name, row in twin.rows("posts").items():
            if datetime.fromisoformat(row["at"]) > since:
                twin.change("posts", name, metrics={"likes": row.get("metrics", {}).get("likes", 0) + 1})


async def require_figures(house: CampaignHouse, over: Campaign) -> None:
    """What the platform tells, the posts, their days, the campaign and the business say the same."""
    told = sum(row["metrics"]["likes"] for row in house.kits["linkedin"].published())
    posts = await house.all(SOCIAL_POSTS, campaign_id=over.campaign_id)
    days = [row.metrics.social for row in await house.all(ANALYTICS_DATA, campaign_id=over.campaign_id)]
    (profile,) = await house.all(PROFILES)
    assert told > len(posts)
    assert told == sum(post.analytics.likes or 0 for post in posts)
    assert told == sum(int(part.get("likes", 0)) for day in days if day for part in day.by_platform.values())
    assert told == over.results.analytics["total_likes"] == profile.totals.figures["total_likes"]


async def test_full_auto_campaign_runs_by_itself_once_its_plan_is_approved(house: CampaignHouse) -> None:
    await house.connect("linkedin")
    planned = await house.planned("full_auto", ["linkedin"])
    await house.control.launch(planned.campaign_id, TIMEZONE)
    await house.settle()
    assert await house.decide() == 1
    crowd = Crowd(house)

    await house.live(planned, house.clock.now() + AT_FULL_CADENCE)
    over = await house.live(planned, house.clock.now() + MONTH, STRIDE)

    assert over.status == "completed"
    assert crowd.readings > AT_FULL_CADENCE / HALF_AN_HOUR
    await require_figures(house, over)
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
    await house.connect("linkedin", "email")
    planned = await house.planned("hybrid", ["linkedin", "email"], recipients=RECIPIENTS)
    await house.control.launch(planned.campaign_id, TIMEZONE)
    await house.settle()
    assert await house.decide() == 1
    await house.settle()

    (emails,) = await house.waiting()
    assert {post["platform"] for post in emails.content["posts"]} == {"email"}
    await house.decide()
    crowd = Crowd(house)
    await house.live(planned, house.clock.now() + AT_FULL_CADENCE)
    over = await house.live(planned, house.clock.now() + MONTH, STRIDE)

    assert over.status == "completed"
    assert crowd.readings > AT_FULL_CADENCE / HALF_AN_HOUR
    await require_figures(house, over)
    sent = [(row["to"][0], row["subject"]) for row in house.sandbox.mail.published()]
    assert sorted(sent) == sorted((one, post["subject"]) for one in RECIPIENTS for post in emails.content["posts"])
    assert over.made.generated_emails == len(emails.content["posts"]) > 3
    assert over.made.generated_social == len(house.kits["linkedin"].published())
    assert over.made.published_posts == over.made.generated_social + over.made.generated_emails
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
