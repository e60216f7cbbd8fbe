"""Words of the house that a conversation is to be told, each once, when its turn comes."""

from datetime import timedelta
from typing import Any, Literal

from pydantic import Field

from db.collection import Collection, Index, OwnedDocument, Retention, UtcTime


class StoredNotice(OwnedDocument):
    """What is to be told. It is ``pending`` until its events are stored in the conversation.

    One that was told is kept for a while, so that whoever repeats it is not heard twice.
    """

    notice_id: str
    conversation_id: str
    agent: str
    events: list[dict[str, Any]] = Field(default_factory=list[dict[str, Any]])
    text: str = ""
    interrupt: dict[str, Any] | None = None
    settled: list[str] = Field(default_factory=list[str])
    status: Literal["pending", "told"] = "pending"
    told_at: UtcTime | None = None


NOTICES = Collection(
    name="notices",
    model=StoredNotice,
    id_field="notice_id",
    id_prefix="ntc",
    indexes=(
        Index(("user_id",)),
        Index(("user_id", "conversation_id", "created_at"), partial={"status": "pending"}, label="pending"),
        Index(("status", "created_at"), partial={"status": "pending"}),
    ),
    retention=Retention("told_at", timedelta(days=30)),
)
