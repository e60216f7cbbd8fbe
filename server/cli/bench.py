"""``marketing-minds bench memory PATH``: how well and how fast memory recalls, on a data folder that is thrown away."""

import tempfile
from pathlib import Path
from typing import Final

from core.clock import SystemClock
from core.settings import Settings
from db.sync import synchronise
from memory.engine import build_engine
from memory.memories import Memories
from memory.trial.evidence import Answer, Finding, answers, summed
from memory.trial.layout import ADVERSARIAL, Conversation, read_conversations
from memory.trial.speed import ingest_in_batches, ingest_one_by_one, recall_times
from server.cli.terminal import report, say
from server.storage import open_database

CATEGORIES: Final = {1: "several turns", 2: "time", 3: "common sense", 4: "one turn", ADVERSARIAL: "adversarial"}


async def bench_memory(settings: Settings, path: Path) -> int:
    """Measure and print. The database of the settings is not touched: it runs on a temporary folder."""
    conversations = read_conversations(path)
    with tempfile.TemporaryDirectory(prefix="bench-memory-") as folder:
        own = settings.model_copy(update={"data_dir": Path(folder), "mongodb_uri": type(settings.mongodb_uri)("")})
        async with open_database(own, SystemClock()) as database:
            await synchronise(database)
            memories = build_engine(own, database, SystemClock()).memories
            await _quality(memories, conversations)
            await _speed(memories, conversations)
    return 0


async def _quality(memories: Memories, conversations: list[Conversation]) -> None:
    found: list[Answer] = []
    for number, conversation in enumerate(conversations, 1):
        turns, asked = len(conversation.turns), len(conversation.questions)
        report(f"{number} of {len(conversations)}: {conversation.name}, {turns} turns, {asked} questions")
        found += await answers(memories, conversation)
    turns = sum(len(conversation.turns) for conversation in conversations)
    say(f"{len(conversations)} conversations, {turns} turns, {len(found)} questions with evidence")
    say(f"{'':<26}{'questions':>10}{'recall@5':>10}{'recall@10':>10}{'hit@10':>10}")
    _row("categories 1 to 4", summed(found))
    for category, words in CATEGORIES.items():
        _row(f"{category} {words}", summed(found, category))


async def _speed(memories: Memories, conversations: list[Conversation]) -> None:
    single = await ingest_one_by_one(memories, conversations)
    batched = await ingest_in_batches(memories, conversations)
    times = await recall_times(memories, conversations)
    say(f"ingest one by one          {single.a_second:8.0f} a second, {single.processor_ms:.2f} ms of processor each")
    say(f"ingest in batches          {batched.a_second:8.0f} a second, {batched.processor_ms:.2f} ms of processor each")
    say(
        f"recall of 1,000 memories   p50 {times.p50:.2f} ms, p95 {times.p95:.2f} ms, "
        f"{times.processor_ms:.2f} ms of processor"
    )


def _row(name: str, finding: Finding | None) -> None:
    if finding:
        shares = (finding.recall_at_5, finding.recall_at_10, finding.hit_at_10)
        say(f"{name:<26}{finding.questions:>10}" + "".join(f"{share:>10.1%}" for share in shares))
