"""In whose name a stored message is answered: noted when it comes in, looked up again when its turn is taken up."""

from collections.abc import Mapping
from typing import Any, Final

from core.scope import Scope, is_visitor_id, lower_role, scope_of_stored
from db.client import Database
from db.standing import role_of

NOBODY: Final = "viewer"


def acting(scope: Scope) -> dict[str, Any]:
    """Return what a message's metadata says of who wrote it, with which rights, and on which clock."""
    told = {"timezone": scope.timezone} if scope.timezone else {}
    return told | {
        "actor_id": scope.actor_id,
        "channel": scope.channel,
        "role": scope.role,
        "may_decide": scope.may_decide,
    }


async def scope_of_message(database: Database, message: Mapping[str, Any]) -> Scope:
    """Return the scope in which a stored message's turn takes place: its writer's, with the rights they have now.

    Who may not act any more may not change anything either: their message is refused. A decision was made with the
    rights of its time, by people who may have no account: carrying it out needs none of today's.
    """
    user_id, kept = message["user_id"], message["metadata"]
    actor_id = kept.get("actor_id") or user_id
    if is_visitor_id(user_id):
        return scope_of_stored(user_id, actor_id)
    rights: dict[str, Any] = {"channel": kept.get("channel") or "api", "may_decide": kept.get("may_decide", True)}
    if message["kind"] == "decision":
        return Scope(user_id, actor_id, "user", **rights)
    role = await role_of(database, user_id, actor_id) or NOBODY
    return Scope(user_id, actor_id, lower_role(role, kept.get("role") or role), **rights)
