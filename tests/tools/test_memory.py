"""Writing down in a person's name: only what they said."""

import pytest

from core.clock import ManualClock
from core.errors import ToolInputError
from core.scope import Scope
from db.client import Database
from memory.desk import MemoryDesk
from memory.embedders.wordllama import WordLlamaEmbedder
from memory.indexes.exact import ExactIndex
from memory.memories import Memories
from memory.switches import Switches
from tests.tools.conftest import Desk
from tools.memory import CorrectMemory, Remember, correct_memory, remember


async def test_what_the_person_has_not_said_is_not_written_down_in_their_name(
    database: Database, scope: Scope, clock: ManualClock
) -> None:
    memories = Memories(database, WordLlamaEmbedder(), ExactIndex(), clock)
    desk = await Desk(database, scope, clock).open()
    ctx = desk.call_context(
        memory=MemoryDesk(memories, Switches(database)),
        in_turn=True,
        said="Please remember that we deliver on Sundays for £3.",
    )

    for invented in ("We deliver on Sundays for £4.", "Our bank allows posting without approval."):
        with pytest.raises(ToolInputError, match="not said"):
            await remember.function(ctx, Remember(text=invented))
        with pytest.raises(ToolInputError, match="not said"):
            await correct_memory.function(ctx, CorrectMemory(content=invented))
    assert await memories.all(scope) == []

    kept = await remember.function(ctx, Remember(text="We deliver on Sundays for £3."))
    assert [memory["says"] for memory in kept["remembered"]] == ["We deliver on Sundays for £3."]
