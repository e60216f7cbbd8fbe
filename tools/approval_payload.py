"""The canonical form of what a person approves, and its hash."""

import hashlib
from typing import Any

import rfc8785

from core.errors import InvalidInput


def payload_hash(payload: dict[str, Any]) -> str:
    """Return the SHA-256 (hex) of the payload's canonical JSON (RFC 8785): equal content, equal hash."""
    try:
        return hashlib.sha256(rfc8785.dumps(payload)).hexdigest()
    except rfc8785.CanonicalizationError as error:
        raise InvalidInput(f"This can't be approved as it is: {error}.") from error
