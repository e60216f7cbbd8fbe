"""What people and tools do with memory: look, search, write down, correct, pin, forget and switch off."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from core.errors import InvalidInput, NotFound
from core.ids import derived_id
from core.scope import Scope
from db.user_memory import MemorySource, MemoryType, UserMemory
from memory.duplicates import content_words
from memory.extraction import read_findings
from memory.extraction_preferences import is_instruction_to_us
from memory.gate import Refusal, grounded
from memory.keeping import Keeper, Kept
from memory.memories import Memories
from memory.recollection import OWN_SHELF, NewMemory, Query, Recollection
from memory.switches import Switches

LONGEST_NOTE: Final = 2_000
LASTING: Final[frozenset[MemoryType]] = frozenset({"preference", "insight"})
NAMED: Final = 0.5
RETOLD: Final = 0.8
IMPORTANT: Final = 7


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What was forgotten, for good."""

    memories: tuple[UserMemory, ...]


class MemoryDesk:
    """The people's side of memory; every method works for the account of its scope."""

    def __init__(self, memories: Memories, switches: Switches) -> None:
        self.memories = memories
        self.switches = switches
        self.keeper = Keeper(memories)

    async def known(self, scope: Scope, *, include_history: bool = False) -> list[UserMemory]:
        """Return the facts, wishes and insights kept of the account: pinned first, then what matters most."""
        if include_history:
            everything = await self.memories.all(scope, include_history=True)
            lasting = [memory for memory in everything if memory.memory_type in LASTING]
        else:
            lasting = await self.memories.lasting(scope)
        return sorted(lasting, key=lambda memory: (not memory.pinned, -memory.metadata.importance, memory.memory_id))

    async def search(self, scope: Scope, query: Query) -> Recollection:
        """Return what memory holds on a question, with scores and reasons."""
        return await self.memories.recall(scope, query)

    async def note(
        self,
        scope: Scope,
        text: str,
        *,
        cause: str,
        conversation_id: str | None = None,
        message_id: str | None = None,
        pinned: bool = False,
    ) -> Kept:
        """Write down what a person wants remembered; the same ``cause`` is the same note.

        A fact that says otherwise than an older one replaces it. Words that would change what the assistant may do are
        kept as a note that binds nobody.
        """
        scope.require_write()
        if not text.strip() or len(text) > LONGEST_NOTE:
            raise InvalidInput(f"A memory has 1 to {LONGEST_NOTE:,} characters.", field="content")
        found = read_findings(text)
        single = found[0] if len(found) == 1 else None
        binding = not is_instruction_to_us(text)
        kept = await self.keeper.note(
            scope,
            NewMemory(
                memory_type=single.kind if single and binding else "insight",
                content=single.text if single and single.asked else text.strip(),
                importance=max(IMPORTANT, single.importance if single else 0) if binding else 1,
                category=(single.category if single else "note") if binding else "instruction",
                subject=single.subject if single and binding else None,
                conversation_id=conversation_id,
                message_id=message_id,
                source=MemorySource(kind="person", id=scope.actor_id),
                speaker=scope.actor_id,
                timestamp=None,
                memory_id=derived_id("mem", scope.user_id, cause),
                pinned=pinned,
            ),
            ends=single.ends if single else "",
        )
        if not binding:
            kept.refused.append(Refusal("instruction", "kept as a note; it does not change what needs an approval"))
        return kept

    async def correct(self, scope: Scope, memory_id: str, content: str, *, cause: str) -> Kept:
        """Replace what a memory says; what it said before is kept as history."""
        scope.require_write()
        if not content.strip() or len(content) > LONGEST_NOTE:
            raise InvalidInput(f"A memory has 1 to {LONGEST_NOTE:,} characters.", field="content")
        return await self.keeper.corrected(scope, await self.memories.get(scope, memory_id), content, cause)

    async def pin(self, scope: Scope, memory_id: str, *, pinned: bool) -> UserMemory:
        """Pin a memory, so that it is always at hand and never tidied away; or unpin it."""
        scope.require_write()
        return await self.memories.pin(scope, memory_id, pinned=pinned)

    async def forget(self, scope: Scope, memory_ids: Sequence[str]) -> Forgotten:
        """Remove memories for good, with what they replaced, and the messages that told them.

        So forgetting a fact neither brings an older value of it back, nor leaves the words it was taken from.
        """
        scope.require_write()
        gone = await self.would_go(scope, memory_ids)
        await self.memories.delete(scope, [memory.memory_id for memory in gone])
        return Forgotten(gone)

    async def would_go(self, scope: Scope, memory_ids: Sequence[str]) -> tuple[UserMemory, ...]:
        """Return all that ``forget`` would remove with these memories, themselves included. It changes nothing."""
        wanted = set(memory_ids)
        everything = {memory.memory_id: memory for memory in await self.memories.all(scope, include_history=True)}
        if not wanted <= everything.keys():
            raise NotFound("There is no such memory, or it is not yours. Check the id.")
        gone = _with_history(wanted, everything)
        gone |= _told_in(gone, everything)
        return tuple(everything[memory_id] for memory_id in sorted(gone))

    async def course_of(self, scope: Scope, memory: UserMemory) -> list[UserMemory]:
        """Return a memory with what it replaced and what replaced it, the oldest first."""
        everything = {one.memory_id: one for one in await self.memories.all(scope, include_history=True)}
        newest, seen = memory, {memory.memory_id}
        while newest.superseded_by in everything and newest.superseded_by not in seen:
            newest = everything[newest.superseded_by]
            seen.add(newest.memory_id)
        course = _with_history({newest.memory_id}, everything)
        return sorted((everything[one] for one in course), key=lambda one: (one.valid_from, one.current, one.memory_id))

    async def last_learnt(self, scope: Scope, conversation_id: str) -> list[UserMemory]:
        """Return what was last learnt in a conversation: the facts and wishes of one message, else its words."""
        everything = await self.memories.all(scope)
        found = [memory for memory in everything if memory.metadata.conversation_id == conversation_id]
        lasting = [memory for memory in found if memory.memory_type in LASTING]
        said = [memory for memory in found if memory.memory_type == "user_message"]
        latest = max(lasting or said, key=_said_at, default=None)
        if latest is None:
            return []
        return [memory for memory in lasting or said if _said_at(memory) == _said_at(latest)]

    async def forget_conversation(self, scope: Scope, conversation_id: str) -> int:
        """Remove everything that was learnt in a conversation; return how many memories went."""
        found = await self.memories.all(scope, include_history=True)
        ids = [memory.memory_id for memory in found if memory.metadata.conversation_id == conversation_id]
        return await self.memories.delete(scope, ids) if ids else 0

    async def forget_account(self, user_id: str) -> None:
        """Let go of everything of an account in this process and its indexes, after it was erased."""
        self.switches.forget_account(user_id)
        await self.memories.forget_account(user_id)

    async def named(self, scope: Scope, words: str, *, limit: int = 5) -> list[UserMemory]:
        """Return the memories somebody means by ``words``: those that hold most of the words that say something.

        Where no fact or wish does, the messages and answers that hold all of them.
        """
        meant = set(content_words(words))
        found = await self.memories.recall(scope, Query(words, limit=4 * limit, shelves=OWN_SHELF, patient=True))
        lasting = [memory for memory in found.own() if memory.memory_type in LASTING]
        exact = [memory for memory in lasting if set(content_words(memory.subject or "")) == meant]
        if meant and exact:
            return exact[:limit]
        fitting = {memory.memory_id: len(meant & _words_of(memory)) / len(meant) for memory in lasting if meant}
        best = max(fitting.values(), default=0.0)
        if best >= NAMED:
            return [memory for memory in lasting if fitting.get(memory.memory_id) == best][:limit]
        return [memory for memory in found.own() if meant and meant <= _words_of(memory)]


def _said_at(memory: UserMemory) -> tuple[datetime, str]:
    about = memory.metadata
    return about.timestamp or memory.valid_from, about.message_id or ""


def _told_in(gone: set[str], everything: Mapping[str, UserMemory]) -> set[str]:
    """The episodes that hold a forgotten fact: those it was taken from, and those that say it again."""
    facts = [everything[memory_id] for memory_id in gone if everything[memory_id].memory_type in LASTING]
    sources = {fact.metadata.message_id for fact in facts} - {None}
    return {
        memory.memory_id
        for memory in everything.values()
        if memory.memory_type not in LASTING
        and (
            memory.metadata.message_id in sources
            or any(grounded(fact.content, memory.content, share=RETOLD) for fact in facts)
        )
    }


def _words_of(memory: UserMemory) -> set[str]:
    return set(content_words(f"{memory.subject or ''} {memory.content}"))


def _with_history(wanted: set[str], everything: dict[str, UserMemory]) -> set[str]:
    gone = set(wanted)
    while True:
        older = {
            memory.memory_id
            for memory in everything.values()
            if memory.superseded_by in gone and memory.memory_id not in gone
        }
        if not older:
            return gone
        gone |= older
