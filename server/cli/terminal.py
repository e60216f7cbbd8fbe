"""What the commands write: results to standard output, trouble and how far they are to standard error."""

import sys

from core.settings import Settings


def say(text: str = "", end: str = "\n") -> None:
    """Write to standard output at once."""
    sys.stdout.write(text + end)
    sys.stdout.flush()


def report(text: str) -> None:
    """Write how far the work has come to standard error, so that it is in nobody's results."""
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


def complain(text: str) -> None:
    """Write to standard error."""
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


def base_url(settings: Settings, port: int | None = None) -> str:
    """Return the address people reach a server of these settings by."""
    if settings.public_url:
        return settings.public_url
    host = "127.0.0.1" if settings.host in {"0.0.0.0", "::", ""} else settings.host  # noqa: S104 - shown, not bound
    shown = f"[{host}]" if ":" in host else host
    return f"http://{shown}:{port or settings.port}"
