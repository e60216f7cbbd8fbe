"""A worker that runs campaigns, as a process one can kill: the whole product, at a shared and hurried time."""

import asyncio
from pathlib import Path
from typing import Any, Final

import dbos

from bench.delivery_worker import FAST
from bench.shared_clock import SharedClock
from core.errors import AppError
from core.settings import Settings
from server.logs import configure_logs
from server.wiring import running_services
from server.work import Pacing
from workflows.runtime.timekeeper import DurableTime

# Read before the fork, so that a new worker is there in a moment.
READ_AHEAD: Final = (dbos,)
LOOK_SECONDS: Final = 0.2
PAUSE_SECONDS: Final = 0.05


def run_campaigns(given: dict[str, Any], clock: Path) -> None:
    """Run campaigns until killed."""
    asyncio.run(_run(Settings.model_validate(given), SharedClock(clock)))


async def _run(settings: Settings, clock: SharedClock) -> None:
    configure_logs("ERROR")
    pacing = Pacing(DurableTime(clock), LOOK_SECONDS, FAST)
    while True:
        try:
            async with running_services(settings, clock, pacing=pacing):
                await asyncio.Event().wait()
        except AppError:  # the database was killed a moment ago
            await asyncio.sleep(PAUSE_SECONDS)
