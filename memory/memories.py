"""The one way into memory and out of it: remember, recall, change, forget. Each account is kept apart."""

import asyncio
import time
from collections.abc import Iterable, Mapping, Sequence
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
from db.agent_memory import AgentMemory
from db.client import Database
from db.global_memory import GlobalMemory
from db.memory_shelves import HOUSE_ID, Memory
from db.memory_store import MemoryStore
from db.stored import to_document
from db.user_memory import USER_MEMORY, MemorySource, UserMemory, UserMemoryMetadata
from db.vector import Floats, no_vector, pack
from memory.account import Account
from memory.accounts import BUDGET_BYTES, LARGE, Accounts, Opened, Raw
from memory.duplicates import digest
from memory.embedders.embedder import Embedder
from memory.indexes.index import NOTHING, MemoryIndex, Nearest
from memory.lexicon import Lexicon
from memory.query import read_question
from memory.ranking import Ranked, rank
from memory.reasons import reason
from memory.recollection import AtHand, NewMemory, Parts, Query, Recalled, Recollection

__all__ = ["Memories", "MemorySource", "NewMemory", "Parts", "Query", "Recalled", "Recollection", "UserMemory"]

log = structlog.get_logger(__name__)

AT_ONCE: Final = 500
# Only the nearest vectors count; farther ones say nothing about a question.
NEAREST: Final = 200


