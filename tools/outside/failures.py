"""From what a platform answers to the house's errors, without anything secret in them."""

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus

from core.errors import OutcomeUnknown, PlatformError, ReconnectNeeded, Rejected, Retryable

HIDDEN = "[hidden]"
LONGEST_WORDS = 300
SHORTEST_SECRET = 4
LONGEST_WAIT = timedelta(days=1)


def scrubbed(words: str, secrets: Iterable[str]) -> str:
    """Return what a platform said, in one line, cut, and without secrets it may have repeated."""
    for secret in sorted(secrets, key=len, reverse=True):
        if len(secret) >= SHORTEST_SECRET:
            words = words.replace(secret, HIDDEN)
    words = re.sub(r"[\s\x00-\x1f\x7f]+", " ", re.sub(r"<[^>]*>", " ", words)).strip()
    return words if len(words) <= LONGEST_WORDS else f"{words[:LONGEST_WORDS]}…"


def wait_of(headers: Mapping[str, str], now: datetime) -> float | None:
    """Return the seconds a ``Retry-After`` header asks for, given as seconds or as a date."""
    told = headers.get("Retry-After", "").strip()
    if not told:
        return None
    if told.isdecimal():
        seconds = float(told[:9])
    else:
        try:
            moment = parsedate_to_datetime(told)
        except ValueError:
            return None
        seconds = ((moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - now).total_seconds()
    return min(max(seconds, 0.0), LONGEST_WAIT.total_seconds())


def busy(label: str, words: str, wait: float | None = None) -> Retryable:
    """The platform asks to come back later; nothing has happened."""
    said = f" It says: {words}" if words else ""
    return Retryable(f"{label} does not take more at the moment.{said} It will be tried again.", retry_after=wait)


def unreachable(label: str) -> Retryable:
    """No connection; nothing was sent."""
    return Retryable(f"{label} can't be reached right now. Nothing was sent; it will be tried again.")


def untrusted(label: str) -> Rejected:
    """The other side could not prove who it is; nothing was sent."""
    return Rejected(f"The certificate of {label} is not trusted, so nothing was sent. Have it renewed or corrected.")


def lost(label: str, words: str = "") -> OutcomeUnknown:
    """The answer to something that has an effect did not come or makes no sense."""
    said = f" It says: {words}" if words else ""
    return OutcomeUnknown(
        f"The answer of {label} was lost: it may or may not have happened.{said} Look there before repeating it."
    )


def refused(label: str, words: str, **details: str | bool) -> Rejected:
    """The platform will not take this as it is."""
    return Rejected(f"{label} refused this: {words or 'it gave no reason.'} Change it and try again.", **details)


def closed(label: str, words: str = "") -> ReconnectNeeded:
    """The credentials no longer work."""
    said = f" It says: {words}" if words else ""
    return ReconnectNeeded(f"{label} no longer accepts our credentials.{said} Connect the account again.")


def of_status(label: str, status: int, words: str, *, wait: float | None, effect: bool) -> PlatformError:
    """Choose the error for a status, where the platform's own codes say nothing more precise.

    A gateway may answer 5xx although the service behind it has acted, so that for an effect only a 503 that names a
    time to come back counts as 'nothing has happened'.
    """
    if status == HTTPStatus.TOO_MANY_REQUESTS or (status == HTTPStatus.SERVICE_UNAVAILABLE and wait is not None):
        return busy(label, words, wait)
    if status == HTTPStatus.UNAUTHORIZED:
        return closed(label, words)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status == HTTPStatus.REQUEST_TIMEOUT:
        return lost(label, words) if effect else busy(label, words, wait)
    if status < HTTPStatus.BAD_REQUEST:
        return refused(label, f"it answered {status} where an answer was expected. Check the address.")
    return refused(label, words)
