"""The check of the machine names what is missing and how to get it."""

import pytest

from scripts.needs import missing

EVERYTHING = {"node": "node", "npm": "npm", "chromium": "chromium"}


def test_nothing_is_missing_on_a_complete_machine() -> None:
    assert missing(EVERYTHING.get, lambda _: "v20.20.2") == []


@pytest.mark.parametrize(
    ("lacking", "version", "words"),
    [
        ("node", "v20.1.0", "Node.js 20 or newer with npm is missing"),
        ("npm", "v20.1.0", "Node.js 20 or newer with npm is missing"),
        ("chromium", "v20.1.0", "apt-get install chromium"),
        ("", "v18.19.0", "Node.js 20 or newer is needed"),
        ("", "", "Node.js 20 or newer is needed"),
    ],
)
def test_what_is_missing_is_named(lacking: str, version: str, words: str) -> None:
    present = {name: path for name, path in EVERYTHING.items() if name != lacking}
    found = missing(present.get, lambda _: version)
    assert len(found) == 1
    assert words in found[0]
