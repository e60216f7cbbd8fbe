"""``python -m bench`` finds the benchmarks and says which machine they ran on."""

import subprocess
import sys
from pathlib import Path

from bench.__main__ import benchmarks, has_main
from bench.machine import describe

ROOT = Path(__file__).parents[2]


def test_a_module_with_a_main_is_a_benchmark() -> None:
    assert has_main("def main() -> int:\n    return 0\n")
    assert not has_main("def measure() -> int:\n    return 0\n")
    assert "__main__" not in benchmarks()
    assert "machine" not in benchmarks()


def test_the_machine_is_described() -> None:
    lines = dict(line.split(maxsplit=1) for line in describe().splitlines())
    assert list(lines) == ["processor", "memory", "system", "python", "packages", "load"]
    assert "cores usable" in lines["processor"]
    assert "pymongo 4" in lines["packages"]


def test_an_unknown_benchmark_is_refused() -> None:
    asked = subprocess.run(
        [sys.executable, "-m", "bench", "nonesuch"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert asked.returncode == 2
    assert "There is no benchmark nonesuch" in asked.stderr
