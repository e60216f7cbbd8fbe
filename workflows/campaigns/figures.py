"""Every half hour: an account's figures are read and rolled up, and what its campaigns have put out since is told."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from core.campaign_states import UNDER_WAY
from db.campaigns import CAMPAIGNS, Campaign
from db.repository import Repository
from workflows.campaigns.chronicle import Entry
from workflows.campaigns.closing import Closing
from workflows.campaigns.course import Course, Ground
from workflows.campaigns.tasks import Tasks
from workflows.jobs.runner import RunningJob

# Campaigns are looked at when something is out; and this often all the same.
RECOUNT: Final = timedelta(hours=12)
MOST: Final = 200


class AccountFigures:
    """The job behind everything an account has out, with a campaign or without."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._closing = Closing(ground, Tasks(ground))

    async def run(self, running: RunningJob) -> Mapping[str, Any]:
        """Bring the account's figures up to date, and count its campaigns' posts after something has gone out.

        It pauses until there is something to read again, and ends where there never is, until it is ordered anew.
        """
        now, job = self._ground.now(), running.job
        ordered = job.ordered_at.isoformat() if job.ordered_at else None
        news, recount_at = ordered != job.payload.get("seen"), job.payload.get("recount_at")
        due = recount_at is not None and now >= datetime.fromisoformat(recount_at)
        under_way = await self._under_way(running) if news or due else []
        report = await self._ground.parts.figures.sync(
            running.scope, now, roll=news, campaigns=[campaign.campaign_id for campaign in under_way]
        )
        for campaign in under_way:
            await self._count(running, campaign)
        if news or due:
            recount_at = (now + RECOUNT).isoformat() if under_way else None
        running.learnt = {"seen": ordered, "recount_at": recount_at}
        moments = [report.next_at] if report.next_at else []
        moments += [datetime.fromisoformat(recount_at)] if recount_at else []
        running.over, running.not_before = not moments, min(moments, default=None)
        return {"read": report.read, "changed": report.changed, "problems": len(report.problems)}

    async def _under_way(self, running: RunningJob) -> list[Campaign]:
        campaigns = Repository(self._ground.parts.database, CAMPAIGNS, running.scope)
        return await campaigns.find({"status": {"$in": list(UNDER_WAY)}}, limit=MOST)

    async def _count(self, running: RunningJob, campaign: Campaign) -> None:
        course = Course(running.scope.user_id, campaign.campaign_id, str(campaign.execution.launch))
        before = campaign.made.published_posts
        posts = await self._closing.counted(course)
        if (count := posts["published"]) != before:
            entry = Entry(
                f"published {count}",
                "posts_published",
                f"{count} post{'' if count == 1 else 's'} published, {posts['scheduled']} to come.",
                details=dict(posts),
            )
            await self._ground.parts.chronicle.tell(course.scope, campaign, entry)
