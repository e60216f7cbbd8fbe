"""A worker as a process of its own, to be killed: ``python -m tests.workflows.campaigns.worker <settings JSON>``."""

import asyncio
import json
import sys

from core.settings import Settings
from server.wiring import running_services


async def work(settings: Settings) -> None:
    """Work until killed."""
    async with running_services(settings) as services:
        print(services.turns.owner, flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(work(Settings.model_validate(json.loads(sys.argv[1]))))
