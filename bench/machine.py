"""What the figures were measured on: processor, memory, system and the versions that matter."""

import os
import platform
from importlib import metadata
from pathlib import Path

PACKAGES = ("langgraph", "langchain-openai", "pymongo", "SecantusDB", "fastapi", "uvicorn", "uvloop", "pydantic")


def _field(path: str, name: str) -> str:
    """Return a field of a file of ``name: value`` lines under /proc, or 'unknown' where there is none."""
    try:
        lines = Path(path).read_text("utf-8").splitlines()
    except OSError:
        return "unknown"
    return next((line.partition(":")[2].strip() for line in lines if line.startswith(name)), "unknown")


def describe() -> str:
    """Return a few lines about this machine, with its load right now."""
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    load = " ".join(f"{value:.2f}" for value in os.getloadavg())
    versions = ", ".join(f"{name} {metadata.version(name)}" for name in PACKAGES)
    return "\n".join(
        [
            f"processor  {_field('/proc/cpuinfo', 'model name')}, {usable} cores usable",
            f"memory     {_field('/proc/meminfo', 'MemTotal')}",
            f"system     {platform.platform()}",
            f"python     {platform.python_implementation()} {platform.python_version()}",
            f"packages   {versions}",
            f"load       {load}",
        ]
    )
