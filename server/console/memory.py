"""Memory in people's hands: what is remembered, why it was found, where it comes from, and changing or ending it."""

from collections.abc import Sequence
from typing import Annotated, Any, Final, Literal
from urllib.parse import urlencode

from fastapi import Form, Query, Response

from core.errors import InvalidInput
from core.ids import new_id
from db.conversations import CONVERSATIONS
from db.memory_shelves import SHELVES, Memory, Shelf, shelf_of
from db.repository import Page
from db.user_memory import UserMemory
from memory.context import kind_of, said_at, source_of
from memory.keeping import Kept
from memory.recollection import Query as Question
from memory.recollection import Recalled
from server.console.memory_trial import FIGURES
from server.console.page import ConsolePage
from server.console.routing import console_router
from server.console.visit import Changing, Visit, Visiting
from server.rest.memory import stored_memory
from server.rest.text import Cursor, PathId, Text

HERE: Final = "/console/memory"
A_PAGE: Final = 25
RECENT: Final = 30
SILENT: Final = 200
KINDS: Final[dict[Shelf, tuple[tuple[str, str], ...]]] = {
    "user": (
        ("preference", "Wishes"),
        ("insight", "Facts"),
        ("user_message", "What people said"),
        ("agent_response", "What the team answered"),
    ),
    "agent": (("pattern", "Patterns"), ("best_practice", "Good practice"), ("learning", "Learnings")),
    "global": (("trend", "Trends"), ("insight", "Insights"), ("pattern", "Patterns")),
}
router: Final = console_router()
Note = Annotated[Text, Form(max_length=2_000)]
Flag = Annotated[Literal["", "on"], Form()]


@router.get("/memory")
async def look(
    visit: Visiting,
    q: Annotated[Text, Query(max_length=1_000)] = "",
    scope: Shelf = "user",
    kind: Annotated[str, Query(max_length=40)] = "",
    history: Annotated[Literal["", "on"], Query()] = "",
    cursor: Cursor = None,
) -> Response:
    """Show what is remembered, or what fits a question, best first."""
    kind = kind if kind in dict(KINDS[scope]) else ""
    found: Sequence[Recalled] = ()
    listed: Page[Any] = Page([], None)
    if q.strip():
        types = frozenset({kind}) if kind else None
        question = Question(
            q, limit=A_PAGE, shelves=frozenset({scope}), types=types, include_history=bool(history), patient=True
        )
        found = (await visit.parts.memory.desk.search(visit.scope, question)).items
    else:
        where: dict[str, Any] = {"memory_type": kind} if kind else {}
        where |= {"valid_to": None} if scope == "user" and not history else {}
        listed = await visit.repository(SHELVES[scope]).page(where, limit=A_PAGE, cursor=cursor)
    kept = {"q": q, "scope": scope if scope != "user" else "", "kind": kind, "history": history}
    values = {
        "items": [_line(item.memory, item) for item in found] or [_line(memory) for memory in listed.items],
        "q": q,
        "shelf": scope,
        "kind": kind,
        "kinds": KINDS[scope],
        "history": history,
        "next": _address(kept | {"cursor": listed.next_cursor}) if listed.next_cursor else "",
        "first": _address(kept) if cursor else "",
        "figures": FIGURES,
        "untouched": not (q or kind or history or cursor),
    }
    return await visit.show("memory.html", values | await _care(visit))


@router.post("/memory")
async def add(visit: Changing, content: Note = "", pinned: Flag = "") -> Response:
    """Remember what a person writes down."""
    desk = visit.parts.memory.desk
    try:
        kept = await desk.note(visit.scope, content, cause=new_id("cau"), pinned=bool(pinned))
        said = _said(kept, "Remembered.")
    except InvalidInput as error:
        return visit.go(HERE, error.message, "danger")
    return visit.go(f"{HERE}/{kept.memories[0].memory_id}", said)


@router.post("/memory/switch")
async def switch(visit: Changing, on: Flag = "", conversation_id: Annotated[str, Form(max_length=80)] = "") -> Response:
    """Switch memory on or off, for this person or in one conversation."""
    switches = visit.parts.memory.desk.switches
    if conversation_id:
        await visit.repository(CONVERSATIONS).get(conversation_id)
        await switches.switch_conversation(visit.scope, conversation_id, on=bool(on))
        return visit.go(HERE, f"Memory is {'on again' if on else 'off'} in that conversation.")
    await switches.switch_person(visit.scope, on=bool(on))
    return visit.go(HERE, "Memory is on for you." if on else "Memory is off for you. What is remembered already stays.")


@router.post("/memory/tidy")
async def tidy(visit: Changing) -> Response:
    """Tidy up now."""
    await visit.parts.memory.tidying.run(visit.scope, cause=new_id("cau"))
    return visit.go(f"{HERE}/tidied", "Memory was tidied.")


@router.get("/memory/tidied")
async def tidied(visit: Visiting) -> Response:
    """Show the report of the last tidying."""
    return await visit.show("memory_tidied.html", {"report": await visit.parts.memory.tidying.last(visit.scope)})


@router.get("/memory/recall")
async def recall(visit: Visiting) -> Response:
    """Show how well memory finds things again, as published."""
    return await visit.show("memory_recall.html", {"figures": FIGURES})


