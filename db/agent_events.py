"""The durable events of every conversation, numbered without gaps, as clients saw them."""

from typing import Any, Literal

from db.collection import Collection, Index, LogEntry


class AgentEvent(LogEntry):
    """What one agent did in one go: the events clients saw of it, stored together.

    ``seq`` is the number of the first; ``data["events"]`` holds their AG-UI wire forms, numbered from there.
    """

    event_id: str
    conversation_id: str
    seq: int
    run_id: str | None = None
    agent_name: str | None = None
    event_type: Literal["task_started", "tool_called", "message", "task_completed", "collaboration"]
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
