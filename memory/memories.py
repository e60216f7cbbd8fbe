"""The one way into memory and out of it: remember, recall, change, forget. Each account is kept apart."""

import asyncio
import time
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import numpy as np

from core.clock import Clock
from core.errors import NotFound
from core.ids import derived_id
from core.scope import Scope
from db.client import Database
from db.memory_store import MemoryStore, State
from db.stored import to_document
from db.user_memory import USER_MEMORY, MemorySource, UserMemory, UserMemoryMetadata
from db.vector import pack, unpack
from memory.embedders.embedder import Embedder
from memory.indexes.exact import ExactIndex
from memory.recollection import NewMemory, Parts, Query, Recalled, Recollection

__all__ = ["Memories", "MemorySource", "NewMemory", "Parts", "Query", "Recalled", "Recollection", "UserMemory"]

AT_ONCE: Final = 500


class Memories:
    """The memories of every account; one per process.

    ``alone`` says that no other process writes to the database, which saves asking it whether one did.
    """

    def __init__(
        self, database: Database, embedder: Embedder, index: ExactIndex, clock: Clock, *, alone: bool = False
    ) -> None:
        self._store = MemoryStore(database)
        self._embedder = embedder
        self._index = index
        self._clock = clock
        self._alone = alone
        self._accounts: dict[str, dict[str, UserMemory]] = {}
        self._states: dict[str, State] = {}
        self._locks: dict[str, asyncio.Lock] = {}

    async def remember(self, scope: Scope, memories: Sequence[NewMemory]) -> list[UserMemory]:
        """Store memories and make them findable; durable when this returns. What is there already stays as it is."""
        kept: list[UserMemory] = []
        for start in range(0, len(memories), AT_ONCE):
            part = memories[start : start + AT_ONCE]
            vectors = await self._embedder.embed([memory.content for memory in part])
            made = [self._made(scope, memory, pack(row)) for memory, row in zip(part, vectors, strict=True)]
            stored = await self._store.add(scope.user_id, made)
            kept += [to_document(USER_MEMORY, row) for row in stored]
        await self._follow(scope.user_id)
        return kept

    async def recall(self, scope: Scope, query: Query) -> Recollection:
        """Return what has to do with the question, best first."""
        started = time.perf_counter()
        await self._follow(scope.user_id)
        account = self._accounts[scope.user_id]
        vector = (await self._embedder.embed([query.text]))[0]
        near = await self._index.nearest(scope.user_id, self._embedder.model, vector, len(account))
        items: list[Recalled] = []
        for found in near:
            memory = account[found.memory_id]
            if _wanted(memory, query) and len(items) < query.limit:
                items.append(Recalled(memory, found.similarity, Parts(dense=found.similarity), "means something alike"))
        return Recollection(tuple(items), (time.perf_counter() - started) * 1000, len(account))

    async def all(self, scope: Scope, *, include_history: bool = False) -> list[UserMemory]:
        """Return every memory of the account, newest first."""
        await self._follow(scope.user_id)
        found = [memory for memory in self._accounts[scope.user_id].values() if include_history or memory.current]
        return sorted(found, key=lambda memory: (memory.created_at, memory.memory_id), reverse=True)

    async def get(self, scope: Scope, memory_id: str) -> UserMemory:
        """Return one memory; NotFound if there is none."""
        found = await self._store.some(scope.user_id, [memory_id])
        if not found:
            raise NotFound(f"There is no memory {memory_id}, or it is not yours. Check the id.")
        return to_document(USER_MEMORY, found[0])

    async def current_fact(self, scope: Scope, subject: str) -> UserMemory | None:
        """Return the memory that states this fact now."""
        await self._follow(scope.user_id)
        for memory in self._accounts[scope.user_id].values():
            if memory.subject == subject and memory.current:
                return memory
        return None

    async def supersede(self, scope: Scope, old_id: str, new: NewMemory) -> UserMemory:
        """Remember what replaces an older memory, which is kept as history."""
        (made,) = await self.remember(scope, [new])
        if made.memory_id != old_id:
            ended = new.timestamp or self._clock.now()
            await self._change(scope, old_id, {"valid_to": ended, "superseded_by": made.memory_id})
        return made

    async def change(self, scope: Scope, memory_id: str, **fields: Any) -> UserMemory:
        """Correct a memory: ``content``, ``importance``, ``category``, ``subject``, ``valid_to`` or ``pinned``."""
        changes: dict[str, Any] = {
            f"metadata.{name}" if name in UserMemoryMetadata.model_fields else name: value
            for name, value in fields.items()
        }
        if "content" in fields:
            vectors = await self._embedder.embed([fields["content"]])
            changes |= {
                "embedding": pack(vectors[0]),
                "embedding_model": self._embedder.model,
                "digest": digest(fields["content"]),
            }
        await self._change(scope, memory_id, changes)
        return await self.get(scope, memory_id)

    async def pin(self, scope: Scope, memory_id: str, *, pinned: bool = True) -> UserMemory:
        """Keep a memory from hygiene, or no longer."""
        return await self.change(scope, memory_id, pinned=pinned)

    async def delete(self, scope: Scope, memory_ids: Sequence[str]) -> int:
        """Remove memories for good, from every index and cache; return how many there were."""
        removed = await self._store.remove(scope.user_id, memory_ids)
        await self._follow(scope.user_id)
        return removed

    async def note_recall(self, scope: Scope, memory_ids: Sequence[str]) -> None:
        """Count that these were shown to a model or a person."""
        await self._store.note_recall(scope.user_id, memory_ids)

    async def forget_account(self, user_id: str) -> None:
        """Let go of everything of an account in this process and in the index, after it was erased."""
        self._accounts.pop(user_id, None)
        self._states.pop(user_id, None)
        await self._index.forget(user_id)

    async def _change(self, scope: Scope, memory_id: str, changes: Mapping[str, Any]) -> None:
        if not await self._store.change(scope.user_id, {memory_id: changes}):
            raise NotFound(f"There is no memory {memory_id}, or it is not yours. Check the id.")
        await self._follow(scope.user_id)

    async def _follow(self, user_id: str) -> None:
        """Bring what this process holds of the account in step with the database."""
        async with self._locks.setdefault(user_id, asyncio.Lock()):
            state = await self._store.state(user_id)
            if user_id in self._accounts and self._states[user_id] == state:
                return
            await self._index.forget(user_id)
            rows = await self._store.all(user_id)
            found = [to_document(USER_MEMORY, row) for row in rows]
            self._accounts[user_id] = {memory.memory_id: memory for memory in found}
            self._states[user_id] = state
            usable = [memory for memory in found if memory.embedding_model == self._embedder.model]
            if usable:
                matrix = np.stack([unpack(memory.embedding) for memory in usable])
                await self._index.put(user_id, self._embedder.model, [memory.memory_id for memory in usable], matrix)

    def _made(self, scope: Scope, new: NewMemory, embedding: Any) -> UserMemory:
        when: datetime = new.timestamp or self._clock.now()
        mark = digest(new.content)
        origin = new.message_id or (new.source.id if new.source else "")
        cause = (scope.user_id, new.memory_type, new.conversation_id or "", origin, new.subject or "", mark)
        return UserMemory(
            memory_id=new.memory_id or derived_id("mem", *cause),
            memory_type=new.memory_type,
            content=new.content,
            embedding=embedding,
            embedding_model=self._embedder.model,
            metadata=UserMemoryMetadata(
                conversation_id=new.conversation_id,
                message_id=new.message_id,
                timestamp=when,
                importance=new.importance,
                category=new.category,
                source=new.source,
                speaker=new.speaker,
            ),
            subject=new.subject,
            valid_from=when,
            pinned=new.pinned,
            agent_name=new.agent_name,
            digest=mark,
        )


def digest(text: str) -> str:
    """Return a mark that texts share when they differ in case, spaces and punctuation alone."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return derived_id("dig", "".join(letter for letter in plain if letter.isalnum()))[4:]


def _wanted(memory: UserMemory, query: Query) -> bool:
    """Whether a memory may be an answer at all."""
    about = memory.metadata
    return (
        (query.include_history or memory.current)
        and (query.types is None or memory.memory_type in query.types)
        and (query.conversation_id is None or about.conversation_id == query.conversation_id)
        and (query.agent_name is None or memory.agent_name == query.agent_name)
        and about.message_id not in query.seen_message_ids
    )
