"""The conversation an MCP client works in: one it names, or the one each person has for this."""

from typing import Final

from core.errors import Conflict, InvalidInput
from core.ids import is_public_id, new_id
from core.scope import Scope
from db.conversations import CONVERSATIONS, Conversation
from server.services import Services

LONGEST_ID: Final = 200
CONVERSATION_META: Final = "marketing-minds/conversation_id"


async def conversation_of(services: Services, scope: Scope, named: str | None) -> Conversation:
    """Return the conversation of an id of ours or of the client's own, made at first use; NotFound for others'."""
    conversations = services.repository(CONVERSATIONS, scope)
    if named is not None and (not named.isprintable() or not 0 < len(named) <= LONGEST_ID):
        raise InvalidInput(f"A conversation's id has 1 to {LONGEST_ID} printable characters.", field="conversation_id")
    if named is not None and is_public_id(named) and named.startswith(f"{CONVERSATIONS.id_prefix}_"):
        return await conversations.get(named)
    external_id = f"mcp:{scope.actor_id}" if named is None else named
    found = await conversations.find_one({"external_id": external_id})
    if found:
        return found
    new = Conversation(conversation_id=new_id(CONVERSATIONS.id_prefix), channel=scope.channel, external_id=external_id)
    try:
        return await services.turns.open(scope, new)
    except Conflict:
        found = await conversations.find_one({"external_id": external_id})
        if found is None:
            raise
        return found
