"""One attempt to deliver to a webhook, and what it means for the webhook itself."""

import time
from datetime import timedelta
from http import HTTPStatus
from typing import Final

from core.clock import Clock
from core.errors import NotFound, PlatformError, Rejected
from core.ids import new_id
from core.scope import Scope
from db.audit_log import AUDIT_LOG, AuditEntry
from db.client import Database
from db.outgoing import Attempt
from db.repository import Repository
from db.webhook_deliveries import WebhookDelivery
from db.webhooks import WEBHOOKS, Webhook
from tools.outside.failures import wait_of
from tools.outside.http import Answer, Call, Outside
from workflows.outbox import Outcome
from workflows.webhooks.making import TEST
from workflows.webhooks.signature import signed_headers

LARGEST_ANSWER: Final = 10_000
PATIENCE_SECONDS: Final = 30.0
LONGEST_WORDS: Final = 300
PATIENCE: Final = timedelta(days=5)
GONE: Final = "The address answered 410 Gone, which asks for no more deliveries."
SILENT: Final = "Nothing was taken for five days."
LABEL: Final = "The webhook"


class WebhookSender:
    """Signs and sends. A webhook that is gone, or takes nothing for five days, is switched off with the reason."""

    def __init__(self, database: Database, outside: Outside, clock: Clock) -> None:
        self._database = database
        self._outside = outside
        self._clock = clock

    async def send(self, scope: Scope, delivery: WebhookDelivery) -> Outcome:
        """Deliver once. Any 2xx counts as taken; redirects are not followed."""
        webhooks = Repository(self._database, WEBHOOKS, scope)
        now = self._clock.now()
        try:
            hook = await webhooks.get(delivery.webhook_id, reveal=True)
        except NotFound:
            return Outcome("given_up", Attempt(at=now, error="The webhook was deleted."))
        if not hook.active and delivery.event_type != TEST and delivery.replay_of is None:
            return Outcome("given_up", Attempt(at=now, error="The webhook is switched off."))
        began = time.perf_counter()
        try:
            answer = await self._outside.send(self._call(hook, delivery))
        except PlatformError as error:
            took = _milliseconds(began)
            attempt = Attempt(at=now, milliseconds=took, error=error.message)
            await self._failed(webhooks, hook, scope)
            return Outcome("given_up" if isinstance(error, Rejected) else "again", attempt)
        attempt = Attempt(at=now, status=answer.status, milliseconds=_milliseconds(began), error=_words(answer))
        if answer.ok:
            await webhooks.change(hook.webhook_id, {"last_triggered": now, "failing_since": None})
            return Outcome("sent", attempt)
        if answer.status == HTTPStatus.GONE:
            await self._switch_off(webhooks, hook, scope, GONE)
            return Outcome("given_up", attempt)
        await self._failed(webhooks, hook, scope)
        asked = wait_of(answer.headers, now)
        return Outcome("again", attempt, timedelta(seconds=asked) if asked else None)

    def _call(self, hook: Webhook, delivery: WebhookDelivery) -> Call:
        now = self._clock.now()
        before = hook.previous_secret if hook.previous_until and hook.previous_until > now else ""
        secrets = tuple(secret for secret in (hook.secret, before) if secret)
        return Call(
            LABEL,
            "POST",
            hook.url,
            headers=signed_headers(secrets, delivery.event_id, now, delivery.body),
            data=delivery.body.encode(),
            largest=LARGEST_ANSWER,
            secrets=secrets,
            of_customer=True,
            patience=PATIENCE_SECONDS,
        )

    async def _failed(self, webhooks: Repository[Webhook], hook: Webhook, scope: Scope) -> None:
        now = self._clock.now()
        if hook.failing_since is None:
            await webhooks.change(hook.webhook_id, {"failing_since": now})
        elif now - hook.failing_since > PATIENCE and hook.active:
            await self._switch_off(webhooks, hook, scope, SILENT)

    async def _switch_off(self, webhooks: Repository[Webhook], hook: Webhook, scope: Scope, why: str) -> None:
        await webhooks.change(hook.webhook_id, {"active": False, "paused_because": why})
        entry = AuditEntry(
            audit_id=new_id(AUDIT_LOG.id_prefix),
            action="webhook_switched_off",
            resource_type="webhook",
            resource_id=hook.webhook_id,
            details={"reason": why},
        )
        await Repository(self._database, AUDIT_LOG, scope).insert(entry)


def _milliseconds(began: float) -> int:
    return round((time.perf_counter() - began) * 1_000)


def _words(answer: Answer) -> str | None:
    """Return why an answer is no success, with what the address said, as text and cut short."""
    if answer.ok:
        return None
    said = answer.body.decode(errors="replace")[:LONGEST_WORDS].strip()
    kind = "It redirects; give the address it leads to." if answer.status in range(300, 400) else said
    return f"Answered {answer.status}. {kind}".strip()
