"""Ending tasks for certain."""

import asyncio
from collections.abc import Iterable
from typing import Any, Final

AGAIN_SECONDS: Final = 0.2


async def end(tasks: Iterable[asyncio.Future[Any]]) -> None:
    """Cancel tasks until each has ended.

    Once is not enough: ``asyncio.wait_for`` of Python 3.11, which the database driver uses, loses a cancellation that
    comes at the moment its work is done.
    """
    pending = set(tasks)
    while pending:
        for task in pending:
            task.cancel()
        done, pending = await asyncio.wait(pending, timeout=AGAIN_SECONDS)
        for task in done:
            if not task.cancelled():
                task.exception()
