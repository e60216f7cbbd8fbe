"""What somebody may do in an account now, looked up for work of theirs that goes on without their login."""

from core.scope import Role
from db.client import Database
from db.failures import translated
from db.stored import to_document
from db.users import USERS, User


async def role_of(database: Database, user_id: str, actor_id: str) -> Role | None:
    """Return the role a person has in an account; None if they may not act in it. 2 round trips at most."""
    users = database.raw(USERS)
    with translated():
        found = await users.find_one({"user_id": actor_id})
        owner = found if actor_id == user_id else await users.find_one({"user_id": user_id})
    if found is None or owner is None:
        return None
    actor = to_document(USERS, found)
    mine = (actor.tenant_id or actor.user_id) == user_id
    return actor.role if mine and may_act(actor) and may_act(to_document(USERS, owner)) else None


def may_act(user: User | None) -> bool:
    """Whether an account exists and is not suspended."""
    return user is not None and user.status == "active" and user.subscription.status != "suspended"
