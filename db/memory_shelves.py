"""The three collections that are recalled together: an account's own memories, its agents' learnings, what all share.

A memory's id says by its prefix where it is.
"""

from typing import Any, Final, Literal, TypeAlias

from db.agent_memory import AGENT_MEMORY, AgentMemory
from db.collection import Collection
from db.global_memory import GLOBAL_MEMORY, GlobalMemory
from db.user_memory import USER_MEMORY, UserMemory

Shelf: TypeAlias = Literal["user", "agent", "global"]
Memory: TypeAlias = UserMemory | AgentMemory | GlobalMemory

# Whose change log follows what is shared by all accounts.
HOUSE_ID: Final = "system"
SHELVES: Final[dict[Shelf, Collection[Any]]] = {"user": USER_MEMORY, "agent": AGENT_MEMORY, "global": GLOBAL_MEMORY}
_OF_PREFIX: Final[dict[str, Shelf]] = {collection.id_prefix: shelf for shelf, collection in SHELVES.items()}


def shelf_of(memory_id: str) -> Shelf:
    """Return where a memory with this id is; an id of no other shelf is an account's own."""
    return _OF_PREFIX.get(memory_id.partition("_")[0], "user")


def own(shelf: Shelf, user_id: str, where: dict[str, Any]) -> dict[str, Any]:
    """Limit a filter to the account, where the shelf has accounts."""
    return where if shelf == "global" else where | {"user_id": user_id}
