"""Launching a campaign from the conversation, and pausing, resuming and cancelling it; what it will cost."""

from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field

from core.campaign_states import require_move
from core.errors import Conflict, ToolFailed, ToolInputError
from core.money import Money
from core.scope import Scope
from db.approval_requests import APPROVAL_REQUESTS, ApprovalRequest
from db.campaigns import CAMPAIGNS, Campaign, CampaignMode
from db.client import Database
from db.repository import Repository
from tools.amounts import spoken
from tools.approval.act import Act
from tools.approval.authority import Authority
from tools.approval.payload import ApprovedPayload
from tools.approval.requests import ApprovalRequests
from tools.approval.rules import rules_of_brief
from tools.approval.spoken_rules import in_words
from tools.arguments import Arguments, CampaignId, Line
from tools.campaign_control import CampaignControl, prepared, zone_of
from tools.platforms.catalogue import BY_NAME
from tools.posting_calendar import left_out, pieces_of
from tools.spending.estimates import budget_advice, estimate
from tools.spending.prices import unit_prices
from tools.tool import ApprovalDraft, Effect, Tool, ToolContext, publish_tool, tool

RESUMED_BY_PEOPLE: Final = (
    "Only a person lets a paused campaign go on. Ask them to write just “resume the campaign”, or to do it on the "
    "campaign's page."
)


class LaunchBudget(BaseModel):
    """The most a campaign may spend, in minor units."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    amount_minor: int
    currency: str


class LaunchPayload(ApprovedPayload):
    """What is approved when a campaign is launched: its plan in brief, and the budget that is never passed.

    ``guardrails`` are the campaign's rules as they are held in code, ``not_held`` the sentences of the brief that sound
    like one and can't be.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    campaign_id: str
    launch: int
    name: str
    objective: str
    audience: str
    channels: list[str]
    recipients: list[str] = Field(default_factory=list[str])
    mode: CampaignMode
    start: str | None
    end: str | None
    timezone: str
    tasks: list[str]
    pieces: dict[str, int]
    estimate_minor: int
    budget: LaunchBudget
    guardrails: list[str] = Field(default_factory=list[str])
    not_held: list[str] = Field(default_factory=list[str])

    def problems_of_edit(self, original: BaseModel) -> list[str]:
        """Return why an edit can't be approved: a plan is changed in the plan."""
        return [] if self == original else ["A plan is changed in the plan. Reject this and say what should change."]


def launch_payload(campaign: Campaign, timezone: str, launch: int) -> LaunchPayload:
    """Return what a person approves of a prepared campaign."""
    schedule, said = campaign.publishing_schedule, rules_of_brief(campaign)
    rails = [
        *in_words(campaign.approval.guardrails, campaign.budget.currency),
        *in_words(said.rails, campaign.budget.currency),
    ]
    return LaunchPayload(
        campaign_id=campaign.campaign_id,
        launch=launch,
        name=campaign.name,
        objective=campaign.brief.objective,
        audience=campaign.brief.target_audience,
        channels=campaign.platforms,
        recipients=campaign.recipients,
        mode=campaign.mode,
        start=campaign.start_date,
        end=campaign.end_date,
        timezone=timezone,
        tasks=[f"{task.agent_assigned}: {task.description}" for task in campaign.plan.tasks],
        pieces=pieces_of(schedule.slots if schedule else []),
        estimate_minor=campaign.estimated_cost_minor or 0,
        budget=LaunchBudget(amount_minor=campaign.budget.allocated_minor, currency=campaign.budget.currency),
        guardrails=list(dict.fromkeys(rails)),
        not_held=said.unread,
    )


def launch_summary(payload: LaunchPayload) -> str:
    """Say in a sentence or two what an approval starts."""
    count = sum(payload.pieces.values())
    money = spoken(Money(payload.budget.amount_minor, payload.budget.currency))
    cost = spoken(Money(payload.estimate_minor, payload.budget.currency))
    asks = {
        "semi_auto": "Every post is asked for before it goes out.",
        "hybrid": "Messages straight to people are asked for; the other posts go out by themselves.",
        "full_auto": "Posts go out by themselves.",
    }[payload.mode]
    channels = sum(name in BY_NAME and BY_NAME[name].publishable for name in payload.channels)
    return (
        f"Launch “{payload.name}”: {count} post{'' if count == 1 else 's'} on {channels} "
        f"channel{'' if channels == 1 else 's'} up to {payload.end}, with a budget of {money}, of which "
        f"making the posts takes about {cost}. {asks} {left_out(payload.channels)}".strip()
        + _rules_of(payload)
    )


