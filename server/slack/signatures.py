"""Whether a request comes from Slack: its signature over the body, made within the last five minutes."""

from collections.abc import Mapping
from typing import Final

from slack_sdk.signature import Clock as SlackClock
from slack_sdk.signature import SignatureVerifier

from core.clock import Clock

TIMESTAMP: Final = "x-slack-request-timestamp"
SIGNATURE: Final = "x-slack-signature"
LONGEST_TIMESTAMP: Final = 12


class _Now(SlackClock):
    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def now(self) -> float:
        return self._clock.now().timestamp()


class Signatures:
    """Checks requests with the app's signing secret. The comparison takes the same time whatever was sent."""

    def __init__(self, secret: str, clock: Clock) -> None:
        self._verifier = SignatureVerifier(secret, _Now(clock))

    def signed(self, body: bytes, headers: Mapping[str, str]) -> bool:
        """Whether the body was signed by Slack just now. ``headers`` have their names in lower case."""
        moment, signature = headers.get(TIMESTAMP, ""), headers.get(SIGNATURE, "")
        plain = moment.isascii() and moment.isdecimal() and len(moment) <= LONGEST_TIMESTAMP and signature.isascii()
        try:
            return plain and self._verifier.is_valid(body, moment, signature)
        except UnicodeDecodeError:
            return False
