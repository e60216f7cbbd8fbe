"""Deliveries: one for each post and account it goes out on, how far it has come, and what came of it."""

from typing import Literal

from pydantic import Field

from db.collection import Collection, Index, OwnedDocument, Part, UtcTime

DeliveryState = Literal["scheduled", "sending", "published", "failed", "unknown", "cancelled"]
SETTLED: frozenset[DeliveryState] = frozenset({"published", "failed", "unknown", "cancelled"})


class DeliveryLease(Part):
    """Who works on it, and until when they may go without a sign of life. ``boot`` names one start of the owner."""

    token: str
    owner: str
    boot: str
    until: UtcTime


class DeliveryResult(Part):
    """Where the post is now; a person may know the address alone. ``refused`` counts recipients that were refused."""

    platform_post_id: str | None = None
    url: str | None = None
    published_at: UtcTime | None = None
    refused: int = 0


class Delivery(OwnedDocument):
    """One post on its way to one account. The post itself lies in ``social_posts`` or ``email_campaigns``.

    ``account`` names platform and account together. ``place`` is where the post lists this platform.
    ``next_attempt_at`` is when somebody has to look at it next; none: nothing is left to do. ``intent_at`` is set
    before the platform is called and taken off once it is certain that nothing has happened; ``tried_since`` is the
    first such moment. ``waits_for`` says what a person has to do before it can go on. ``settled`` counts how often it
    has come to an end, which a person may undo. ``late``: it was not sent because its time had passed.
    """

    delivery_id: str
    post_id: str
    place: int = 0
    platform: str
    account_id: str | None = None
    account: str
    campaign_id: str | None = None
    conversation_id: str | None = None
    publish_at: UtcTime
    not_after: UtcTime
    state: DeliveryState = "scheduled"
    next_attempt_at: UtcTime | None = None
    attempts: int = 0
    failures: int = 0
    lease: DeliveryLease | None = None
    notes: dict[str, str] = Field(default_factory=dict[str, str])
    intent_at: UtcTime | None = None
    tried_since: UtcTime | None = None
    looks: int = 0
    waits_for: Literal["account", "campaign"] | None = None
    result: DeliveryResult | None = None
    reason: str | None = None
    settled: int = 0
    late: bool = False


DELIVERIES = Collection(
    name="deliveries",
    model=Delivery,
    id_field="delivery_id",
    id_prefix="dlv",
    indexes=(
        Index(("next_attempt_at",)),
        Index(("post_id",)),
        Index(("account", "-created_at")),
        Index(("lease.owner",)),
        Index(("user_id", "-created_at", "-delivery_id")),
    ),
)
