"""Who did what, when and from where. Entries are only ever added."""

from typing import Any

from pydantic import Field

from db.collection import Collection, Index, LogEntry


class AuditEntry(LogEntry):
    """One act in an account. ``actor_id`` is the person; model and prompt are those of an act of the AI."""

    audit_id: str
    actor_id: str | None = None
    action: str
    resource_type: str | None = None
    resource_id: str | None = None
    details: dict[str, Any] = Field(default_factory=dict[str, Any])
    changes: dict[str, Any] | None = None
    ai_generated: bool = False
    model: str | None = None
    prompt: str | None = None
    ip_address: str | None = None
    user_agent: str | None = None


AUDIT_LOG = Collection(
    name="audit_log",
    model=AuditEntry,
    id_field="audit_id",
    id_prefix="aud",
    indexes=(
        Index(("user_id",)),
        Index(("action",)),
        Index(("-timestamp",)),
        Index(("user_id", "-timestamp", "-audit_id")),
    ),
)
