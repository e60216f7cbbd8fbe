"""Who acts: made once at the edge from verified credentials and handed down. Never built from a request body."""

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from core.errors import Forbidden

Role = Literal["admin", "user", "viewer"]
Channel = Literal["web", "slack", "voice", "api", "cli"]

VISITOR_PREFIX: Final = "vtr"
Standing: TypeAlias = Role | Literal["visitor"]
RANK: Final[dict[Role, int]] = {"viewer": 0, "user": 1, "admin": 2}
WRITERS: frozenset[Standing] = frozenset({"admin", "user"})


@dataclass(frozen=True, slots=True)
class Scope:
    """The tenant (``user_id``), the person acting for it (``actor_id``), their role and the channel they came by.

    For an account of its own, ``actor_id`` equals ``user_id``; a member acts in the tenant of its owner. ``may_decide``
    is False for API keys that were not given the right to approve. ``timezone`` is the person's, if it is known.

    A visitor of a page is a tenant of their own and nothing else, so that no query can reach what belongs to somebody
    else; their ids have a prefix of their own, and with it a scope of any other role can't be made.
    """

    user_id: str
    actor_id: str
    role: Standing
    channel: Channel = "api"
    may_decide: bool = True
    timezone: str | None = None

    def __post_init__(self) -> None:
        if is_visitor_id(self.user_id) != (self.role == "visitor") or self.is_visitor != is_visitor_id(self.actor_id):
            raise Forbidden("A visitor acts as a visitor, and nobody else does.")

    @property
    def is_visitor(self) -> bool:
        """Whether this is a stranger on a page that carries the widget."""
        return self.role == "visitor"

    @property
    def account_role(self) -> Role:
        """The role of an account. Forbidden for a visitor, who has none."""
        if self.role == "visitor":
            raise Forbidden("A visitor has no account.")
        return self.role

    @property
    def may_write(self) -> bool:
        """Whether this person may change anything."""
        return self.role in WRITERS

    def require_write(self) -> None:
        """Raise Forbidden unless this person may change things."""
        if not self.may_write:
            raise Forbidden("Your account may read but not change anything. Ask the account's owner for the user role.")

    def require_talk(self) -> None:
        """Raise Forbidden unless this person may say something: whoever may write, and visitors among themselves."""
        if not self.is_visitor:
            self.require_write()

    def require_decide(self) -> None:
        """Raise Forbidden unless this person, by the way they came, may decide about approvals."""
        self.require_write()
        if not self.may_decide:
            raise Forbidden("This API key may not decide about approvals. Decide in the app, or use one that may.")

    def require_admin(self) -> None:
        """Raise Forbidden unless this person administers the installation."""
        if self.role != "admin":
            raise Forbidden("Only an administrator may do this.")


def lower_role(first: Role, second: Role) -> Role:
    """Return the role of the two that may do less."""
    return min(first, second, key=RANK.__getitem__)


def is_visitor_id(user_id: str) -> bool:
    """Whether an id is a visitor's."""
    return user_id.startswith(f"{VISITOR_PREFIX}_")


def scope_of_stored(user_id: str, actor_id: str | None = None) -> Scope:
    """Return the scope in which stored work of a tenant goes on: a visitor's stays a visitor's."""
    return Scope(user_id, actor_id or user_id, "visitor" if is_visitor_id(user_id) else "user")
