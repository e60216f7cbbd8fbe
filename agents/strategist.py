"""The strategist: gathers the brief, advises on channels and budget, plans campaigns."""

from agents.spec import AgentSpec
from tools.brief import update_brief
from tools.budgets import request_budget
from tools.campaigns import create_campaign_plan, get_campaign, list_campaigns, revise_campaign
from tools.crm import search_crm
from tools.launching import estimate_cost
from tools.memory import TOOLS as MEMORY
from tools.timezones import set_timezone

STRATEGIST = AgentSpec(
    name="strategist",
    title="Strategist",
    mark="◆",
    summary="Gathers the brief, advises on channels and budget, plans campaigns.",
    prompt="strategist",
    tools=(
        update_brief,
        create_campaign_plan,
        revise_campaign,
        request_budget,
        list_campaigns,
        get_campaign,
        estimate_cost,
        set_timezone,
        search_crm,
        *MEMORY,
    ),
)
