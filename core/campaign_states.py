"""The states of a campaign and the moves between them: one table, and an error that names the allowed ones."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, TypeAlias

from core.errors import Conflict

CampaignStatus: TypeAlias = Literal[
    "draft",
    "planning",
    "review",
    "executing",
    "generating",
    "publishing",
    "active",
    "paused",
    "completed",
    "failed",
    "cancelled",
]

CAMPAIGN_MOVES: Mapping[CampaignStatus, frozenset[CampaignStatus]] = MappingProxyType(
    {
        "draft": frozenset({"planning", "cancelled"}),
        "planning": frozenset({"review", "failed", "cancelled"}),
        "review": frozenset({"planning", "executing", "generating", "failed", "cancelled"}),
        "executing": frozenset({"generating", "publishing", "paused", "failed", "cancelled"}),
        "generating": frozenset({"publishing", "review", "paused", "failed", "cancelled"}),
        "publishing": frozenset({"active", "paused", "failed", "cancelled"}),
        "active": frozenset({"paused", "completed", "failed", "cancelled"}),
        "paused": frozenset({"executing", "generating", "publishing", "active", "completed", "failed", "cancelled"}),
        "completed": frozenset(),
        "failed": frozenset(),
        "cancelled": frozenset(),
    }
)
# A workflow looks after a campaign in one of these.
UNDER_WAY: tuple[CampaignStatus, ...] = ("review", "executing", "generating", "publishing", "active", "paused")
OVER: frozenset[CampaignStatus] = frozenset(status for status, moves in CAMPAIGN_MOVES.items() if not moves)


def require_move(status: CampaignStatus, to: CampaignStatus) -> None:
    """Raise Conflict unless a campaign may go from one state to the other; the message names the allowed moves."""
    allowed = CAMPAIGN_MOVES[status]
    if to not in allowed:
        named = ", ".join(sorted(allowed)) or "nothing: it is over"
        raise Conflict(
            f"A campaign in state {status} can't become {to}. From there it can become: {named}.",
            status=status,
            allowed=sorted(allowed),
        )
