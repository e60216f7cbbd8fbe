"""Reads the messages a chat model is given into a frozen Turn: the context, what was said, what the tools returned.

Nothing read here is ever taken as an instruction about how the model works: it is looked at for facts and requests.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any, Literal, TypeVar

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage, ToolMessage

from agents.models.offline.values import mapping, mappings, text
from memory.discretion import kinds_in, without_what_opens

OPEN, CLOSE = "\n<context>\n", "\n</context>"
Choice = TypeVar("Choice")


@dataclass(frozen=True, slots=True)
class Said:
    """One message of the conversation so far."""

    by: Literal["person", "assistant"]
    text: str
    agent: str | None = None


@dataclass(frozen=True, slots=True)
class Used:
    """A tool call of this turn and what came of it. ``error`` is empty when it worked."""

    tool: str
    arguments: Mapping[str, Any]
    result: Mapping[str, Any]
    error: str = ""

    @property
    def ok(self) -> bool:
        """Whether the tool did its work."""
        return not self.error


@dataclass(frozen=True, slots=True)
class Turn:
    """Everything a policy may look at. ``used`` holds only the calls of the agent now at work, oldest first.

    What a person says comes without secrets; ``withheld`` names the kinds the newest message held. ``said_in_turn`` is
    what the team has answered to it so far.
    """

    agent: str
    today: date
    timezone: str
    text: str
    brief: Mapping[str, Any] = field(default_factory=dict[str, Any])
    info: Mapping[str, Any] = field(default_factory=dict[str, Any])
    ready: bool = False
    campaign: Mapping[str, Any] | None = None
    summary: str = ""
    pending: tuple[Mapping[str, Any], ...] = ()
    task: str = ""
    history: tuple[Said, ...] = ()
    earlier: tuple[Used, ...] = ()
    used: tuple[Used, ...] = ()
    tools: frozenset[str] = frozenset()
    memory: tuple[Mapping[str, Any], ...] = ()
    position: str = ""
    withheld: tuple[str, ...] = ()
    said_in_turn: tuple[str, ...] = ()

    @property
    def request(self) -> str:
        """What this agent is asked to do: the supervisor's share of the message, or the message itself."""
        return self.task or self.text

    @property
    def others_follow(self) -> bool:
        """Whether another of the team goes on in this turn, so that nothing has to be offered or asked."""
        return re.search(r"\bThen: (?!nobody)\w", self.task) is not None

    @property
    def asked(self) -> str | None:
        """The brief field the last question was about."""
        value = self.info.get("asked")
        return value if isinstance(value, str) and value else None

    def calls(self, tool: str) -> list[Used]:
        """The calls of one tool in this turn, oldest first."""
        return [used for used in self.used if used.tool == tool]

    def worked(self, tool: str) -> Used | None:
        """The latest call of a tool in this turn that worked."""
        return next((used for used in reversed(self.used) if used.tool == tool and used.ok), None)

    def last_answer(self, agent: str | None = None) -> str:
        """The latest thing the assistant said before this message, or the latest of one agent."""
        for said in reversed(self.history):
            if said.by == "assistant" and (agent is None or said.agent == agent):
                return said.text
        return ""

    def choose(self, key: str, options: Sequence[Choice]) -> Choice:
        """Pick one of several wordings: always the same at the same place of a conversation."""
        digest = hashlib.sha256(f"{self.position}\x1f{key}".encode()).digest()
        return options[int.from_bytes(digest[:4], "big") % len(options)]


