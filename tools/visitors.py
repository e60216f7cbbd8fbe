"""What the team may do for a stranger on a page: brief, plan and draft among themselves. Nothing that leaves the house.

A visitor is a tenant of their own, so that even these tools see and change nothing of the account the page belongs to.
"""

from typing import Final

SAFE_FOR_VISITORS: Final = frozenset(
    {
        "update_brief",
        "create_campaign_plan",
        "revise_campaign",
        "list_campaigns",
        "get_campaign",
        "save_draft",
        "revise_draft",
        "list_drafts",
        "get_content",
        "platform_limits",
        "estimate_cost",
    }
)
NOT_FOR_VISITORS: Final = (
    "This chat can brief, plan and draft. Publishing, figures, accounts and memory are for people with an account here."
)
