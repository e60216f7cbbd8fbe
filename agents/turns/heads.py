"""The conversations this process has just worked on, so that their next turn need not read them again.

What is kept here may be out of date: the first event's number tells when the turn begins, and then it is read again.
"""

from collections import OrderedDict
from typing import Any

CONVERSATIONS_KEPT = 500
IDS_KEPT = 50
ANSWERED = "answered"


class Heads:
    """The newest conversation documents, by id; the least recently used one goes first."""

    def __init__(self) -> None:
        self._heads: OrderedDict[str, dict[str, Any]] = OrderedDict()

    def put(self, head: dict[str, Any], client_message_id: str | None = None) -> None:
        """Keep a conversation document as it stands after a turn, and the id of the message that was answered."""
        conversation_id = head["conversation_id"]
        self._heads[conversation_id] = head | {ANSWERED: (*head.get(ANSWERED, ()), client_message_id)[-IDS_KEPT:]}
        self._heads.move_to_end(conversation_id)
        if len(self._heads) > CONVERSATIONS_KEPT:
            self._heads.popitem(last=False)

    def take(self, user_id: str, conversation_id: str) -> dict[str, Any] | None:
        """Return a conversation of this tenant and forget it: the turn that begins will put it back."""
        head = self._heads.get(conversation_id)
        if head is None or head["user_id"] != user_id:
            return None
        return self._heads.pop(conversation_id)

    def forget(self, conversation_id: str) -> None:
        """Forget a conversation that was changed or removed otherwise."""
        self._heads.pop(conversation_id, None)

    def forget_account(self, user_id: str) -> None:
        """Forget every conversation of a tenant."""
        for conversation_id in [key for key, head in self._heads.items() if head["user_id"] == user_id]:
            del self._heads[conversation_id]


def repeated(head: dict[str, Any] | None, client_message_id: str) -> bool:
    """Whether a message may have been answered before, as far as the conversation's kept document tells."""
    return head is None or client_message_id in head.get(ANSWERED, ())
