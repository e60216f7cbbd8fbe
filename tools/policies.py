"""The approval policy in chat: what holds, and what another one would have sent without asking. It changes nothing."""

from typing import Annotated, Any, Literal

from pydantic import Field

from db.campaigns import CAMPAIGNS
from tools.approval.backtest import BackTest, Tried, back_test
from tools.approval.policy import in_words
from tools.approval.rules import rules_in_force
from tools.arguments import Arguments, CampaignId, chosen
from tools.tool import Effect, Tool, ToolContext, tool

SHOWN = 10


class ShowPolicy(Arguments):
    """Whose policy."""

    campaign_id: CampaignId | None = Field(
        default=None, description="The campaign, cmp_…; the conversation's own if not given."
    )


class BackTestPolicy(Arguments):
    """Which policy to try."""

    mode: Annotated[Literal["semi_auto", "hybrid", "full_auto"], chosen] = Field(
        description="semi_auto asks for everything, hybrid for what is risky, full_auto for the plan and the budget."
    )
    campaign_id: CampaignId | None = Field(default=None, description="Only posts of this campaign, cmp_…")


@tool(Effect.READ)
async def show_policy(ctx: ToolContext, params: ShowPolicy) -> dict[str, Any]:
    """Show what goes out without asking and what is asked for, row by row. Only people can change it, in the app."""
    wanted = params.campaign_id or ctx.campaign_id
    campaign = await ctx.repository(CAMPAIGNS).get(wanted) if wanted else None
    rules = await rules_in_force(ctx.database, ctx.scope, campaign)
    return {
        "mode": rules.mode,
        "rows": [in_words(row) for row in rules.table],
        "approved_in_steps": [step.name for step in rules.steps],
        "stopped": rules.halt.since is not None,
    }


@tool(Effect.READ)
async def back_test_policy(ctx: ToolContext, params: BackTestPolicy) -> dict[str, Any]:
    """Say what a policy would have sent without asking in the last 30 days. It switches nothing on."""
    if params.campaign_id:
        await ctx.repository(CAMPAIGNS).get(params.campaign_id)
    done = await back_test(ctx.database, ctx.scope, Tried(params.mode), campaign_id=params.campaign_id)
    return {"mode": params.mode, **told(done, SHOWN)}


TOOLS: tuple[Tool, ...] = (show_policy, back_test_policy)


def told(done: BackTest, most: int) -> dict[str, Any]:
    """Return the result of a back-test for a model."""
    return {
        "days": done.days,
        "posts": done.posts,
        "without_asking": len(done.unasked),
        "would_ask": done.would_ask,
        "would_refuse": done.would_refuse,
        "against_what_people_decided": len(done.against),
        "older_ones_left_out": done.truncated,
        "examples": [
            {"platform": one.platform, "publish_at": one.publish_at, "text": one.text, "decided": one.decided}
            for one in [*done.against, *done.unasked][:most]
        ],
    }
