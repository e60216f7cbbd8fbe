"""Says what the gate needs from the machine besides Python packages, and how to get what is missing."""

import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

NODE_MAJOR = 20
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
WORDPRESS = Path("/usr/share/wordpress/wp-load.php")

Which = Callable[[str], str | None]


def _node_version(path: str) -> str:
    return subprocess.run([path, "--version"], capture_output=True, text=True, check=False).stdout.strip()


def missing(
    which: Which = shutil.which,
    node_version: Callable[[str], str] = _node_version,
    exists: Callable[[Path], bool] = Path.exists,
) -> list[str]:
    """Return one sentence for each thing the gate needs and this machine does not have."""
    found: list[str] = []
    node = which("node")
    if node is None or which("npm") is None:
        found.append(
            f"Node.js {NODE_MAJOR} or newer with npm is missing: the tests read a turn with a JavaScript client."
        )
    else:
        major = re.match(r"v(\d+)", node_version(node))
        if major is None or int(major.group(1)) < NODE_MAJOR:
            found.append(f"Node.js {NODE_MAJOR} or newer is needed; {node} is older.")
    if not any(which(browser) for browser in BROWSERS):
        found.append("A Chromium browser is missing: on Debian or Ubuntu, apt-get install chromium.")
    if not which("redis-server"):
        found.append(
            "Redis is missing, over which server processes are tested together: on Debian or Ubuntu, "
            "apt-get install redis-server."
        )
    if not (which("php") and which("mariadbd") and exists(WORDPRESS)):
        found.append(
            "WordPress with PHP and MariaDB is missing, against which publishing is tested: on Debian or Ubuntu, "
            "apt-get install wordpress php-cli php-mysql mariadb-server."
        )
    if not which("espeak-ng"):
        found.append("espeak-ng is missing, which speaks recordings for the tests: apt-get install espeak-ng.")
    return found


def main() -> int:
    """Print what is missing; 1 if anything is."""
    lacking = missing()
    for sentence in lacking:
        print(sentence, file=sys.stderr)
    if lacking:
        print(
            "Install this and run make test again; as root on Debian, .ci/run installs all but Node.js itself.",
            file=sys.stderr,
        )
    return 1 if lacking else 0


if __name__ == "__main__":
    raise SystemExit(main())
