"""A plan that was rejected with a reason goes back to the strategist, who changes it if the reason can be acted on."""

from dataclasses import replace

import structlog

from core.errors import AppError
from core.ids import derived_id
from db.approval_requests import ApprovalRequest
from db.campaigns import Campaign
from tools.campaign_control import prepared
from tools.launching import LaunchPayload, launch_payload
from workflows.campaigns.course import Course, Ground

log = structlog.get_logger(__name__)


class PlanRevision:
    """Has the strategist revise a plan. A repeat after a kill goes on with what was changed before it."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._parts = ground.parts

    async def revised(self, course: Course, campaign: Campaign, request: ApprovalRequest) -> Campaign | None:
        """Return the campaign as it is asked for anew; None if the reason led to no change."""
        if not self._differs(campaign, request, course):
            campaign = await self._sent_back(course, campaign, request)
        if not self._differs(campaign, request, course):
            return None
        ready = await prepared(self._parts.database, campaign, campaign.execution.timezone)
        changes = {
            "publishing_schedule": ready.publishing_schedule and ready.publishing_schedule.model_dump(),
            "estimated_cost_minor": ready.estimated_cost_minor,
            "cost_breakdown": [part.model_dump() for part in ready.cost_breakdown],
            "status": "review",
        }
        seen = {"status": campaign.status, "execution.launch": int(course.launch)}
        return await self._ground.campaigns(course).update(course.campaign_id, changes, where=seen)

    async def _sent_back(self, course: Course, campaign: Campaign, request: ApprovalRequest) -> Campaign:
        context = await self._ground.context(course, campaign)
        errand_id = derived_id("msg", request.request_id, "revision")
        errand = self._ground.errand(campaign, errand_id, "strategist", request.rejection_reason or "", context)
        shown = f"{request.summary} Nothing starts until you approve it."
        task = (
            f"The plan of “{campaign.name}” was rejected with these words. Change the brief and the plan accordingly, "
            "with update_brief and revise_campaign; change nothing the words do not ask for."
        )
        errand = replace(errand, before=(("Launch it.", shown),), task=task, may_write=True)
        try:
            await self._parts.headless.work(course.scope, errand)
        except AppError as error:
            log.warning("plan not revised", campaign_id=campaign.campaign_id, reason=error.message)
        self._parts.headless.house.heads.forget(campaign.conversation_id or "")
        return await self._ground.campaign(course)

    def _differs(self, campaign: Campaign, request: ApprovalRequest, course: Course) -> bool:
        """Whether the plan is another one than was rejected; what follows from the time of day is no difference."""
        before = LaunchPayload.model_validate(request.content)
        now = launch_payload(campaign, campaign.execution.timezone, int(course.launch))
        follows = {"pieces": before.pieces, "estimate_minor": before.estimate_minor}
        return now.model_copy(update=follows) != before or campaign.status == "planning"
