"""The house lint finds what it is meant to find and lets the rest pass. `make check` runs it over the repository."""

import pytest

from scripts.lint.__main__ import lint
from scripts.lint.source import Source

DOC = '"""A module."""\n'


def rules_broken(path: str, text: str) -> set[str]:
    return {finding.rule for finding in lint([Source(path, text)])}


BAD = [
    ("core/money.py", DOC + "def total(:\n", "syntax"),
    ("tools/posts.py", DOC + "database.raw(POSTS)\n", "raw-collection"),
    ("server/app.py", DOC + "client.get_database('x')\n", "raw-collection"),
    ("server/app.py", DOC + "AsyncMongoClient('mongodb://127.0.0.1')\n", "raw-collection"),
    ("tests/server/test_app.py", "pymongo.MongoClient()\n", "raw-collection"),
    ("agents/graph.py", DOC + "import os\nKEY = os.environ['KEY']\n", "environment"),
    ("agents/graph.py", DOC + "from os import getenv\n", "environment"),
    ("server/app.py", DOC + "from pydantic_settings import BaseSettings\n", "environment"),
    ("tools/posts.py", DOC + "now = datetime.now(UTC)\n", "clock"),
    ("tools/posts.py", DOC + "now = datetime.datetime.utcnow()\n", "clock"),
    ("tools/posts.py", DOC + "day = date.today()\n", "clock"),
    ("server/app.py", DOC + "stamp = time.time()\n", "clock"),
    ("db/utils.py", DOC, "module-name"),
    ("tools/helpers/posts.py", DOC, "module-name"),
    ("tests/db/test_common.py", "", "module-name"),
    ("db/posts.py", "POSTS = 1\n", "module-docstring"),
    ("tests/db/test_posts.py", "@pytest.mark.skip\ndef test_a(): ...\n", "skipped-test"),
    ("tests/db/test_posts.py", "pytest.importorskip('x')\n", "skipped-test"),
    ("tests/db/test_posts.py", "monkeypatch.setattr(db.posts, 'POSTS', None)\n", "patched-module"),
    ("tests/db/test_posts.py", "from unittest.mock import patch\n", "patched-module"),
    ("tools/posts.py", DOC + "await adapter.publish(access, permit, notes)\n", "permit"),
    ("workflows/jobs/due.py", DOC + "await adapter.publish(access, permit=p, notes=n)\n", "permit"),
    ("server/rest/posts.py", DOC + "permit = Permit(act, 'policy', '', now, None, mint=key)\n", "permit"),
    ("workflows/delivery/attempt.py", DOC + "from tools.approval.permit import MINT\n", "permit"),
    ("tests/server/test_posts.py", "from tools.approval.permit import MINT\n", "permit"),
    ("core/money.py", DOC + "# x\n" * 400, "size"),
    ("tests/core/test_money.py", "# x\n" * 601, "size"),
    ("server/web/chat.js", "// x\n" * 401, "size"),
    ("docs/architecture.md", "Look in /" + "work/main.\n", "machine-path"),
    ("Makefile", "cp x /" + "root/x\n", "machine-path"),
    ("requirements.lock", "--index-url https://py" + "pi.org/simple\n", "registry"),
    ("package-lock.json", '"resolved": "https://registry.npm' + 'js.org/x.tgz"\n', "registry"),
    ("README.md", "As asked for in iss" + "ue 2.\n", "passing-words"),
    ("core/money.py", DOC + "# TO" + "DO round\n", "passing-words"),
]
GOOD = [
    ("db/posts.py", DOC + "database.raw(POSTS)\n"),
    ("tests/db/test_posts.py", "database.raw(POSTS)\n"),
    ("tests/server/test_app.py", "database.raw(POSTS)  # lint: allow raw-collection: empties the database\n"),
    ("core/settings.py", DOC + "from pydantic_settings import BaseSettings\n"),
    ("core/clock.py", DOC + "datetime.now(UTC)\n"),
    ("server/app.py", DOC + "clock.now()\nloop.time()\ntime.monotonic()\n"),
    ("tests/core/test_clock.py", "datetime.now(UTC)\n"),
    ("tests/core/test_settings.py", "monkeypatch.setenv('MM_PORT', '1')\n"),
    ("workflows/delivery/attempt.py", DOC + "await adapter.publish(access, permit, notes)\n"),
    ("agents/turns/run_log.py", DOC + "channel.publish(frames)\n"),
    ("db/__init__.py", ""),
    ("core/money.py", DOC + "# x\n" * 399),
    ("tests/core/test_money.py", "# x\n" * 600),
    ("README.md", "See https://example.com/home/page and ~/home/x.\n"),
]


@pytest.mark.parametrize(("path", "text", "rule"), BAD)
def test_what_breaks_a_rule_is_found(path: str, text: str, rule: str) -> None:
    assert rules_broken(path, text) == {rule}


@pytest.mark.parametrize(("path", "text"), GOOD)
def test_what_keeps_the_rules_passes(path: str, text: str) -> None:
    assert rules_broken(path, text) == set()


@pytest.mark.parametrize("excuse", ["raw-collection", "raw-collection:", "raw-collection: because", "clock: two words"])
def test_an_escape_needs_its_own_rule_and_a_reason(excuse: str) -> None:
    assert rules_broken("tools/posts.py", f"{DOC}database.raw(POSTS)  # lint: allow {excuse}\n") == {"raw-collection"}


def test_a_finding_names_its_place() -> None:
    finding = next(iter(lint([Source("tools/posts.py", DOC + "\ndate.today()\n")])))
    assert str(finding).startswith("tools/posts.py:3: clock: date.today()")
