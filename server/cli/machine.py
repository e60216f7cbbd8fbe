"""What the machine the server runs on says of the person who sits at it."""

from typing import Final

import structlog
import tzlocal

UTC_NAMES: Final = frozenset({"UTC", "Etc/UTC", "Etc/UCT", "UCT", "Universal", "Etc/Universal", "Zulu", "Etc/Zulu"})
log = structlog.get_logger(__name__)


def machine_zone() -> str | None:
    """Return the timezone this machine is set to; None where it does not say. UTC is how machines come: no answer."""
    try:
        named = tzlocal.get_localzone_name()
    except (LookupError, ValueError, OSError) as error:
        log.info("the machine does not say in which timezone it is", reason=str(error))
        return None
    return None if named in UTC_NAMES else named
