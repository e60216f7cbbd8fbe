"""The fence of a delivery: its lease, asked for right before a platform is called."""

from datetime import datetime

from core.clock import Clock
from db.deliveries import Delivery
from db.delivery_store import DeliveryLost, DeliveryStore
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
