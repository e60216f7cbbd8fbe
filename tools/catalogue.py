"""Every tool of the house. A tool that is not here can't be called."""

from collections.abc import Mapping
from types import MappingProxyType

from tools import (
    analytics,
    approvals,
    brief,
    budgets,
    campaigns,
    charts,
    content,
    content_journey,
    crm,
    launching,
    memory,
    policies,
    posts,
    reviews,
    timezones,
)
from tools.tool import Tool

CATALOGUE: tuple[Tool, ...] = (
    *brief.TOOLS,
    *campaigns.TOOLS,
    *budgets.TOOLS,
    *content.TOOLS,
    *content_journey.TOOLS,
    *posts.TOOLS,
    *reviews.TOOLS,
    *launching.TOOLS,
    *approvals.TOOLS,
    *policies.TOOLS,
    *analytics.TOOLS,
    *charts.TOOLS,
    *crm.TOOLS,
    *memory.TOOLS,
    *timezones.TOOLS,
)
BY_NAME: Mapping[str, Tool] = MappingProxyType({tool.name: tool for tool in CATALOGUE})
