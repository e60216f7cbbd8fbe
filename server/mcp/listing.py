"""Tools in the form MCP clients are shown: schema and annotations follow from the registry."""

from typing import Final

from mcp_types import Tool as McpTool
from mcp_types import ToolAnnotations
from pydantic import BaseModel, ConfigDict, Field

from agents.turns.intake import LONGEST_MESSAGE
from tools.tool import Effect, Tool

CHAT: Final = "chat"
CHAT_WORDS: Final = """\
Say something to the marketing team and get its answer, after it has done what you ask: briefs, plans, texts, the \
calendar, figures. Takes up to a minute and reports its progress. What would leave the house waits for a person."""


class ChatArguments(BaseModel):
    """What ``chat`` takes."""

    model_config = ConfigDict(extra="forbid")

    message: str = Field(min_length=1, max_length=LONGEST_MESSAGE, description="What you want, in plain words.")
    conversation_id: str | None = Field(
        default=None,
        max_length=200,
        description="The conversation to go on with, as an earlier answer named it, or any id of your own.",
    )


def annotations_of(effect: Effect) -> ToolAnnotations:
    """Return what a client may assume of a tool. A write may replace what is there; only a publish reaches outside."""
    reads = effect is Effect.READ
    return ToolAnnotations(
        read_only_hint=reads,
        destructive_hint=not reads,
        idempotent_hint=reads,
        open_world_hint=effect is Effect.PUBLISH,
    )


def described(tool: Tool) -> McpTool:
    """Return a tool of the registry as a client is shown it."""
    schema = tool.schema()["function"]
    words = tool.description
    if tool.effect is Effect.PUBLISH:
        words += " It is not done at once: it waits until a person has approved exactly this, in the app."
    return McpTool(
        name=tool.name,
        title=tool.name.replace("_", " ").capitalize(),
        description=words,
        input_schema=schema["parameters"],
        annotations=annotations_of(tool.effect),
    )


def chat_tool() -> McpTool:
    """Return the tool that takes a whole turn."""
    schema = ChatArguments.model_json_schema()
    schema.pop("title", None)
    schema.pop("description", None)
    annotations = ToolAnnotations(
        read_only_hint=False, destructive_hint=True, idempotent_hint=False, open_world_hint=True
    )
    return McpTool(
        name=CHAT, title="Talk with the team", description=CHAT_WORDS, input_schema=schema, annotations=annotations
    )