class Memories:
    """The memories of every account; one per process.

    ``lexicon`` knows which words are alike. ``alone`` says that no other process writes to the database, which saves
    asking it whether one did. ``budget`` bounds what the accounts held in this process may take together, in bytes.
    Accounts with more than ``large`` changes are loaded in the background, newest memories first.
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
        large: int = LARGE,
    ) -> None:
        self._store = MemoryStore(database)
        self._embedder = embedder
        self._index = index
        self._clock = clock
        self._lexicon = lexicon or Lexicon()
        self.vectors_missing = asyncio.Event()
        self._accounts = Accounts(
            self._store, self._lexicon, index, model=embedder.model, alone=alone, budget=budget, large=large
        )

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
        owners = [scope.user_id, HOUSE_ID] if "global" in query.shelves else [scope.user_id]
        accounts = await self._accounts.open_all(*owners, whole=query.patient)
        return await self._recalled(owners, accounts, query, started)

    async def at_hand(self, scope: Scope, query: Query) -> AtHand:
        """Return what has to do with a message, and what holds whatever it says. No more reads than ``recall``."""
        started = time.perf_counter()
        owners = [scope.user_id, HOUSE_ID]
        opened = await self._accounts.open_all(*owners, whole=query.patient)
        found = await self._recalled(owners, opened, query, started)
        account, house = (one.account for one in opened)
        learnings = tuple(learnt for learnt in account.learnt() if isinstance(learnt, AgentMemory))
        shared = tuple(learnt for learnt in house.learnt() if isinstance(learnt, GlobalMemory))
        return AtHand(found, tuple(account.lasting()), learnings, shared, opened[0].switched)

    async def all(self, scope: Scope, *, include_history: bool = False) -> list[UserMemory]:
        """Return every memory of the account, newest first, without vectors."""
        account = await self._accounts.open(scope.user_id)
        found = [memory for memory in account.memories() if include_history or memory.current]
        return sorted(found, key=lambda memory: (memory.created_at, memory.memory_id), reverse=True)

    async def lasting(self, scope: Scope) -> list[UserMemory]:
        """Return the wishes and facts of the account that hold, without vectors, in no order."""
        return list((await self._accounts.open(scope.user_id)).lasting())

    async def get(self, scope: Scope, memory_id: str) -> UserMemory:
        """Return one memory of the account's own without its vector; NotFound if there is none."""
        account = await self._accounts.open(scope.user_id)
        slot = account.slot(memory_id)
        memory = None if slot is None else account.memory(slot)
        if not isinstance(memory, UserMemory):
            raise NotFound(_missing(memory_id))
        return memory

    async def those(self, scope: Scope, memory_ids: Iterable[str]) -> list[Memory]:
        """Return those of these memories that there are, of the account, its agents and what all share."""
        accounts = [one.account for one in await self._accounts.open_all(scope.user_id, HOUSE_ID, whole=False)]
        places = ((account, account.slot(memory_id)) for memory_id in memory_ids for account in accounts)
        return [account.memory(slot) for account, slot in places if slot is not None]

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

    async def written(self, user_id: str, memory_ids: Sequence[str]) -> None:
        """Follow what was stored, changed or removed of learnings (or of what all share, under ``HOUSE_ID``)."""

        async def write() -> None:
            await self._store.note_changed(user_id, memory_ids)

        if memory_ids:
            await self._accounts.write(user_id, memory_ids, write)

    async def embedding_of(self, text: str) -> dict[str, Any]:
        """Return the fields that hold the vector of a text; an empty vector while the embedder can't be reached."""
        vectors = await self._vectors([text])
        return self._embedding(None if vectors is None else vectors[0])

    async def replace_vectors(self, user_id: str, vectors: Mapping[str, Floats]) -> None:
        """Store new vectors of memories, made by the embedder in use from what they say now."""
        model = self._embedder.model
        changes = {
            memory_id: {"embedding": pack(vector), "embedding_model": model} for memory_id, vector in vectors.items()
        }

        async def write() -> None:
            await self._store.change(user_id, changes)

        await self._accounts.write(user_id, list(changes), write)

    async def close(self) -> None:
        """Stop what is still being loaded."""
        await self._accounts.close()

    async def forget_account(self, user_id: str) -> None:
        """Let go of everything of an account in this process and in the index, after it was erased."""
        await self._accounts.forget(user_id)

    async def _recalled(
        self, owners: Sequence[str], opened: Sequence[Opened], query: Query, started: float
    ) -> Recollection:
        """Rank what each of the accounts holds, by the same measure, and bring it into one order."""
        now = query.now or self._clock.now()
        accounts = [one.account for one in opened]
        reading = read_question(query.text, accounts[0].speakers, now.date())
        if not self._lexicon.warm:
            await asyncio.to_thread(self._lexicon.prepare)
        meanings = [self._lexicon.meaning(word) for word in reading.words]
        vector = await self._vector(reading.topic)
        found: list[tuple[Account, Ranked]] = []
        for owner, account in zip(owners, accounts, strict=True):
            if len(account):
                near = await self._near(owner, account, vector)
                fits = account.wanted(query)
                best = rank(account, reading, meanings, near, fits, now.toordinal(), query.limit)
                found += [(account, ranked) for ranked in best]
        if len(accounts) > 1:
            found.sort(key=lambda pair: -pair[1].score)
        items: list[Recalled] = []
        for account, ranked in found[: query.limit]:
            memory = account.memory(ranked.slot)
            why = partial(reason, memory, reading, ranked.parts, now)
            items.append(Recalled(memory, ranked.score, ranked.parts, why))
        took = (time.perf_counter() - started) * 1000
        return Recollection(tuple(items), took, sum(map(len, accounts)), sum(one.waiting for one in opened))

    async def _vector(self, text: str) -> Floats | None:
        """Return the vector of a question; none while the embedder can't be reached: words still find."""
        try:
            vectors = await self._embedder.embed([text])
        except (Unavailable, NotConfigured) as error:
            log.warning("recall_without_vectors", reason=error.message)
            return None
        first: Floats = vectors[0]
        return first

    async def _near(self, user_id: str, account: Account, vector: Floats | None) -> tuple[NDArray[np.intp], Floats]:
        """Return the slots of the nearest vectors; none while the index can't be reached: words still find."""
        near = NOTHING
        if vector is not None:
            model = self._embedder.model
            learnt = await self._accounts.learnt_index.nearest(user_id, model, vector, NEAREST)
            try:
                near = await self._index.nearest(user_id, model, vector, NEAREST) if user_id != HOUSE_ID else NOTHING
            except (Unavailable, NotConfigured) as error:
                log.warning("recall_without_vectors", reason=error.message)
            if learnt.memory_ids:
                near = Nearest(
                    [*near.memory_ids, *learnt.memory_ids], np.concatenate((near.similarities, learnt.similarities))
                )
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
