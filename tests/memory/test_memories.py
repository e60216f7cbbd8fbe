"""What is remembered comes back, to its own account alone, and is gone when it is deleted."""

from core.clock import ManualClock
from core.scope import Scope
from db.client import Database
from memory.embedders.wordllama import WordLlamaEmbedder
from memory.indexes.exact import ExactIndex
from memory.memories import Memories, NewMemory, Query


def said(text: str) -> NewMemory:
    """An episode: somebody's words."""
    return NewMemory("user_message", text, conversation_id="cnv_1", message_id=text)


async def texts(memories: Memories, scope: Scope, question: str, *, history: bool = False) -> list[str]:
    found = await memories.recall(scope, Query(question, limit=3, include_history=history))
    return [item.memory.content for item in found.items]


async def test_what_was_said_is_recalled(memories: Memories, scope: Scope) -> None:
    await memories.remember(
        scope, [said("We bake sourdough bread in Leeds."), said("Our newsletter goes out on Fridays.")]
    )
    assert (await texts(memories, scope, "When is the newsletter sent?"))[0] == "Our newsletter goes out on Fridays."


async def test_another_account_recalls_nothing(memories: Memories, scope: Scope, other_scope: Scope) -> None:
    await memories.remember(scope, [said("The budget is 8,000.")])
    assert await texts(memories, other_scope, "What is the budget?") == []


async def test_remembering_again_changes_nothing(memories: Memories, scope: Scope) -> None:
    first = await memories.remember(scope, [said("The budget is 8,000.")])
    second = await memories.remember(scope, [said("The budget is 8,000."), said("The fair is in May.")])
    assert second[0] == first[0]
    assert len(await memories.all(scope)) == 2


async def test_the_same_said_twice_at_once_is_one_memory(memories: Memories, scope: Scope) -> None:
    await memories.all(scope)
    kept = await memories.remember(scope, [said("The budget is 8,000."), said("The budget is 8,000.")])
    assert len({memory.memory_id for memory in kept}) == 1
    assert await texts(memories, scope, "What is the budget?") == ["The budget is 8,000."]


async def test_what_is_deleted_is_gone(memories: Memories, scope: Scope) -> None:
    (kept,) = await memories.remember(scope, [said("The budget is 8,000.")])
    assert await memories.delete(scope, [kept.memory_id]) == 1
    assert await texts(memories, scope, "What is the budget?") == []
    assert await memories.delete(scope, [kept.memory_id]) == 0


async def test_a_superseded_fact_is_history(memories: Memories, scope: Scope) -> None:
    old, _ = await memories.remember(scope, [said("The budget is 5,000."), said("The fair is in May.")])
    new = await memories.supersede(scope, old.memory_id, said("The budget is 8,000 now."))
    assert "The budget is 5,000." not in await texts(memories, scope, "What is the budget?")
    assert "The budget is 5,000." in await texts(memories, scope, "What is the budget?", history=True)
    assert (await memories.get(scope, old.memory_id)).superseded_by == new.memory_id


async def test_another_process_is_followed(
    memories: Memories, scope: Scope, database: Database, embedder: WordLlamaEmbedder, clock: ManualClock
) -> None:
    assert await texts(memories, scope, "What is the budget?") == []
    elsewhere = Memories(database, embedder, ExactIndex(), clock)
    (kept,) = await elsewhere.remember(scope, [said("The budget is 8,000.")])
    assert await texts(memories, scope, "What is the budget?") == ["The budget is 8,000."]
    await elsewhere.delete(scope, [kept.memory_id])
    assert await texts(memories, scope, "What is the budget?") == []
