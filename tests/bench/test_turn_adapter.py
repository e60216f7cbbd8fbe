"""The product in the form of a turn benchmark: one turn on the benchmarks' own model server, counted."""

import asyncio
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from agents.language.intent import read_intent
from agents.language.situation import Situation
from agents.models.factory import build_models
from bench.__main__ import benchmarks
from bench.fast_model import ANSWER, TOKENS
from bench.product import ModelProcess
from bench.turn_adapter import Bench, start
from bench.turns import AGENTS, ASKS, done
from core.settings import Settings
from db.messages import MESSAGES
from db.repository import Repository

ROOT = Path(__file__).parents[2]
BENCHMARK = """
import asyncio, os, sys
from bench.turn_adapter import build

AGENTS = {"strategist": "", "writer": "", "publisher": "", "analyst": ""}
TOOLS = dict.fromkeys(AGENTS, lambda **given: "done")

async def run():
    turn = await build(sys.argv[1], "scripted", None)
    print(await turn("thread", "Draft a launch email for our trail shoes.", lambda piece: None), end="", flush=True)
    os._exit(0)

if __name__ == "__main__":
    asyncio.run(run())
"""


@pytest.fixture(scope="module")
async def model() -> AsyncIterator[ModelProcess]:
    """The lean model server, in its own process."""
    async with ModelProcess("bench.fast_model") as running:
        yield running


@pytest.fixture(scope="module")
async def bench(model: ModelProcess) -> AsyncIterator[Bench]:
    """The product on a database of its own."""
    settings = Settings.model_validate({"openai_api_key": "sk-test", "openai_base_url": model.url})
    running = await start(build_models(settings), dict.fromkeys(AGENTS, done), AGENTS)
    yield running
    await running.stop()


@pytest.mark.parametrize("agent", AGENTS)
async def test_a_turn_calls_the_tool_of_its_agent_and_answers(bench: Bench, agent: str) -> None:
    pieces: list[str] = []
    thread = f"thread of the {agent}"
    assert await bench.turn(thread, ASKS[agent], pieces.append) == ANSWER
    assert "".join(pieces) == ANSWER
    assert len(pieces) == TOKENS
    conversation_id = await bench.conversation(thread)
    while bench.turns.runs_here(conversation_id):
        await asyncio.sleep(0.005)
    stored = await Repository(bench.database, MESSAGES, bench.scope).find({"conversation_id": conversation_id})
    assert Counter((message.role, message.agent) for message in stored) == {("user", None): 1, ("assistant", agent): 1}


@pytest.mark.parametrize("agent", AGENTS)
def test_the_messages_of_the_benchmark_are_routed_without_a_model(agent: str) -> None:
    reading = read_intent(f"{ASKS[agent]} (ref {agent}-7)", Situation())
    assert (reading.agents, reading.certain) == ((agent,), True)


def test_a_benchmark_that_loads_the_adapter_gets_a_turn_to_call(model: ModelProcess, tmp_path: Path) -> None:
    (tmp_path / "common.py").write_text(BENCHMARK)
    ran = subprocess.run(
        [sys.executable, tmp_path / "common.py", model.url],
        cwd=ROOT,
        env={"PYTHONPATH": f"{ROOT}:{tmp_path}", "TMPDIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ran.stdout, ran.stderr) == (ANSWER, "")


def test_benchmarks_are_found_and_what_they_are_made_of_is_not() -> None:
    found = benchmarks()
    assert {"kills", "sockets", "startup", "turns", "understanding"} <= set(found)
    assert not {"crowd", "fast_model", "figures", "processes", "product", "talker", "turn_adapter"} & set(found)
