"""Memory in people's hands: what is remembered and from where; correcting, pinning, deleting, tidying."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

from core.errors import InvalidInput, NotFound
from core.ids import new_id
from core.scope import Scope
from db.agent_memory import AGENT_MEMORY, AgentMemory, LearningType
from db.global_memory import GLOBAL_MEMORY, GlobalMemory, InsightType
from db.memory_shelves import Memory, Shelf, shelf_of
from db.user_memory import USER_MEMORY, MemorySource, MemoryType, UserMemory
from memory.context import source_of
from memory.keeping import Kept
from memory.recollection import EVERY_SHELF, Recalled
from memory.recollection import Query as Question
from memory.tidying import Tidied
from server.auth.caller import Caller, CameFrom, Writer
from server.problems import responses
from server.rest.pages import PageView
from server.rest.text import Cursor, Limit, PathId, Text
from server.services import Parts, Services

router = APIRouter(prefix="/api/v1/memory", tags=["Memory"])
JSON_LINES: Final = "application/jsonl"
Kind = MemoryType | LearningType | InsightType
NoteText = Annotated[Text, Field(min_length=1, max_length=2_000)]


class Provenance(BaseModel):
    """Where a memory comes from: in words, and by the ids of what it was taken from."""

    words: str
    source: MemorySource | None = None
    conversation_id: str | None = None
    message_id: str | None = None
    speaker: str | None = None
    said_at: datetime | None = None


class Score(BaseModel):
    """How well a memory fits the question, what the score is made of, and why it was found."""

    score: float
    parts: dict[str, float]
    why: str


class MemoryView(BaseModel):
    """One memory. ``valid_to`` is set once it no longer holds; ``superseded_by`` names what replaced it.

    ``recall_count`` is how often it was brought into a turn.
    """

    memory_id: str
    scope: Shelf
    memory_type: str
    content: str
    subject: str | None = None
    category: str | None = None
    importance: int | None = None
    mentions: int | None = None
    industry: str | None = None
    use_count: int = 0
    recall_count: int = 0
    success_count: int | None = None
    success_rate: float | None = None
    last_recalled_at: datetime | None = None
    pinned: bool = False
    valid_from: datetime | None = None
    valid_to: datetime | None = None
    superseded_by: str | None = None
    agent_name: str | None = None
    embedding_model: str
    provenance: Provenance | None = None
    match: Score | None = None
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, memory: UserMemory, match: Score | None = None) -> "MemoryView":
        """Show a memory of the account."""
        about = memory.metadata
        shown = {"memory_id", "memory_type", "content", "subject", "use_count", "last_recalled_at", "pinned"}
        shown |= {
            "valid_from",
            "valid_to",
            "superseded_by",
            "agent_name",
            "embedding_model",
            "created_at",
            "updated_at",
        }
        return cls(
            scope="user",
            category=about.category,
            importance=about.importance,
            mentions=about.mentions,
            recall_count=memory.use_count,
            provenance=Provenance(
                words=source_of(memory),
                source=about.source,
                conversation_id=about.conversation_id,
                message_id=about.message_id,
                speaker=about.speaker,
                said_at=about.timestamp,
            ),
            match=match,
            **memory.model_dump(include=shown),
        )

    @classmethod
    def of_agent(cls, memory: AgentMemory, match: Score | None = None) -> "MemoryView":
        """Show what an agent has learnt. ``use_count`` counts outcomes, ``success_count`` those that spoke for it."""
        about = memory.metadata
        shown = {"memory_id", "memory_type", "content", "agent_name", "embedding_model", "created_at", "updated_at"}
        shown |= {"last_recalled_at", "recall_count", "valid_from", "valid_to", "superseded_by"}
        return cls(
            scope="agent",
            category=about.category,
            importance=about.importance,
            use_count=about.use_count,
            success_count=about.success_count,
            success_rate=about.success_rate,
            provenance=Provenance(words=source_of(memory), source=about.source),
            match=match,
            **memory.model_dump(include=shown),
        )

    @classmethod
    def of_all(cls, memory: GlobalMemory, match: Score | None = None) -> "MemoryView":
        """Show what several accounts have shown, without any of them. ``success_rate`` is how effective it was."""
        shown = {"memory_id", "memory_type", "content", "embedding_model", "created_at", "updated_at"}
        shown |= {"valid_from", "valid_to", "superseded_by"}
        about = memory.metadata
        return cls(
            scope="global",
            industry=about.industry,
            category=about.category,
            importance=about.importance,
            use_count=about.usage_count,
            recall_count=about.usage_count,
            success_rate=about.effectiveness_score,
            provenance=Provenance(words=source_of(memory), source=about.source),
            match=match,
            **memory.model_dump(include=shown),
        )


class NewNote(BaseModel):
    """Something to remember. A fact that says otherwise than an older one replaces it."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"content": "We never use emojis."}]})

    content: NoteText
    pinned: bool = False


