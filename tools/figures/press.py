"""Draws charts outside of this process, a few at a time, each for a bounded time."""

import asyncio
import sys
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

import orjson

from core.errors import ToolFailed
from core.json_text import json_object
from tools.figures.chart_plan import ChartPlan

AT_ONCE: Final = 2
PATIENCE_SECONDS: Final = 60.0
LOST: Final = "The chart could not be drawn. The figures themselves are there: show them as a table."


@dataclass(frozen=True, slots=True)
class Drawing:
    """A chart as it was drawn: its specification as JSON, an SVG, and a PNG in Base64."""

    spec: str
    svg: str
    png: str


class ChartPress:
    """Draws in processes of their own, so that the libraries never take memory here."""

    def __init__(self, at_once: int = AT_ONCE) -> None:
        self._gate = asyncio.Semaphore(at_once)

    async def draw(self, plan: ChartPlan) -> Drawing:
        """Draw a chart; ToolFailed if that does not work out."""
        async with self._gate:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "tools.figures.drawing"),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
            )
            try:
                drawn, _ = await asyncio.wait_for(
                    process.communicate(orjson.dumps(plan.as_json())), timeout=PATIENCE_SECONDS
                )
            except TimeoutError:
                raise ToolFailed(LOST) from None
            finally:
                if process.returncode is None:
                    with suppress(ProcessLookupError):
                        process.kill()
                    await process.wait()
        found = json_object(drawn) if process.returncode == 0 else None
        if found is None:
            raise ToolFailed(LOST)
        return Drawing(str(found["spec"]), str(found["svg"]), str(found["png"]))
