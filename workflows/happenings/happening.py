"""What has happened in an account, as it is told outside of conversations; and the closed list of what there is."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

EVENT_TYPES: Final[Mapping[str, str]] = {
    "approval.requested": "Something waits for a decision; once for each step of several approvers.",
    "approval.reminded": "It still waits.",
    "approval.approved": "It was approved, by all who had to.",
    "approval.rejected": "It was rejected; the reason is with it.",
    "approval.expired": "Nobody decided in time.",
    "approval.withdrawn": "It was changed or taken back after it was asked.",
    "post.scheduled": "A post is on the calendar.",
    "post.published": "A post or an email is out.",
    "post.failed": "A post or an email did not go out; the reason is with it.",
    "post.unknown": "The platform's last word was lost: somebody has to look there.",
    "post.cancelled": "A post or an email was called off.",
    "campaign.started": "Plan and budget are approved, and the team works.",
    "campaign.progress": "A step of a running campaign is done, or waits.",
    "campaign.ended": "A campaign has come to its end before its last day.",
    "campaign.completed": "A campaign is over, and its report is there.",
}


@dataclass(frozen=True, slots=True)
class Happening:
    """One event of one account. ``event_id`` derives from its cause: seen again, it is the same."""

    event_id: str
    event_type: str
    user_id: str
    at: datetime
    data: Mapping[str, Any]
