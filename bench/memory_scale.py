"""Memory at scale: one account with 100,000 memories, and a million memories of 10,000 accounts.

``python -m bench.memory_scale`` builds both on a temporary folder through the public write path, which takes minutes,
then starts the server's parts afresh in a process of their own and recalls. ``--memories N --accounts N --large N``
build less.
"""

import argparse
import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import uvloop
from pydantic import SecretStr

from bench.figures import Figures
from bench.processes import resident_mb
from core.settings import Settings
from memory.trial.layout import read_conversations
from memory.trial.scale import fill_account, numbered_account, recalled
from memory.trial.speed import Times
from server.wiring import running_services

DATA = Path(__file__).parent / "data" / "memory"
MEMORIES = 1_000_000
ACCOUNTS = 10_000
LARGE = 100_000
COLD_RECALLS = 2000
WARM_RECALLS = 300
LARGE_P95_MS = 15.0
COLD_P95_MS = 60.0
SERVER_MB = 600.0
LARGE_ACCOUNT = -1


def settings(folder: Path) -> Settings:
    """Return the defaults on a folder of their own."""
    return Settings(_env_file=None).model_copy(  # pyright: ignore[reportCallIssue]
        update={"data_dir": folder, "mongodb_uri": SecretStr("")}
    )


async def build(folder: Path, asked: argparse.Namespace) -> None:
    """Write everything."""
    conversations = read_conversations(DATA)
    each = asked.memories // asked.accounts
    async with running_services(settings(folder)) as services:
        memories = services.memory.memories
        began = time.perf_counter()
        for number in range(asked.accounts):
            await fill_account(memories, conversations, number, each)
        await fill_account(memories, conversations, LARGE_ACCOUNT, asked.large)
        seconds = time.perf_counter() - began
    print(f"built {asked.memories + asked.large:,} memories in {seconds:.0f} s", flush=True)


async def measure(folder: Path, asked: argparse.Namespace) -> list[str]:
    """Start afresh, recall, and print."""
    figures = Figures()
    conversations = read_conversations(DATA)
    questions = [question.text for conversation in conversations for question in conversation.questions]
    chance = random.Random(7)
    async with running_services(settings(folder)) as services:
        memories = services.memory.memories
        await recalled(memories, [(numbered_account(0), questions[0])])
        figures.title(f"{asked.memories:,} memories of {asked.accounts:,} accounts")
        numbers = chance.sample(range(1, asked.accounts), min(COLD_RECALLS, asked.accounts - 1))
        cold = await recalled(memories, [(numbered_account(one), chance.choice(questions)) for one in numbers])
        figures.tell("recall of a cold account, p50", f"{cold.p50:.1f} ms")
        figures.at_most("recall of a cold account, p95", cold.p95, COLD_P95_MS, " ms")
        figures.tell("processor time of it, p50 and p95", processor(cold))
        figures.at_most("memory of the server", resident_mb(os.getpid()), SERVER_MB, " MB")
        figures.title(f"one account with {asked.large:,} memories")
        scope = numbered_account(LARGE_ACCOUNT)
        first = await recalled(memories, [(scope, questions[0])])
        figures.tell("first recall, while it is being loaded", f"{first.p50:.0f} ms")
        loaded = await recalled(memories, [(scope, questions[0])], patient=True)
        figures.tell("loading it", f"{loaded.p50 / 1000:.1f} s")
        warm = await recalled(memories, [(scope, chance.choice(questions)) for _ in range(WARM_RECALLS)])
        figures.tell("recall, p50", f"{warm.p50:.2f} ms")
        figures.at_most("recall, p95", warm.p95, LARGE_P95_MS, " ms")
        figures.tell("processor time of it, p50 and p95", processor(warm))
        figures.tell("memory of the server with it", f"{resident_mb(os.getpid()):.0f} MB")
    return figures.missed


def processor(times: Times) -> str:
    """Say the processor time of recalls, which other work on the machine does not add to."""
    return f"{times.processor_ms:.2f} ms, {times.processor_p95:.2f} ms"


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--memories", type=int, default=MEMORIES)
    parser.add_argument("--accounts", type=int, default=ACCOUNTS)
    parser.add_argument("--large", type=int, default=LARGE)
    parser.add_argument("--step", choices=("build", "measure"))
    parser.add_argument("--folder", type=Path)
    return parser.parse_args()


def main() -> int:
    """Run; 1 if a target is missed."""
    asked = arguments()
    if asked.step == "build":
        uvloop.run(build(asked.folder, asked))
        return 0
    if asked.step == "measure":
        return 1 if uvloop.run(measure(asked.folder, asked)) else 0
    with tempfile.TemporaryDirectory(prefix="memory-scale-") as folder:
        own = ["--folder", folder, *sys.argv[1:]]
        return max(
            subprocess.run([sys.executable, "-m", "bench.memory_scale", "--step", step, *own], check=False).returncode
            for step in ("build", "measure")
        )


if __name__ == "__main__":
    sys.exit(main())
