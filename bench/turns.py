"""What a turn costs with its state kept: routing, one tool, 60 streamed tokens, on a model that answers without delay.

The product runs in this process, on a core of its own; the model server and the embedded database share another one.
Times are only shown. Counts are a contract: model calls, database round trips, bytes stored.
"""

import asyncio
import gc
import os
import sys
import time
from collections import Counter
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from typing import Generic, TypeVar

import aiohttp
import orjson
import uvloop

from agents.language.intent import read_intent
from agents.language.situation import Reading, Situation
from agents.models.factory import build_models
from agents.supervisor import Reader
from bench.fast_model import ANSWER
from bench.figures import Figures, percentile
from bench.machine import describe
from bench.processes import core_seconds, pin, processor_seconds, two_cores
from bench.product import ModelProcess
from bench.turn_adapter import Bench, start
from core.settings import Settings
from server.garbage import look_less_often, never_look_among_these
from server.logs import configure_logs

ASKS = {
    "strategist": "Plan the autumn launch campaign for our trail shoes.",
    "writer": "Draft a friendly launch email for our trail shoes.",
    "publisher": "Schedule the launch post for next Monday morning.",
    "analyst": "Which post had the best engagement rate in March?",
}
AGENTS = tuple(ASKS)
T = TypeVar("T")
COUNTED = 24
TIMED = 200
FURTHER = 30
WARM = 20
SIDE_BY_SIDE = 32
TOGETHER = 384

MODEL_CALLS = {"certain": 2, "uncertain": 3}
ROUND_TRIPS = 10
ROUND_TRIPS_BEFORE_TEXT = 4
BYTES = 15 * 1024


def done(**given: str | int) -> str:
    """Do what a tool of this benchmark does: answer."""
    return orjson.dumps({"ok": True, **given}).decode()


@dataclass(slots=True)
class Counts:
    """What turns have cost beside time."""

    turns: int = 0
    model_calls: int = 0
    round_trips: Counter[str] = field(default_factory=Counter[str])
    before_text: Counter[str] = field(default_factory=Counter[str])
    bytes_stored: float = 0.0


@dataclass(slots=True)
class Times:
    """What turns have cost in time, in milliseconds; ``others`` is the share of our core that went to other work."""

    turns: list[float] = field(default_factory=list[float])
    first_tokens: list[float] = field(default_factory=list[float])
    processor: float = 0.0
    database: float = 0.0
    model: float = 0.0
    others: float = 0.0


def never_certain(text: str, situation: Situation) -> Reading:
    """Read as usual, and leave the decision to the model."""
    return replace(read_intent(text, situation), certain=False)


class First(Generic[T]):
    """Looks at something when the first piece of text comes."""

    def __init__(self, look: Callable[[], T]) -> None:
        self._look = look
        self._seen: list[T] = []

    def __call__(self, _piece: str) -> None:
        """Take a piece of text."""
        if not self._seen:
            self._seen.append(self._look())

    @property
    def found(self) -> T:
        """What was seen."""
        return self._seen[0]


class Measuring:
    """Runs turns of one house and takes their measure."""

    def __init__(self, bench: Bench, http: aiohttp.ClientSession, model_url: str, core: int) -> None:
        self.bench = bench
        self._http = http
        self._model = model_url.removesuffix("/v1")
        self._core = core
        self._made = 0

    async def warm_up(self) -> None:
        """Let every code path run."""
        for number in range(WARM):
            await self._turn(f"warm {number}", number)
        await self._at_rest([f"warm {number}" for number in range(WARM)])

    async def counts(self, turns: int, per_conversation: int = 1) -> Counts:
        """Count, one turn at a time, each over before the next one begins."""
        threads = self._threads(turns, per_conversation)
        before = await self._bytes()
        for thread in dict.fromkeys(threads):
            await self.bench.conversation(thread)
        counts = Counts(turns)
        await self._model_stats(reset=True)
        sent = self.bench.database.round_trips
        for number, thread in enumerate(threads):
            at_start = Counter(sent.by_command())
            at_text = First(sent.by_command)
            await self._turn(thread, number, at_text)
            await self._at_rest([thread])
            counts.before_text += Counter(at_text.found) - at_start
            counts.round_trips += Counter(sent.by_command()) - at_start
        counts.model_calls = (await self._model_stats())["calls"]
        counts.bytes_stored = (await self._bytes() - before) / turns
        return counts

    async def times(self, turns: int, side_by_side: int = 1) -> Times:
        """Take the time of turns, each in a conversation of its own, so many side by side."""
        threads = self._threads(turns, 1)
        for thread in threads:
            await self.bench.conversation(thread)
        await self._model_stats(reset=True)
        times = Times()
        gc.collect()
        work = iter(enumerate(threads))
        database, core = self._database_seconds(), core_seconds(self._core)
        processor, began = time.process_time(), time.perf_counter()
        await asyncio.gather(*(self._worker(work, times) for _ in range(side_by_side)))
        await self._at_rest(threads)
        wall, own = time.perf_counter() - began, time.process_time() - processor
        times.processor = own / turns * 1000
        times.database = (self._database_seconds() - database) / turns * 1000
        times.others = max(0.0, core_seconds(self._core) - core - own) / wall
        times.model = (await self._model_stats())["busy_ns"] / turns / 1e6
        return times

    async def _worker(self, work: "enumerate[str]", times: Times) -> None:
        for number, thread in work:
            began = time.perf_counter()
            first = First(time.perf_counter)
            await self._turn(thread, number, first)
            times.turns.append((time.perf_counter() - began) * 1000)
            times.first_tokens.append((first.found - began) * 1000)

    async def _turn(self, thread: str, number: int, on_token: Callable[[str], None] = lambda _: None) -> None:
        agent = AGENTS[number % len(AGENTS)]
        answer = await self.bench.turn(thread, f"{ASKS[agent]} (ref {agent}-{number})", on_token)
        if answer != ANSWER:
            raise RuntimeError(f"The turn was answered with {answer!r}.")

    async def _at_rest(self, threads: list[str]) -> None:
        for thread in threads:
            conversation_id = await self.bench.conversation(thread)
            while self.bench.turns.runs_here(conversation_id):
                await asyncio.sleep(0.001)

    def _threads(self, turns: int, per_conversation: int) -> list[str]:
        self._made += 1
        return [f"{self._made} {number // per_conversation}" for number in range(turns)]

    async def _bytes(self) -> float:
        stats = await self.bench.database.driver.command("dbStats")
        return float(stats["dataSize"])

    def _database_seconds(self) -> float:
        pid = self.bench.server.pid
        return processor_seconds(pid) if pid else 0.0

    async def _model_stats(self, *, reset: bool = False) -> dict[str, int]:
        method, path = ("POST", "/reset") if reset else ("GET", "/stats")
        async with self._http.request(method, self._model + path) as response:
            found: dict[str, int] = await response.json()
            return found


