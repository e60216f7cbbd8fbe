"""What holds for everyone: a learning is shared once enough accounts have shown it, each by itself, without any name.

What is shared consists of words that every one of them has used: no account can put anything of its own into it. Until
then nothing of it leaves the account but a keyed hash.
"""

import hashlib
import hmac
import re
from collections import Counter
from collections.abc import Sequence
from typing import Final

from core.ids import derived_id
from core.scope import Scope
from db.agent_memory import AgentMemory
from db.client import Database
from db.collection import NEVER
from db.global_memory import GLOBAL_MEMORY, GlobalMemory, GlobalMemoryMetadata, InsightType
from db.memory_shelves import HOUSE_ID
from db.memory_support import MEMORY_SUPPORT, MemorySupport
from db.repository import Repository
from db.user_memory import MemorySource
from memory.duplicates import content_words, digest
from memory.extraction_preferences import is_instruction_to_us
from memory.industries import INDUSTRIES
from memory.learnings import is_clear
from memory.memories import Memories
from memory.outcomes import importance
from memory.secrets import find_secrets

ENOUGH: Final = 5
FEWEST_WORDS: Final = 3
MOST_READ: Final = 1_000
HOUSE: Final = Scope(user_id=HOUSE_ID, actor_id=HOUSE_ID, role="admin")
KINDS: Final[dict[str, InsightType]] = {"pattern": "pattern", "best_practice": "insight", "learning": "insight"}

_QUOTED = re.compile(r"[\"“”„«»][^\"“”„«»]*[\"“”„«»]?|(?<!\w)'[^']{2,}'")
_ADDRESS = re.compile(
    r"\S*(?:://|www\.|@)\S*|\b[\w-]+\.(?:com|co|org|net|io|uk|de|fr|eu|shop|example)\b\S*", re.IGNORECASE
)
_TAG = re.compile(r"[#@]\w+")
_NUMBER = re.compile(r"[£$€₹¥]?\s?\d[\d.,:%/-]*\w*")
_NAME = re.compile(r"(?<!^)(?<![.!?]\s)\b[A-ZÀ-ÖØ-Þ][\w'’&-]*")
_FIRST = re.compile(r"^[A-ZÀ-ÖØ-Þ][\w'’&-]*|(?<=[.!?]\s)[A-ZÀ-ÖØ-Þ][\w'’&-]*")
_COMMON_FIRST = frozenset(
    {"on", "in", "at", "for", "with", "the", "a", "an", "texts", "posts", "short", "long", "people"}
)


