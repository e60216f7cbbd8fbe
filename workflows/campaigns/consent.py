"""The approval of plan and budget a campaign starts with: asked for once, waited for, and read from the document."""

from core.errors import ApprovalRequired, Conflict
from core.ids import derived_id
from db.approval_requests import APPROVAL_REQUESTS, ApprovalRequest
from db.campaigns import Campaign
from db.repository import Repository
from tools.approval.act import Act
from tools.approval.difference import in_words
from tools.approval.requests import RequestDraft
from tools.approval.rules import rules_in_force
from tools.launching import LaunchPayload, as_it_stands, launch_payload, launch_summary, plan_asked_before
from workflows.campaigns.chronicle import Entry
from workflows.campaigns.course import Course, Ground, Plain
from workflows.campaigns.plan_revision import PlanRevision

CHANGED = "The plan was changed after it was approved. Launch it again to have it approved as it is now."
WITHDRAWN = "The plan was changed or withdrawn, so this is no longer asked."


class PlanConsent:
    """The first step of a campaign."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._parts = ground.parts
        self._revision = PlanRevision(ground)

    async def look(self, course: Course) -> Plain:
        """Return whether the campaign may begin: ``{"state": go|wait|over, "until"}``. Asks if nobody was asked yet."""
        campaign = await self._ground.campaign(course)
        state = await self._ground.state(course)
        request = await self._request(course, campaign)
        if campaign.status in {"generating", "publishing", "active"}:
            return {"state": "go"}
        if request and _being_revised(campaign, request, course):
            return await self._answer(course, campaign, request)
        if state == "over" or campaign.status != "review":
            if request and request.status == "pending":
                await self._parts.requests.void(course.scope, request.request_id, WITHDRAWN)
            return {"state": "over" if state == "over" else "wait", "until": None}
        if request is None:
            request = await self._ask(course, campaign)
        return await self._answer(course, campaign, request)

    async def _answer(self, course: Course, campaign: Campaign, request: ApprovalRequest) -> Plain:
        match request.status:
            case "approved":
                return await self._begin(course, campaign, request)
            case "pending" if request.expires_at > self._ground.now():
                return {"state": "wait", "until": request.expires_at.isoformat()}
            case "pending":
                await self._parts.requests.expire(course.scope, request)
                reason = "Nobody decided on the plan in time."
            case "rejected":
                if request.rejection_reason and (again := await self._asked_anew(course, campaign, request)):
                    return {"state": "wait", "until": again.expires_at.isoformat()}
                reason = request.rejection_reason or "The plan was rejected."
            case _:
                reason = request.status.capitalize()
        return await self._refused(course, campaign, request, reason)

    async def _refused(self, course: Course, campaign: Campaign, request: ApprovalRequest, reason: str) -> Plain:
        asked = "rejected" if request.status == "rejected" else None
        await self._ground.moved(course, "planning", {"execution.reason": reason, "approval_status": asked})
        told = Entry(
            "refused",
            "plan_refused",
            f"Not launched: {reason}",
            text=_kept(campaign, request, reason),
            agent="strategist",
            settled=(request.request_id,),
        )
        await self._parts.chronicle.tell(course.scope, campaign, told)
        return {"state": "over", "until": None}

    async def _asked_anew(self, course: Course, campaign: Campaign, request: ApprovalRequest) -> ApprovalRequest | None:
        """Have the plan revised after a rejection with a reason and ask for it anew; None if nothing changed."""
        revised = await self._revision.revised(course, campaign, request)
        return await self._ask(course, revised, request) if revised else None

    async def _begin(self, course: Course, campaign: Campaign, request: ApprovalRequest) -> Plain:
        """Begin, if what was approved is what the campaign is at the moment it begins."""
        asked = LaunchPayload.model_validate(request.content)
        plan = as_it_stands(campaign, asked, campaign.execution.timezone, int(course.launch))
        act = Act("launch", course.campaign_id, request.request_id, plan=plan.model_dump(mode="json"))
        try:
            await self._parts.authority.permit(course.scope, act)
        except ApprovalRequired:
            return await self._refused(course, campaign, request, CHANGED)
        seen = {"status": campaign.status, "execution.launch": int(course.launch), "updated_at": campaign.updated_at}
        changes = {
            "status": "generating",
            "approval_status": "approved",
            "execution.request_id": request.request_id,
        }
        try:
            moved = await self._ground.campaigns(course).update(course.campaign_id, changes, where=seen)
        except Conflict:
            # Somebody has changed it since it was read: what it is now is looked at from the beginning.
            return await self.look(course)
        told = Entry(
            "started",
            "started",
            f"Plan and budget are approved; the team is at work on “{campaign.name}”.",
            details={"request_id": request.request_id, "mode": moved.mode},
            agent="strategist",
            settled=(request.request_id,),
        )
        await self._parts.chronicle.tell(course.scope, moved, told)
        return {"state": "go"}

    async def _request(self, course: Course, campaign: Campaign) -> ApprovalRequest | None:
        """Return the newest request of this launch: each stands in place of the one before."""
        wanted = campaign.execution.request_id or self._request_id(course)
        found = await self._requests(course).find_one({"request_id": wanted})
        while found and found.superseded_by:
            found = await self._requests(course).find_one({"request_id": found.superseded_by})
        return found

    async def _ask(self, course: Course, campaign: Campaign, earlier: ApprovalRequest | None = None) -> ApprovalRequest:
        payload = launch_payload(campaign, campaign.execution.timezone, int(course.launch))
        draft = RequestDraft(
            request_id=self._request_id(course, earlier),
            supersedes=earlier.request_id if earlier else None,
            follows=await plan_asked_before(self._parts.database, course.scope, campaign.campaign_id),
            request_type="campaign_plan",
            payload=payload.model_dump(mode="json"),
            summary=launch_summary(payload),
            requested_by="strategist",
            tool="launch_campaign",
            conversation_id=campaign.conversation_id,
            campaign_id=campaign.campaign_id,
            workflow_id=campaign.execution.workflow_id,
            about=(campaign.campaign_id,),
            steps=(await rules_in_force(self._parts.database, course.scope, campaign)).steps,
        )
        request = await self._parts.requests.ask(course.scope, draft)
        told = Entry(
            f"asked {request.request_id}" if earlier else "asked",
            "plan_waits",
            "Plan and budget wait for approval." if earlier is None else "The revised plan waits for approval.",
            text=_asking(request, earlier),
            agent="strategist",
            details={"approval_id": request.request_id},
            asks=request,
            settled=(earlier.request_id,) if earlier else (),
        )
        await self._parts.chronicle.tell(course.scope, campaign, told)
        return request

    def _request_id(self, course: Course, earlier: ApprovalRequest | None = None) -> str:
        after = (earlier.request_id,) if earlier else ()
        return derived_id(APPROVAL_REQUESTS.id_prefix, course.key, "plan", *after)

    def _requests(self, course: Course) -> Repository[ApprovalRequest]:
        return Repository(self._parts.database, APPROVAL_REQUESTS, course.scope)


def _being_revised(campaign: Campaign, request: ApprovalRequest, course: Course) -> bool:
    """Whether a rejected plan is with the strategist: changed already, but not asked for anew before a kill."""
    rejected = request.status == "rejected" and bool(request.rejection_reason)
    here = campaign.execution.launch == int(course.launch) and campaign.execution.reason is None
    return rejected and here and campaign.status == "planning"


def _asking(request: ApprovalRequest, earlier: ApprovalRequest | None) -> str:
    if earlier is None:
        changed = in_words(request.difference)
        return f"{f'{changed} ' if changed else ''}{request.summary} Nothing starts until you approve it."
    return (
        f"You said: “{earlier.rejection_reason}” I have revised the plan accordingly. "
        f"{in_words(request.difference)}\n\n{request.summary} Nothing starts until you approve it."
    )


def _kept(campaign: Campaign, request: ApprovalRequest, reason: str) -> str:
    if request.status == "rejected" and request.rejection_reason:
        return (
            f"“{campaign.name}” is not launched: {reason} I could not turn that into a change of the plan, so it "
            "is kept as it was. Tell me which budget, dates, channels or steps should be otherwise, or say “launch it”."
        )
    return (
        f"“{campaign.name}” is not launched: {reason} The plan is kept; tell me what should change, or say “launch it” "
        "when it is right."
    )
