"""What a turn costs to recall: one read of the database for a warm account, whatever else there is to know."""

from agents.recalling import NOTHING, Recaller
from core.scope import Scope
from db.client import Database
from db.user_memory import MemorySource
from memory.context import CHARACTERS_PER_TOKEN, TOKENS, TOKENS_PER_ITEM
from memory.desk import MemoryDesk
from memory.embedders.wordllama import WordLlamaEmbedder
from memory.indexes.exact import ExactIndex
from memory.learnings import Learnings
from memory.memories import Memories
from memory.outcomes import Lesson
from memory.recollection import NewMemory
from memory.switches import Switches

CONVERSATION = "cnv_1"
PEOPLE = ("Ada", "Grace", "Edith", "Mary", "Emmy", "Lise")


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


async def test_what_was_learnt_and_what_was_recalled_fit_into_one_budget(database: Database, scope: Scope) -> None:
    memories = Memories(database, WordLlamaEmbedder(), ExactIndex(), database.clock)
    desk, learnings = MemoryDesk(memories, Switches(database)), Learnings(database, memories)
    long = " and everybody in the street has heard of it by now" * 6
    facts = [f"Our {what} tea is sold by {who}{long}." for what in ("rose", "mint", "ginger") for who in PEOPLE]
    await memories.remember(scope, [NewMemory("insight", fact, message_id=fact[:30]) for fact in facts])
    for kind in ("short", "long", "middling"):
        content = f"On instagram, {kind} texts are approved as they stand."
        lesson = Lesson(f"instagram:{kind}", "pattern", content, "instagram", worked=True)
        for number in range(6):
            await learnings.count(scope, "writer", [lesson], MemorySource(kind="tool", id=f"pst_{number}"))

    brought = await Recaller(desk, database.clock).bring(scope, {"conversation_id": CONVERSATION}, "Who sells tea?")

    learnt = brought.learnt["writer"]
    assert len(learnt) == 3
    said = sum(len(str(item["says"])) for item in brought.items)
    taken = said // CHARACTERS_PER_TOKEN + len(brought.items) * TOKENS_PER_ITEM
    taken += sum(TOKENS_PER_ITEM + len(line.partition(" (")[0]) // CHARACTERS_PER_TOKEN for line in learnt)
    assert TOKENS - 150 < taken <= TOKENS