def _rules_of(payload: LaunchPayload) -> str:
    held = f" Held whatever is written: {' '.join(payload.guardrails)}" if payload.guardrails else ""
    loose = " ".join(f"“{sentence}”" for sentence in payload.not_held)
    return held + (f" Nobody but the team's care keeps to: {loose}" if loose else "")


async def plan_asked_before(database: Database, scope: Scope, campaign_id: str) -> ApprovalRequest | None:
    """Return the newest request there was for a campaign's plan, whatever became of it."""
    where = {"campaign_id": campaign_id, "request_type": "campaign_plan"}
    found = await Repository(database, APPROVAL_REQUESTS, scope).find(where)
    return max(found, key=lambda request: (request.created_at, request.request_id), default=None)


class LaunchCampaign(Arguments):
    """Which campaign, and how much of it is asked for."""

    campaign_id: CampaignId | None = Field(
        default=None, description="The campaign, cmp_…; the conversation's own if not given."
    )
    mode: CampaignMode | None = Field(
        default=None,
        description="semi_auto asks for every post, hybrid for messages straight to people, full_auto for none; "
        "as it is set if not given.",
    )


class WhichCampaign(Arguments):
    """Which campaign."""

    campaign_id: CampaignId | None = Field(
        default=None, description="The campaign, cmp_…; the conversation's own if not given."
    )
    reason: Line | None = Field(default=None, description="Why, in a few words.")


class Everything(Arguments):
    """Why everything is to stop."""

    reason: Line | None = Field(default=None, description="Why, in a few words.")


async def start_campaign(ctx: ToolContext, payload: LaunchPayload) -> dict[str, Any]:
    """Launch what was approved, if it still is what was approved."""
    control = CampaignControl(ctx.database, ctx.scope)
    campaign = await control.campaigns.get(payload.campaign_id)
    if campaign.execution.launch != payload.launch:
        if as_it_stands(campaign, payload, payload.timezone, campaign.execution.launch + 1) != payload:
            raise ToolFailed("The plan was changed after it was approved, so nothing was launched. Ask again.")
        act = Act("launch", payload.campaign_id, ctx.approval_id, plan=payload.model_dump(mode="json"))
        permit = await Authority(ctx.database).permit(ctx.scope, act)
        campaign = await control.launch(payload.campaign_id, payload.timezone, permit.request_id)
    return {"launched": campaign.campaign_id, "name": campaign.name, "status": campaign.status, "mode": campaign.mode}


def as_it_stands(campaign: Campaign, asked: LaunchPayload, timezone: str, launch: int) -> LaunchPayload:
    """Return what would be asked of the campaign now; what follows from the time of day is as it was ``asked``."""
    now = launch_payload(campaign, timezone, launch)
    return now.model_copy(update={"pieces": asked.pieces, "estimate_minor": asked.estimate_minor})


@publish_tool("campaign_plan", start_campaign)
async def launch_campaign(ctx: ToolContext, params: LaunchCampaign) -> ApprovalDraft[LaunchPayload]:
    """Ask a person to approve the campaign's plan and budget; once they do, the campaign runs by itself.

    Call it when the person wants the campaign to start, after the plan is stored. Nothing starts before the approval;
    what waits for a decision already is asked anew where the plan has changed.
    """
    campaign = await _campaign(ctx, params.campaign_id)
    if campaign.status != "review":
        require_move(campaign.status, "review")
    if campaign.execution.launch and campaign.status == "review":
        raise ToolInputError(f"{campaign.name!r} is launched already and waits for its approval.")
    if params.mode is not None and params.mode != campaign.mode:
        seen = {"status": campaign.status, "execution.launch": campaign.execution.launch}
        try:
            campaign = await ctx.repository(CAMPAIGNS).update(campaign.campaign_id, {"mode": params.mode}, where=seen)
        except Conflict:
            raise ToolInputError(f"{campaign.name!r} was changed just now. Look at it, then call again.") from None
    ready = await prepared(ctx.database, campaign, ctx.timezone)
    payload = launch_payload(ready, ctx.timezone, campaign.execution.launch + 1)
    live = await ApprovalRequests(ctx.database).live_about(ctx.scope, campaign.campaign_id)
    waiting = [one for one in live if one.request_type == "campaign_plan" and one.status == "pending"]
    return ApprovalDraft(
        payload,
        launch_summary(payload),
        about=(campaign.campaign_id,),
        replaces=tuple(waiting),
        follows=await plan_asked_before(ctx.database, ctx.scope, campaign.campaign_id),
        campaign_id=campaign.campaign_id,
    )