class MemoryChange(BaseModel):
    """What to change. New ``content`` makes a new memory that replaces this one, which is kept as history."""

    content: NoteText | None = None
    pinned: bool | None = None
    importance: int | None = Field(None, ge=1, le=10)


class Refused(BaseModel):
    """Something that was left out, and why."""

    reason: str
    what: str


class KeptView(BaseModel):
    """What came of it: the memories that hold it now, the ids of those they replaced, and what was left out."""

    memories: list[MemoryView]
    superseded: list[str]
    refused: list[Refused]

    @classmethod
    def of(cls, kept: Kept) -> "KeptView":
        """Show what was kept; InvalidInput where nothing may be."""
        if not kept.memories:
            what = ", ".join(dict.fromkeys(refusal.what for refusal in kept.refused)) or "nothing to remember"
            raise InvalidInput(f"This was not remembered: {what}. Secrets are never kept; leave them out.")
        return cls(
            memories=[MemoryView.of(memory) for memory in kept.memories],
            superseded=kept.superseded,
            refused=[Refused(reason=refusal.reason, what=refusal.what) for refusal in kept.refused],
        )


@router.get(
    "", operation_id="list_memory", responses=responses(), summary="What is remembered, or what fits a question"
)
async def look(
    scope: Caller,
    parts: Parts,
    q: Annotated[str | None, Query(max_length=1_000, description="A question; answers come best first.")] = None,
    store: Annotated[
        Shelf | None,
        Query(
            alias="scope", description="Whose memory: the account's, its agents', all's. A search is in all of them."
        ),
    ] = None,
    kind: Annotated[Kind | None, Query(alias="type", description="Only memories of this type.")] = None,
    history: Annotated[bool, Query(description="Also what no longer holds.")] = False,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> PageView[MemoryView]:
    """With ``q`` search, best first, in one order, with score and reason. Without it list the account's memories, or
    those of ``scope``, newest first."""
    if q and q.strip():
        types = frozenset({kind}) if kind else None
        question = Question(
            q, limit=limit, shelves=frozenset({store}) if store else EVERY_SHELF, types=types, include_history=history
        )
        found = await parts.memory.desk.search(scope, question)
        return PageView(items=[_matched(item) for item in found.items], next_cursor=None)
    where: dict[str, Any] = {"memory_type": kind} if kind else {}
    if store == "agent":
        learnt = await parts.repository(AGENT_MEMORY, scope).page(where, limit=limit, cursor=cursor)
        return PageView(items=[MemoryView.of_agent(memory) for memory in learnt.items], next_cursor=learnt.next_cursor)
    if store == "global":
        shared = await parts.repository(GLOBAL_MEMORY, scope).page(where, limit=limit, cursor=cursor)
        return PageView(items=[MemoryView.of_all(memory) for memory in shared.items], next_cursor=shared.next_cursor)
    wanted = where | ({} if history else {"valid_to": None})
    page = await parts.repository(USER_MEMORY, scope).page(wanted, limit=limit, cursor=cursor)
    return PageView(items=[MemoryView.of(memory) for memory in page.items], next_cursor=page.next_cursor)


@router.post("", status_code=201, operation_id="add_memory", responses=responses(), summary="Remember something")
async def add(body: NewNote, scope: Writer, parts: Parts) -> KeptView:
    """Remember what a person writes down. Secrets are cut out; where nothing else is left, it is refused."""
    return KeptView.of(await parts.memory.desk.note(scope, body.content, cause=new_id("cau"), pinned=body.pinned))


class HygieneView(BaseModel):
    """What a run of hygiene found and did; `actions` name every memory it touched."""

    job_id: str
    finished_at: datetime | None
    result: dict[str, Any]

    @classmethod
    def of(cls, tidied: Tidied) -> "HygieneView":
        """Show a report."""
        return cls(job_id=tidied.job_id, finished_at=tidied.finished_at, result=tidied.result)


@router.get("/hygiene", operation_id="get_memory_hygiene", responses=responses(404), summary="The last tidying")
async def hygiene(scope: Caller, parts: Parts) -> HygieneView:
    """Return the report of the last run, nightly or on demand."""
    tidied = await parts.memory.tidying.last(scope)
    if tidied is None:
        raise NotFound("Memory has not been tidied yet. It is done nightly, or now with POST.")
    return HygieneView.of(tidied)


@router.post("/hygiene", operation_id="run_memory_hygiene", responses=responses(), summary="Tidy up now")
async def tidy(scope: Writer, parts: Parts) -> HygieneView:
    """Tidy the account's memory now and return the report."""
    return HygieneView.of(await parts.memory.tidying.run(scope, cause=new_id("cau")))


@router.get(
    "/export",
    operation_id="export_memory",
    response_class=Response,
    responses={**responses(), 200: {"description": "JSON lines, one memory a line.", "content": {JSON_LINES: {}}}},
    summary="Everything that is remembered",
)
async def export(scope: Caller, parts: Parts, origin: CameFrom) -> Response:
    """Return the account's memories and what its agents have learnt, history included, one memory a line."""
    await parts.desk.audit(scope, "memory.exported", origin)
    headers = {"Content-Disposition": 'attachment; filename="memory.jsonl"'}
    return StreamingResponse(_lines(parts, scope), media_type=JSON_LINES, headers=headers)


@router.get("/{memory_id}", operation_id="get_memory", responses=responses(404), summary="Read one")
async def get(memory_id: PathId, scope: Caller, parts: Parts) -> MemoryView:
    """Return one memory with where it comes from: of the account, its agents or what all share."""
    return _view(await stored_memory(parts, scope, memory_id))


@router.patch("/{memory_id}", operation_id="change_memory", responses=responses(404), summary="Correct or pin one")
async def change(memory_id: PathId, body: MemoryChange, scope: Writer, parts: Parts) -> MemoryView:
    """Correct what it says, how much it matters, or whether it is pinned. Returns what holds now."""
    if shelf_of(memory_id) != "user":
        await stored_memory(parts, scope, memory_id)
        raise InvalidInput("This is counted from outcomes, nobody wrote it. Forget it instead; it is counted afresh.")
    desk = parts.memory.desk
    memory = await desk.memories.get(scope, memory_id)
    if body.content is not None and body.content.strip() != memory.content:
        kept = KeptView.of(await desk.correct(scope, memory_id, body.content, cause=new_id("cau")))
        memory = await desk.memories.get(scope, kept.memories[0].memory_id)
    if body.pinned is not None:
        memory = await desk.pin(scope, memory.memory_id, pinned=body.pinned)
    if body.importance is not None:
        memory = await desk.memories.change(scope, memory.memory_id, importance=body.importance)
    return MemoryView.of(memory)


@router.delete(
    "/{memory_id}", status_code=204, operation_id="delete_memory", responses=responses(404), summary="Forget one"
)
async def forget(memory_id: PathId, scope: Writer, parts: Parts) -> Response:
    """Forget it for good, with what it had replaced: at once, in every index and cache.

    What an agent has learnt begins to be counted afresh with the next outcome.
    """
    if shelf_of(memory_id) == "agent":
        await parts.memory.learnings.forget(scope, memory_id)
        return Response(status_code=204)
    await parts.memory.desk.forget(scope, [memory_id])
    return Response(status_code=204)


async def _lines(parts: Services, scope: Scope) -> AsyncIterator[str]:
    async for memory in parts.repository(USER_MEMORY, scope).each({}):
        yield f"{MemoryView.of(memory).model_dump_json(exclude_none=True)}\n"
    async for learnt in parts.repository(AGENT_MEMORY, scope).each({}):
        yield f"{MemoryView.of_agent(learnt).model_dump_json(exclude_none=True)}\n"


async def stored_memory(parts: Services, scope: Scope, memory_id: str) -> Memory:
    """Return one memory from its collection: how often it was recalled is counted there alone."""
    match shelf_of(memory_id):
        case "agent":
            return await parts.repository(AGENT_MEMORY, scope).get(memory_id)
        case "global":
            return await parts.repository(GLOBAL_MEMORY, scope).get(memory_id)
        case "user":
            return await parts.repository(USER_MEMORY, scope).get(memory_id)


def _view(memory: Memory, match: Score | None = None) -> MemoryView:
    match memory:
        case AgentMemory():
            return MemoryView.of_agent(memory, match)
        case GlobalMemory():
            return MemoryView.of_all(memory, match)
        case UserMemory():
            return MemoryView.of(memory, match)


def _matched(item: Recalled) -> MemoryView:
    figures = {name: round(float(getattr(item.parts, name)), 4) for name in type(item.parts).__dataclass_fields__}
    return _view(item.memory, Score(score=round(item.score, 4), parts=figures, why=item.why))
