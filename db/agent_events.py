"""The durable events of every conversation, numbered without gaps, as clients saw them."""

from typing import Any

from db.collection import Collection, Index, LogEntry


class AgentEvent(LogEntry):
    """One event: ``data`` is its AG-UI wire form, ``event_type`` its AG-UI type, ``seq`` its place."""

    event_id: str
    conversation_id: str
    seq: int
    run_id: str | None = None
    agent_name: str | None = None
    event_type: str
    data: dict[str, Any]


AGENT_EVENTS = Collection(
    name="agent_events",
    model=AgentEvent,
    id_field="event_id",
    id_prefix="evt",
    indexes=(
        Index(("user_id", "conversation_id", "seq"), unique=True),
        Index(("conversation_id", "-timestamp")),
        Index(("agent_name",)),
        Index(("event_type",)),
    ),
)
