"""What an account's agents have learnt, counted up outcome by outcome. It stays with the account."""

from collections.abc import Iterable, Sequence
from typing import Any, Final

from core.errors import NotFound
from core.ids import derived_id
from core.scope import Scope
from db.agent_memory import AGENT_MEMORY, AgentMemory, AgentMemoryMetadata
from db.client import Database
from db.collection import NEVER
from db.repository import Change, Repository
from db.user_memory import MemorySource
from memory.duplicates import digest
from memory.memories import Memories
from memory.outcomes import Lesson, importance, rate

MOST_READ: Final = 500
FEWEST_OUTCOMES: Final = 2
SHOWN: Final = 5
CLEARLY: Final = 0.15
# An outcome is counted again soon after it was cut off, or never: so many others do not come in between.
OUTCOMES_KEPT: Final = 100


class Learnings:
    """The learnings of every account; each method works for the account of its scope. Recall follows them."""

    def __init__(self, database: Database, memories: Memories) -> None:
        self._database = database
        self._memories = memories

    async def count(
        self, scope: Scope, agent: str, lessons: Sequence[Lesson], source: MemorySource, outcome: str
    ) -> None:
        """Count what an outcome has shown. A lesson that is new is stored with its embedding.

        The outcome with this id counts once for each lesson, however often it is counted, cut off anywhere in between.
        """
        token = derived_id("out", outcome)[-16:]
        touched: list[str] = []
        for lesson in lessons:
            memory_id = derived_id("agm", scope.user_id, agent, lesson.key)
            while not await self._counted(scope, memory_id, agent, lesson, source, token):
                pass
            touched.append(memory_id)
        await self._memories.written(scope.user_id, touched)

    async def _counted(
        self, scope: Scope, memory_id: str, agent: str, lesson: Lesson, source: MemorySource, token: str
    ) -> bool:
        """Count an outcome for one lesson unless it is; False where the learning was changed or forgotten meanwhile."""
        stored = await self._get(scope, memory_id)
        if stored is None:
            stored = await self._repository(scope).insert_once(await self._made(memory_id, agent, lesson, source))
        if token in stored.counted:
            return True
        seen = stored.metadata.use_count
        used, worked = seen + 1, stored.metadata.success_count + lesson.worked
        changes: dict[str, Any] = {
            "counted": [*stored.counted, token][-OUTCOMES_KEPT:],
            "metadata.use_count": used,
            "metadata.success_count": worked,
            "metadata.success_rate": rate(worked, used),
            "metadata.importance": importance(used),
            "metadata.source": source.model_dump(),
        }
        if stored.valid_from == NEVER:
            changes["valid_from"] = stored.created_at
        as_read = Change(changes, where={"metadata.use_count": seen})
        return bool(await self._repository(scope).change_each({memory_id: as_read}))

    async def all(self, scope: Scope) -> list[AgentMemory]:
        """Return the account's learnings, the clearest first."""
        found = await self._repository(scope).find({}, limit=MOST_READ)
        return sorted(found, key=_clarity, reverse=True)

    async def get(self, scope: Scope, memory_id: str) -> AgentMemory:
        """Return one of the account's learnings; NotFound if there is none."""
        return await self._repository(scope).get(memory_id)

    async def forget(self, scope: Scope, memory_id: str) -> None:
        """Remove a learning for good, from every index and cache; a later outcome begins to count afresh."""
        scope.require_write()
        if not await self._repository(scope).delete(memory_id):
            raise NotFound("There is no such memory, or it is not yours. Check the id.")
        await self._memories.written(scope.user_id, [memory_id])

    async def _get(self, scope: Scope, memory_id: str) -> AgentMemory | None:
        try:
            return await self.get(scope, memory_id)
        except NotFound:
            return None

    async def _made(self, memory_id: str, agent: str, lesson: Lesson, source: MemorySource) -> AgentMemory:
        return AgentMemory(
            memory_id=memory_id,
            agent_name=agent,
            memory_type=lesson.kind,
            content=lesson.content,
            **await self._memories.embedding_of(lesson.content),
            metadata=AgentMemoryMetadata(category=lesson.category, source=source),
            digest=digest(lesson.content),
            valid_from=self._database.clock.now(),
        )

    def _repository(self, scope: Scope) -> Repository[AgentMemory]:
        return Repository(self._database, AGENT_MEMORY, scope)


def best(learnings: Iterable[AgentMemory], agent: str, limit: int = SHOWN) -> list[AgentMemory]:
    """Return what clearly works or clearly does not for an agent, the clearest first."""
    mine = [learning for learning in learnings if learning.agent_name == agent and is_clear(learning)]
    return sorted(mine, key=_clarity, reverse=True)[:limit]


def told(learning: AgentMemory) -> str:
    """Say a learning with what stands behind it."""
    about = learning.metadata
    return f"{learning.content} ({about.success_count} of {about.use_count} times)"


def is_clear(learning: AgentMemory) -> bool:
    """Whether enough outcomes say the same."""
    return learning.metadata.use_count >= FEWEST_OUTCOMES and _clarity(learning) >= CLEARLY


def _clarity(learning: AgentMemory) -> float:
    return abs((learning.metadata.success_rate or 0.5) - 0.5)
