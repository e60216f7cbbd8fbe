"""Puts together what an agent reads: its prompt with the house's knowledge as marked data, then the conversation."""

from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

import orjson
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage

from agents.turn import Turn
from prompts.loader import Prompt

MARKUP = (("<", "\\u003c"), (">", "\\u003e"))


def system_message(prompt: Prompt, turn: Turn, agent: str, task: str | None = None) -> SystemMessage:
    """Render the prompt with the context block. Nothing inside the block can close it."""
    today = turn.clock.now().astimezone(ZoneInfo(turn.timezone))
    data: dict[str, Any] = {
        "today": today.date().isoformat(),
        "weekday": today.strftime("%A"),
        "timezone": turn.timezone,
        "agent": agent,
        "context": turn.context,
        "campaign": {"campaign_id": turn.campaign_id} if turn.campaign_id else None,
        "summary": turn.summary,
        "pending_approvals": turn.pending_approvals,
        "task": task,
        "offline": turn.models.offline,
    }
    if turn.memory.items:
        data["memory"] = turn.memory.items
    if learnt := turn.memory.learnt.get(agent):
        data["learnt"] = learnt
    block = orjson.dumps(data).decode()
    for sign, escaped in MARKUP:
        block = block.replace(sign, escaped)
    return SystemMessage(prompt.render(context=block))


def conversation(turn: Turn, turn_messages: Sequence[BaseMessage]) -> list[BaseMessage]:
    """Return the window, the message to answer, and what this turn has brought so far."""
    return [*turn.history, HumanMessage(turn.text), *turn_messages]


def past_message(role: str, content: str, agent: str | None) -> BaseMessage:
    """Return a message of the window in the form models take."""
    return AIMessage(content, name=agent) if role == "assistant" else HumanMessage(content)
