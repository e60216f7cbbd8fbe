"""Webhooks as people manage them: made with a secret shown once, changed, rotated, tested, replayed, removed."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from core.errors import Conflict, InvalidInput, LimitReached, NotFound
from core.ids import new_id
from core.scope import Scope
from db.audit_log import AUDIT_LOG, AuditEntry
from db.client import Database
from db.repository import Page, Repository
from db.webhook_deliveries import WEBHOOK_DELIVERIES, WebhookDelivery
from db.webhooks import WEBHOOKS, Webhook
from tools.outside.addresses import is_public, web_address
from tools.outside.http import Outside
from workflows.happenings.happening import EVENT_TYPES
from workflows.webhooks.making import TEST, DeliveryMaking
from workflows.webhooks.signature import new_secret

MOST: Final = 50
MOST_TESTS: Final = 5


class WebhookDesk:
    """Changes webhooks of an account. Everything that changes one is in the audit log, without secrets."""

    def __init__(self, database: Database, outside: Outside) -> None:
        self._database = database
        self._outside = outside
        self._making = DeliveryMaking(database)

    async def add(self, scope: Scope, name: str, url: str, events: list[str]) -> tuple[str, Webhook]:
        """Make a webhook; return its secret, which is not shown again, and the webhook."""
        scope.require_write()
        hooks = self._hooks(scope)
        if await hooks.count({}) >= MOST:
            raise LimitReached(f"An account has at most {MOST} webhooks. Remove one first.")
        secret = new_secret()
        made = await hooks.insert(
            Webhook(
                webhook_id=new_id(WEBHOOKS.id_prefix),
                name=name,
                url=self._address(url),
                events=_known(events),
                secret=secret,
            )
        )
        await self._audit(scope, "webhook_made", made, {"url": made.url, "events": made.events})
        return secret, made

    async def change(self, scope: Scope, webhook_id: str, changes: Mapping[str, Any]) -> Webhook:
        """Change name, address, events or whether it is active. Switched on again, it starts without its past."""
        scope.require_write()
        wanted = dict(changes)
        if "url" in wanted:
            wanted["url"] = self._address(wanted["url"])
        if "events" in wanted:
            wanted["events"] = _known(wanted["events"])
        if wanted.get("active"):
            wanted |= {"paused_because": None, "failing_since": None}
        if not wanted:
            return await self.get(scope, webhook_id)
        changed = await self._hooks(scope).update(webhook_id, wanted)
        await self._audit(scope, "webhook_changed", changed, {name: wanted[name] for name in changes})
        return changed

    async def rotate(self, scope: Scope, webhook_id: str, grace: timedelta) -> tuple[str, Webhook]:
        """Give it a new secret. For ``grace`` every delivery is signed with both."""
        scope.require_write()
        hook = await self._hooks(scope).get(webhook_id, reveal=True)
        secret = new_secret()
        until = self._database.clock.now() + grace if grace else None
        changes = {"secret": secret, "previous_secret": hook.secret if grace else "", "previous_until": until}
        rotated = await self._hooks(scope).update(webhook_id, changes)
        await self._audit(scope, "webhook_secret_rotated", rotated, {"grace_seconds": int(grace.total_seconds())})
        return secret, rotated

    async def remove(self, scope: Scope, webhook_id: str) -> None:
        """Remove it; what waits for it is not sent any more."""
        scope.require_write()
        hook = await self._hooks(scope).get(webhook_id)
        await self._hooks(scope).delete(webhook_id)
        await self._audit(scope, "webhook_removed", hook, {"url": hook.url})

    async def get(self, scope: Scope, webhook_id: str) -> Webhook:
        """Return one, without its secrets."""
        return await self._hooks(scope).get(webhook_id)

    async def page(self, scope: Scope, *, limit: int, cursor: str | None) -> Page[Webhook]:
        """Return them, newest first."""
        return await self._hooks(scope).page({}, limit=limit, cursor=cursor)

    async def test(self, scope: Scope, webhook_id: str) -> WebhookDelivery:
        """Send a test event to it now. LimitReached while several have not arrived yet."""
        scope.require_write()
        hook = await self.get(scope, webhook_id)
        waiting = {"webhook_id": webhook_id, "event_type": TEST, "state": "pending"}
        if await self._sent(scope).count(waiting) >= MOST_TESTS:
            raise LimitReached(
                f"{MOST_TESTS} test events are still on their way to this address. See what came of them."
            )
        return await self._making.test(hook)

    async def deliveries(
        self, scope: Scope, webhook_id: str, state: str | None, *, limit: int, cursor: str | None
    ) -> Page[WebhookDelivery]:
        """Return what was and is to be sent to it, newest first."""
        await self.get(scope, webhook_id)
        where = {"webhook_id": webhook_id} | ({"state": state} if state else {})
        return await self._sent(scope).page(where, limit=limit, cursor=cursor)

    async def delivery(self, scope: Scope, webhook_id: str, delivery_id: str) -> WebhookDelivery:
        """Return one delivery with its body and latest attempts."""
        await self.get(scope, webhook_id)
        found = await self._sent(scope).get(delivery_id)
        if found.webhook_id != webhook_id:
            raise NotFound("This delivery was made to another webhook. Ask for it there.")
        return found

    async def replay(self, scope: Scope, webhook_id: str, delivery_id: str) -> WebhookDelivery:
        """Send a delivery once more, now, as it was. Conflict while it is still being tried."""
        scope.require_write()
        hook = await self.get(scope, webhook_id)
        earlier = await self.delivery(scope, webhook_id, delivery_id)
        if earlier.state == "pending":
            raise Conflict("This delivery is still being tried. Wait for its end, then send it again.")
        return await self._making.replay(hook, earlier)

    def _address(self, url: str) -> str:
        parts = web_address(url)
        if self._outside.allow_private:
            return url
        if parts.scheme != "https":
            raise InvalidInput("A webhook has to be an https address, so that nobody on the way reads it.", field="url")
        host = parts.hostname or ""
        if host.rstrip(".") == "localhost" or (_is_ip(host) and not is_public(host)):
            raise InvalidInput("This address lies inside of a private network. Give a public one.", field="url")
        return url

    async def _audit(self, scope: Scope, action: str, hook: Webhook, details: Mapping[str, Any]) -> None:
        entry = AuditEntry(
            audit_id=new_id(AUDIT_LOG.id_prefix),
            action=action,
            resource_type="webhook",
            resource_id=hook.webhook_id,
            actor_id=scope.actor_id,
            details=dict(details),
        )
        await Repository(self._database, AUDIT_LOG, scope).insert(entry)

    def _hooks(self, scope: Scope) -> Repository[Webhook]:
        return Repository(self._database, WEBHOOKS, scope)

    def _sent(self, scope: Scope) -> Repository[WebhookDelivery]:
        return Repository(self._database, WEBHOOK_DELIVERIES, scope)


def _known(events: list[str]) -> list[str]:
    """Return the events in their own order, each once; InvalidInput names the first that does not exist."""
    for event in events:
        if event not in EVENT_TYPES:
            raise InvalidInput(
                f"There is no event {event[:60]!r}. GET /api/v1/webhooks/events lists them.", field="events"
            )
    return [event for event in EVENT_TYPES if event in events]


def _is_ip(host: str) -> bool:
    return ":" in host or host.replace(".", "").isdecimal()
