"""Campaigns: the brief, the plan with its tasks, the budget and the results."""

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from core.campaign_states import CampaignStatus
from db.campaigns import (
    CAMPAIGNS,
    Budget,
    Campaign,
    CampaignBrief,
    CostPart,
    Execution,
    Made,
    Plan,
    PublishingSchedule,
    Purpose,
    Results,
)
from db.conversations import CONVERSATIONS
from server.auth.caller import Caller, Writer
from server.by_hand import HandWork
from server.problems import responses
from server.rest.pages import PageView, page_view
from server.rest.text import Cursor, Limit, PathId
from server.services import Parts
from tools.arguments import Arguments, Channels, Day, Line, Prose, Recipients
from tools.campaigns import CreateCampaignPlan, Kpis, Phases, Tasks

router = APIRouter(prefix="/api/v1/campaigns", tags=["Campaigns"])


class NewCampaign(CreateCampaignPlan):
    """A whole plan for the brief of a conversation."""

    conversation_id: Line = Field(description="The conversation with the brief, cnv_…")


class CampaignChange(Arguments):
    """What changes; what is not given stays."""

    name: Line | None = Field(default=None, description="A new name.")
    strategy: Prose | None = Field(default=None, description="The whole new strategy text.")
    budget: Line | None = Field(default=None, description="The new budget with its currency, such as '£2,000'.")
    start_date: Day | None = Field(default=None, description="The new first day, as YYYY-MM-DD.")
    end_date: Day | None = Field(default=None, description="The new last day or event day, as YYYY-MM-DD.")
    channels: Channels | None = Field(default=None, description="All channels it is to use.")
    recipients: Recipients | None = Field(default=None, description="All addresses its emails go to.")
    tasks: Tasks | None = Field(default=None, description="All tasks; one with a task's id as its key stays that task.")
    phases: Phases | None = Field(default=None, description="All phases; without it they are moved to fit.")
    kpis: Kpis | None = Field(default=None, description="All KPIs.")


class CampaignView(BaseModel):
    """A campaign. Money is in minor units of ``budget.currency``; dates are ISO calendar dates."""

    campaign_id: str
    conversation_id: str | None
    name: str
    status: CampaignStatus
    mode: Literal["full_auto", "semi_auto", "hybrid"]
    brief: CampaignBrief
    plan: Plan
    purpose: Purpose | None
    platforms: list[str]
    content_types: list[str]
    budget: Budget
    approval_status: Literal["pending", "approved", "rejected"] | None
    estimated_cost_minor: int | None
    actual_cost_minor: int | None
    cost_breakdown: list[CostPart]
    publishing_schedule: PublishingSchedule | None
    made: Made
    execution: Execution
    start_date: str | None
    end_date: str | None
    results: Results
    created_at: datetime
    updated_at: datetime
    completed_at: datetime | None

    @classmethod
    def of(cls, campaign: Campaign) -> "CampaignView":
        """Show a campaign."""
        return cls(**campaign.model_dump(include=set(cls.model_fields)))


@router.get("", operation_id="list_campaigns", responses=responses(), summary="List them, newest first")
async def list_all(
    scope: Caller,
    parts: Parts,
    status: Annotated[CampaignStatus | None, Query()] = None,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> PageView[CampaignView]:
    """Return the account's campaigns."""
    where: dict[str, Any] = {"status": status} if status else {}
    return page_view(await parts.repository(CAMPAIGNS, scope).page(where, limit=limit, cursor=cursor), CampaignView.of)


@router.post(
    "", operation_id="add_campaign", status_code=201, responses=responses(404, 409), summary="Make one from a brief"
)
async def add(body: NewCampaign, scope: Writer, parts: Parts) -> CampaignView:
    """Store a plan for the brief of a conversation, which has to be complete. Nothing starts by it."""
    await parts.repository(CONVERSATIONS, scope).get(body.conversation_id)
    plan = body.model_dump(mode="json", exclude_unset=True, exclude={"conversation_id"})
    made = await HandWork(parts, scope).call("create_campaign_plan", plan, body.conversation_id)
    return CampaignView.of(await parts.repository(CAMPAIGNS, scope).get(made["campaign_id"]))


@router.patch(
    "/{campaign_id}", operation_id="change_campaign", responses=responses(404, 409), summary="Change its plan"
)
async def change(campaign_id: PathId, body: CampaignChange, scope: Writer, parts: Parts) -> CampaignView:
    """Change a campaign that has not started: budget, dates, channels or parts of its plan. What is not given stays.

    An approval of the plan as it was is withdrawn.
    """
    campaign = await parts.repository(CAMPAIGNS, scope).get(campaign_id)
    given = body.model_dump(mode="json", exclude_unset=True) | {"campaign_id": campaign_id}
    await HandWork(parts, scope).call("revise_campaign", given, campaign.conversation_id)
    return CampaignView.of(await parts.repository(CAMPAIGNS, scope).get(campaign_id))


@router.get("/{campaign_id}", operation_id="get_campaign", responses=responses(404), summary="Read one")
async def get(campaign_id: PathId, scope: Caller, parts: Parts) -> CampaignView:
    """Return one campaign."""
    return CampaignView.of(await parts.repository(CAMPAIGNS, scope).get(campaign_id))
