"""Finds what is due over all tenants and has it delivered: accounts side by side, one delivery at a time on each."""

import asyncio
from datetime import datetime
from typing import Final

import structlog

from core.errors import AppError, Unavailable
from core.scope import Scope
from db.deliveries import Delivery
from workflows.delivery.attempt import Means
from workflows.delivery.deliverer import Deliverer
from workflows.delivery.making import DeliveryMaking
from workflows.runtime.ending import ended_for_certain
from workflows.runtime.periodic import Periodic

log = structlog.get_logger(__name__)

EVERY_SECONDS: Final = 1.0
ACCOUNTS_AT_ONCE: Final = 16


class DueDeliveries:
    """Looks every second, by an index, for what is due; what it costs when nothing is due is three such questions."""

    def __init__(
        self, deliverer: Deliverer, making: DeliveryMaking, means: Means, every_seconds: float = EVERY_SECONDS
    ) -> None:
        self._deliverer = deliverer
        self._making = making
        self._store = means.store
        self._clock = means.clock
        self._every = every_seconds
        self._places = asyncio.Semaphore(ACCOUNTS_AT_ONCE)
        self._running: dict[str, asyncio.Task[None]] = {}
        self._resting: dict[str, datetime] = {}
        self._look_back = True
        self._periodic = Periodic("due deliveries", self.look, every_seconds, self._doubt)

    def start(self) -> None:
        """Begin to look."""
        self._periodic.start()

    async def stop(self) -> None:
        """Stop; what is under way is gone on with after the next start."""
        await self._periodic.stop()
        await ended_for_certain(*self._running.values())

    def nudge(self) -> None:
        """Look now: something may be due."""
        self._periodic.nudge()

    async def look(self) -> int:
        """Look once and start what is due; return how many deliveries that were."""
        await self._making.sweep()
        now = self._clock.now()
        self._resting = {account: until for account, until in self._resting.items() if until > now}
        found = await self._store.due(now, [*self._running, *self._resting])
        if self._look_back:
            found = [*await self._store.held_by(self._deliverer.owner), *found]
            self._look_back = False
        accounts: dict[str, list[Delivery]] = {}
        for delivery in found:
            if not self._deliverer.works_on(delivery.delivery_id):
                accounts.setdefault(delivery.account, []).append(delivery)
        started = 0
        for account, deliveries in accounts.items():
            if account not in self._running:
                self._running[account] = asyncio.create_task(self._account(account, deliveries), name=account)
                started += len(deliveries)
        return started

    async def settle(self) -> None:
        """Wait for everything that has been started."""
        while self._running:
            await asyncio.wait(list(self._running.values()))

    async def _account(self, account: str, deliveries: list[Delivery]) -> None:
        try:
            async with self._places:
                for delivery in deliveries:
                    if not await self._went_on(delivery):
                        break
        finally:
            del self._running[account]
            self._periodic.nudge()

    async def _went_on(self, delivery: Delivery) -> bool:
        """Deliver; whether the account may go on with the next one."""
        scope = Scope(delivery.user_id, delivery.user_id, "user")
        try:
            outcome = await self._deliverer.deliver(scope, delivery.delivery_id)
        except Unavailable:
            self._look_back = True
            await asyncio.sleep(self._every)
            return False
        except AppError as error:
            self._look_back = True
            log.warning("not delivered", delivery_id=delivery.delivery_id, reason=error.message)
            return True
        except Exception:  # one post that fails in an unforeseen way holds up no other; it is looked at again
            self._look_back = True
            log.exception("delivering failed", delivery_id=delivery.delivery_id)
            return True
        if outcome.whole_account and outcome.at is not None:
            self._resting[delivery.account] = outcome.at
        return not outcome.whole_account

    def _doubt(self) -> None:
        """After a look that failed, leases of our own may have been left behind."""
        self._look_back = True
