"""A worker as a process of its own, to be killed: ``python -m tests.workflows.campaigns.worker <settings> <clock>``.

The settings are JSON, the clock is the file of a shared one.
"""

import asyncio
import json
import sys
from pathlib import Path

from bench.shared_clock import SharedClock
from core.settings import Settings
from server.wiring import running_services


async def work(settings: Settings, clock: SharedClock) -> None:
    """Work until killed."""
    async with running_services(settings, clock) as services:
        print(services.turns.owner, flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(work(Settings.model_validate(json.loads(sys.argv[1])), SharedClock(Path(sys.argv[2]))))
