"""Short texts that only this server can have made, for addresses: what they say is readable, and can't be changed."""

import base64
import binascii
import hashlib
import hmac
from typing import Any

import orjson


class SignedTokens:
    """Makes and reads tokens for one purpose: those of another are not valid here."""

    def __init__(self, secret: str, purpose: bytes) -> None:
        self._key = hmac.new(secret.encode(), purpose, hashlib.sha256).digest()

    def make(self, told: list[Any]) -> str:
        """Return the token that says this."""
        body = orjson.dumps(told)
        return f"{_text(body)}.{_text(self._signature(body))}"

    def read(self, token: str) -> list[Any] | None:
        """Return what a token says; None for one that was not made here for this purpose."""
        body, _, signature = token.partition(".")
        try:
            told, signed = _bytes(body), _bytes(signature)
        except (ValueError, binascii.Error):
            return None
        found: list[Any] | None = orjson.loads(told) if hmac.compare_digest(self._signature(told), signed) else None
        return found

    def _signature(self, body: bytes) -> bytes:
        return hmac.new(self._key, body, hashlib.sha256).digest()


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _bytes(text: str) -> bytes:
    if not text.isascii():
        raise ValueError
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
