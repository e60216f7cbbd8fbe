"""How long the product takes to be there, on a fresh data folder and on one it knows, and the memory it then holds."""

import asyncio
import sys
import tempfile
import time
from pathlib import Path

import aiohttp
import uvloop

from bench.figures import Figures, percentile
from bench.processes import processor_seconds, resident_mb
from bench.product import PROGRAM, ModelProcess, Product

READY_SECONDS = 5.0
IDLE_SECONDS = 2.0
IDLE_MB = 200.0
HELP_RUNS = 5


async def started(product: Product) -> float:
    """Start the server; return the seconds until it answers that it is ready."""
    began = time.perf_counter()
    await product.launch()
    await product.ready()
    async with aiohttp.ClientSession() as http, http.get(f"{product.address}/readyz") as answer:
        answer.raise_for_status()
    return time.perf_counter() - began


async def measured(figures: Figures, folder: Path, model_url: str | None) -> None:
    """Start twice on the same folder and print what it took."""
    product = Product(folder, model_url)
    try:
        figures.at_most("ready, fresh data folder", await started(product), READY_SECONDS, " s")
        figures.tell("processor time until then", f"{processor_seconds(product.pid):.2f} s of the server")
        await product.stop()
        figures.at_most("ready, second start", await started(product), READY_SECONDS, " s")
        await asyncio.sleep(IDLE_SECONDS)
        figures.at_most("memory of the idle server", resident_mb(product.pid), IDLE_MB, " MB")
        database = sum(resident_mb(pid) for pid in product.database_pids())
        figures.tell("memory of the embedded database", f"{database:.0f} MB")
        began = time.perf_counter()
        await product.stop()
        figures.tell("ended after Ctrl-C", f"{time.perf_counter() - began:.2f} s")
    finally:
        await product.kill()


async def help_seconds() -> float:
    """Return the seconds ``marketing-minds --help`` takes."""
    began = time.perf_counter()
    asked = await asyncio.create_subprocess_exec(PROGRAM, "--help", stdout=asyncio.subprocess.DEVNULL)
    if await asked.wait():
        raise RuntimeError("marketing-minds --help failed.")
    return time.perf_counter() - began


async def measure(folder: Path) -> list[str]:
    """Measure and print; return what missed its target."""
    figures = Figures()
    figures.title("marketing-minds serve, built-in offline model")
    await measured(figures, folder / "offline", None)
    figures.title("marketing-minds serve, a model server")
    async with ModelProcess("bench.fast_model") as model:
        await measured(figures, folder / "online", model.url)
    figures.title(f"marketing-minds --help, median of {HELP_RUNS}")
    figures.tell("over after", f"{percentile([await help_seconds() for _ in range(HELP_RUNS)], 0.5):.2f} s")
    return figures.missed


def main() -> int:
    """Run; 1 if a target is missed."""
    with tempfile.TemporaryDirectory(prefix="startup-") as folder:
        return 1 if uvloop.run(measure(Path(folder))) else 0


if __name__ == "__main__":
    sys.exit(main())
