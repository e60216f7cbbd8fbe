"""Kills the worker, the database and the outside world while campaigns run: ``python -m bench.campaign_kills``.

Campaigns of every mode are launched, plan, write, ask, publish, read figures and report, a dozen side by side, at a
time that moves on whenever everybody has done what there was to do. At the end the outside world is compared with
what was approved, and budgets and counters with what was done.
"""

import argparse
import asyncio
import os
import random
import signal
import sqlite3
import sys
import tempfile
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final, TypeVar

from bench.campaign_ledger import Ledger
from bench.campaign_office import RETRIES_WITHIN, Office
from bench.campaign_worker import run_campaigns
from bench.delivery_kills import free_port
from bench.delivery_shop import PLATFORMS, Shop, prepare_sandbox
from bench.delivery_worker import Process, be_outside
from bench.shared_clock import SharedClock
from core.errors import AppError
from core.ids import new_id
from db.client import Database
from db.embedded import EmbeddedServer
from db.encryption import FieldCipher
from db.sync import synchronise
from sandbox.journal import Journal

T = TypeVar("T")
SHARES: Final = {"worker": 0.6, "outside": 0.25, "database": 0.15}
SIDE_BY_SIDE: Final = 8
LONGEST_WAIT: Final = 0.8
LONGEST_LULL: Final = 1.0
POLL_SECONDS: Final = 0.02
PAUSE_SECONDS: Final = 0.2
STRIDE: Final = timedelta(hours=5)
PATIENCE_SECONDS: Final = 120.0
FOR_EVER: Final = datetime.max.replace(tzinfo=UTC, microsecond=0)


@dataclass(slots=True)
class Report:
    """What happened; ``problems`` has to be empty."""

    kills: Counter[str] = field(default_factory=Counter[str])
    campaigns: Counter[str] = field(default_factory=Counter[str])
    approved: int = 0
    states: Counter[str] = field(default_factory=Counter[str])
    spent: int = 0
    problems: list[str] = field(default_factory=list[str])

    def lines(self) -> list[str]:
        """Say it in a few lines."""
        return [
            f"kills          {', '.join(f'{count} of the {what}' for what, count in sorted(self.kills.items()))}",
            f"campaigns      {', '.join(f'{count} {state}' for state, count in sorted(self.campaigns.items()))}",
            f"posts          {self.approved} approved; texts paid for with {self.spent} pence",
            f"deliveries     {', '.join(f'{count} {state}' for state, count in sorted(self.states.items()))}",
            f"problems       {len(self.problems) or 'none'}",
            *(f"  {problem}" for problem in self.problems[:20]),
        ]


