"""Publishes per second of one worker against the sandbox: ``python -m bench.publishing``.

Posts for several accounts are due at once. Processor time is the worker's own; wall time depends on what else runs.
"""

import argparse
import asyncio
import sys
import tempfile
import time
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path

from bench.delivery_kills import free_port
from bench.delivery_shop import Shop, prepare_sandbox
from bench.delivery_worker import Place, Process, be_outside, work
from bench.figures import Figures
from bench.processes import processor_seconds
from core.clock import SystemClock
from core.ids import new_id
from db.client import Database
from db.deliveries import DELIVERIES
from db.embedded import EmbeddedServer
from db.encryption import FieldCipher
from db.repository import Repository
from db.sync import synchronise

PLATFORMS = ("wordpress", "twitter", "linkedin", "facebook")
AT_ONCE = 10
PATIENCE_SECONDS = 300.0
POLL_SECONDS = 0.05
CPU_MS_TARGET = 40.0


async def measured(folder: Path, posts: int) -> tuple[float, float]:
    """Have so many posts delivered; return the seconds it took and the worker's processor seconds."""
    journal, port, mail_port = folder / "journal", free_port(), free_port()
    tokens = await prepare_sandbox(journal)
    async with AsyncExitStack() as stack:
        server = EmbeddedServer(folder)
        uri = await server.start()
        stack.push_async_callback(server.close)
        key = FieldCipher.new_key()
        database = await Database.connect(uri, new_id("bench"), clock=SystemClock(), cipher=FieldCipher([key]))
        stack.push_async_callback(database.close)
        await synchronise(database)
        shop = Shop(database, f"http://127.0.0.1:{port}", mail_port)
        await shop.connect(tokens)
        due = database.clock.now() + timedelta(seconds=5 + posts / 5)
        for number in range(posts // AT_ONCE):
            texts = [f"Loaf {number} {place}" for place in range(AT_ONCE)]
            await shop.patiently(PLATFORMS[number % len(PLATFORMS)], texts, publish_at=due, name=f"loaf-{number}")
        place = Place(uri, database.name, key, {name: f"{shop.sandbox_url}/{name}" for name in PLATFORMS})
        outside = Process(be_outside, lambda: (journal, port, mail_port, None))
        worker = Process(work, lambda: (place, "worker"))
        for process in (outside, worker):
            process.start()
            stack.push_async_callback(process.kill)
        deliveries = Repository(database, DELIVERIES, shop.scope)
        while await deliveries.count({}) < posts or database.clock.now() < due:
            await asyncio.sleep(POLL_SECONDS)
        began, used = time.monotonic(), processor_seconds(worker.pid)
        async with asyncio.timeout(PATIENCE_SECONDS):
            while await deliveries.count({"next_attempt_at": None}) < posts:
                await asyncio.sleep(POLL_SECONDS)
        return time.monotonic() - began, processor_seconds(worker.pid) - used


def main() -> int:
    """Measure and print; 1 if a delivery costs more than it should."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--posts", type=int, default=400)
    asked = parser.parse_args()
    figures = Figures()
    with tempfile.TemporaryDirectory(prefix="publishing-") as folder:
        seconds, used = asyncio.run(measured(Path(folder), asked.posts))
    figures.title(f"{asked.posts} posts on {len(PLATFORMS)} accounts, one worker")
    figures.tell("publishes per second, as it was", f"{asked.posts / seconds:.1f}")
    figures.tell("publishes per second of the worker's processor", f"{asked.posts / used:.1f}")
    figures.at_most("processor time of the worker for each", used / asked.posts * 1000, CPU_MS_TARGET, " ms")
    return 1 if figures.missed else 0


if __name__ == "__main__":
    sys.exit(main())