@router.get("/memory/{memory_id}")
async def one(visit: Visiting, memory_id: PathId) -> Response:
    """Show one memory: where it comes from, what it replaced, what replaced it, and what would go with it."""
    memory = await stored_memory(visit.parts, visit.scope, memory_id)
    values: dict[str, Any] = {"memory": memory, "line": _line(memory), "course": [], "goes": [], "origin": None}
    if isinstance(memory, UserMemory):
        desk = visit.parts.memory.desk
        values["course"] = await desk.course_of(visit.scope, memory)
        gone = await desk.would_go(visit.scope, [memory_id])
        values["goes"] = [other for other in gone if other.memory_id != memory_id]
        conversation_id = memory.metadata.conversation_id
        if conversation_id:
            values["origin"] = await visit.repository(CONVERSATIONS).find_one({"conversation_id": conversation_id})
        values["speaker"] = await _speaker(visit, memory.metadata.speaker)
    return await visit.show("memory_one.html", values)


@router.post("/memory/{memory_id}")
async def correct(visit: Changing, memory_id: PathId, content: Note = "") -> Response:
    """Replace what a memory says; what it said before is kept as history."""
    desk = visit.parts.memory.desk
    memory = await desk.memories.get(visit.scope, memory_id)
    if content.strip() == memory.content:
        return visit.go(f"{HERE}/{memory_id}", "That is what it says already.", "warning")
    try:
        kept = await desk.correct(visit.scope, memory_id, content, cause=new_id("cau"))
        said = _said(kept, "Corrected. What it said before is kept as history.")
    except InvalidInput as error:
        return visit.go(f"{HERE}/{memory_id}", error.message, "danger")
    return visit.go(f"{HERE}/{kept.memories[0].memory_id}", said)


@router.post("/memory/{memory_id}/weigh")
async def weigh(
    visit: Changing, memory_id: PathId, importance: Annotated[int, Form(ge=1, le=10)], pinned: Flag = ""
) -> Response:
    """Say how much a memory matters, and whether it is always at hand."""
    desk = visit.parts.memory.desk
    await desk.memories.get(visit.scope, memory_id)
    await desk.pin(visit.scope, memory_id, pinned=bool(pinned))
    await desk.memories.change(visit.scope, memory_id, importance=importance)
    return visit.go(f"{HERE}/{memory_id}", "Saved.")


@router.post("/memory/{memory_id}/forget")
async def forget(visit: Changing, memory_id: PathId) -> Response:
    """Forget a memory for good, with what it replaced and the words that told it."""
    if shelf_of(memory_id) == "agent":
        await visit.parts.memory.learnings.forget(visit.scope, memory_id)
        return visit.go(f"{HERE}?scope=agent", "Forgotten. It is counted afresh with the next outcome.")
    gone = await visit.parts.memory.desk.forget(visit.scope, [memory_id])
    others = len(gone.memories) - 1
    return visit.go(HERE, f"Forgotten, with {others} more that told the same." if others else "Forgotten.")


async def _care(visit: Visit) -> dict[str, Any]:
    """Return the switches, the last tidying, and the conversations that can be switched."""
    memory = visit.parts.memory
    switches = await memory.desk.switches.read(visit.scope, fresh=True)
    recent = (await visit.repository(CONVERSATIONS).page({}, limit=RECENT)).items
    off = switches.conversations
    named = {"conversation_id": {"$in": sorted(off)}}
    silent = (await visit.repository(CONVERSATIONS).page(named, limit=SILENT)).items if off else []
    return {
        "is_on": visit.scope.actor_id not in switches.people,
        "silent": silent,
        "talking": [each for each in recent if each.conversation_id not in off],
        "tidied": await memory.tidying.last(visit.scope),
    }


async def _speaker(visit: Visit, speaker: str | None) -> str:
    """Return the name of whoever said it: a person of this account, an agent, or nobody known."""
    if speaker == visit.person.user_id:
        return "you"
    members = {person.user_id: person.name or person.email for person in await visit.parts.desk.members(visit.scope)}
    if speaker == visit.scope.user_id:
        owner = await visit.parts.desk.person(visit.scope.user_id)
        return owner.name or owner.email
    return members.get(speaker or "", speaker or "")


def _line(memory: Memory, match: Recalled | None = None) -> dict[str, Any]:
    """Return a memory as a line of a list; with how well it fits, where it was searched for."""
    parts = (
        {name: round(float(getattr(match.parts, name)), 2) for name in type(match.parts).__dataclass_fields__}
        if match
        else {}
    )
    own = memory if isinstance(memory, UserMemory) else None
    return {
        "id": memory.memory_id,
        "content": memory.content,
        "kind": kind_of(memory),
        "source": source if (source := source_of(memory)).startswith("written") else f"from {source}",
        "at": said_at(memory),
        "pinned": bool(own and own.pinned),
        "over": bool(own and own.valid_to),
        "match": {"score": match.score, "why": match.why, "parts": parts} if match else None,
    }


def _said(kept: Kept, well: str) -> str:
    """Say what came of it; InvalidInput where nothing was kept."""
    what = ", ".join(dict.fromkeys(refusal.what for refusal in kept.refused))
    if not kept.memories:
        raise InvalidInput(f"This was not remembered: {what or 'nothing to remember'}. Secrets are never kept.")
    return f"{well} Left out: {what}." if what else well


def _address(asked: dict[str, Any]) -> str:
    kept = urlencode({name: value for name, value in asked.items() if value})
    return f"{HERE}?{kept}" if kept else HERE


PAGE: Final = ConsolePage("memory", "Memory", "/memory", "memory", "Insight", router)
