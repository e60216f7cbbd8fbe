"""What an agent is: a name people see, a prompt and the tools it may call."""

from dataclasses import dataclass

from tools.tool import Tool


@dataclass(frozen=True, slots=True)
class AgentSpec:
    """One member of the team. ``summary`` is what supervisor and clients read; ``mark`` is its sign in a chat."""

    name: str
    title: str
    mark: str
    summary: str
    prompt: str
    tools: tuple[Tool, ...]
