"""Processes one can kill: a worker that delivers, and the outside world it delivers to.

They are forked from a server that has read the program already, so that a new one is there in a moment.
"""

import asyncio
import multiprocessing
import random
import signal
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from bench.shared_clock import SharedClock
from core.clock import Clock, SystemClock
from core.errors import AppError
from db.client import Database
from db.encryption import FieldCipher
from sandbox.faults import Fault
from sandbox.server import Sandbox
from server.logs import configure_logs
from tools.approval.authority import Authority
from tools.outside.http import Outside
from tools.outside.logins import Logins
from tools.outside.open_accounts import OpenAccounts
from workflows.delivery.pace import Pace
from workflows.delivery.parts import build_delivery

FAST = Pace(
    lease=timedelta(seconds=4),
    first_wait=timedelta(seconds=0.1),
    longest_wait=timedelta(seconds=1),
    settling=timedelta(seconds=1),
    looks=20,
    turn_wait=timedelta(seconds=0.2),
    account_wait=timedelta(seconds=0.5),
)
PUBLICATIONS = r".*(/wp/v2/posts|/2/tweets|/rest/posts|/feed|/media_publish)"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a worker finds everything. ``timeout`` is the longest silence of a platform, in seconds."""

    uri: str
    name: str
    key: str = field(repr=False)
    addresses: dict[str, str]
    timeout: float = 3.0
    every: float = 0.1


def work(place: Place, owner: str) -> None:
    """Deliver until killed."""
    asyncio.run(_work(place, owner))


def be_outside(journal: Path, port: int, mail_port: int, seed: int | None, clock: Path | None = None) -> None:
    """Be the outside world until killed; with a seed a slow and unreliable one, with a file at the time it shows."""
    asyncio.run(_be_outside(journal, port, mail_port, seed, SharedClock(clock) if clock else None))


class Process:
    """One process after another that does the same."""

    def __init__(
        self, target: Callable[..., None], arguments: Callable[[], tuple[Any, ...]], preload: str = __name__
    ) -> None:
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload([preload])
        self._make: Callable[[], BaseProcess] = lambda: context.Process(target=target, args=arguments(), daemon=True)
        self._process: BaseProcess | None = None

    def start(self) -> None:
        """Start one."""
        self._process = self._make()
        self._process.start()

    @property
    def pid(self) -> int:
        """The process id of the one that runs."""
        assert self._process
        assert self._process.pid
        return self._process.pid

    async def kill(self) -> None:
        """End it as a power cut would."""
        if self._process is not None:
            self._process.kill()
            await asyncio.to_thread(self._process.join)
            self._process.close()
            self._process = None


async def _work(place: Place, owner: str) -> None:
    configure_logs("WARNING")
    clock = SystemClock()
    cipher = FieldCipher([place.key])
    while True:
        try:
            database = await Database.connect(place.uri, place.name, clock=clock, cipher=cipher)
            break
        except AppError:
            await asyncio.sleep(0.05)
    async with Outside(clock, timeout=place.timeout, allow_private=True, addresses=place.addresses) as outside:
        accounts = OpenAccounts(database, Logins(outside, {}))
        parts = build_delivery(database, outside, accounts, Authority(database), owner, FAST, place.every)
        parts.due.start()
        await asyncio.Event().wait()


async def _be_outside(journal: Path, port: int, mail_port: int, seed: int | None, clock: Clock | None) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    rolled = random.Random(seed)
    async with Sandbox(journal, clock, port=port, mail_port=mail_port) as sandbox:
        for twin in sandbox.twins.values() if seed is not None else ():
            twin.faults.add(*[_fault(rolled) for _ in range(rolled.randrange(3))])
            delay, late = rolled.uniform(0, 0.03), rolled.uniform(0, 0.05)
            twin.faults.add(Fault(method="POST", path=PUBLICATIONS, times=10**6, delay=delay, late=late))
        await asyncio.Event().wait()


def _fault(rolled: random.Random) -> Fault:
    kinds: tuple[dict[str, Any], ...] = (
        {"cut": "before"},
        {"cut": "after"},
        {"cut": "middle"},
        {"status": 502, "done": True},
        {"status": 500},
        {"status": 503, "headers": {"Retry-After": "1"}},
    )
    return Fault.model_validate({"method": "POST", "path": PUBLICATIONS, **rolled.choice(kinds)})
