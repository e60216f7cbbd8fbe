"""Where the engine keeps its state. What it keeps on each store: ``tests/contracts/test_engines.py``."""

from pathlib import Path

from workflows.runtime.engine import engine_url


def test_place_of_the_state_follows_the_settings(tmp_path: Path) -> None:
    assert engine_url("postgres://db/mm", tmp_path) == "postgresql://db/mm"
    assert engine_url("", tmp_path) == f"sqlite:///{tmp_path / 'workflows.sqlite'}"
