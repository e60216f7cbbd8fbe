"""Who acts: made once at the edge from verified credentials and handed down. Never built from a request body."""

from dataclasses import dataclass
from typing import Literal

from core.errors import Forbidden

Role = Literal["admin", "user", "viewer"]
Channel = Literal["web", "slack", "voice", "api", "cli"]

WRITERS: frozenset[Role] = frozenset({"admin", "user"})


@dataclass(frozen=True, slots=True)
class Scope:
    """The tenant (``user_id``), the person acting for it (``actor_id``), their role and the channel they came by.

    For an account of its own, ``actor_id`` equals ``user_id``; a member acts in the tenant of its owner. ``may_decide``
    is False for API keys that were not given the right to approve.
    """

    user_id: str
    actor_id: str
    role: Role
    channel: Channel = "api"
    may_decide: bool = True

    @property
    def may_write(self) -> bool:
        """Whether this person may change anything."""
        return self.role in WRITERS

    def require_write(self) -> None:
        """Raise Forbidden unless this person may change things."""
        if not self.may_write:
            raise Forbidden("Your account may read but not change anything. Ask the account's owner for the user role.")

    def require_decide(self) -> None:
        """Raise Forbidden unless this person, by the way they came, may decide about approvals."""
        self.require_write()
        if not self.may_decide:
            raise Forbidden("This API key may not decide about approvals. Decide in the app, or use one that may.")

    def require_admin(self) -> None:
        """Raise Forbidden unless this person administers the installation."""
        if self.role != "admin":
            raise Forbidden("Only an administrator may do this.")
