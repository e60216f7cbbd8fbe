"""Deliveries to webhooks: what was sent or is to be sent, and what came of it. Kept for 30 days after their end."""

from datetime import timedelta

from db.collection import Collection, Index, Retention
from db.outgoing import Outgoing


class WebhookDelivery(Outgoing):
    """One event on its way to one webhook. ``body`` is sent byte for byte; ``event_id`` is the same at every repeat."""

    delivery_id: str
    webhook_id: str
    event_id: str
    event_type: str
    body: str
    replay_of: str | None = None


WEBHOOK_DELIVERIES = Collection(
    name="webhook_deliveries",
    model=WebhookDelivery,
    id_field="delivery_id",
    id_prefix="whd",
    indexes=(
        Index(("due_at",)),
        Index(("webhook_id", "-created_at", "-delivery_id")),
        Index(("user_id",)),
    ),
    retention=Retention("finished_at", timedelta(days=30)),
)
