"""What documents share that are sent to somebody's address, tried again until it was taken or given up."""

from typing import Literal

from pydantic import Field

from db.collection import OwnedDocument, Part, UtcTime


class Attempt(Part):
    """One attempt: the status that came back, how long it took, and what was wrong."""

    at: UtcTime
    status: int | None = None
    milliseconds: int = 0
    error: str | None = None


class Outgoing(OwnedDocument):
    """``due_at`` is when somebody has to look at it next; none: it is over. ``latest`` are the newest attempts."""

    state: Literal["pending", "sent", "failed"] = "pending"
    attempts: int = 0
    due_at: UtcTime | None = None
    latest: list[Attempt] = Field(default_factory=list[Attempt])
    finished_at: UtcTime | None = None
