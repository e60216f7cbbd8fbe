"""Ends tasks for certain: a single cancellation can get lost inside the database driver."""

import asyncio
from typing import Any, Final

INSIST_SECONDS: Final = 0.1


async def ended_for_certain(*tasks: asyncio.Task[Any]) -> None:
    """Cancel tasks until all of them have ended, however they do."""
    while left := [task for task in tasks if not task.done()]:
        for task in left:
            task.cancel()
        await asyncio.wait(left, timeout=INSIST_SECONDS)
    for task in tasks:
        if not task.cancelled():
            task.exception()
