"""Every import contract can break: a copy of the product with one bad module for each is refused by name."""

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

from scripts.lint.source import PRODUCT

ROOT = Path(__file__).parents[2]
CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"]
BAD_MODULES = {
    "core/upwards.py": "import db.client\n",
    "sandbox/insider.py": "import tools.tool\n",
    "server/shortcut.py": "import sandbox\n",
    "memory/driver.py": "import motor\nimport pymongo\n",
    "tools/libraries.py": "".join(
        f"import {name}\n" for name in ("dbos", "fastapi", "langgraph", "psycopg", "redis", "slack_sdk")
    ),
    "db/linked.py": "import secantus\n",
    "tools/platforms/copycat.py": "import tools.platforms.instagram\n",
    # What is protected is so against all but the few that are named.
    "prompts/nosy.py": "".join(
        f"import {name}\n" for contract in CONTRACTS for name in contract.get("protected_modules", ())
    ),
}


def test_every_contract_can_break(tmp_path: Path) -> None:
    for package in PRODUCT:
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for path, text in BAD_MODULES.items():
        (tmp_path / path).write_text(text)

    linter = str(Path(sys.executable).with_name("lint-imports"))
    checked = subprocess.run(
        [linter, "--no-logo", "--no-cache"], cwd=tmp_path, capture_output=True, text=True, check=False
    )

    broken = set(re.findall(r"^(.+) BROKEN\b", checked.stdout, re.MULTILINE))
    assert checked.returncode == 1
    assert broken == {contract["name"] for contract in CONTRACTS}, checked.stdout + checked.stderr
