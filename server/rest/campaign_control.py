"""A campaign's course: launched, paused, resumed, cancelled; its events and its cost; everything stopped at once."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from core.errors import InvalidInput
from core.timezones import first_zone, known_zone
from db.campaign_events import CampaignEvent
from db.campaigns import CAMPAIGNS, CampaignMode, CostPart
from server.auth.caller import Caller, InPerson, Writer
from server.by_hand import HandWork
from server.problems import responses
from server.rest.approvals import ApprovalView, approval_view
from server.rest.campaigns import CampaignView
from server.rest.pages import PageView, page_view
from server.rest.text import Cursor, Limit, Line, PathId, Text
from server.services import Parts
from tools.campaign_control import CampaignControl, prepared, zone_of
from tools.platforms.catalogue import BY_NAME
from tools.posting_calendar import pieces_of
from tools.spending.estimates import BudgetAdvice, budget_advice, estimate, quick_estimate
from tools.spending.prices import unit_prices

router = APIRouter(prefix="/api/v1/campaigns", tags=["Campaigns"])
halt = APIRouter(prefix="/api/v1/halt", tags=["Campaigns"])
costs = APIRouter(prefix="/api/v1/costs", tags=["Campaigns"])


class Launch(BaseModel):
    """How a campaign is launched. Its mode and the person's own timezone where nothing is given."""

    mode: CampaignMode | None = None
    timezone: Annotated[str, AfterValidator(known_zone), Field(max_length=64)] | None = None


class Why(BaseModel):
    """Why, in a few words."""

    reason: Annotated[Text, Field(max_length=500)] = ""


class MoreMoney(BaseModel):
    """How much is to be added to the budget, with its currency, and what for."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"amount": "£500", "reason": "Reprint"}]})

    amount: Annotated[Line, Field(min_length=1, max_length=60)]
    reason: Annotated[Line, Field(min_length=1, max_length=300)]


class CampaignEventView(BaseModel):
    """Something that happened in a campaign. ``kind`` is stable, ``message`` is for people."""

    event_id: str
    campaign_id: str
    kind: str
    message: str
    details: dict[str, Any]
    timestamp: datetime

    @classmethod
    def of(cls, event: CampaignEvent) -> "CampaignEventView":
        """Show an event."""
        return cls(**event.model_dump(include=set(cls.model_fields)))


class HaltView(BaseModel):
    """The account's stop switch: since when nothing leaves the house, or null."""

    since: datetime | None
    by: str | None
    why: str


class CostView(BaseModel):
    """What making the content costs, line by line, and the budgets that follow. Minor units of ``currency``."""

    currency: str
    lines: list[CostPart]
    total_minor: int
    reserve_minor: int
    least_budget_minor: int
    recommended_budget_minor: int

    @classmethod
    def of(cls, advice: BudgetAdvice) -> "CostView":
        """Show an estimate with the budgets that follow from it."""
        return cls(
            currency=advice.making.currency,
            lines=list(advice.making.parts),
            total_minor=advice.making.total.minor,
            reserve_minor=advice.reserve.minor,
            least_budget_minor=advice.least.minor,
            recommended_budget_minor=advice.recommended.minor,
        )


@router.post(
    "/{campaign_id}/launch", operation_id="launch_campaign", responses=responses(404, 409), summary="Launch it"
)
async def launch(campaign_id: PathId, scope: Caller, parts: Parts, how: Launch | None = None) -> CampaignView:
    """Hand the campaign over to be run. Nothing starts before its plan and budget are approved."""
    control, wanted = CampaignControl(parts.database, scope), how or Launch()
    scope.require_write()
    campaign = await control.campaigns.get(campaign_id)
    if wanted.mode and wanted.mode != campaign.mode and not campaign.execution.launch:
        seen = {"status": campaign.status, "execution.launch": campaign.execution.launch}
        campaign = await control.campaigns.update(campaign_id, {"mode": wanted.mode}, where=seen)
    return CampaignView.of(await control.launch(campaign_id, first_zone(wanted.timezone, scope.timezone)))


@router.post("/{campaign_id}/pause", operation_id="pause_campaign", responses=responses(404, 409), summary="Pause it")
async def pause(campaign_id: PathId, scope: Caller, parts: Parts, why: Why | None = None) -> CampaignView:
    """Let the campaign stand still before its next step."""
    return CampaignView.of(await CampaignControl(parts.database, scope).pause(campaign_id, why.reason if why else ""))


