"""The fence of a delivery: its lease and its permit, asked for right before a platform is called."""

import asyncio
from datetime import datetime

from core.clock import Clock
from core.scope import Scope
from db.deliveries import Delivery
from db.delivery_store import DeliveryLost, DeliveryStore
from tools.approval.authority import Authority
from tools.approval.permit import Permit
from workflows.delivery.pace import Pace


class LeaseFence:
    """Holds while the lease does. ``renewed`` has to be told how long that is; the margin is for the call itself."""

    def __init__(self, store: DeliveryStore, held: Delivery, clock: Clock, pace: Pace) -> None:
        self._store = store
        self._held = held
        self._clock = clock
        self._pace = pace
        self._until = held.lease.until if held.lease else clock.now()

    def renewed(self, until: datetime) -> None:
        """Note that the lease was renewed."""
        self._until = max(self._until, until)

    async def confirm(self) -> None:
        """Renew the lease, which only its holder can. DeliveryLost if that is somebody else by now."""
        until = self._clock.now() + self._pace.lease
        await self._store.renew(self._held, until)
        self.renewed(until)
        self.require()

    def require(self) -> None:
        """DeliveryLost unless the lease lasts longer than sending takes."""
        if self._clock.now() > self._until - self._pace.margin:
            raise DeliveryLost


class PermitFence:
    """Holds while the lease and the permit do: what is paused, stopped or withdrawn meanwhile goes no further."""

    def __init__(self, lease: LeaseFence, authority: Authority, scope: Scope, permit: Permit) -> None:
        self._lease = lease
        self._authority = authority
        self._scope = scope
        self._permit = permit

    async def confirm(self) -> None:
        """Renew the lease and ask for the permit at once. DeliveryLost first: then it is another's to look at that."""
        answers = await asyncio.gather(
            self._lease.confirm(), self._authority.require_still(self._scope, self._permit), return_exceptions=True
        )
        for trouble in answers:
            if trouble is not None:
                raise trouble

    def require(self) -> None:
        """DeliveryLost unless the lease lasts longer than sending takes."""
        self._lease.require()
