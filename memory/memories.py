"""The one way into memory and out of it: remember, recall, change, forget. Each account is kept apart."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any, Final

import numpy as np
import structlog
from numpy.typing import NDArray

from core.clock import Clock
from core.errors import NotConfigured, NotFound, Unavailable
from core.ids import derived_id
from core.scope import Scope
from db.client import Database
from db.memory_store import MemoryStore
from db.stored import to_document
from db.user_memory import USER_MEMORY, MemorySource, UserMemory, UserMemoryMetadata
from db.vector import Floats, no_vector, pack
from memory.account import Account
from memory.accounts import BUDGET_BYTES, Accounts, Raw
from memory.duplicates import digest
from memory.embedders.embedder import Embedder
from memory.indexes.index import NOTHING, MemoryIndex
from memory.lexicon import Lexicon
from memory.query import Reading, read_question
from memory.ranking import rank
from memory.reasons import reason
from memory.recollection import NewMemory, Parts, Query, Recalled, Recollection

__all__ = ["Memories", "MemorySource", "NewMemory", "Parts", "Query", "Recalled", "Recollection", "UserMemory"]

log = structlog.get_logger(__name__)

AT_ONCE: Final = 500
# Only the nearest vectors count; farther ones say nothing about a question.
NEAREST: Final = 200


class Memories:
    """The memories of every account; one per process.

    ``lexicon`` knows which words are alike. ``alone`` says that no other process writes to the database, which saves
    asking it whether one did. ``budget`` bounds what the accounts held in this process may take together, in bytes.
    ``vectors_missing`` is set when something was remembered while the embedder could not be reached.
    """

    def __init__(
        self,
        database: Database,
        embedder: Embedder,
        index: MemoryIndex,
        clock: Clock,
        *,
        lexicon: Lexicon | None = None,
        alone: bool = False,
        budget: int = BUDGET_BYTES,
    ) -> None:
        self._store = MemoryStore(database)
        self._embedder = embedder
        self._index = index
        self._clock = clock
        self._lexicon = lexicon or Lexicon()
        self.vectors_missing = asyncio.Event()
        self._accounts = Accounts(self._store, self._lexicon, index, model=embedder.model, alone=alone, budget=budget)

    @property
    def held_bytes(self) -> int:
        """About how much memory the accounts held in this process take."""
        return self._accounts.held_bytes

    async def remember(self, scope: Scope, memories: Sequence[NewMemory]) -> list[UserMemory]:
        """Store memories and make them findable; durable when this returns. What is there already stays as it is."""
        kept: list[UserMemory] = []
        for start in range(0, len(memories), AT_ONCE):
            part = memories[start : start + AT_ONCE]
            vectors = await self._vectors([memory.content for memory in part])
            made = [
                self._made(scope, memory, None if vectors is None else vectors[place])
                for place, memory in enumerate(part)
            ]
            kept += await self._add(scope.user_id, made)
        return kept

    async def recall(self, scope: Scope, query: Query) -> Recollection:
        """Return what has to do with the question, best first. One short read of the database, none when alone."""
        started = time.perf_counter()
        account = await self._accounts.open(scope.user_id)
        now = query.now or self._clock.now()
        reading = read_question(query.text, account.speakers, now.date())
        if not self._lexicon.warm:
            await asyncio.to_thread(self._lexicon.prepare)
        meanings = [self._lexicon.meaning(word) for word in reading.words]
        near = await self._near(scope.user_id, account, reading)
        found = rank(account, reading, meanings, near, account.wanted(query), now.toordinal(), query.limit)
        items: list[Recalled] = []
        for ranked in found:
            memory = account.memory(ranked.slot)
            items.append(
                Recalled(memory, ranked.score, ranked.parts, partial(reason, memory, reading, ranked.parts, now))
            )
        return Recollection(tuple(items), (time.perf_counter() - started) * 1000, len(account))

    async def all(self, scope: Scope, *, include_history: bool = False) -> list[UserMemory]:
        """Return every memory of the account, newest first, without vectors."""
        account = await self._accounts.open(scope.user_id)
        found = [memory for memory in account.memories() if include_history or memory.current]
        return sorted(found, key=lambda memory: (memory.created_at, memory.memory_id), reverse=True)

    async def lasting(self, scope: Scope) -> list[UserMemory]:
        """Return the wishes and facts of the account that hold, without vectors, in no order."""
        return list((await self._accounts.open(scope.user_id)).lasting())

    async def get(self, scope: Scope, memory_id: str) -> UserMemory:
        """Return one memory without its vector; NotFound if there is none."""
        account = await self._accounts.open(scope.user_id)
        slot = account.slot(memory_id)
        if slot is None:
            raise NotFound(_missing(memory_id))
        return account.memory(slot)

    async def current_fact(self, scope: Scope, subject: str) -> UserMemory | None:
        """Return the memory that states this fact now."""
        account = await self._accounts.open(scope.user_id)
        return next((memory for memory in account.about(subject) if memory.current), None)

    async def supersede(self, scope: Scope, old_id: str, new: NewMemory) -> UserMemory:
        """Remember what replaces an older memory, which is kept as history."""
        (made,) = await self.remember(scope, [new])
        if made.memory_id != old_id:
            ended = new.timestamp or self._clock.now()
            await self._change(scope, old_id, {"valid_to": ended, "superseded_by": made.memory_id})
        return made

    async def change(self, scope: Scope, memory_id: str, **fields: Any) -> UserMemory:
        """Correct a memory: ``content``, ``subject``, ``valid_to``, ``pinned`` or any field of its metadata."""
        changes: dict[str, Any] = {
            f"metadata.{name}" if name in UserMemoryMetadata.model_fields else name: value
            for name, value in fields.items()
        }
        if "content" in fields:
            vectors = await self._vectors([fields["content"]])
            changes |= self._embedding(None if vectors is None else vectors[0])
            changes["digest"] = digest(fields["content"])
        await self._change(scope, memory_id, changes)
        return await self.get(scope, memory_id)

    async def pin(self, scope: Scope, memory_id: str, *, pinned: bool = True) -> UserMemory:
        """Keep a memory from hygiene, or no longer."""
        return await self.change(scope, memory_id, pinned=pinned)

    async def delete(self, scope: Scope, memory_ids: Sequence[str]) -> int:
        """Remove memories for good, from every index and cache; return how many there were."""
        removed = 0

        async def write() -> list[Raw]:
            nonlocal removed
            removed = await self._store.remove(scope.user_id, memory_ids)
            return []

        if memory_ids:
            await self._accounts.write(scope.user_id, memory_ids, write)
        return removed

    async def note_recall(self, scope: Scope, memory_ids: Sequence[str]) -> None:
        """Count that these were shown to a model or a person."""
        await self._store.note_recall(scope.user_id, memory_ids)

    async def replace_vectors(self, user_id: str, vectors: Mapping[str, Floats]) -> None:
        """Store new vectors of memories, made by the embedder in use from what they say now."""
        model = self._embedder.model
        changes = {
            memory_id: {"embedding": pack(vector), "embedding_model": model} for memory_id, vector in vectors.items()
        }

        async def write() -> None:
            await self._store.change(user_id, changes)

        await self._accounts.write(user_id, list(changes), write)

    async def forget_account(self, user_id: str) -> None:
        """Let go of everything of an account in this process and in the index, after it was erased."""
        await self._accounts.forget(user_id)

    async def _near(self, user_id: str, account: Account, reading: Reading) -> tuple[NDArray[np.intp], Floats]:
        """Return the slots of the nearest vectors; none while the embedder can't be reached: words still find."""
        try:
            vector = (await self._embedder.embed([reading.topic]))[0]
            near = await self._index.nearest(user_id, self._embedder.model, vector, NEAREST)
        except (Unavailable, NotConfigured) as error:
            log.warning("recall_without_vectors", reason=error.message)
            near = NOTHING
        slots = account.slots(near.memory_ids)
        known = slots >= 0
        return slots[known], near.similarities[known]

    async def _add(self, user_id: str, made: Sequence[UserMemory]) -> list[UserMemory]:
        async def write() -> list[Raw]:
            return await self._store.add(user_id, made)

        rows = await self._accounts.write(user_id, [memory.memory_id for memory in made], write)
        return [to_document(USER_MEMORY, row) for row in rows or []]

    async def _change(self, scope: Scope, memory_id: str, changes: Mapping[str, Any]) -> None:
        found = 0

        async def write() -> None:
            nonlocal found
            found = await self._store.change(scope.user_id, {memory_id: changes})

        await self._accounts.write(scope.user_id, [memory_id], write)
        if not found:
            raise NotFound(_missing(memory_id))

    async def _vectors(self, texts: Sequence[str]) -> Floats | None:
        """Return one vector a text; none while the embedder can't be reached: they are made later."""
        try:
            return await self._embedder.embed(texts)
        except (Unavailable, NotConfigured) as error:
            log.warning("remembered_without_vectors", reason=error.message)
            self.vectors_missing.set()
            return None

    def _embedding(self, vector: Floats | None) -> dict[str, Any]:
        if vector is None:
            return {"embedding": no_vector(), "embedding_model": ""}
        return {"embedding": pack(vector), "embedding_model": self._embedder.model}

    def _made(self, scope: Scope, new: NewMemory, vector: Floats | None) -> UserMemory:
        when: datetime = new.timestamp or self._clock.now()
        mark = digest(new.content)
        origin = new.message_id or (new.source.id if new.source else "")
        cause = (scope.user_id, new.memory_type, new.conversation_id or "", origin, new.subject or "", mark)
        return UserMemory(
            memory_id=new.memory_id or derived_id("mem", *cause),
            memory_type=new.memory_type,
            content=new.content,
            **self._embedding(vector),
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


def _missing(memory_id: str) -> str:
    return f"There is no memory {memory_id}, or it is not yours. Check the id."
