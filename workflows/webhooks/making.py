"""Makes the deliveries of what happened: one for each webhook that wants it, stored once."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import orjson

from core.ids import derived_id, new_id
from core.scope import Scope
from db.all_tenants import AllTenants
from db.client import Database
from db.repository import Repository
from db.webhook_deliveries import WEBHOOK_DELIVERIES, WebhookDelivery
from db.webhooks import WEBHOOKS, Webhook
from workflows.happenings.happening import Happening

TEST: Final = "webhook.test"


def body_of(event_type: str, at: datetime, data: object) -> str:
    """Return what is sent: type, time and data, as Standard Webhooks lays it out."""
    return orjson.dumps({"type": event_type, "timestamp": at.isoformat(), "data": data}).decode()


class DeliveryMaking:
    """Turns happenings into deliveries, and repeats old ones on request."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._webhooks = AllTenants(database, WEBHOOKS)

    async def make(self, happenings: Sequence[Happening]) -> None:
        """Store a delivery for each webhook of the accounts that wants one. Harmless when repeated."""
        owners = sorted({happening.user_id for happening in happenings})
        hooks = await self._webhooks.find({"user_id": {"$in": owners}, "active": True}, limit=len(owners) * 50)
        for hook in hooks:
            for one in happenings:
                wanted = not hook.events or one.event_type in hook.events
                if one.user_id == hook.user_id and wanted and one.at >= hook.created_at:
                    await self._add(hook, one.event_id, one.event_type, body_of(one.event_type, one.at, one.data))

    async def test(self, hook: Webhook) -> WebhookDelivery:
        """Send an event of type ``webhook.test`` to one webhook, whatever it wants and whether it is active."""
        now = self._database.clock.now()
        event_id = new_id("hap")
        body = body_of(TEST, now, {"webhook_id": hook.webhook_id, "message": "The webhook works."})
        return await self._add(hook, event_id, TEST, body)

    async def replay(self, hook: Webhook, earlier: WebhookDelivery) -> WebhookDelivery:
        """Send what was sent before once more, under its own event id, as a delivery of its own."""
        return await self._add(hook, earlier.event_id, earlier.event_type, earlier.body, replay_of=earlier.delivery_id)

    async def _add(
        self, hook: Webhook, event_id: str, event_type: str, body: str, replay_of: str | None = None
    ) -> WebhookDelivery:
        fresh = new_id(WEBHOOK_DELIVERIES.id_prefix)
        delivery = WebhookDelivery(
            delivery_id=fresh if replay_of else derived_id(WEBHOOK_DELIVERIES.id_prefix, hook.webhook_id, event_id),
            webhook_id=hook.webhook_id,
            event_id=event_id,
            event_type=event_type,
            body=body,
            replay_of=replay_of,
            due_at=self._database.clock.now(),
        )
        scope = Scope(hook.user_id, hook.user_id, "user")
        return await Repository(self._database, WEBHOOK_DELIVERIES, scope).insert_once(delivery)
