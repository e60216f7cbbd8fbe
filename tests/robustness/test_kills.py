"""The server, and the database under it, killed in the middle of turns: nothing is lost and nothing done twice."""

from pathlib import Path

import pytest

from bench.kills import killed

KILLS = 52
SEED = 1


@pytest.mark.alone
async def test_nothing_is_lost_or_done_twice_however_often_something_is_killed(tmp_path: Path) -> None:
    report = await killed(tmp_path / "data", KILLS, SEED)
    print("\n" + "\n".join(report.lines()))
    assert report.problems == []
    assert report.orphans == []
    assert report.server_kills + report.database_kills >= KILLS
    assert report.conversations > 0
