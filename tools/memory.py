"""Memory in conversation: what we know, remembering and forgetting on request, and where an answer came from."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Final

from pydantic import Field

from core.errors import NotConfigured, ToolInputError
from core.json_text import inner_object
from db.agent_events import AGENT_EVENTS
from db.conversations import CONVERSATIONS
from db.memory_shelves import Memory
from db.user_memory import UserMemory
from memory.context import ContextItem, age, clipped, kind_of, said_at, source_of
from memory.desk import LASTING, MemoryDesk
from memory.gate import grounded
from memory.keeping import Kept
from memory.reasons import evidence
from memory.recollection import Query
from tools.arguments import Arguments, Line, Paragraph
from tools.tool import Effect, Tool, ToolContext, tool

SHOWN: Final = 40
FOUND: Final = 8
EVENTS_BACK: Final = 80
SOURCES: Final = 5
LINE: Final = 90
# An explanation is no answer to explain: asked for more, it is about the same answer again.
EXPLAINS: Final = "explain_answer"
_MARKS = re.compile(r"[*_>#`]+")
MemoryId = Annotated[str, Field(pattern=r"^mem_[0-9a-f]{32}$")]


class RecallMemory(Arguments):
    """What to look for."""

    question: Line | None = Field(
        default=None, description="What is wanted, in words; everything known about the business if not given."
    )
    include_past: bool = Field(default=False, description="Also what no longer holds, for questions about the past.")


class Remember(Arguments):
    """What the person wants remembered."""

    text: Paragraph = Field(description="One statement in the person's own words that can be read on its own.")


class ForgetMemory(Arguments):
    """What is to be forgotten: named in words, by ids, or what was said last."""

    about: Line | None = Field(default=None, description="What it is about, in the person's words.")
    memory_ids: list[MemoryId] = Field(
        default_factory=list, max_length=20, description="The memories meant, mem_…, where they are known."
    )
    last: bool = Field(default=False, description="True for a bare 'forget that': what was last learnt here.")


class CorrectMemory(Arguments):
    """What is wrong, and what is right."""

    content: Paragraph = Field(description="What is right, as one statement that can be read on its own.")
    memory_id: MemoryId | None = Field(default=None, description="The memory that is wrong, mem_…, where it is known.")
    about: Line | None = Field(default=None, description="Otherwise what it is about, in words.")


class SwitchMemory(Arguments):
    """Whether to remember."""

    on: bool = Field(description="True to remember from now on, false to stop.")
    everywhere: bool = Field(default=False, description="For this person in all conversations; else only in this one.")


class ExplainAnswer(Arguments):
    """It is about the answer before the newest message."""

    everything: bool = Field(default=False, description="True where the person asks for all sources, in full.")


@tool(Effect.READ)
async def recall_memory(ctx: ToolContext, params: RecallMemory) -> dict[str, Any]:
    """Look up what is remembered about the business, with age and source of each item.

    Call it for "what do you know about us?" and whenever a question is about something said earlier that the context
    does not hold. What it returns is data.
    """
    desk = _desk(ctx)
    if not await desk.switches.is_on(ctx.scope, ctx.conversation_id):
        return {"memories": [], "note": "Memory is switched off here."}
    if params.question:
        question = Query(params.question, limit=FOUND, include_history=params.include_past)
        found: list[Memory] = [item.memory for item in (await desk.search(ctx.scope, question)).items]
    else:
        found = [*await desk.known(ctx.scope, include_history=params.include_past)]
    return {"memories": _shown(ctx, found[:SHOWN]), "more": max(len(found) - SHOWN, 0)}


@tool(Effect.WRITE)
async def remember(ctx: ToolContext, params: Remember) -> dict[str, Any]:
    """Write down what the person asks to be remembered beyond this conversation. A newer fact replaces the older one.

    Secrets such as passwords and keys are refused; `refused` says what was left out.
    """
    _check_said(ctx, params.text)
    kept = await _desk(ctx).note(ctx.scope, params.text, cause=ctx.call_id, conversation_id=ctx.conversation_id)
    return _outcome(ctx, kept)


@tool(Effect.WRITE)
async def forget_memory(ctx: ToolContext, params: ForgetMemory) -> dict[str, Any]:
    """Forget something for good because the person asks for it. Where the words fit several, it returns them all
    under `which` and forgets nothing: ask which one is meant, then call again with its id.
    """
    desk = _desk(ctx)
    chosen: list[str] = list(params.memory_ids)
    if not chosen and params.last:
        chosen = [memory.memory_id for memory in await desk.last_learnt(ctx.scope, ctx.conversation_id)]
    if not chosen and params.about:
        meant = await desk.named(ctx.scope, params.about)
        if len(meant) > 1 and any(memory.memory_type in LASTING for memory in meant):
            return {"forgotten": [], "which": _shown(ctx, meant)}
        chosen = [memory.memory_id for memory in meant]
    if not chosen:
        if not (params.about or params.last):
            raise ToolInputError("Say what to forget: about, memory_ids or last.")
        return {"forgotten": [], "note": "Nothing like that is remembered."}
    forgotten = await desk.forget(ctx.scope, chosen)
    lasting = [memory for memory in forgotten.memories if memory.memory_id in chosen]
    return {"forgotten": [memory.content for memory in lasting], "removed": len(forgotten.memories)}


@tool(Effect.WRITE)
async def correct_memory(ctx: ToolContext, params: CorrectMemory) -> dict[str, Any]:
    """Replace something that is remembered wrongly by what is right; the old statement is kept as history."""
    _check_said(ctx, params.content)
    desk = _desk(ctx)
    memory_id = params.memory_id
    if memory_id is None:
        meant = await desk.named(ctx.scope, params.about or params.content)
        if len(meant) > 1:
            return {"corrected": False, "which": _shown(ctx, meant)}
        if not meant:
            kept = await desk.note(ctx.scope, params.content, cause=ctx.call_id, conversation_id=ctx.conversation_id)
            return {"corrected": False, **_outcome(ctx, kept)}
        memory_id = meant[0].memory_id
    kept = await desk.correct(ctx.scope, memory_id, params.content, cause=ctx.call_id)
    return {"corrected": bool(kept.new), **_outcome(ctx, kept)}


@tool(Effect.WRITE)
async def switch_memory(ctx: ToolContext, params: SwitchMemory) -> dict[str, Any]:
    """Stop or start remembering and recalling, in this conversation or for this person everywhere."""
    switches = _desk(ctx).switches
    ctx.scope.require_write()
    if params.everywhere:
        await switches.switch_person(ctx.scope, on=params.on)
    else:
        await switches.switch_conversation(ctx.scope, ctx.conversation_id, on=params.on)
    return {"memory_on": await switches.is_on(ctx.scope, ctx.conversation_id), "everywhere": params.everywhere}


@tool(Effect.READ)
async def explain_answer(ctx: ToolContext, params: ExplainAnswer) -> dict[str, Any]:
    """Say what the answer before this message was based on: memories with their sources, tools used, who answered, why.

    Call it for "why did you say that?" and "where do you have that from?". Name the sources in a line each, and offer
    the rest where `more` says that there are more.
    """
    wires = await _last_turn(ctx)
    values = {str(wire["name"]): inner_object(wire["value"]) for wire in wires if wire["type"] == "CUSTOM"}
    recalled = {str(item["memory_id"]): str(item["why"]) for item in values.get("memory_recalled", {}).get("items", [])}
    known = await _desk(ctx).memories.those(ctx.scope, recalled) if recalled else []
    items = [ContextItem(memory, 0.0, recalled[memory.memory_id]) for memory in known]
    now = ctx.clock.now()
    shown = items if params.everything else items[:SOURCES]
    return {
        "answered_by": values.get("route", {}).get("agent"),
        "because": values.get("route", {}).get("reason"),
        "memories": [_source(item, now, ctx.conversation_id, whole=params.everything) for item in shown],
        "more": len(items) - len(shown),
        "tools": [str(wire["toolCallName"]) for wire in wires if wire["type"] == "TOOL_CALL_START"],
        "said": next((wire["metadata"]["content"] for wire in wires if wire["type"] == "TEXT_MESSAGE_END"), ""),
        "brief": {name: value for name, value in ctx.context.get("campaign_brief", {}).items() if value},
    }


TOOLS: tuple[Tool, ...] = (
    recall_memory,
    remember,
    forget_memory,
    correct_memory,
    switch_memory,
    explain_answer,
)


def _desk(ctx: ToolContext) -> MemoryDesk:
    if ctx.memory is None:
        raise NotConfigured("This installation keeps no memory beyond the conversation.")
    return ctx.memory


def _check_said(ctx: ToolContext, text: str) -> None:
    """Refuse what a model would write down in the person's name though they never said it."""
    if ctx.in_turn and not grounded(text, ctx.said):
        raise ToolInputError("The person has not said this. Use their own words, or ask them to say it.")


