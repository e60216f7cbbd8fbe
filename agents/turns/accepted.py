"""What a client is told of a message it sent: that it is stored, and how its run ended."""

from dataclasses import dataclass
from typing import Any, Literal

Stored = dict[str, Any]
RunStatus = Literal["success", "interrupt", "cancelled", "failed"]


@dataclass(frozen=True, slots=True)
class Accepted:
    """A message that is stored. The run's first event has a number above ``after``.

    ``started`` says that the run has begun in this process with this very call.
    """

    run_id: str
    message_id: str
    duplicate: bool
    after: int
    started: bool = False


@dataclass(frozen=True, slots=True)
class RunResult:
    """How a run ended: its answers, and the approvals it waits for."""

    run_id: str
    status: RunStatus
    messages: list[Stored]
    approvals: list[dict[str, Any]]
    error: dict[str, Any] | None = None


def as_accepted(message: Stored, *, duplicate: bool) -> Accepted:
    """Return what a stored message was accepted as."""
    first = message.get("first_seq") or 1
    return Accepted(message["run_id"], message["message_id"], duplicate=duplicate, after=first - 1)
