"""What an account's agents have learnt, counted up outcome by outcome. It stays with the account."""

import time
from collections import OrderedDict
from collections.abc import Sequence
from typing import Final

from core.errors import NotFound
from core.ids import derived_id
from core.scope import Scope
from db.agent_memory import AGENT_MEMORY, AgentMemory, AgentMemoryMetadata
from db.client import Database
from db.repository import Repository
from db.user_memory import MemorySource
from db.vector import pack
from memory.duplicates import digest
from memory.embedders.embedder import Embedder
from memory.outcomes import Lesson, rate

MOST_READ: Final = 500
FEWEST_OUTCOMES: Final = 2
SHOWN: Final = 5
CLEARLY: Final = 0.15
FRESH_SECONDS: Final = 60.0
ACCOUNTS_KEPT: Final = 2_000


class Learnings:
    """The learnings of every account; each method works for the account of its scope."""

    def __init__(self, database: Database, embedder: Embedder) -> None:
        self._database = database
        self._embedder = embedder
        self._known: OrderedDict[str, tuple[float, list[AgentMemory]]] = OrderedDict()

    async def count(self, scope: Scope, agent: str, lessons: Sequence[Lesson], source: MemorySource) -> None:
        """Count what an outcome has shown. A lesson that is new is stored with its embedding."""
        self._known.pop(scope.user_id, None)
        for lesson in lessons:
            memory_id = derived_id("agm", scope.user_id, agent, lesson.key)
            stored = await self._get(scope, memory_id)
            if stored is None:
                stored = await self._repository(scope).insert_once(await self._made(memory_id, agent, lesson, source))
            used = stored.metadata.use_count + 1
            worked = stored.metadata.success_count + lesson.worked
            changes = {
                "metadata.use_count": used,
                "metadata.success_count": worked,
                "metadata.success_rate": rate(worked, used),
                "metadata.source": source.model_dump(),
            }
            await self._repository(scope).change(memory_id, changes)
        self._known.pop(scope.user_id, None)

    async def all(self, scope: Scope) -> list[AgentMemory]:
        """Return the account's learnings, the clearest first."""
        found = await self._repository(scope).find({}, limit=MOST_READ)
        return sorted(found, key=_clarity, reverse=True)

    async def best(self, scope: Scope, agent: str, limit: int = SHOWN) -> list[AgentMemory]:
        """Return what clearly works or clearly does not for an agent, the clearest first. Kept here for a minute."""
        return [
            learning for learning in await self._recent(scope) if learning.agent_name == agent and is_clear(learning)
        ][:limit]

    def forget_account(self, user_id: str) -> None:
        """Let go of what is kept here of an account."""
        self._known.pop(user_id, None)

    async def _recent(self, scope: Scope) -> list[AgentMemory]:
        kept = self._known.get(scope.user_id)
        if kept and time.monotonic() - kept[0] < FRESH_SECONDS:
            return kept[1]
        found = await self.all(scope)
        self._known[scope.user_id] = (time.monotonic(), found)
        self._known.move_to_end(scope.user_id)
        if len(self._known) > ACCOUNTS_KEPT:
            self._known.popitem(last=False)
        return found

    async def _get(self, scope: Scope, memory_id: str) -> AgentMemory | None:
        try:
            return await self._repository(scope).get(memory_id)
        except NotFound:
            return None

    async def _made(self, memory_id: str, agent: str, lesson: Lesson, source: MemorySource) -> AgentMemory:
        (vector,) = await self._embedder.embed([lesson.content])
        return AgentMemory(
            memory_id=memory_id,
            agent_name=agent,
            memory_type=lesson.kind,
            content=lesson.content,
            embedding=pack(vector),
            embedding_model=self._embedder.model,
            metadata=AgentMemoryMetadata(category=lesson.category, source=source),
            digest=digest(lesson.content),
        )

    def _repository(self, scope: Scope) -> Repository[AgentMemory]:
        return Repository(self._database, AGENT_MEMORY, scope)


def told(learning: AgentMemory) -> str:
    """Say a learning with what stands behind it."""
    about = learning.metadata
    return f"{learning.content} ({about.success_count} of {about.use_count} times)"


def is_clear(learning: AgentMemory) -> bool:
    """Whether enough outcomes say the same."""
    return learning.metadata.use_count >= FEWEST_OUTCOMES and _clarity(learning) >= CLEARLY


def _clarity(learning: AgentMemory) -> float:
    return abs((learning.metadata.success_rate or 0.5) - 0.5)
