"""Runs every benchmark, one after another, each in a process of its own; prints the machine once.

``python -m bench`` runs all, ``python -m bench NAME …`` some. Fails if a benchmark misses its target or breaks.
"""

import ast
import subprocess
import sys
import time
from pathlib import Path

from bench.machine import describe

FOLDER = Path(__file__).parent


def has_main(source: str) -> bool:
    """Whether a module defines ``main``: that makes it a benchmark."""
    return any(isinstance(node, ast.FunctionDef) and node.name == "main" for node in ast.parse(source).body)


def benchmarks() -> list[str]:
    """Return the names of all benchmarks, in alphabetical order."""
    return sorted(
        path.stem for path in FOLDER.glob("*.py") if path.stem != "__main__" and has_main(path.read_text("utf-8"))
    )


def main() -> int:
    """Run the benchmarks named as arguments, or all; 1 if any failed."""
    known = benchmarks()
    asked = sys.argv[1:] or known
    if unknown := sorted(set(asked) - set(known)):
        print(f"There is no benchmark {', '.join(unknown)}. There are: {', '.join(known)}.", file=sys.stderr)
        return 2
    print(describe(), flush=True)
    failed: list[str] = []
    for name in asked:
        print(f"\n== {name}", flush=True)
        started = time.monotonic()
        if subprocess.run([sys.executable, "-m", f"bench.{name}"], cwd=FOLDER.parent, check=False).returncode:
            failed.append(name)
        print(f"-- {name}: {time.monotonic() - started:.0f} s", flush=True)
    if failed:
        print(f"\nMissed or broken: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
