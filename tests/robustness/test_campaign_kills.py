"""The worker, the database and the outside world are killed while campaigns run: all comes out as it was approved."""

import asyncio
import sys

import pytest

KILLS = 200
SEED = 1


@pytest.mark.alone
async def test_campaigns_end_as_approved_and_add_up_however_often_something_is_killed() -> None:
    program = (sys.executable, "-m", "bench.campaign_kills", "--kills", str(KILLS), "--seed", str(SEED))
    killing = await asyncio.create_subprocess_exec(
        *program, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL
    )
    told, _ = await killing.communicate()
    report = told.decode()
    print(f"\n{report}")
    assert killing.returncode == 0, report
    assert "problems       none" in report
