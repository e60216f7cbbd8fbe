"""What happened in a campaign, in order: for people who want to follow it without the conversation."""

from typing import Any

from pydantic import Field

from db.collection import Collection, Index, LogEntry


class CampaignEvent(LogEntry):
    """One thing that happened. ``kind`` is for programs, ``message`` for people."""

    event_id: str
    campaign_id: str
    kind: str
    message: str
    details: dict[str, Any] = Field(default_factory=dict[str, Any])


CAMPAIGN_EVENTS = Collection(
    name="campaign_events",
    model=CampaignEvent,
    id_field="event_id",
    id_prefix="cev",
    indexes=(
        Index(("user_id",)),
        Index(("timestamp",)),
        Index(("campaign_id", "-timestamp", "-event_id")),
    ),
)