class Promotion:
    """Counts support and promotes. ``key`` makes the hashes useless to anybody who has only the database."""

    def __init__(self, database: Database, memories: Memories, key: bytes, enough: int = ENOUGH) -> None:
        self._database = database
        self._memories = memories
        self._key = hashlib.sha256(b"memory promotion" + key).digest()
        self._enough = enough

    async def contribute(self, scope: Scope, learnings: Sequence[AgentMemory], industry: str | None = None) -> int:
        """Bring an account's support in step with what it has learnt; return how many candidates it supports.

        ``industry`` is one of ``INDUSTRIES``, where it is known.
        """
        account = self._hash(scope.user_id)
        branch = self._hash(f"industry {industry}") if industry in INDUSTRIES else ""
        wanted: dict[str, AgentMemory] = {}
        for learning in learnings:
            if is_clear(learning) and (statement := general(learning.content)):
                wanted[self._candidate(statement)] = learning
        held = {
            support.candidate: support for support in await self._supports().find({"account": account}, limit=MOST_READ)
        }
        for candidate in held.keys() - wanted.keys():
            await self._withdraw(held[candidate])
        for candidate, learning in wanted.items():
            await self._support(account, candidate, learning, branch)
            await self._promote(candidate, learning)
        return len(wanted)

    async def shared(self, limit: int = MOST_READ) -> list[GlobalMemory]:
        """Return what is shared, the most effective first."""
        found = await self._global().find({}, limit=MOST_READ)
        return sorted(found, key=lambda memory: memory.metadata.effectiveness_score or 0.0, reverse=True)[:limit]

    async def forget_account(self, user_id: str) -> None:
        """Take an erased account's support away; what then has too little is shared no more."""
        account = self._hash(user_id)
        while held := await self._supports().find({"account": account}, limit=MOST_READ):
            for support in held:
                await self._withdraw(support)

    async def _support(self, account: str, candidate: str, learning: AgentMemory, branch: str) -> None:
        support_id = derived_id("sup", candidate, account)
        rate = learning.metadata.success_rate or 0.5
        made = MemorySupport(support_id=support_id, candidate=candidate, account=account, rate=rate, industry=branch)
        stored = await self._supports().insert_once(made)
        if (stored.rate, stored.industry) != (rate, branch):
            await self._supports().change(support_id, {"rate": rate, "industry": branch})

    async def _withdraw(self, support: MemorySupport) -> None:
        await self._supports().delete(support.support_id)
        await self._promote(support.candidate, None)

    async def _promote(self, candidate: str, learning: AgentMemory | None) -> None:
        """Share a candidate that has enough support now, share it no more if it has not, or bring its figures up."""
        memory_id = derived_id("glm", candidate)
        supports = await self._supports().find({"candidate": candidate}, limit=MOST_READ)
        if len(supports) < self._enough:
            if await self._global().delete(memory_id):
                await self._memories.written(HOUSE_ID, [memory_id])
            return
        score = sum(support.rate for support in supports) / len(supports)
        stored = await self._global().find_one({"memory_id": memory_id})
        about = GlobalMemoryMetadata(
            industry=self._industry(supports),
            effectiveness_score=score,
            support=len(supports),
            importance=importance(len(supports)),
            category=_category(learning) if learning else stored.metadata.category if stored else None,
            source=MemorySource(kind="accounts", id=candidate),
        )
        if stored is None:
            if learning is None:
                return
            await self._global().insert_once(await self._made(memory_id, learning, about))
        elif stored.metadata.model_copy(update={"usage_count": 0}) == about and stored.valid_from != NEVER:
            return
        else:
            changes = {f"metadata.{name}": value for name, value in about.model_dump(exclude={"usage_count"}).items()}
            since = stored.created_at if stored.valid_from == NEVER else stored.valid_from
            await self._global().change(memory_id, changes | {"valid_from": since})
        await self._memories.written(HOUSE_ID, [memory_id])

    def _industry(self, supports: Sequence[MemorySupport]) -> str | None:
        """The industry it was shown in, where enough accounts share it and few are of another."""
        known = Counter(support.industry for support in supports if support.industry)
        if not known:
            return None
        branch, count = known.most_common(1)[0]
        if count < self._enough or count * 2 <= len(supports):
            return None
        return next((name for name in INDUSTRIES if self._hash(f"industry {name}") == branch), None)

    async def _made(self, memory_id: str, learning: AgentMemory, about: GlobalMemoryMetadata) -> GlobalMemory:
        statement = general(learning.content)
        return GlobalMemory(
            memory_id=memory_id,
            memory_type="trend" if "engagement" in statement else KINDS[learning.memory_type],
            content=statement,
            **await self._memories.embedding_of(statement),
            metadata=about,
            digest=digest(statement),
            valid_from=self._database.clock.now(),
        )

    def _candidate(self, statement: str) -> str:
        return self._hash("\x1f".join(content_words(statement)))

    def _hash(self, text: str) -> str:
        return hmac.new(self._key, text.encode(), hashlib.sha256).hexdigest()

    def _supports(self) -> Repository[MemorySupport]:
        return Repository(self._database, MEMORY_SUPPORT, HOUSE)

    def _global(self) -> Repository[GlobalMemory]:
        return Repository(self._database, GLOBAL_MEMORY, HOUSE)


def _category(learning: AgentMemory) -> str | None:
    """The learning's category, if it stands in the words that are shared: nothing else of it may."""
    category = learning.metadata.category
    return category if category and category in re.findall(r"\w+", general(learning.content).lower()) else None


def general(text: str) -> str:
    """Return a statement without names, numbers, handles, addresses and quotes; nothing where too little is left.

    Whatever looks secret, or like an order to the assistant, is no statement at all.
    """
    if find_secrets(text) or is_instruction_to_us(text):
        return ""
    plain = _NUMBER.sub(" ", _TAG.sub(" ", _ADDRESS.sub(" ", _QUOTED.sub(" ", text))))
    plain = _FIRST.sub(lambda word: word[0] if word[0].lower() in _COMMON_FIRST else " ", _NAME.sub(" ", plain))
    plain = re.sub(r"\s+([.,;:!?])", r"\1", " ".join(plain.split())).strip(" ,;:-–—")
    return plain if len(content_words(plain)) >= FEWEST_WORDS else ""