class Killing:
    """An office whose campaigns run, and one who kills."""

    def __init__(self, folder: Path, kills: int, seed: int) -> None:
        self.report = Report()
        self._folder = folder
        self._random = random.Random(seed)
        self._plan = [what for what, share in SHARES.items() for _ in range(round(kills * share))]
        self._random.shuffle(self._plan)
        self._journal = folder / "journal"
        self._port, self._mail_port = free_port(), free_port()
        self._clock = SharedClock(folder / "clock")
        self._work = folder / "worker"
        self._done = asyncio.Event()

    async def run(self) -> Report:
        """Do all of it."""
        tokens = await prepare_sandbox(self._journal, self._clock)
        async with AsyncExitStack() as stack:
            server = EmbeddedServer(self._folder / "mongo")
            uri = await server.start()
            watching = asyncio.create_task(server.watch(), name="database")
            stack.push_async_callback(asyncio.wait_for, watching, PATIENCE_SECONDS)
            stack.push_async_callback(server.close)
            key = FieldCipher.new_key()
            database = await Database.connect(uri, new_id("kills"), clock=self._clock, cipher=FieldCipher([key]))
            stack.push_async_callback(database.close)
            await synchronise(database)
            shop = Shop(database, f"http://127.0.0.1:{self._port}", self._mail_port)
            await shop.connect(tokens)
            office = Office(database, shop.scope, self._random)
            outside, worker = self._processes(shop, uri, key)
            async with AsyncExitStack() as processes:
                for process in (outside, worker):
                    process.start()
                    processes.push_async_callback(process.kill)
                await self._live_and_kill(office, server, outside, worker)
            await self._compare(office)
        return self.report

    def _processes(self, shop: Shop, uri: str, key: str) -> tuple[Process, Process]:
        """Return the outside world and the worker; neither has begun."""
        settings: dict[str, Any] = {
            "mongodb_uri": uri,
            "mongodb_database": shop.database.name,
            "encryption_keys": key,
            "secret_key": "k" * 40,
            "openai_api_key": "",
            "data_dir": str(self._work),
            "log_level": "ERROR",
            "platform_addresses": {name: f"{shop.sandbox_url}/{name}" for name in PLATFORMS},
            "platform_timeout_seconds": 3,
            "allow_private_addresses": True,
        }
        clock, preload = self._folder / "clock", run_campaigns.__module__
        outside = Process(
            be_outside,
            lambda: (self._journal, self._port, self._mail_port, self._random.randrange(10**9), clock),
            preload,
        )
        return outside, Process(run_campaigns, lambda: (settings, clock), preload)

    async def _live_and_kill(self, office: Office, server: EmbeddedServer, outside: Process, worker: Process) -> None:
        killing = asyncio.create_task(self._kill_all(server, outside, worker), name="killing")
        try:
            while not self._done.is_set():
                for _ in range(SIDE_BY_SIDE):
                    await _patiently(office.launch)
                await self._live(office)
            office.closing = True
            await self._live(office)
            await killing
            await self._ended(office)
        finally:
            killing.cancel()

    async def _live(self, office: Office) -> None:
        """Decide, and let time pass whenever everything there was to do is done, until all campaigns are over."""
        waited, before = 0.0, ""
        while left := await _patiently(office.at_work):
            if not office.closing and all(office.fates[one.campaign_id] == "never decided" for one in left):
                return
            await _patiently(office.decide)
            await _patiently(office.interfere)
            if await _patiently(office.at_rest):
                self._clock.advance(STRIDE)
                await _patiently(office.wake)
            state = f"{[(one.status, one.updated_at) for one in left]} {self._clock.now():%d %H}"
            waited, before = (0.0 if state != before else waited + PAUSE_SECONDS), state
            if waited > PATIENCE_SECONDS:
                self.report.problems.append(f"stuck: {[(one.campaign_id, one.status) for one in left]}")
                self._done.set()
                return
            await asyncio.sleep(PAUSE_SECONDS)

    async def _ended(self, office: Office) -> None:
        """Wait for the last words of the workflows, whose campaigns are over, and for posts that were asked for anew.

        Those have times of their own, which may lie after the end of their campaign.
        """
        waited = 0.0
        while waited < PATIENCE_SECONDS:
            if not self._unfinished() and not await office.on_their_way(FOR_EVER):
                return
            if not await office.on_their_way(self._clock.now() + RETRIES_WITHIN):
                self._clock.advance(STRIDE)
            await asyncio.sleep(PAUSE_SECONDS)
            waited += PAUSE_SECONDS

    async def _kill_all(self, server: EmbeddedServer, outside: Process, worker: Process) -> None:
        try:
            for victim in self._plan:
                await asyncio.sleep(self._random.uniform(0, LONGEST_WAIT))
                match victim:
                    case "worker":
                        await _kill_and_start(worker)
                    case "outside":
                        await self._until_called()
                        await _kill_and_start(outside)
                    case _:
                        await _kill_database(server)
                self.report.kills[victim] += 1
        finally:
            self._done.set()

    async def _until_called(self) -> None:
        """Wait until the outside world has been called: it is to be killed in mid-answer."""
        seen, waited = self._journal.stat().st_size, 0.0
        while self._journal.stat().st_size == seen and waited < LONGEST_LULL:
            await asyncio.sleep(POLL_SECONDS)
            waited += POLL_SECONDS

    async def _compare(self, office: Office) -> None:
        journal = Journal(self._journal)
        ledger = Ledger(office.database, office.scope, journal)
        await ledger.compare()
        journal.close()
        report = self.report
        report.campaigns, report.states = ledger.ended, ledger.states
        report.approved, report.spent = ledger.approved, ledger.spent
        report.problems += ledger.problems
        if stuck := self._unfinished():
            report.problems.append(f"{stuck} workflows are stuck")

    def _unfinished(self) -> int:
        """Return how many workflows have not come to an end, as the engine has noted it."""
        with sqlite3.connect(self._work / "workflows.sqlite") as connection:
            question = "SELECT count(*) FROM workflow_status WHERE status NOT IN ('SUCCESS')"
            return int(connection.execute(question).fetchone()[0])


async def killed_campaigns(folder: Path, kills: int, seed: int) -> Report:
    """Kill so many times and report."""
    folder.mkdir(parents=True, exist_ok=True)
    return await Killing(folder, kills, seed).run()


async def _patiently(act: Callable[[], Awaitable[T]]) -> T:
    """Do what people do, again after a moment where the database was just killed."""
    waited = 0.0
    while True:
        try:
            return await act()
        except AppError:
            if waited > PATIENCE_SECONDS:
                raise
        await asyncio.sleep(PAUSE_SECONDS)
        waited += PAUSE_SECONDS


async def _kill_and_start(process: Process) -> None:
    await process.kill()
    process.start()


async def _kill_database(server: EmbeddedServer) -> None:
    while (pid := server.pid) is None:
        await asyncio.sleep(POLL_SECONDS)
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def main() -> int:
    """Run; 1 if anything is missing, doubled, unapproved, stuck or does not add up."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="campaign-kills-", ignore_cleanup_errors=True) as folder:
        report = asyncio.run(killed_campaigns(Path(folder), asked.kills, asked.seed))
    print(f"seed           {asked.seed}")
    print("\n".join(report.lines()))
    return 1 if report.problems else 0


if __name__ == "__main__":
    sys.exit(main())
