"""The check of the machine names what is missing and how to get it."""

from pathlib import Path

import pytest

from scripts.needs import missing

EVERYTHING = {name: name for name in ("node", "npm", "chromium", "php", "mariadbd", "redis-server", "espeak-ng")}


def there(_: Path) -> bool:
    return True


def nowhere(_: Path) -> bool:
    return False


def test_nothing_is_missing_on_a_complete_machine() -> None:
    assert missing(EVERYTHING.get, lambda _: "v20.20.2", there) == []


@pytest.mark.parametrize(
    ("lacking", "version", "words"),
    [
        ("node", "v20.1.0", "Node.js 20 or newer with npm is missing"),
        ("npm", "v20.1.0", "Node.js 20 or newer with npm is missing"),
        ("chromium", "v20.1.0", "apt-get install chromium"),
        ("php", "v20.1.0", "apt-get install wordpress php-cli"),
        ("redis-server", "v20.1.0", "apt-get install redis-server"),
        ("espeak-ng", "v20.1.0", "apt-get install espeak-ng"),
        ("mariadbd", "v20.1.0", "WordPress with PHP and MariaDB is missing"),
        ("", "v18.19.0", "Node.js 20 or newer is needed"),
        ("", "", "Node.js 20 or newer is needed"),
    ],
)
def test_what_is_missing_is_named(lacking: str, version: str, words: str) -> None:
    present = {name: path for name, path in EVERYTHING.items() if name != lacking}
    found = missing(present.get, lambda _: version, there)
    assert len(found) == 1
    assert words in found[0]


def test_programs_without_the_site_are_not_enough() -> None:
    found = missing(EVERYTHING.get, lambda _: "v20.20.2", nowhere)
    assert len(found) == 1
    assert "wordpress" in found[0]
