"""How fast memory takes in and recalls: wall-clock time, and the processor time of this process beside it."""

import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from itertools import cycle, islice

from memory.memories import Memories
from memory.recollection import NewMemory, Query
from memory.trial.evidence import MANY, account
from memory.trial.layout import Conversation

ONE_BY_ONE = 200
BATCHED = 3000
BATCH = 500
TENANT = 1000
WARM_UP = 20


@dataclass(frozen=True, slots=True)
class Pace:
    """How many a second, and how much processor time of this process each took, in milliseconds."""

    a_second: float
    processor_ms: float


@dataclass(frozen=True, slots=True)
class Times:
    """Milliseconds per recall: the middle and the slow end, by the clock and of processor time."""

    p50: float
    p95: float
    processor_ms: float
    processor_p95: float


def turns_of(conversations: Sequence[Conversation], count: int) -> list[NewMemory]:
    """Return that many turns, going round and round where there are fewer; no two have the same id."""
    all_turns = [(conversation.name, turn) for conversation in conversations for turn in conversation.turns]
    return [
        replace(turn.memory(f"{name}-{place // len(all_turns)}"), message_id=f"{name}-{turn.turn_id}-{place}")
        for place, (name, turn) in enumerate(islice(cycle(all_turns), count))
    ]


async def ingest_one_by_one(memories: Memories, conversations: Sequence[Conversation]) -> Pace:
    """Remember turns one at a time, each durable before the next."""
    scope, turns = account(), turns_of(conversations, ONE_BY_ONE)

    async def work() -> None:
        for turn in turns:
            await memories.remember(scope, [turn])

    return await _paced(work, len(turns))


async def ingest_in_batches(memories: Memories, conversations: Sequence[Conversation]) -> Pace:
    """Remember turns many at a time, durable when each batch returns."""
    scope, turns = account(), turns_of(conversations, BATCHED)

    async def work() -> None:
        for start in range(0, len(turns), BATCH):
            await memories.remember(scope, turns[start : start + BATCH])

    return await _paced(work, len(turns))


async def recall_times(memories: Memories, conversations: Sequence[Conversation], count: int = TENANT) -> Times:
    """Ask every question of a tenant with that many memories."""
    scope = account()
    await memories.remember(scope, turns_of(conversations, count))
    questions = [question.text for conversation in conversations for question in conversation.questions]
    for question in questions[:WARM_UP]:
        await memories.recall(scope, Query(question, limit=MANY))
    walls: list[float] = []
    processors: list[float] = []
    for question in questions:
        wall, processor = time.perf_counter(), time.process_time()
        await memories.recall(scope, Query(question, limit=MANY))
        walls.append((time.perf_counter() - wall) * 1000)
        processors.append((time.process_time() - processor) * 1000)
    return Times(
        percentile(walls, 0.5), percentile(walls, 0.95), percentile(processors, 0.5), percentile(processors, 0.95)
    )


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value that ``share`` of all values do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


async def _paced(work: Callable[[], Awaitable[None]], count: int) -> Pace:
    wall, processor = time.perf_counter(), time.process_time()
    await work()
    passed = time.perf_counter() - wall
    return Pace(count / passed, (time.process_time() - processor) * 1000 / count)