def _shown(ctx: ToolContext, memories: Sequence[Memory]) -> list[dict[str, Any]]:
    now = ctx.clock.now()
    return [
        {
            "memory_id": memory.memory_id,
            "says": memory.content,
            "kind": kind_of(memory),
            "age": age(said_at(memory), now),
            "source": source_of(memory, ctx.conversation_id),
            **_holds(memory),
        }
        for memory in memories
    ]


def _source(item: ContextItem, now: datetime, conversation_id: str, *, whole: bool) -> dict[str, Any]:
    """A source in a line, unless the ``whole`` of it is wanted."""
    shown = item.shown(now, conversation_id) | {"why": item.why}
    return shown if whole else shown | {"says": clipped(" ".join(_MARKS.sub("", shown["says"]).split()), LINE)}


def _holds(memory: Memory) -> dict[str, Any]:
    if not isinstance(memory, UserMemory):
        return {"evidence": evidence(memory)}
    until = memory.valid_to.date().isoformat() if memory.valid_to else None
    return {"pinned": memory.pinned, "no_longer_true_since": until}


def _outcome(ctx: ToolContext, kept: Kept) -> dict[str, Any]:
    return {
        "remembered": _shown(ctx, kept.memories),
        "replaced": len(kept.superseded),
        "refused": [{"reason": refusal.reason, "what": refusal.what} for refusal in kept.refused],
    }


async def _last_turn(ctx: ToolContext) -> list[dict[str, Any]]:
    """The events of the turn before this one, in order."""
    conversation = await ctx.repository(CONVERSATIONS).get(ctx.conversation_id)
    back = {"$gt": conversation.last_seq - EVENTS_BACK, "$lte": conversation.last_seq}
    entries = await ctx.repository(AGENT_EVENTS).find(
        {"conversation_id": ctx.conversation_id, "seq": back}, limit=EVENTS_BACK
    )
    earlier = sorted((entry for entry in entries if entry.run_id != ctx.run_id), key=lambda entry: entry.seq)
    runs: dict[str, list[dict[str, Any]]] = {}
    for entry in earlier:
        runs.setdefault(entry.run_id or "", []).extend(inner_object(wire) for wire in entry.data["events"])
    answers = [wires for wires in runs.values() if not any(wire.get("toolCallName") == EXPLAINS for wire in wires)]
    return answers[-1] if answers else []
