"""Tells the world outside of conversations what happens: webhooks and mails, in one loop."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from db.client import Database
from db.notification_mails import NOTIFICATION_MAILS
from db.webhook_deliveries import WEBHOOK_DELIVERIES
from tools.approval.signed_links import SignedLinks
from tools.outside.http import Outside
from workflows.happenings.follower import Follower, Subscriber
from workflows.mails.making import MailMaking
from workflows.mails.refusing import Refusals, UnsubscribeLinks
from workflows.mails.sending import House, MailSender
from workflows.mails.writing import Writing
from workflows.outbox import Outbox
from workflows.runtime.periodic import Periodic
from workflows.webhooks.desk import WebhookDesk
from workflows.webhooks.making import DeliveryMaking
from workflows.webhooks.sending import WebhookSender

LOOK_SECONDS: Final = 1.0


class Loop:
    """Looks every second for what is new, and for what is due to be sent."""

    def __init__(self, follower: Follower, outboxes: Sequence[Outbox[Any]]) -> None:
        self._follower = follower
        self._outboxes = tuple(outboxes)
        self._periodic = Periodic("telling", self.look, LOOK_SECONDS)

    def start(self) -> None:
        """Begin to look."""
        self._periodic.start()

    async def stop(self) -> None:
        """Stop; what was not told is told after the next start."""
        await self._periodic.stop()
        for outbox in self._outboxes:
            await outbox.stop()

    async def look(self) -> None:
        """Look once."""
        await self._follower.look()
        for outbox in self._outboxes:
            await outbox.look()

    async def settle(self) -> None:
        """Wait for everything that is being sent."""
        for outbox in self._outboxes:
            await outbox.settle()


@dataclass(frozen=True, slots=True)
class TellingParts:
    """What the edges use of it, and the loop that a worker runs."""

    webhooks: WebhookDesk
    refusals: Refusals
    unsubscribe_links: UnsubscribeLinks
    loop: Loop


def build_telling(
    database: Database, outside: Outside, links: SignedLinks, secret: str, house: House | None
) -> TellingParts:
    """Put the parts together. Without a mail server of the house no mails are made. Starts nothing."""
    refusals, unsubscribe_links = Refusals(database), UnsubscribeLinks(secret)
    sender = WebhookSender(database, outside, database.clock)
    subscribers: list[Subscriber] = [DeliveryMaking(database).make]
    outboxes: list[Outbox[Any]] = [Outbox(database, WEBHOOK_DELIVERIES, "webhook_id", sender.send)]
    if house is not None:
        writing = Writing(database, links, house.base)
        mails = MailSender(house, outside, writing, refusals, unsubscribe_links)
        subscribers.append(MailMaking(database, refusals).make)
        outboxes.append(Outbox(database, NOTIFICATION_MAILS, "address", mails.send))
    loop = Loop(Follower(database, subscribers), outboxes)
    return TellingParts(WebhookDesk(database, outside), refusals, unsubscribe_links, loop)
