"""Work given to an agent, and what came of it."""

from typing import Any, Literal

from pydantic import Field

from db.collection import Collection, Index, OwnedDocument, UtcTime


class AgentTask(OwnedDocument):
    """One task of a campaign or a conversation."""

    task_id: str
    campaign_id: str | None = None
    conversation_id: str | None = None
    run_id: str | None = None
    agent_name: str
    status: Literal["pending", "in_progress", "completed", "failed"] = "pending"
    input: dict[str, Any] = Field(default_factory=dict[str, Any])
    result: dict[str, Any] | None = None
    error: str | None = None
    started_at: UtcTime | None = None
    completed_at: UtcTime | None = None
    duration_ms: int | None = None


AGENT_TASKS = Collection(
    name="agent_tasks",
    model=AgentTask,
    id_field="task_id",
    id_prefix="tsk",
    indexes=(Index(("campaign_id",)), Index(("status",)), Index(("user_id",))),
)
