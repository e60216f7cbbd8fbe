"""How well and how fast memory recalls, on conversations of our own that were kept aside when it was fitted.

``marketing-minds bench memory PATH`` measures the same on any data set in the LoCoMo layout.
"""

import sys
import tempfile
from pathlib import Path

import uvloop
from pydantic import SecretStr

from bench.figures import Figures
from core.clock import SystemClock
from core.settings import Settings
from db.sync import synchronise
from memory.engine import build_engine
from memory.memories import Memories
from memory.trial.evidence import Answer, answers, summed
from memory.trial.layout import Conversation, merged, read_conversations
from memory.trial.speed import ingest_in_batches, ingest_one_by_one, recall_times
from server.storage import open_database

HELD_OUT = Path(__file__).parent / "data" / "memory" / "held_out"
# In shares of a hundred. What others have measured on a public data set is in docs/memory.md.
TARGETS = {"recall@5": 62.0, "recall@10": 72.0, "hit@10": 79.0}
INGEST_A_SECOND = 1500.0
RECALL_P50_MS = 1.0
RECALL_P95_MS = 3.0


async def quality(figures: Figures, memories: Memories, conversations: list[Conversation]) -> None:
    """Ask every question, in an account of its own and with all conversations in one account."""
    apart: list[Answer] = []
    for conversation in conversations:
        apart += await answers(memories, conversation)
    together = await answers(memories, merged(conversations))
    for words, found in (("each conversation an account", apart), ("all conversations one account", together)):
        finding = summed(found)
        if finding is None:
            continue
        figures.title(f"evidence of {finding.questions} questions, {words}")
        shares = zip(TARGETS.items(), (finding.recall_at_5, finding.recall_at_10, finding.hit_at_10), strict=True)
        for (name, target), share in shares:
            figures.at_least(name, share * 100, target, " %")


async def speed(figures: Figures, memories: Memories, conversations: list[Conversation]) -> None:
    """Take in and recall."""
    figures.title("ingest and recall, 1,000 memories")
    single = await ingest_one_by_one(memories, conversations)
    figures.tell("one by one", f"{single.a_second:.0f} a second, {single.processor_ms:.2f} ms of processor each")
    batched = await ingest_in_batches(memories, conversations)
    figures.tell("processor time in batches", f"{batched.processor_ms:.2f} ms each")
    times = await recall_times(memories, conversations)
    figures.tell("processor time of a recall", f"{times.processor_ms:.2f} ms")
    figures.at_least("in batches, a second", batched.a_second, INGEST_A_SECOND)
    figures.at_most("recall p50", times.p50, RECALL_P50_MS, " ms")
    figures.at_most("recall p95", times.p95, RECALL_P95_MS, " ms")


async def measure(folder: Path) -> list[str]:
    """Measure and print; return what missed its target."""
    figures = Figures()
    conversations = read_conversations(HELD_OUT)
    defaults = Settings(_env_file=None)  # pyright: ignore[reportCallIssue]
    own = defaults.model_copy(update={"data_dir": folder, "mongodb_uri": SecretStr("")})
    async with open_database(own, SystemClock()) as database:
        await synchronise(database)
        engine = build_engine(own, database, SystemClock())
        await quality(figures, engine.memories, conversations)
        await speed(figures, engine.memories, conversations)
        await engine.close()
    return figures.missed


def main() -> int:
    """Run; 1 if a target is missed."""
    with tempfile.TemporaryDirectory(prefix="memory-") as folder:
        return 1 if uvloop.run(measure(Path(folder))) else 0


if __name__ == "__main__":
    sys.exit(main())
