"""Thirty days of campaigns from launch to report, on the sandbox, with figures every half hour that add up."""

import time
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from core.money import Money
from db.agent_tasks import AGENT_TASKS
from db.analytics_data import ANALYTICS_DATA
from db.approval_requests import APPROVAL_REQUESTS, ApprovalRequest
from db.campaigns import Campaign
from db.content_library import CONTENT_LIBRARY
from db.messages import MESSAGES
from db.profiles import PROFILES
from db.social_posts import SOCIAL_POSTS
from db.spend_entries import SPEND_ENTRIES
from tests.workflows.campaigns.conftest import TIMEZONE, CampaignHouse
from tools.amounts import spoken
from tools.conversions import ConversionBook, Report

STRIDE = timedelta(hours=6)
MONTH = timedelta(days=45)
RECIPIENTS = ("ann@people.example", "ben@people.example")
LIKED_FOR = timedelta(hours=12)
HALF_AN_HOUR = timedelta(minutes=30)
# Posts go out from the third day on, and the campaigns' last day is the thirtieth.
MEASURED_FOR = timedelta(days=27)


class Crowd:
    """People who like every new post once between two readings of the figures, for half a day."""

    def __init__(self, house: CampaignHouse, *platforms: str) -> None:
        self._house = house
        self._twins = [house.kits[platform].twin for platform in platforms]
        house.each_job = self._like

    def _like(self) -> None:
        since = self._house.clock.now() - LIKED_FOR
        for twin in self._twins:
            for name, row in twin.rows("posts").items():
                if datetime.fromisoformat(row["at"]) > since:
                    twin.change("posts", name, metrics={"likes": row.get("metrics", {}).get("likes", 0) + 1})


async def require_figures(house: CampaignHouse, platform: str, over: Campaign) -> int:
    """What the platform tells, the posts, their days and the campaign say the same; return it."""
    told = sum(int(row["metrics"]["likes"]) for row in house.kits[platform].published())
    posts = await house.all(SOCIAL_POSTS, campaign_id=over.campaign_id)
    days = [row.metrics.social for row in await house.all(ANALYTICS_DATA, campaign_id=over.campaign_id)]
    assert told > len(posts)
    assert told == sum(post.analytics.likes or 0 for post in posts)
    assert told == sum(int(part.get("likes", 0)) for day in days if day for part in day.by_platform.values())
    assert told == over.results.analytics["total_likes"]
    return told


async def test_month_of_campaigns_in_both_modes_runs_by_itself_with_figures_every_half_hour(
    house: CampaignHouse,
) -> None:
    await house.connect("linkedin", "facebook", "email")
    alone = await house.planned("full_auto", ["linkedin"])
    asking = await house.planned("hybrid", ["facebook", "email"], recipients=RECIPIENTS)
    for planned in (alone, asking):
        await house.control.launch(planned.campaign_id, TIMEZONE)
    await house.settle()
    assert await house.decide() == 2
    await house.settle()
    (emails,) = await house.waiting()
    assert {post["platform"] for post in emails.content["posts"]} == {"email"}
    await house.decide()
    Crowd(house, "linkedin", "facebook")
    began, processor, trips = time.monotonic(), time.process_time(), house.services.database.round_trips.count()

    await house.live(alone, house.clock.now() + MONTH)
    await house.live(asking, house.clock.now() + MONTH)

    took, used = time.monotonic() - began, time.process_time() - processor
    trips = house.services.database.round_trips.count() - trips
    print(f"month: {took:.1f} s, {used:.1f} s of this process, {trips:,} round trips to the database")
    readings = [path for _, path in house.kits["linkedin"].twin.requests if "socialMetadata" in path]
    assert len(readings) > MEASURED_FOR / HALF_AN_HOUR
    by_itself, asked = await house.campaign(alone), await house.campaign(asking)
    assert (by_itself.status, asked.status) == ("completed", "completed")
    told = [await require_figures(house, "linkedin", by_itself), await require_figures(house, "facebook", asked)]
    (profile,) = await house.all(PROFILES)
    assert profile.totals.figures["total_likes"] == sum(told)
    assert profile.totals.total_published == by_itself.made.published_posts + asked.made.published_posts
    await require_full_auto(house, by_itself)
    await require_hybrid(house, asked, emails)


