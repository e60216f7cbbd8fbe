"""``marketing-minds memory reindex``: fills the index of memories again from the documents, and says how far it is."""

from core.clock import SystemClock
from core.settings import Settings
from db.sync import synchronise
from memory.engine import build_engine
from server.cli.terminal import say
from server.storage import open_database

PERCENT_STEP = 5


async def reindex(settings: Settings, *, again: bool) -> int:
    """Go on where an interrupted run was left off, or begin again."""
    clock = SystemClock()
    async with open_database(settings, clock) as database:
        await synchronise(database)
        engine = build_engine(settings, database, clock)
        told = memories = 0
        try:
            async for progress in engine.reindexing.reindex(again=again):
                memories = progress.memories
                percent = int(progress.share * 100)
                if percent >= told + PERCENT_STEP:
                    told = percent
                    say(f"{percent:3} %  {memories} memories")
        finally:
            await engine.close()
    say(f"Done: {memories} memories, vectors of {engine.embedder.model}.")
    return 0
