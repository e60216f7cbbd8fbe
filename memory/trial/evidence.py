"""How much of the evidence of questions recall finds, through the same write and recall as in production."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

from core.ids import new_id
from core.scope import Scope
from memory.memories import Memories
from memory.recollection import Query
from memory.trial.layout import ADVERSARIAL, Conversation, Question

FEW = 5
MANY = 10


@dataclass(frozen=True, slots=True)
class Answer:
    """What recall found for a question: the shares of its evidence among the first 5 and 10, and the time it took."""

    category: int
    among_few: float
    among_many: float
    seconds: float

    @property
    def hit(self) -> bool:
        """Whether any evidence was found."""
        return self.among_many > 0


@dataclass(frozen=True, slots=True)
class Finding:
    """Means over questions."""

    questions: int
    recall_at_5: float
    recall_at_10: float
    hit_at_10: float


def account() -> Scope:
    """Return a tenant nobody has used."""
    user_id = new_id("usr")
    return Scope(user_id=user_id, actor_id=user_id, role="user", channel="cli")


async def answers(memories: Memories, conversation: Conversation) -> list[Answer]:
    """Remember every turn in a tenant of its own, then ask every question."""
    scope = account()
    await memories.remember(scope, [turn.memory(conversation.name) for turn in conversation.turns])
    return [await ask(memories, scope, question) for question in conversation.questions]


async def ask(memories: Memories, scope: Scope, question: Question) -> Answer:
    """Ask one question."""
    began = time.perf_counter()
    found = await memories.recall(scope, Query(question.text, limit=MANY))
    seconds = time.perf_counter() - began
    recalled = [memory.metadata.message_id for memory in found.own()]
    few = len(question.evidence.intersection(recalled[:FEW])) / len(question.evidence)
    many = len(question.evidence.intersection(recalled)) / len(question.evidence)
    return Answer(question.category, few, many, seconds)


def summed(found: Sequence[Answer], category: int | None = None) -> Finding | None:
    """Sum up one category; without one, all but the adversarial."""
    chosen = [
        answer
        for answer in found
        if (answer.category == category if category is not None else answer.category != ADVERSARIAL)
    ]
    if not chosen:
        return None
    count = len(chosen)
    return Finding(
        count,
        sum(answer.among_few for answer in chosen) / count,
        sum(answer.among_many for answer in chosen) / count,
        sum(answer.hit for answer in chosen) / count,
    )