@router.post("/{campaign_id}/resume", operation_id="resume_campaign", responses=responses(404, 409), summary="Go on")
async def resume(campaign_id: PathId, scope: Caller, parts: Parts) -> CampaignView:
    """Let a paused campaign go on where it stood. An API key may if it may decide about approvals."""
    return CampaignView.of(await CampaignControl(parts.database, scope).resume(campaign_id))


@router.post("/{campaign_id}/cancel", operation_id="cancel_campaign", responses=responses(404, 409), summary="End it")
async def cancel(campaign_id: PathId, scope: Caller, parts: Parts, why: Why | None = None) -> CampaignView:
    """End the campaign for good; what has not gone out will not."""
    return CampaignView.of(await CampaignControl(parts.database, scope).cancel(campaign_id, why.reason if why else ""))


@router.post(
    "/{campaign_id}/budget",
    operation_id="request_budget",
    responses=responses(404, 422),
    status_code=201,
    summary="Ask for more money",
)
async def more_money(campaign_id: PathId, body: MoreMoney, scope: Writer, parts: Parts) -> ApprovalView:
    """Ask for more money for a campaign that is under way. Nothing is added before somebody approves the request."""
    asked = await HandWork(parts, scope).request_budget(campaign_id, body.amount, body.reason)
    return await approval_view(parts, scope, asked)


@router.get(
    "/{campaign_id}/events", operation_id="list_campaign_events", responses=responses(404), summary="Its events"
)
async def events(
    campaign_id: PathId, scope: Caller, parts: Parts, limit: Limit = 20, cursor: Cursor = None
) -> PageView[CampaignEventView]:
    """Return what happened in a campaign, newest first."""
    await parts.repository(CAMPAIGNS, scope).get(campaign_id)
    page = await parts.work.chronicle.page(scope, campaign_id, limit=limit, cursor=cursor)
    return page_view(page, CampaignEventView.of)


@router.get(
    "/{campaign_id}/estimate", operation_id="estimate_campaign", responses=responses(404, 422), summary="Its cost"
)
async def estimate_campaign(campaign_id: PathId, scope: Caller, parts: Parts) -> CostView:
    """Count what the campaign's posts would cost if it were launched now."""
    campaign = await parts.repository(CAMPAIGNS, scope).get(campaign_id)
    ready = await prepared(parts.database, campaign, zone_of(campaign, first_zone(scope.timezone)))
    slots = ready.publishing_schedule.slots if ready.publishing_schedule else []
    made = estimate(pieces_of(slots), campaign.budget.currency, await unit_prices(parts.database))
    return CostView.of(budget_advice(made))


@costs.get("/quick-estimate", operation_id="quick_estimate", responses=responses(422), summary="A first guess")
async def quick(
    _: Caller,
    parts: Parts,
    channels: Annotated[list[str], Query(min_length=1, max_length=17)],
    days: Annotated[int, Query(ge=1, le=366)] = 30,
    currency: Annotated[str, Query(pattern="^[A-Z]{3}$")] = "GBP",
    posts_a_week: Annotated[int, Query(ge=1, le=50)] = 2,
) -> CostView:
    """Guess what so many days on these channels cost, and recommend a budget."""
    if unknown := sorted(set(channels) - set(BY_NAME)):
        raise InvalidInput(f"No channel of this house: {', '.join(unknown)[:200]}.", field="channels")
    prices = await unit_prices(parts.database)
    return CostView.of(budget_advice(quick_estimate(channels, days, currency, prices, posts_a_week)))


@halt.get("", operation_id="get_halt", responses=responses(), summary="Is everything stopped?")
async def halted(scope: Caller, parts: Parts) -> HaltView:
    """Return the account's stop switch."""
    settings = await CampaignControl(parts.database, scope).halted()
    return HaltView(**settings.halt.model_dump()) if settings else HaltView(since=None, by=None, why="")


@halt.post("", operation_id="stop_everything", responses=responses(), summary="Stop everything")
async def stop(scope: Caller, parts: Parts, why: Why | None = None) -> HaltView:
    """Stop everything at once: nothing of the account leaves the house from now on."""
    settings = await CampaignControl(parts.database, scope).stop_everything(why.reason if why else "")
    return HaltView(**settings.halt.model_dump())


@halt.delete("", operation_id="end_halt", responses=responses(), summary="Go on")
async def go_on(scope: InPerson, parts: Parts) -> HaltView:
    """Turn the stop switch back; campaigns go on where they stood. Only a person who has logged in may."""
    return HaltView(**(await CampaignControl(parts.database, scope).go_on()).halt.model_dump())
