"""Many accounts and large ones: builds them through the public write path, and times recall of cold and warm ones."""

import random
import time
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Final

from core.ids import derived_id
from core.scope import Scope
from memory.memories import Memories
from memory.recollection import NewMemory, Query
from memory.trial.evidence import MANY
from memory.trial.layout import Conversation
from memory.trial.speed import Times, percentile

AT_ONCE: Final = 500
TURNS_IN_A_CONVERSATION: Final = 20


def numbered_account(number: int) -> Scope:
    """Return the account with this number; the same one in every process."""
    user_id = derived_id("usr", "memory scale", str(number))
    return Scope(user_id=user_id, actor_id=user_id, role="user", channel="cli")


def mixed_turns(conversations: Sequence[Conversation], count: int, seed: int) -> Iterator[NewMemory]:
    """Make that many different turns: the first half of one and the second half of another, with a number."""
    chance = random.Random(seed)  # noqa: S311  # a repeatable draw, nothing secret
    turns = [turn for conversation in conversations for turn in conversation.turns]
    for place in range(count):
        first, second = chance.choice(turns), chance.choice(turns).text.split()
        start = first.text.split()
        words = [*start[: len(start) // 2 + 1], *second[len(second) // 2 :], str(chance.randrange(10_000))]
        yield NewMemory(
            memory_type="user_message",
            content=" ".join(words),
            conversation_id=f"conversation-{place // TURNS_IN_A_CONVERSATION}",
            message_id=f"message-{seed}-{place}",
            speaker=first.speaker,
            timestamp=first.said + timedelta(minutes=place),
        )


async def fill_account(memories: Memories, conversations: Sequence[Conversation], number: int, count: int) -> Scope:
    """Remember that many turns in one account."""
    scope = numbered_account(number)
    waiting: list[NewMemory] = []
    for turn in mixed_turns(conversations, count, number):
        waiting.append(turn)
        if len(waiting) == AT_ONCE:
            await memories.remember(scope, waiting)
            waiting = []
    if waiting:
        await memories.remember(scope, waiting)
    return scope


async def recalled(memories: Memories, asked: Sequence[tuple[Scope, str]], *, patient: bool = False) -> Times:
    """Ask each account its question, one after another; ``patient`` waits until it is loaded whole."""
    walls: list[float] = []
    processors: list[float] = []
    for scope, question in asked:
        wall, processor = time.perf_counter(), time.process_time()
        await memories.recall(scope, Query(question, limit=MANY, patient=patient))
        walls.append((time.perf_counter() - wall) * 1000)
        processors.append((time.process_time() - processor) * 1000)
    return Times(
        percentile(walls, 0.5), percentile(walls, 0.95), percentile(processors, 0.5), percentile(processors, 0.95)
    )