def read_turn(messages: Sequence[BaseMessage], tools: Iterable[str] = ()) -> Turn:
    """Read a prompt. Whatever is missing or malformed reads as empty."""
    context = _context(messages)
    start = next((i for i in range(len(messages) - 1, -1, -1) if isinstance(messages[i], HumanMessage)), None)
    before = list(messages if start is None else messages[:start])
    after = list(messages[len(before) + 1 :])
    cut = next((i + 1 for i in range(len(after) - 1, -1, -1) if _is_answer(after[i])), 0)
    conversation = mapping(context.get("context"))
    info = mapping(conversation.get("collected_info"))
    said = "" if start is None else text_of(messages[start]).strip()
    return Turn(
        agent=text(context.get("agent")),
        today=_date(context.get("today")),
        timezone=text(context.get("timezone")) or "UTC",
        text=without_what_opens(said),
        brief=mapping(conversation.get("campaign_brief")),
        info=info,
        ready=conversation.get("ready_to_plan") is True,
        campaign=mapping(context.get("campaign")) or None,
        summary=text(context.get("summary")),
        pending=tuple(mappings(context.get("pending_approvals"))),
        task=without_what_opens(text(context.get("task")).strip()),
        history=_history([*before, *after[:cut]]),
        earlier=_used(after[:cut]),
        used=_used(after[cut:]),
        tools=frozenset(tools),
        memory=tuple(mappings(context.get("memory"))),
        position=_digest([message for message in messages if _is_said(message)]),
        withheld=kinds_in(said),
        said_in_turn=tuple(answer.text for answer in _history(after)),
    )


def text_of(message: BaseMessage) -> str:
    """The plain text of a message, whatever form its content has."""
    return str(message.text)


def digest_of(messages: Sequence[BaseMessage]) -> str:
    """A digest of a whole prompt: equal prompts, equal digests."""
    return _digest(messages)


def _digest(messages: Sequence[BaseMessage]) -> str:
    seen = hashlib.sha256()
    for message in messages:
        calls = message.tool_calls if isinstance(message, AIMessage) else []
        arguments = json.dumps([[item["name"], item["args"]] for item in calls], sort_keys=True, default=str)
        seen.update(f"{message.type}\x1f{text_of(message)}\x1f{arguments}\x1e".encode("utf-8", "surrogatepass"))
    return seen.hexdigest()


def _context(messages: Sequence[BaseMessage]) -> dict[str, Any]:
    system = "\n".join(text_of(message) for message in messages if isinstance(message, SystemMessage))
    # The JSON itself holds no line breaks inside strings, so the last opening line is the house's own.
    start = system.rfind(OPEN)
    end = system.rfind(CLOSE)
    if start < 0 or end < start:
        return {}
    return parsed(system[start + len(OPEN) : end])


def parsed(said: str) -> dict[str, Any]:
    """The JSON object in ``said``, or an empty one."""
    try:
        value = json.loads(said)
    except ValueError:
        return {}
    return mapping(value)


def _is_said(message: BaseMessage) -> bool:
    return isinstance(message, HumanMessage) or _is_answer(message)


def _is_answer(message: BaseMessage) -> bool:
    return isinstance(message, AIMessage) and not message.tool_calls


def _history(messages: Sequence[BaseMessage]) -> tuple[Said, ...]:
    said: list[Said] = []
    for message in messages:
        if isinstance(message, HumanMessage):
            said.append(Said("person", without_what_opens(text_of(message))))
        elif isinstance(message, AIMessage) and text_of(message):
            said.append(Said("assistant", text_of(message), message.name))
    return tuple(said)


def _used(messages: Sequence[BaseMessage]) -> tuple[Used, ...]:
    results = {message.tool_call_id: message for message in messages if isinstance(message, ToolMessage)}
    used: list[Used] = []
    for message in messages:
        if not isinstance(message, AIMessage):
            continue
        for item in message.tool_calls:
            result = results.get(item["id"] or "")
            if result is not None:
                used.append(_outcome(item["name"], item["args"], result))
    return tuple(used)


def _outcome(tool: str, arguments: dict[str, Any], message: ToolMessage) -> Used:
    said = text_of(message)
    result = parsed(said)
    error = result.get("error")
    if message.status == "error" or error:
        return Used(tool, arguments, result, _explained(error) or text(result.get("message")) or said or "It failed.")
    return Used(tool, arguments, result or {"text": said})


def _explained(error: object) -> str:
    return text(mapping(error).get("message")) or text(error)


def _date(value: object) -> date:
    try:
        return date.fromisoformat(text(value))
    except ValueError:
        return datetime(1970, 1, 1, tzinfo=UTC).date()
