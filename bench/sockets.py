"""Many sockets that receive at the same time: how late a token arrives, and what the server needs for it.

A real server runs on a core of its own; the model server, the embedded database and the clients share another one.
Lag is the time from the model server sending a token to the client having it.
"""

import argparse
import asyncio
import os
import random
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import aiohttp
import uvloop

from bench.crowd import Listening, connect
from bench.figures import Figures, percentile
from bench.processes import core_seconds, pin, processor_seconds, resident_mb, two_cores
from bench.product import ModelProcess, Product
from bench.talker import Talker
from core.ids import new_id

TOKENS_PER_SECOND = 25
TOKENS = 1000
STAGGER_SECONDS = 6.0
MEASURED_SECONDS = 6.0
IDLE_SECONDS = 2.0
LONGEST_SECONDS = 120.0
LAG_P95_MS = 10.0
IDLE_MB = 200.0
MESSAGE = "Draft a friendly launch email for our trail shoes."


class Crowd:
    """People who all listen to one server."""

    def __init__(self, product: Product, core: int) -> None:
        self._product = product
        self._core = core
        self.people: list[Listening] = []

    async def gather(self, sockets: int) -> None:
        """Open a conversation and a socket for each."""
        product = self._product
        async with aiohttp.ClientSession() as http:
            talker = Talker(http, lambda: product.address, lambda: product.token)
            for _ in range(sockets):
                conversation_id = await talker.conversation()
                self.people.append(await connect(product.address, conversation_id, product.token))

    async def talk(self) -> None:
        """Let them all ask, one after another as people do, and wait until every one of them hears an answer."""
        chance = random.Random(1)
        await asyncio.gather(*(self._ask(person, chance.uniform(0, STAGGER_SECONDS)) for person in self.people))
        await asyncio.gather(*(person.heard for person in self.people))

    async def measure(self, figures: Figures) -> None:
        """Listen for a while, in which nobody begins and nobody ends, and print what was heard."""
        loop = asyncio.get_running_loop()
        pid = self._product.pid
        for person in self.people:
            person.lags.clear()
        frames, began = self._frames(), loop.time()
        server, core = processor_seconds(pid), core_seconds(self._core)
        client = sum(os.times()[:2])
        await asyncio.sleep(MEASURED_SECONDS)
        lags = [lag / 1e6 for person in self.people for _, lag in person.lags]
        wall = loop.time() - began
        server = processor_seconds(pid) - server
        others = max(0.0, core_seconds(self._core) - core - server)
        client = sum(os.times()[:2]) - client
        if any(person.over.done() for person in self.people):
            raise RuntimeError("An answer ended while lag was measured: the machine is too busy.")
        frames = self._frames() - frames
        figures.tell("tokens a second", f"{len(lags) / wall:.0f} in {frames / wall:.0f} frames")
        figures.tell("lag p50", f"{percentile(lags, 0.5):.2f} ms")
        figures.at_most("lag p95", percentile(lags, 0.95), LAG_P95_MS, " ms")
        figures.tell("lag p99, largest", f"{percentile(lags, 0.99):.2f} ms, {max(lags):.2f} ms")
        figures.tell("server's share of its core", f"{server / wall:.0%}, {server / len(lags) * 1e6:.0f} µs a token")
        figures.tell("that core given to others meanwhile", f"{others / wall:.0%}")
        figures.tell("clients' share of the other core", f"{client / wall:.0%}")

    async def leave(self) -> None:
        """Stop the answers and wait until every one of them has ended."""
        for person in self.people:
            person.send({"type": "cancel"})
        await asyncio.gather(*(person.over for person in self.people))

    def hang_up(self) -> None:
        """Close every socket."""
        for person in self.people:
            person.close()

    async def _ask(self, person: Listening, after: float) -> None:
        await asyncio.sleep(after)
        person.send({"type": "message", "content": MESSAGE, "client_message_id": new_id("cli")})

    def _frames(self) -> int:
        return sum(person.frames for person in self.people)


async def measure(folder: Path, sockets: int) -> list[str]:
    """Measure and print; return what missed its target."""
    ours, others = two_cores()
    figures = Figures()
    pin(os.getpid(), others)  # what is started now stays on that core
    arguments = ("--seconds", str(1 / TOKENS_PER_SECOND), "--tokens", str(TOKENS), "--no-tools")
    async with ModelProcess("bench.fast_model", *arguments) as model:
        product = Product(folder, model.url)
        await product.launch()
        try:
            await product.ready()
            pin(product.pid, ours)
            print(f"pinned     server to core {ours}; model server, embedded database and clients to core {others}")
            await asyncio.sleep(IDLE_SECONDS)
            figures.title("The server before anybody came")
            figures.at_most("memory", resident_mb(product.pid), IDLE_MB, " MB")
            crowd = Crowd(product, ours)
            try:
                async with asyncio.timeout(LONGEST_SECONDS):
                    await crowd.gather(sockets)
                    await crowd.talk()
                    figures.title(
                        f"{sockets} sockets, {TOKENS_PER_SECOND} tokens a second each, {MEASURED_SECONDS:g} s"
                    )
                    await crowd.measure(figures)
                    figures.tell("server's memory", f"{resident_mb(product.pid):.0f} MB")
                    await crowd.leave()
            finally:
                crowd.hang_up()
            await asyncio.sleep(IDLE_SECONDS)
            figures.title("The server after everybody has gone")
            figures.at_most("memory", resident_mb(product.pid), IDLE_MB, " MB")
        finally:
            await product.stop()
    return figures.missed


def main(arguments: Sequence[str] | None = None) -> int:
    """Run; 1 if a target is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sockets", type=int, default=200)
    asked = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="sockets-") as folder:
        return 1 if uvloop.run(measure(Path(folder), asked.sockets)) else 0


if __name__ == "__main__":
    sys.exit(main())
