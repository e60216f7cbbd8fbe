"""Names of timezones: which there are, and which of several counts."""

from typing import Final
from zoneinfo import ZoneInfo

UNKNOWN: Final = "UTC"
LONGEST_NAME: Final = 64


def is_zone(name: str | None) -> bool:
    """Whether there is a timezone of this name."""
    try:
        return bool(name) and len(str(name)) <= LONGEST_NAME and bool(ZoneInfo(str(name)).key)
    except (KeyError, ValueError, OSError):
        return False


def known_zone(name: str) -> str:
    """Refuse what is no timezone."""
    if not is_zone(name):
        raise ValueError("is no timezone; use a name such as Europe/London")
    return name


def first_zone(*names: str | None) -> str:
    """Return the first of these that is a timezone, UTC if none is."""
    return next((name for name in names if name and is_zone(name)), UNKNOWN)
