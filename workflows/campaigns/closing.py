"""How a campaign ends: its figures counted once more, a report in the conversation, nothing left lying about."""

from collections import Counter
from datetime import datetime, timedelta
from typing import Final

from core.errors import NotFound
from core.ids import derived_id
from db.approval_requests import APPROVAL_REQUESTS
from db.campaigns import Campaign
from db.email_campaigns import EMAIL_CAMPAIGNS
from db.repository import Repository
from db.social_posts import SOCIAL_POSTS
from tools.tool import ToolContext
from workflows.campaigns.chronicle import Entry
from workflows.campaigns.course import Course, Ground, Plain
from workflows.campaigns.report import closing_figures, report_of
from workflows.campaigns.tasks import Tasks, bare_of

# Posts that are still being sent when the last day is over get this long.
GRACE: Final = timedelta(days=1)
MOST_POSTS: Final = 1_000


class Closing:
    """From the first post on the calendar to the report."""

    def __init__(self, ground: Ground, tasks: Tasks) -> None:
        self._ground = ground
        self._parts = ground.parts
        self._tasks = tasks

    async def activate(self, course: Course) -> Plain:
        """Note that the campaign is active from now on, and say so."""
        if not await self._ground.moved(course, "active"):
            return {"state": "held"}
        campaign = await self._ground.campaign(course)
        posts = await self.counted(course)
        told = Entry(
            "active",
            "active",
            f"“{campaign.name}” is running: {posts['scheduled']} posts are on the calendar.",
            text=f"“{campaign.name}” is running: {posts['scheduled']} posts are on the calendar. I read the figures "
            "every half hour and report at the end. Say “pause the campaign” whenever it should stand still.",
            details=dict(posts),
        )
        await self._parts.chronicle.tell(course.scope, campaign, told)
        return {"state": "go"}

    async def counted(self, course: Course) -> Plain:
        """Count the campaign's posts by what became of them, and keep how many are out."""
        states = Counter[str]()
        where = {"campaign_id": course.campaign_id}
        for post in await Repository(self._parts.database, SOCIAL_POSTS, course.scope).find(where, limit=MOST_POSTS):
            states.update(result.status for result in post.platforms)
        emails = Repository(self._parts.database, EMAIL_CAMPAIGNS, course.scope)
        for email in await emails.find({"marketing_campaign_id": course.campaign_id}, limit=MOST_POSTS):
            states["published" if email.status == "sent" else email.status] += 1
        await self._ground.campaigns(course).change(course.campaign_id, {"made.published_posts": states["published"]})
        bare = sum(len(bare_of(task)) for task in await self._tasks.of_launch(course))
        counted = {name: states[name] for name in ("scheduled", "published", "failed", "unknown", "cancelled")}
        return counted | ({"bare": bare} if bare else {})

    async def ready(self, course: Course, end: str) -> Plain:
        """Return whether nothing is on its way any more: ``{"state": go|wait, "until"}``."""
        posts = await self.counted(course)
        last = datetime.fromisoformat(end) + GRACE
        if posts["scheduled"] and self._ground.now() < last:
            return {"state": "wait", "until": min(self._ground.now() + timedelta(hours=1), last).isoformat()}
        return {"state": "go", "until": None}

    async def close(self, course: Course) -> Plain:
        """Report, and complete the campaign."""
        await self._tasks.recount(course)
        posts = await self.counted(course)
        now = self._ground.now()
        await self._parts.figures.sync(course.scope, now, roll=True, campaigns=[course.campaign_id])
        campaign = await self._ground.campaign(course)
        context = self._context(course, campaign, derived_id("call", course.key, "report"))
        found = await closing_figures(context, campaign)
        report = report_of(campaign, posts, found)
        changes = {
            "results.performance_summary": report,
            "actual_cost_minor": campaign.budget.used_minor,
            "completed_at": self._ground.now(),
        }
        if not await self._ground.moved(course, "completed", changes):
            return {"state": "held"}
        told = Entry(
            "completed",
            "completed",
            f"“{campaign.name}” is over: {posts['published']} posts went out.",
            text=report,
            agent="analyst",
            details={**posts, "figures": found.details()},
        )
        await self._parts.chronicle.tell(course.scope, campaign, told)
        return {"state": "go"}

    async def fail(self, course: Course, reason: str) -> Plain:
        """End a campaign that can't go on, and say why."""
        await self._ground.moved(course, "failed", {"execution.reason": reason})
        await self.tidy(course)
        return {"state": "over"}

    async def tidy(self, course: Course) -> Plain:
        """After a cancellation or failure: what has not gone out will not, and nobody is asked about it any more."""
        try:
            campaign = await self._ground.campaign(course)
        except NotFound:
            return {"state": "over"}
        if campaign.status not in {"cancelled", "failed"}:
            return {"state": "over"}
        requests = Repository(self._parts.database, APPROVAL_REQUESTS, course.scope)
        waiting = await requests.find({"campaign_id": course.campaign_id, "status": "pending"}, limit=MOST_POSTS)
        for request in waiting:
            await self._parts.requests.void(course.scope, request.request_id, f"The campaign is {campaign.status}.")
        called_off = await self._call_off(course, campaign)
        posts = await self.counted(course)
        why = f": {campaign.execution.reason}" if campaign.execution.reason else "."
        text = f"“{campaign.name}” is {campaign.status}{why} {posts['published']} posts went out"
        text += f", {called_off} were called off." if called_off else "."
        told = Entry(
            "ended",
            campaign.status,
            text,
            text=text,
            details=dict(posts),
            settled=tuple(request.request_id for request in waiting),
        )
        await self._parts.chronicle.tell(course.scope, campaign, told)
        return {"state": "over"}

    async def _call_off(self, course: Course, campaign: Campaign) -> int:
        """Cancel what is on the calendar, by the tool people use for it."""
        where = {"campaign_id": course.campaign_id, "platforms.status": "scheduled"}
        posts = await Repository(self._parts.database, SOCIAL_POSTS, course.scope).find(where, limit=MOST_POSTS)
        emails = await Repository(self._parts.database, EMAIL_CAMPAIGNS, course.scope).find(
            {"marketing_campaign_id": course.campaign_id, "status": "scheduled"}, limit=MOST_POSTS
        )
        ids = [post.post_id for post in posts] + [email.campaign_id for email in emails]
        runner = self._parts.headless.house.runner
        done = 0
        for post_id in ids:
            context = self._context(course, campaign, derived_id("call", course.key, "cancel", post_id))
            done += (await runner.call("cancel_post", {"post_id": post_id}, context)).ok
        return done

    def _context(self, course: Course, campaign: Campaign, call_id: str) -> ToolContext:
        errand = self._ground.errand(campaign, call_id, "publisher", "", {})
        return self._parts.headless.tool_context(course.scope, errand, call_id)
