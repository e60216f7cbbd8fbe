"""A whole turn as one tool call: the team works, the client is told how far it is, and the answer is the result."""

from collections.abc import Mapping
from typing import Any, Protocol

import anyio
from mcp_types import CallToolResult, TextContent
from pydantic import ValidationError

from core.errors import InvalidInput
from core.ids import new_id
from core.scope import Scope
from server.completions.replies import AnswerText
from server.mcp.listing import ChatArguments
from server.mcp.place import conversation_of
from server.services import Services

Wire = dict[str, Any]


class Report(Protocol):
    """Tells the client how far the call is."""

    async def __call__(self, progress: float, total: float | None = None, message: str | None = None) -> None:
        """Tell. Nothing happens if the client did not ask for it."""
        ...


class ChatTurns:
    """Takes turns for MCP clients. A client that cancels or leaves stops its turn."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def take(self, scope: Scope, arguments: Mapping[str, Any], report: Report) -> CallToolResult:
        """Take one turn and return what came of it."""
        asked = _checked(arguments)
        scope.require_write()
        turns = self._services.turns
        conversation = await conversation_of(self._services, scope, asked.conversation_id)
        conversation_id = conversation.conversation_id
        text, last, steps = AnswerText(), Wire(), 0
        try:
            async for frames in turns.say(scope, conversation_id, asked.message, new_id("cli")):
                for frame in frames:
                    last = frame.wire
                    text.take(last)
                    if words := _progress_words(last):
                        steps += 1
                        await report(steps, None, words)
        except anyio.get_cancelled_exc_class():
            with anyio.CancelScope(shield=True):
                await turns.cancel(scope, conversation_id)
            raise
        return _result(conversation_id, text.text, last, self._services)


def _checked(arguments: Mapping[str, Any]) -> ChatArguments:
    try:
        return ChatArguments.model_validate(dict(arguments))
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"]) or "arguments"
        raise InvalidInput(f"The arguments don't fit: {place}: {first['msg']}.", field=place) from error


def _progress_words(wire: Wire) -> str | None:
    match wire["type"]:
        case "STEP_STARTED":
            return f"The {wire['stepName']} is at work."
        case "TOOL_CALL_START":
            return f"Using {wire['toolCallName']}."
        case "TEXT_MESSAGE_END":
            return f"The {wire['metadata']['agent']} has answered."
        case _:
            return None


def _result(conversation_id: str, text: str, last: Wire, services: Services) -> CallToolResult:
    if last["type"] == "RUN_ERROR":
        structured: Wire = {"conversation_id": conversation_id, "status": "failed", "code": last.get("code")}
        return CallToolResult(content=[TextContent(text=last["message"])], structured_content=structured, is_error=True)
    outcome = last["outcome"]
    waiting = [
        {"approval_id": one["id"], "summary": one["message"], "expires_at": one["expiresAt"]}
        for one in outcome.get("interrupts", [])
    ]
    if waiting:
        place = services.settings.public_url or "the Marketing Minds app"
        text += f"\n\nThis waits for a person, who decides in {place}; saying so here decides nothing."
    structured = {
        "conversation_id": conversation_id,
        "status": outcome["type"],
        "answer": text,
        "approvals": waiting,
    }
    return CallToolResult(content=[TextContent(text=text)], structured_content=structured)
