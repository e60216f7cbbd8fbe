"""Campaigns: the brief, the plan with its tasks, the budget and the results."""

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel

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
    Results,
)
from server.auth.caller import Caller
from server.problems import responses
from server.rest.pages import PageView, page_view
from server.rest.text import Cursor, Limit, PathId
from server.services import Parts

router = APIRouter(prefix="/api/v1/campaigns", tags=["Campaigns"])


class CampaignView(BaseModel):
    """A campaign. Money is in minor units of ``budget.currency``; dates are ISO calendar dates."""

    campaign_id: str
    conversation_id: str | None
    name: str
    status: CampaignStatus
    mode: Literal["full_auto", "semi_auto", "hybrid"]
    brief: CampaignBrief
    plan: Plan
    platforms: list[str]
    budget: Budget
    estimated_cost_minor: int | None
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


@router.get("/{campaign_id}", operation_id="get_campaign", responses=responses(404), summary="Read one")
async def get(campaign_id: PathId, scope: Caller, parts: Parts) -> CampaignView:
    """Return one campaign."""
    return CampaignView.of(await parts.repository(CAMPAIGNS, scope).get(campaign_id))
