"""The catalogue of the console's pages, in the order of the navigation. A new page is one line here."""

from typing import Final

from server.console import approvals, campaigns, connections, conversations, keys, memory, overview, team
from server.console.page import ConsolePage

PAGES: Final[tuple[ConsolePage, ...]] = (
    overview.PAGE,
    conversations.PAGE,
    approvals.PAGE,
    campaigns.PAGE,
    memory.PAGE,
    connections.PAGE,
    team.PAGE,
    keys.PAGE,
)
