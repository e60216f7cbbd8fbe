"""Stopping a task of the background for certain."""

import asyncio
from typing import Any, Final

INSIST_SECONDS: Final = 0.1


async def stopped(task: "asyncio.Task[Any]") -> None:
    """Cancel a task and wait until it is over. Insists: the database driver can lose a cancellation on Python 3.11."""
    while not task.done():
        task.cancel()
        await asyncio.wait({task}, timeout=INSIST_SECONDS)
    if not task.cancelled():
        task.exception()