@tool(Effect.WRITE)
async def pause_campaign(ctx: ToolContext, params: WhichCampaign) -> dict[str, Any]:
    """Let a running campaign stand still: nothing of it goes out until it is resumed."""
    campaign = await _campaign(ctx, params.campaign_id)
    return _told(await CampaignControl(ctx.database, ctx.scope).pause(campaign.campaign_id, params.reason or ""))


@tool(Effect.WRITE)
async def resume_campaign(ctx: ToolContext, params: WhichCampaign) -> dict[str, Any]:
    """Let a paused campaign go on where it stood. Only when the person orders just that in their newest message."""
    if ctx.order != "resume":
        raise ToolInputError(RESUMED_BY_PEOPLE)
    campaign = await _campaign(ctx, params.campaign_id)
    return _told(await CampaignControl(ctx.database, ctx.scope).resume(campaign.campaign_id))


@tool(Effect.WRITE)
async def cancel_campaign(ctx: ToolContext, params: WhichCampaign) -> dict[str, Any]:
    """End a campaign for good: what has not gone out will not. Only when the person clearly wants that."""
    campaign = await _campaign(ctx, params.campaign_id)
    return _told(await CampaignControl(ctx.database, ctx.scope).cancel(campaign.campaign_id, params.reason or ""))


@tool(Effect.WRITE)
async def stop_everything(ctx: ToolContext, params: Everything) -> dict[str, Any]:
    """Turn the account's stop switch: nothing at all goes out, of no campaign, until a person turns it back."""
    control = CampaignControl(ctx.database, ctx.scope)
    await control.stop_everything(params.reason or "")
    return {"stopped": True, "campaigns_standing_still": len(await control.under_way())}


@tool(Effect.READ)
async def estimate_cost(ctx: ToolContext, params: WhichCampaign) -> dict[str, Any]:
    """Say what making a campaign's posts will cost, line by line, and what budget would carry it."""
    campaign = await _campaign(ctx, params.campaign_id)
    ready = await prepared(ctx.database, campaign, zone_of(campaign, ctx.timezone))
    schedule = ready.publishing_schedule
    pieces = pieces_of(schedule.slots if schedule else [])
    made = estimate(pieces, campaign.budget.currency, await unit_prices(ctx.database))
    advice = budget_advice(made)
    return {
        "campaign_id": campaign.campaign_id,
        "lines": [part.model_dump() for part in made.parts],
        "total": spoken(made.total),
        "total_minor": made.total.minor,
        "currency": made.currency,
        "least_budget": spoken(advice.least),
        "recommended_budget": spoken(advice.recommended),
        "allocated_minor": campaign.budget.allocated_minor,
        "remaining_minor": campaign.budget.remaining_minor,
    }


TOOLS: tuple[Tool, ...] = (
    launch_campaign,
    pause_campaign,
    resume_campaign,
    cancel_campaign,
    stop_everything,
    estimate_cost,
)


async def _campaign(ctx: ToolContext, campaign_id: str | None) -> Campaign:
    wanted = campaign_id or ctx.campaign_id
    if wanted is None:
        raise ToolInputError("This conversation has no campaign yet. Pass a campaign_id from list_campaigns.")
    return await ctx.repository(CAMPAIGNS).get(wanted)


def _told(campaign: Campaign) -> dict[str, Any]:
    return {"campaign_id": campaign.campaign_id, "name": campaign.name, "status": campaign.status}
