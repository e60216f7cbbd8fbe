"""``python -m sandbox --port 8100 --journal FILE``: runs the outside world until it is stopped."""

import argparse
import asyncio
import json
import signal
import sys
from pathlib import Path

from sandbox.server import Sandbox


async def run(port: int, mail_port: int, journal: Path | None) -> None:
    """Serve until SIGINT or SIGTERM; the first line of output is the addresses of the platforms as JSON."""
    stopped = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    async with Sandbox(journal, port=port, mail_port=mail_port) as sandbox:
        told = {**sandbox.addresses(), "email": f"smtp://127.0.0.1:{sandbox.mail.port}"}
        sys.stdout.write(json.dumps(told) + "\n")
        sys.stdout.flush()
        await stopped.wait()


def main() -> int:
    """Read the command line and run."""
    parser = argparse.ArgumentParser(prog="python -m sandbox", description="The outside world on loopback.")
    parser.add_argument("--port", type=int, default=0, help="port to listen on; 0 takes a free one")
    parser.add_argument("--mail-port", type=int, default=0, help="port of the mail server; 0 takes a free one")
    parser.add_argument("--journal", type=Path, help="file that keeps what happened over a restart")
    given = parser.parse_args()
    asyncio.run(run(given.port, given.mail_port, given.journal))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
