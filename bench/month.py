"""A month of campaigns in both modes, as the gate runs it, beside the minute it may take: ``python -m bench.month``.

Wall clock counts on a quiet machine alone; processor time, the database's with it, is to be compared on any.
"""

import resource
import subprocess
import sys
import time
from pathlib import Path

from bench.figures import Figures

TEST = "tests/workflows/campaigns/test_thirty_days.py"
NAME = "test_month_of_campaigns_in_both_modes_runs_by_itself_with_figures_every_half_hour"
TARGET_SECONDS = 60.0
TOLD = "month: "


def main() -> int:
    """Run it and print what it took; 1 if it fails or takes longer than it may."""
    figures = Figures()
    figures.title("30 days of a full_auto and a hybrid campaign, figures every half hour")
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-s", "-p", "no:cacheprovider", f"{TEST}::{NAME}"],
        cwd=Path(__file__).parent.parent,
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    took = time.monotonic() - began
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    for line in done.stdout.splitlines():
        if TOLD in line:
            figures.tell("of this", line.partition(TOLD)[2])
    figures.tell("processor time, the start and the database with it", f"{used.ru_utime + used.ru_stime:.1f} s")
    figures.at_most("wall clock, the start of the tests with it", took, TARGET_SECONDS, " s")
    if done.returncode:
        print(done.stdout[-4000:])
    return 1 if figures.missed or done.returncode else 0


if __name__ == "__main__":
    sys.exit(main())
