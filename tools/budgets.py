"""More money for a campaign that runs: asked for with its reason, and added once, as much as was approved."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from core.errors import ToolInputError
from core.money import NO_CURRENCY, Money
from db.campaigns import CAMPAIGNS, Campaign
from tools.amounts import read_amount, spoken
from tools.approval.act import Act
from tools.approval.authority import Authority
from tools.approval.payload import ApprovedPayload
from tools.approval.requests import ApprovalRequests
from tools.arguments import Arguments, CampaignId, Line
from tools.spending.ledger import RAISABLE, Ledger
from tools.tool import ApprovalDraft, Tool, ToolContext, publish_tool


class MoreMoney(BaseModel):
    """What is added to a budget, in minor units."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    amount_minor: int = Field(gt=0)
    currency: str


class BudgetPayload(ApprovedPayload):
    """What is approved when a budget is raised. ``so_far`` is how the budget stood when it was asked."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    campaign_id: str
    name: str
    reason: str
    so_far: str
    budget: MoreMoney

    def problems_of_edit(self, original: BaseModel) -> list[str]:
        """Return why an edit can't be approved: only the amount may change, and only to less."""
        if not isinstance(original, BudgetPayload):
            return ["This is no budget any more."]
        less = self.budget.currency == original.budget.currency and self.budget.amount_minor <= (
            original.budget.amount_minor
        )
        same = self.model_copy(update={"budget": original.budget}) == original
        return [] if less and same else ["Only budget.amount_minor may be changed, and only to less."]


class RequestBudget(Arguments):
    """How much more, and what for."""

    amount: Line = Field(description="How much is to be ADDED, with its currency, such as '£500'; not the new total.")
    reason: Line = Field(description="What the money is for, in a few words.")
    campaign_id: CampaignId | None = Field(
        default=None, description="The campaign, cmp_…; the conversation's own if not given."
    )


async def add_budget(ctx: ToolContext, payload: BudgetPayload) -> dict[str, Any]:
    """Add what was approved to the campaign's budget, once however often this runs."""
    amount = Money(payload.budget.amount_minor, payload.budget.currency)
    act = Act("spend", payload.campaign_id, ctx.approval_id, amount=amount)
    permit = await Authority(ctx.database).permit(ctx.scope, act)
    campaign = await Ledger(ctx.database).raise_cap(ctx.scope, payload.campaign_id, amount, permit)
    return {
        "campaign_id": campaign.campaign_id,
        "added": spoken(amount),
        "allocated": spoken(Money(campaign.budget.allocated_minor, campaign.budget.currency)),
        "remaining": spoken(Money(campaign.budget.remaining_minor, campaign.budget.currency)),
        "told": f"{amount} more for “{campaign.name}”: {_so_far(campaign)}.",
    }


@publish_tool("budget", add_budget)
async def request_budget(ctx: ToolContext, params: RequestBudget) -> ApprovalDraft[BudgetPayload]:
    """Ask a person to approve more money for a campaign that is under way. Nothing is added before they do.

    A campaign that has not started takes its budget from revise_campaign instead. What waits for a decision already is
    asked anew with this amount.
    """
    wanted = params.campaign_id or ctx.campaign_id
    if wanted is None:
        raise ToolInputError("This conversation has no campaign yet. Pass a campaign_id from list_campaigns.")
    campaign = await ctx.repository(CAMPAIGNS).get(wanted)
    if campaign.status not in RAISABLE:
        raise ToolInputError(
            f"{campaign.name!r} is {campaign.status}; a budget is raised while a campaign is under way. Before, "
            "revise_campaign changes it; one that is paused has to go on first."
        )
    currency = campaign.budget.currency
    if currency == NO_CURRENCY:
        raise ToolInputError(f"{campaign.name!r} was approved without money, so there is no budget to raise.")
    amount = read_amount(params.amount, currency)
    if amount.currency != currency or amount.minor <= 0:
        raise ToolInputError(f"The budget of {campaign.name!r} is in {currency}. Ask for an amount of that above zero.")
    waiting = [
        request
        for request in await ApprovalRequests(ctx.database).live_about(ctx.scope, wanted)
        if request.request_type == "budget" and request.status == "pending"
    ]
    payload = BudgetPayload(
        campaign_id=wanted,
        name=campaign.name,
        reason=params.reason,
        so_far=_so_far(campaign),
        budget=MoreMoney(amount_minor=amount.minor, currency=currency),
    )
    summary = f"{amount} more for “{campaign.name}”: {params.reason.rstrip('.')}. So far: {payload.so_far}."
    return ApprovalDraft(payload, summary, about=(wanted,), replaces=tuple(waiting), campaign_id=wanted)


TOOLS: tuple[Tool, ...] = (request_budget,)


def _so_far(campaign: Campaign) -> str:
    budget = campaign.budget
    sums = (budget.allocated_minor, budget.used_minor, budget.remaining_minor)
    allocated, used, left = (spoken(Money(minor, budget.currency)) for minor in sums)
    return f"{used} of {allocated} used, {left} left"
