"""How workflows wait: until a moment of the injected clock, or until somebody hints that there is something to see."""

from datetime import datetime, timedelta
from typing import Protocol

from core.clock import Clock
from workflows.runtime.engine import Steps

FOR_EVER = timedelta(days=1)


class Timekeeper(Protocol):
    """Waits for workflow code."""

    async def wait_until(self, steps: Steps, moment: datetime | None) -> None:
        """Return at ``moment``, or earlier when hinted at. A caller looks at what is, and waits again if need be."""
        ...


class DurableTime:
    """The wait that outlives the process."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    async def wait_until(self, steps: Steps, moment: datetime | None) -> None:
        """Wait by the clock of this machine; what is left of a wait goes on after a restart."""
        until = moment - self._clock.now() if moment else FOR_EVER
        await steps.wait(until.total_seconds())
