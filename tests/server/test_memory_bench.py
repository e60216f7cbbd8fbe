"""``marketing-minds bench memory`` and ``memory reindex`` as people start them."""

import json
from pathlib import Path

from tests.server.test_cli import run

SESSIONS = {
    "speaker_a": "Ana",
    "speaker_b": "Ben",
    "session_1_date_time": "4:04 pm on 20 January, 2023",
    "session_1": [
        {"speaker": "Ana", "dia_id": "D1:1", "text": "Hello Ben, what colour is the van?"},
        {"speaker": "Ben", "dia_id": "D1:2", "text": "Yellow, with a croissant on the roof."},
        {"speaker": "Ana", "dia_id": "D1:3", "text": "The florist is closed on Mondays."},
    ],
    "qa": [
        {"question": "What colour is the van?", "answer": "yellow", "evidence": ["D1:2"], "category": 4},
        {"question": "When is the florist closed?", "answer": "Mondays", "evidence": ["D1:3"], "category": 2},
    ],
}


async def test_the_bench_prints_quality_and_speed(tmp_path: Path) -> None:
    data = tmp_path / "talk.json"
    data.write_text(json.dumps(SESSIONS))
    ended = await run(tmp_path / "data", "bench", "memory", str(data))
    assert (ended.code, ended.err) == (0, "1 of 1: talk-0, 3 turns, 2 questions\n")
    lines = ended.out.splitlines()
    assert lines[0] == "1 conversations, 3 turns, 2 questions with evidence"
    assert lines[2].split() == ["categories", "1", "to", "4", "2", "100.0%", "100.0%", "100.0%"]
    assert [line.split()[0] for line in lines[3:5]] == ["2", "4"]
    for figure in ("ingest one by one", "ingest in batches", "recall of 1,000 memories   p50"):
        assert any(line.startswith(figure) for line in lines)
    assert not (tmp_path / "data").exists() or not list((tmp_path / "data").glob("mongo*"))


async def test_the_bench_says_what_it_can_not_read(tmp_path: Path) -> None:
    ended = await run(tmp_path / "data", "bench", "memory", str(tmp_path / "none.json"))
    assert ended.code == 1
    assert "There is nothing at" in ended.err


async def test_reindexing_an_empty_memory_is_done_at_once(tmp_path: Path) -> None:
    ended = await run(tmp_path / "data", "memory", "reindex")
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.splitlines()[-1].startswith("Done: 0 memories")
