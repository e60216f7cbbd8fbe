"""Waits between looks at something a platform still works on."""

import asyncio
from collections.abc import AsyncIterator

FIRST_SECONDS = 0.5
LONGEST_SECONDS = 10.0


async def looks(patience: float, first: float = FIRST_SECONDS) -> AsyncIterator[None]:
    """Yield at once and then at growing distances until ``patience`` seconds are over."""
    waited, pause = 0.0, first
    yield
    while waited < patience:
        await asyncio.sleep(pause)
        waited += pause
        pause = min(pause * 2, LONGEST_SECONDS)
        yield
