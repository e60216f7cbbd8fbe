"""What a turn costs to recall: one read of the database for a warm account, whatever else there is to know."""

from agents.recalling import NOTHING, Recaller
from core.scope import Scope
from db.client import Database
from memory.desk import MemoryDesk
from memory.embedders.wordllama import WordLlamaEmbedder
from memory.indexes.exact import ExactIndex
from memory.memories import Memories
from memory.recollection import NewMemory
from memory.switches import Switches

CONVERSATION = "cnv_1"


async def test_a_warm_turn_reads_once_and_sees_switches_of_other_processes_at_once(
    database: Database, scope: Scope
) -> None:
    ticks = [0.0]
    memories = Memories(database, WordLlamaEmbedder(), ExactIndex(), database.clock)
    there = Switches(database)
    recaller = Recaller(MemoryDesk(memories, Switches(database, lambda: ticks[0])), database.clock)

    async def turn() -> tuple[bool, int]:
        before = database.round_trips.count()
        brought = await recaller.bring(scope, {"conversation_id": CONVERSATION}, "What do we bake?")
        return brought is not NOTHING, database.round_trips.count() - before

    await memories.remember(scope, [NewMemory("insight", "We bake bread.")])
    await turn()
    for hours in (0, 1, 2):
        ticks[0] = hours * 3600.0
        assert await turn() == (True, 1)

    await there.switch_conversation(scope, CONVERSATION, on=False)

    assert await turn() == (False, 2)
    assert await turn() == (False, 1)
    await there.switch_conversation(scope, CONVERSATION, on=True)
    assert (await turn())[0]
    assert await turn() == (True, 1)
