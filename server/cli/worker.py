"""``marketing-minds worker``: runs campaigns and scheduled jobs beside the servers, without answering anybody."""

import asyncio
import signal

from core.errors import NotConfigured
from core.settings import Settings
from server.cli.terminal import say
from server.logs import configure_logs
from server.wiring import running_services


async def work(settings: Settings) -> int:
    """Work until told to stop."""
    if not settings.mongodb_uri.get_secret_value():
        raise NotConfigured(
            "A worker of its own shares the database with the servers: set MONGODB_URI. On one machine without it, "
            "`marketing-minds serve` runs campaigns itself."
        )
    configure_logs(settings.log_level)
    ending = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, ending.set)
    async with running_services(settings.model_copy(update={"worker": True})) as services:
        say(f"Working as {services.turns.owner}. Ctrl-C stops; what is under way goes on elsewhere or later.")
        await ending.wait()
    say("Stopped.")
    return 0
