"""The catalogue of the console's pages, in the order of the navigation. A new page is one line here."""

from typing import Final

from server.console import (
    analytics,
    approvals,
    audit,
    calendar,
    campaigns,
    connections,
    conversations,
    keys,
    library,
    memory,
    overview,
    settings,
    sites,
    team,
    webhooks,
)
from server.console.page import ConsolePage

PAGES: Final[tuple[ConsolePage, ...]] = (
    overview.PAGE,
    conversations.PAGE,
    approvals.PAGE,
    campaigns.PAGE,
    library.PAGE,
    calendar.PAGE,
    analytics.PAGE,
    memory.PAGE,
    connections.PAGE,
    settings.PAGE,
    team.PAGE,
    keys.PAGE,
    sites.PAGE,
    webhooks.PAGE,
    audit.PAGE,
)
