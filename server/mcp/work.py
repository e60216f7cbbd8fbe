"""One call of one tool of the registry, outside of a turn: through the same runner, with the same rules."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

import orjson
from mcp_types import CallToolResult, TextContent

from core.events import Interrupt
from core.ids import new_id
from core.scope import Scope
from core.timezones import first_zone
from db.conversations import CONVERSATIONS, Conversation
from server.mcp.place import CONVERSATION_META, conversation_of
from server.services import Services
from tools.runner import ToolOutcome
from tools.tool import ToolContext


class ToolWork:
    """Calls tools for MCP clients. Drafts, plans and requests belong to the client's conversation."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._runner = services.turns.house.runner

    async def call(
        self, scope: Scope, name: str, arguments: Mapping[str, Any], meta: Mapping[str, Any]
    ) -> CallToolResult:
        """Run one call and return its result as the model of a turn would see it."""
        named = meta.get(CONVERSATION_META)
        conversation = await conversation_of(self._services, scope, str(named) if named is not None else None)
        context = self._context(scope, conversation)
        outcome = await self._runner.call(name, arguments, context)
        self._services.turns.house.heads.forget(conversation.conversation_id)
        if outcome.interrupts or context.withdrawn:
            await self._note(scope, conversation, outcome.interrupts, context.withdrawn)
        return self._result(outcome)

    def _context(self, scope: Scope, conversation: Conversation) -> ToolContext:
        services, parts = self._services, self._runner.parts
        return ToolContext(
            scope=scope,
            database=services.database,
            clock=services.clock,
            conversation_id=conversation.conversation_id,
            run_id=new_id("run"),
            call_id=new_id("call"),
            agent="mcp",
            timezone=first_zone(scope.timezone, conversation.timezone),
            context=conversation.context.model_dump(),
            campaign_id=conversation.campaign_id,
            memory=services.memory.of_turns.desk,
            links=parts.links,
            outside=parts.outside,
            press=parts.press,
        )

    async def _note(
        self, scope: Scope, conversation: Conversation, asked: Sequence[Interrupt], withdrawn: Sequence[str]
    ) -> None:
        """Let the conversation know what waits, as a turn would."""
        gone = {*withdrawn, *(interrupt.approval_id for interrupt in asked)}
        waiting = [one.model_dump() for one in conversation.pending_approvals if one.approval_id not in gone]
        waiting += [{"approval_id": one.approval_id, "summary": one.message} for one in asked]
        conversations = self._services.repository(CONVERSATIONS, scope)
        await conversations.change(conversation.conversation_id, {"pending_approvals": waiting})

    def _result(self, outcome: ToolOutcome) -> CallToolResult:
        content = [TextContent(text=outcome.content)]
        if outcome.interrupts:
            content.append(TextContent(text=how_to_decide(self._services, outcome.interrupts)))
        value = orjson.loads(outcome.content)
        structured = cast("dict[str, Any]", value) if isinstance(value, dict) else {"result": value}
        return CallToolResult(content=list(content), structured_content=structured, is_error=not outcome.ok)


def how_to_decide(services: Services, asked: Sequence[Interrupt]) -> str:
    """Say what waits for a person and where they decide; a client can't."""
    place = services.settings.public_url or "the Marketing Minds app"
    lines = [f"- {interrupt.message} (approval_id {interrupt.approval_id})" for interrupt in asked]
    return "\n".join(
        [
            "Nothing has gone out. This waits for a person's decision:",
            *lines,
            f"They approve, change or reject it in {place}, or with POST /api/v1/approvals/{{approval_id}}/decision.",
        ]
    )