def show_counts(figures: Figures, counts: Counts, model_calls: int) -> None:
    """Print counts beside the contract."""
    turns = counts.turns
    figures.exactly("model calls", counts.model_calls / turns, model_calls)
    figures.at_most("database round trips", counts.round_trips.total() / turns, ROUND_TRIPS)
    figures.tell("", _by_command(counts.round_trips, turns))
    figures.at_most("of them before the first token", counts.before_text.total() / turns, ROUND_TRIPS_BEFORE_TEXT)
    figures.tell("", _by_command(counts.before_text, turns))
    figures.at_most("bytes stored", counts.bytes_stored, BYTES)


def _by_command(sent: Counter[str], turns: int) -> str:
    return ", ".join(f"{count / turns:.2f} {command}" for command, count in sent.most_common())


def show_times(figures: Figures, times: Times) -> None:
    """Print times. ``overhead`` is the time of a turn without the model server's own."""
    overhead = [turn - times.model for turn in times.turns]
    figures.tell("overhead p50", f"{percentile(overhead, 0.5):.2f} ms")
    figures.tell("overhead p95", f"{percentile(overhead, 0.95):.2f} ms")
    figures.tell("first token p50", f"{percentile(times.first_tokens, 0.5):.2f} ms")
    figures.tell("processor time, this process", f"{times.processor:.2f} ms")
    figures.tell("processor time, embedded database", f"{times.database:.2f} ms")
    figures.tell("processor time, model server", f"{times.model:.2f} ms (not part of the overhead)")
    figures.tell("our core given to others meanwhile", f"{times.others:.0%}")


async def measure() -> list[str]:
    """Measure and print; return what broke the contract."""
    configure_logs("WARNING")
    print(describe())
    ours, others = two_cores()
    figures = Figures()
    pin(os.getpid(), others)  # what is started now stays on that core
    async with AsyncExitStack() as stack:
        model = await stack.enter_async_context(ModelProcess("bench.fast_model"))
        http = await stack.enter_async_context(aiohttp.ClientSession())
        settings = Settings.model_validate({"openai_api_key": "sk-bench", "openai_base_url": model.url})

        async def measuring(reader: Reader) -> Measuring:
            pin(os.getpid(), others)
            bench = await start(build_models(settings), dict.fromkeys(AGENTS, done), AGENTS, reader)
            stack.push_async_callback(bench.stop)
            pin(os.getpid(), ours)
            look_less_often()
            never_look_among_these()
            measured = Measuring(bench, http, model.url, ours)
            await measured.warm_up()
            return measured

        print(f"pinned     this process to core {ours}; model server and embedded database to core {others}")
        certain = await measuring(read_intent)
        figures.title(f"Routing certain, first turn of a conversation: counts of {COUNTED} turns")
        show_counts(figures, await certain.counts(COUNTED), MODEL_CALLS["certain"])
        figures.title(f"Routing certain, a conversation of {FURTHER} turns: counts a turn")
        show_counts(figures, await certain.counts(FURTHER, FURTHER), MODEL_CALLS["certain"])
        figures.title(f"One turn after another: {TIMED} turns")
        show_times(figures, await certain.times(TIMED))
        figures.title(f"{SIDE_BY_SIDE} turns side by side: {TOGETHER} turns")
        together = await certain.times(TOGETHER, SIDE_BY_SIDE)
        show_times(figures, together)
        figures.tell("turns a processor second of this process", f"{1000 / together.processor:.0f}")
        uncertain = await measuring(never_certain)
        figures.title(f"Routing uncertain, first turn of a conversation: counts of {COUNTED} turns")
        show_counts(figures, await uncertain.counts(COUNTED), MODEL_CALLS["uncertain"])
        show_times(figures, await uncertain.times(COUNTED))
    return figures.missed


def main() -> int:
    """Run; 1 if a count breaks the contract."""
    return 1 if uvloop.run(measure()) else 0


if __name__ == "__main__":
    sys.exit(main())
