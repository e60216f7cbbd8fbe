"""A running campaign as it stands once its plan is approved, for tests of what it may do and of what others may not."""

from typing import Any

from core.ids import new_id
from core.scope import Scope
from db.approval_requests import APPROVAL_REQUESTS, ApprovalRequest
from db.campaigns import CAMPAIGNS, Campaign, Plan, PlanTask
from db.client import Database
from db.repository import Repository
from tools.approval.payload import payload_hash


async def full_auto(database: Database, scope: Scope, conversation_id: str, platforms: list[str]) -> str:
    """Store an active campaign and the approval of its plan with the mode full_auto; return its id."""
    campaign = Campaign(
        campaign_id=new_id("cmp"),
        conversation_id=conversation_id,
        name="Second bakery",
        status="active",
        mode="full_auto",
        platforms=platforms,
        plan=Plan(tasks=[PlanTask(task_id="write", agent_assigned="writer", description="Write the posts")]),
    )
    await Repository(database, CAMPAIGNS, scope).insert(campaign)
    plan: dict[str, Any] = {"campaign_id": campaign.campaign_id, "mode": "full_auto", "channels": platforms}
    now = database.clock.now()
    request = ApprovalRequest(
        request_id=new_id("apr"),
        request_type="campaign_plan",
        campaign_id=campaign.campaign_id,
        tool="launch_campaign",
        content=plan,
        payload_hash=payload_hash(plan),
        requested_by="strategist",
        status="approved",
        approved_by=scope.actor_id,
        executed_at=now,
        expires_at=now,
    )
    await Repository(database, APPROVAL_REQUESTS, scope).insert(request)
    return campaign.campaign_id
