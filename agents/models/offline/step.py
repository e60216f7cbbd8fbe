"""What a policy decides to do next: say something, call tools, or both."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Call:
    """A tool to call, with its arguments."""

    tool: str
    arguments: Mapping[str, Any] = field(default_factory=dict[str, Any])


@dataclass(frozen=True, slots=True)
class Step:
    """The next step of a turn. A step without calls is the answer."""

    text: str = ""
    calls: tuple[Call, ...] = ()


def say(*paragraphs: str) -> Step:
    """Answer with the paragraphs that are not empty."""
    return Step(text="\n\n".join(part.strip() for part in paragraphs if part.strip()))


def call(tool: str, /, **arguments: Any) -> Step:
    """Call one tool; arguments that are None are left out."""
    return Step(calls=(Call(tool, {name: value for name, value in arguments.items() if value is not None}),))
