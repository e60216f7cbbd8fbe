"""Addresses of our own for files a platform fetches itself: behind each lie the bytes that were approved, or nothing.

A host could show us one file and the platform another. What such an address leads to is fetched once more, compared
with the approved SHA-256, and handed on from here.
"""

import base64
import binascii
import hashlib
import hmac
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

import orjson

from core.clock import Clock
from core.errors import NotFound
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
        self._key = hmac.new(secret.encode(), PURPOSE, hashlib.sha256).digest()
        self._clock = clock
        self._base = base_url.rstrip("/")

    def address(self, media: Media) -> str:
        """Return the address a platform is given for a file that was fetched and checked."""
        ends = int((self._clock.now() + LIFETIME).timestamp())
        body = orjson.dumps([media.url, media.digest, ends])
        return f"{self._base}/media/{_text(body)}.{_text(self._signature(body))}"

    def read(self, token: str) -> MediaGrant:
        """Return what an address leads to; NotFound for one that was not made here or whose time is over."""
        body, _, signature = token.partition(".")
        try:
            told, signed = _bytes(body), _bytes(signature)
        except (ValueError, binascii.Error) as error:
            raise NotFound(NO_FILE) from error
        if not hmac.compare_digest(self._signature(told), signed):
            raise NotFound(NO_FILE)
        url, digest, ends = orjson.loads(told)
        if datetime.fromtimestamp(ends, UTC) <= self._clock.now():
            raise NotFound(NO_FILE)
        return MediaGrant(url, digest)

    def _signature(self, body: bytes) -> bytes:
        return hmac.new(self._key, body, hashlib.sha256).digest()


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _bytes(text: str) -> bytes:
    if not text.isascii():
        raise ValueError
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
