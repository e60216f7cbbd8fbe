"""Signed links that let one person decide one request, in exactly the form they were shown, without an account."""

import base64
import binascii
import hashlib
import hmac
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

import orjson

from core.clock import Clock
from core.errors import InvalidInput, NotFound
from core.scope import Scope
from db.approval_requests import ApprovalRequest

PURPOSE: Final = b"decide one approval request"
LONGEST: Final = timedelta(days=14)
NO_LINK: Final = "This link is not valid, or its time is over. Ask whoever sent it for a new one."


@dataclass(frozen=True, slots=True)
class LinkGrant:
    """What a link allows: deciding this request of this account, with this hash, in this person's name, until then."""

    user_id: str
    request_id: str
    payload_hash: str
    step: int
    approver: str
    expires_at: datetime

    @property
    def scope(self) -> Scope:
        """Who decides with it. For the decision alone: it is handed to nothing else."""
        return Scope(self.user_id, self.approver, "user", "web")

    def is_for(self, request: ApprovalRequest) -> bool:
        """Whether the request is still what the link was made for."""
        return (self.payload_hash, self.step) == (request.payload_hash, request.step)


class SignedLinks:
    """Makes and reads the links. ``secret`` is this server's own; nothing of a link is stored."""

    def __init__(self, secret: str, clock: Clock) -> None:
        self._key = hmac.new(secret.encode(), PURPOSE, hashlib.sha256).digest()
        self._clock = clock

    def make(self, request: ApprovalRequest, approver: str, lifetime: timedelta) -> tuple[str, LinkGrant]:
        """Return the token of a link and what it allows; it ends with the request at the latest."""
        if request.status != "pending":
            raise InvalidInput("This has been decided already, so there is nothing to send a link for.")
        named = request.steps[request.step].approvers if request.steps else []
        if named and approver not in named:
            raise InvalidInput(f"This waits for {', '.join(named)}. Make the link for one of them.", field="approver")
        ends = min(self._clock.now() + min(lifetime, LONGEST), request.expires_at).replace(microsecond=0)
        grant = LinkGrant(request.user_id, request.request_id, request.payload_hash, request.step, approver, ends)
        body = orjson.dumps(
            [grant.user_id, grant.request_id, grant.payload_hash, grant.step, approver, int(ends.timestamp())]
        )
        return f"{_text(body)}.{_text(self._signature(body))}", grant

    def read(self, token: str) -> LinkGrant:
        """Return what a token allows; NotFound for one that was not made here or whose time is over."""
        body, _, signature = token.partition(".")
        try:
            told, signed = _bytes(body), _bytes(signature)
        except (ValueError, binascii.Error) as error:
            raise NotFound(NO_LINK) from error
        if not hmac.compare_digest(self._signature(told), signed):
            raise NotFound(NO_LINK)
        user_id, request_id, payload_hash, step, approver, ends = orjson.loads(told)
        grant = LinkGrant(user_id, request_id, payload_hash, step, approver, datetime.fromtimestamp(ends, UTC))
        if grant.expires_at <= self._clock.now():
            raise NotFound(NO_LINK)
        return grant

    def _signature(self, body: bytes) -> bytes:
        return hmac.new(self._key, body, hashlib.sha256).digest()


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _bytes(text: str) -> bytes:
    if not text.isascii():
        raise ValueError
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
