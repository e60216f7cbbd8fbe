"""Prompts as an agent gets them, built by hand for tests that need no database."""

import json
from collections.abc import Sequence
from typing import Any

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage, ToolCall, ToolMessage

from agents.models.offline.model import OfflineChatModel
from prompts.loader import load

BAKERY: dict[str, Any] = {
    "product": "second bakery",
    "objective": "200 visitors on the opening weekend",
    "target_audience": "local families",
    "budget": "£1,500",
    "timeline": "event on 3 December 2026",
    "channels": ["instagram", "email"],
}
BAKERY_INFO: dict[str, Any] = {
    "budget_minor": 150_000,
    "currency": "GBP",
    "event_date": "2026-12-03",
    "goal_metric": "visitors",
    "goal_value": 200,
    "location": "Leeds",
}


def system(agent: str, *, brief: object = None, info: object = None, **context: object) -> SystemMessage:
    """An agent's system message with a context."""
    data: dict[str, Any] = {
        "today": "2026-11-20",
        "timezone": "Europe/London",
        "agent": agent,
        "context": {"campaign_brief": brief or {}, "collected_info": info or {}, "ready_to_plan": bool(brief)},
        "campaign": None,
        "pending_approvals": [],
    }
    return SystemMessage(load(agent).render(context=json.dumps(data | context)))


def used(agent: str, tool: str, arguments: dict[str, Any], result: object, *, number: int = 1) -> list[BaseMessage]:
    """A tool call of this turn and its result."""
    call = ToolCall(name=tool, args=arguments, id=f"call_{number}", type="tool_call")
    content = result if isinstance(result, str) else json.dumps(result)
    return [AIMessage("", name=agent, tool_calls=[call]), ToolMessage(content, tool_call_id=f"call_{number}")]


def answer(messages: Sequence[BaseMessage]) -> AIMessage:
    """The offline model's next step. ``update_brief``, ``draw_chart`` and ``search_crm`` count as offered."""
    offered = [
        {"type": "function", "function": {"name": name, "parameters": {"type": "object"}}}
        for name in ("update_brief", "draw_chart", "search_crm")
    ]
    return OfflineChatModel().bind_tools(offered).invoke(list(messages))


def asked(agent: str, text: str, **context: Any) -> AIMessage:
    """The next step of an agent that is told one thing."""
    return answer([system(agent, **context), HumanMessage(text)])
