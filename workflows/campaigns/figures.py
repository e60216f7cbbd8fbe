"""Every half hour of a running campaign: its figures are read, rolled up, and what went out since is told."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from core.campaign_states import OVER
from db.campaigns import Campaign
from workflows.campaigns.chronicle import Entry
from workflows.campaigns.closing import Closing
from workflows.campaigns.course import Course, Ground
from workflows.campaigns.tasks import Tasks
from workflows.figures.sync import FigureSync
from workflows.jobs.runner import RunningJob

# A post may go out this much after its time; and counting is done this often all the same.
LATE: Final = timedelta(hours=1)
RECOUNT: Final = timedelta(hours=12)


class CampaignFigures:
    """The job behind a running campaign."""

    def __init__(self, ground: Ground, sync: FigureSync) -> None:
        self._ground = ground
        self._sync = sync
        self._closing = Closing(ground, Tasks(ground))

    async def run(self, running: RunningJob) -> Mapping[str, Any]:
        """Bring the account's figures up to date and count the campaign's posts."""
        payload = running.job.payload
        course = Course(running.scope.user_id, str(payload["campaign_id"]), str(payload["launch"]))
        campaign = await self._ground.campaign(course)
        if campaign.status in OVER:
            return {"over": True}
        report = await self._sync.sync(course.scope, self._ground.now())
        told = {"read": report.read, "changed": report.changed}
        if not self._may_have_changed(campaign, running):
            return told
        before = campaign.made.published_posts
        posts = await self._closing.counted(course)
        await running.keep({**payload, "counted_at": self._ground.now().isoformat()})
        if posts["published"] != before:
            count = posts["published"]
            entry = Entry(
                f"published {count}",
                "posts_published",
                f"{count} post{'' if count == 1 else 's'} published, {posts['scheduled']} to come.",
                details=dict(posts),
            )
            await self._ground.parts.chronicle.tell(course.scope, campaign, entry)
        return {**told, **posts}

    def _may_have_changed(self, campaign: Campaign, running: RunningJob) -> bool:
        """Whether a post was due since the last count, or the last count is long ago."""
        counted, now = running.job.payload.get("counted_at"), self._ground.now()
        if counted is None or campaign.publishing_schedule is None:
            return True
        since = datetime.fromisoformat(str(counted))
        due = any(since - LATE <= slot.publish_at <= now for slot in campaign.publishing_schedule.slots)
        return due or now - since >= RECOUNT
