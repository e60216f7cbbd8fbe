"""Every message of every conversation, one document each."""

from typing import Any, Literal

from pydantic import Field

from db.collection import Collection, Index, OwnedDocument, UtcTime


class Message(OwnedDocument):
    """What a person or an agent said.

    A person's message is ``pending`` while it waits for its turn. From then on it is ``done``, unless the turn ends
    otherwise, and ``memory`` is ``pending`` until what was said in the turn, once that is over, is remembered. It is
    ``failed`` once every attempt at that has failed; until then ``memory_failures`` counts them and the next comes at
    ``memory_after``. ``first_seq`` is a number at or before the first event of the turn.
    """

    message_id: str
    conversation_id: str
    client_message_id: str | None = None
    role: Literal["user", "assistant", "system"]
    kind: Literal["message", "decision"] = "message"
    agent: str | None = None
    content: str
    html: str | None = None
    timestamp: UtcTime
    status: Literal["pending", "done", "failed", "cancelled"] = "done"
    run_id: str | None = None
    first_seq: int | None = None
    memory: Literal["pending", "failed"] | None = None
    memory_failures: int | None = None
    memory_after: UtcTime | None = None
    metadata: dict[str, Any] = Field(default_factory=dict[str, Any])


MESSAGES = Collection(
    name="messages",
    model=Message,
    id_field="message_id",
    id_prefix="msg",
    indexes=(
        Index(
            ("user_id", "conversation_id", "client_message_id"), unique=True, partial={"client_message_id": {"$gt": ""}}
        ),
        Index(("user_id", "conversation_id", "-created_at", "-message_id")),
        Index(("user_id", "conversation_id", "run_id")),
        Index(("user_id", "conversation_id", "message_id"), partial={"status": "pending"}, label="pending"),
        Index(("status", "created_at"), partial={"status": "pending"}),
        Index(("memory",), partial={"memory": "pending"}),
        Index(("memory",), partial={"memory": "failed"}, label="failed"),
    ),
)
