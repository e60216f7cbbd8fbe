"""Workers, the database and the outside world are killed while posts are delivered: each goes out exactly once."""

import asyncio
import sys

import pytest

KILLS = 60
SEED = 1


@pytest.mark.alone
async def test_each_approved_post_is_out_exactly_once_however_often_something_is_killed() -> None:
    program = (sys.executable, "-m", "bench.delivery_kills", "--kills", str(KILLS), "--seed", str(SEED))
    killing = await asyncio.create_subprocess_exec(
        *program, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL
    )
    told, _ = await killing.communicate()
    report = told.decode()
    print(f"\n{report}")
    assert killing.returncode == 0, report
    assert "problems       none" in report