async def require_full_auto(house: CampaignHouse, over: Campaign) -> None:
    """Once its plan was approved nobody was asked again; all went out at its time, was paid for and told."""
    posts = await house.all(SOCIAL_POSTS, campaign_id=over.campaign_id)
    twin = house.kits["linkedin"].published()
    assert len(posts) == len(twin) == over.made.published_posts == over.made.generated_social >= 6
    assert {post.platforms[0].status for post in posts} == {"published"}
    assert len({post.content.message for post in posts}) == len(posts)
    times = [post.schedule.publish_at for post in posts if post.schedule.publish_at]
    assert {moment.replace(tzinfo=UTC).astimezone(ZoneInfo(TIMEZONE)).hour for moment in times} == {9}
    spent = await house.all(SPEND_ENTRIES, campaign_id=over.campaign_id)
    budget = over.budget
    assert sum(entry.amount_minor for entry in spent) == budget.used_minor == 60 * len(posts)
    assert budget.used_minor + budget.remaining_minor == budget.allocated_minor
    assert over.results.analytics["posts"] == len(posts)
    tasks = await house.all(AGENT_TASKS, campaign_id=over.campaign_id)
    assert {task.status for task in tasks} == {"completed"}
    assert {task.status for task in over.plan.tasks} == {"completed"}
    asked = await house.all(APPROVAL_REQUESTS, campaign_id=over.campaign_id)
    assert [one.request_type for one in asked if one.approved_by == house.scope.user_id] == ["campaign_plan"]


async def require_hybrid(house: CampaignHouse, over: Campaign, emails: ApprovalRequest) -> None:
    """What reaches people directly was asked for, and is exactly what they got."""
    sent = [(row["to"][0], row["subject"]) for row in house.sandbox.mail.published()]
    assert sorted(sent) == sorted((one, post["subject"]) for one in RECIPIENTS for post in emails.content["posts"])
    assert over.made.generated_emails == len(emails.content["posts"]) > 3
    assert over.made.generated_social == len(house.kits["facebook"].published())
    assert over.made.published_posts == over.made.generated_social + over.made.generated_emails
    assert over.results.analytics["posts"] == over.made.published_posts
    assert over.results.analytics["by_platform"]["email"]["posts"] == over.made.generated_emails
    spent = await house.all(SPEND_ENTRIES, campaign_id=over.campaign_id)
    assert sum(entry.amount_minor for entry in spent) == over.budget.used_minor


async def test_progress_and_report_stand_in_the_conversation_in_order(house: CampaignHouse) -> None:
    await house.connect("linkedin")
    planned = await house.planned("full_auto", ["linkedin"], days=5)
    await house.control.launch(planned.campaign_id, TIMEZONE)
    await house.settle()
    await house.decide()
    Crowd(house, "linkedin")
    await house.live(planned, house.clock.now() + timedelta(days=3), STRIDE)
    book = ConversionBook(house.services.database, house.scope)
    await book.take(Report("order-1", campaign_id=planned.campaign_id, conversions=4))
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
    report, posts = over.results.performance_summary, over.made.published_posts
    likes = over.results.analytics["total_likes"]
    assert f"| Likes | {likes} | sum of likes over {posts} posts |" in report
    assert f"| Likes | 8 | {likes} ({likes / 8:.0%}), sum of likes over {posts} posts |" in report
    assert "| Visitors | 200 visitors | 4 (2%), sum of ad_conversions over 1 daily row |" in report
    each = spoken(Money(round(over.budget.used_minor / 4), "GBP"))
    assert f"| Cost per conversion | {each} | sum of spend over {posts} charges / " in report
    assert f"{posts} posts went out in the last week and still move" in report
    (last,) = [event for event in await house.events(planned) if event.kind == "completed"]
    rows = {post.post_id for post in await house.all(SOCIAL_POSTS, campaign_id=planned.campaign_id)}
    assert set(last.details["figures"]["likes"]["sources"]) == rows
    head = await store.head(house.scope.user_id, conversation)
    assert head is not None
    assert (head["pending_approvals"], head["run"]) == ([], None)


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
