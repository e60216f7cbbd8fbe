"""Addresses of our own for files a platform fetches itself: behind each lie the bytes that were approved, or nothing.

A host could show us one file and the platform another. What such an address leads to is fetched once more, compared
with the approved SHA-256, and handed on from here.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from core.clock import Clock
from core.errors import NotFound
from core.signed_tokens import SignedTokens
from tools.outside.contract import Media

PURPOSE: Final = b"fetch one approved file"
LIFETIME: Final = timedelta(hours=6)
NO_FILE: Final = "There is no such file here, or its time is over."


@dataclass(frozen=True, slots=True)
class MediaGrant:
    """The one file an address leads to: where it lies, and the SHA-256 its bytes have to have."""

    url: str
    digest: str


class MediaLinks:
    """Makes and reads the addresses. ``secret`` is this server's own; nothing of an address is stored."""

    def __init__(self, secret: str, clock: Clock, base_url: str) -> None:
        self._tokens = SignedTokens(secret, PURPOSE)
        self._clock = clock
        self._base = base_url.rstrip("/")

    def address(self, media: Media) -> str:
        """Return the address a platform is given for a file that was fetched and checked."""
        ends = int((self._clock.now() + LIFETIME).timestamp())
        return f"{self._base}/media/{self._tokens.make([media.url, media.digest, ends])}"

    def read(self, token: str) -> MediaGrant:
        """Return what an address leads to; NotFound for one that was not made here or whose time is over."""
        told = self._tokens.read(token)
        if told is None:
            raise NotFound(NO_FILE)
        url, digest, ends = told
        if datetime.fromtimestamp(ends, UTC) <= self._clock.now():
            raise NotFound(NO_FILE)
        return MediaGrant(url, digest)
