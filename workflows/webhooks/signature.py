"""The headers that let a receiver check where a webhook's body comes from, as Standard Webhooks 1.0 says."""

import base64
import secrets
from datetime import datetime
from typing import Final

from standardwebhooks import Webhook as Signer

SECRET_BYTES: Final = 32


def new_secret() -> str:
    """Return a fresh signing secret: ``whsec_`` and 32 random bytes in base64."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def signed_headers(secrets_now: tuple[str, ...], message_id: str, at: datetime, body: str) -> dict[str, str]:
    """Return the headers for a body; with several secrets it is signed by each, so that either verifies it."""
    signatures = " ".join(Signer(secret).sign(message_id, at, body) for secret in secrets_now)
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": signatures,
        "Content-Type": "application/json",
    }
