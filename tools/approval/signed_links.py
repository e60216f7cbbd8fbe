"""Signed links that let one person decide one request, in exactly the form they were shown, without an account."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from core.clock import Clock
from core.errors import InvalidInput, NotFound
from core.scope import Scope
from core.signed_tokens import SignedTokens
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
        self._tokens = SignedTokens(secret, PURPOSE)
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
        token = self._tokens.make(
            [grant.user_id, grant.request_id, grant.payload_hash, grant.step, approver, int(ends.timestamp())]
        )
        return token, grant

    def read(self, token: str) -> LinkGrant:
        """Return what a token allows; NotFound for one that was not made here or whose time is over."""
        told = self._tokens.read(token)
        if told is None:
            raise NotFound(NO_LINK)
        user_id, request_id, payload_hash, step, approver, ends = told
        grant = LinkGrant(user_id, request_id, payload_hash, step, approver, datetime.fromtimestamp(ends, UTC))
        if grant.expires_at <= self._clock.now():
            raise NotFound(NO_LINK)
        return grant
