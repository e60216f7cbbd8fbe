"""What Linux knows of a process: which core it runs on, the processor time it took and the memory it holds."""

import os
from contextlib import suppress
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
PROC = Path("/proc")


def two_cores() -> tuple[int, int]:
    """Return the core of what is measured and the core of everything else; the same one where there is only one."""
    usable = sorted(os.sched_getaffinity(0))
    return usable[-1], usable[0]


def pin(pid: int, core: int) -> None:
    """Keep a process, with the threads it has and will have, on one core."""
    for thread in (PROC / str(pid) / "task").iterdir():
        with suppress(ProcessLookupError):
            os.sched_setaffinity(int(thread.name), {core})


def pin_elsewhere(pid: int) -> None:
    """Keep a process off the one core this process is pinned to, if it is pinned and there is another."""
    ours = os.sched_getaffinity(0)
    others = set(range(os.cpu_count() or 1)) - ours
    if len(ours) == 1 and others:
        for thread in (PROC / str(pid) / "task").iterdir():
            with suppress(ProcessLookupError):
                os.sched_setaffinity(int(thread.name), others)


def processor_seconds(pid: int) -> float:
    """Return the processor time a process has taken so far."""
    fields = (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def core_seconds(core: int) -> float:
    """Return how long a core has worked so far, for anybody."""
    line = next(line for line in (PROC / "stat").read_text().splitlines() if line.startswith(f"cpu{core} "))
    user, nice, system, _idle, _waiting, interrupts, soft, stolen, *_ = map(int, line.split()[1:])
    return (user + nice + system + interrupts + soft + stolen) / TICKS


def resident_mb(pid: int) -> float:
    """Return the memory a process holds right now."""
    pages = int((PROC / str(pid) / "statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20
