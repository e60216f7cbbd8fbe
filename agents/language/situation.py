"""What the reader of a message knows about the conversation, and what it hands back."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["request", "answer", "correction", "greeting", "capabilities", "offtopic", "thanks", "decision"]
KINDS: tuple[Kind, ...] = (
    "request",
    "answer",
    "correction",
    "greeting",
    "capabilities",
    "offtopic",
    "thanks",
    "decision",
)
AGENTS = ("strategist", "writer", "publisher", "analyst")


@dataclass(frozen=True, slots=True)
class Situation:
    """Where the conversation stands when a message arrives.

    ``asked`` is the brief field the assistant's last question was about; ``last_answer`` the assistant's last text.
    """

    last_agent: str | None = None
    asked: str | None = None
    last_answer: str = ""
    brief_started: bool = False
    ready_to_plan: bool = False
    has_plan: bool = False
    has_drafts: bool = False
    pending_approvals: int = 0


def open_question(asked: str | None, last_agent: str | None) -> str | None:
    """The brief field that is still asked for: once another agent has spoken, a message answers that one."""
    return asked if last_agent in {"strategist", None} else None


@dataclass(frozen=True, slots=True)
class Reading:
    """Who answers a message and why.

    ``agents`` is never empty and in order of work: the first one answers first. ``confidence`` is between 0 and 1;
    ``certain`` means that no model needs to be asked. ``reason`` is one phrase for the log and the routing event.
    """

    agents: tuple[str, ...]
    confidence: float
    certain: bool
    kind: Kind
    reason: str
