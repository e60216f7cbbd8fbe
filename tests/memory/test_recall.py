"""What comes to mind first, and why."""

from datetime import UTC, datetime, timedelta

import pytest

from core.clock import ManualClock
from core.scope import Scope
from memory.memories import Memories, NewMemory, Query

MARCH = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)


def turn(text: str, minute: int, speaker: str = "Nadia", conversation: str = "c1", day: int = 0) -> NewMemory:
    return NewMemory(
        "user_message",
        text,
        conversation_id=conversation,
        message_id=f"{conversation}-{day}-{minute}",
        speaker=speaker,
        timestamp=MARCH + timedelta(days=day, minutes=minute),
    )


async def first(memories: Memories, scope: Scope, question: str) -> str:
    return (await memories.recall(scope, Query(question, limit=1))).items[0].memory.content


async def test_an_answer_is_found_by_the_question_before_it(memories: Memories, scope: Scope) -> None:
    await memories.remember(
        scope,
        [
            turn("The shop was busy all day.", 0),
            turn("Which colour do you want for the delivery van?", 1, "Owen"),
            turn("Something bright, yellow I think.", 2),
            turn("Good, see you at the bakery.", 3, "Owen"),
        ],
    )
    assert await first(memories, scope, "What colour should the van have?") == "Something bright, yellow I think."


async def test_who_said_it_counts(memories: Memories, scope: Scope) -> None:
    await memories.remember(
        scope,
        [
            turn("I bought a new camera for the trip.", 0, "Nadia", "c1"),
            turn("I bought a new camera for the studio.", 0, "Owen", "c2"),
        ],
    )
    assert (await first(memories, scope, "Why did Owen buy a camera?")).endswith("studio.")
    assert (await first(memories, scope, "Why did Nadia buy a camera?")).endswith("trip.")


async def test_when_it_was_counts(memories: Memories, scope: Scope) -> None:
    await memories.remember(
        scope,
        [
            turn("We held a tasting for offices.", 0, day=0, conversation="c1"),
            turn("We held a tasting for offices again.", 0, day=70, conversation="c2"),
        ],
    )
    assert (await first(memories, scope, "What did we hold in March 2026?")).endswith("offices.")
    assert (await first(memories, scope, "What did we hold on 11 May 2026?")).endswith("again.")


async def test_a_word_alike_is_found(memories: Memories, scope: Scope) -> None:
    await memories.remember(
        scope, [turn("Our automobile broke down on Tuesday.", 0), turn("The flowers arrived.", 0, conversation="c2")]
    )
    assert (await first(memories, scope, "What happened to the car?")).startswith("Our automobile")


async def test_equal_memories_come_in_the_order_they_were_stored(memories: Memories, scope: Scope) -> None:
    same = [
        NewMemory("insight", "The fair is in May.", message_id=f"m{number}", timestamp=MARCH) for number in range(6)
    ]
    stored = await memories.remember(scope, same)
    found = await memories.recall(scope, Query("When is the fair?"))
    assert [item.memory.memory_id for item in found.items] == [memory.memory_id for memory in stored]
    assert len({item.score for item in found.items}) == 1


async def test_importance_decides_between_equals_but_buries_no_exact_match(memories: Memories, scope: Scope) -> None:
    await memories.remember(
        scope,
        [
            NewMemory("insight", "The newsletter goes out on Friday.", importance=3, message_id="a"),
            NewMemory("insight", "The newsletter goes out on Sunday.", importance=9, message_id="b"),
            NewMemory("insight", "Gluten free bread is sold on market days.", importance=1, message_id="c"),
        ],
    )
    assert await first(memories, scope, "When does the newsletter go out?") == "The newsletter goes out on Sunday."
    assert (await first(memories, scope, "Where is gluten free bread sold?")).startswith("Gluten free")


async def test_newer_decides_between_equals_but_buries_no_exact_match(
    memories: Memories, scope: Scope, clock: ManualClock
) -> None:
    now = clock.now()
    await memories.remember(
        scope,
        [
            NewMemory(
                "insight", "The budget for adverts is small.", timestamp=now - timedelta(days=400), message_id="a"
            ),
            NewMemory("insight", "The budget for adverts is large.", timestamp=now - timedelta(days=1), message_id="b"),
            NewMemory(
                "insight", "Dilip waters the tomatoes at dawn.", timestamp=now - timedelta(days=900), message_id="c"
            ),
        ],
    )
    assert (await first(memories, scope, "What is the budget for adverts?")).endswith("large.")
    assert (await first(memories, scope, "Who waters the tomatoes?")).startswith("Dilip")


async def test_reasons_are_given_in_words(memories: Memories, scope: Scope) -> None:
    now = MARCH + timedelta(days=21)
    await memories.remember(scope, [turn("Opening hours are nine to five.", 0)])
    (item,) = (await memories.recall(scope, Query("What are the opening hours?", now=now))).items
    assert item.why == "says “opening”, “hours”; said 3 weeks ago"
    assert item.parts.lexical > 0
    assert item.score > 0


async def test_parts_make_up_the_score(memories: Memories, scope: Scope) -> None:
    await memories.remember(
        scope, [turn("We sell bread.", 0), turn("And cake?", 1, "Owen"), turn("Cake on Sundays.", 2)]
    )
    for item in (await memories.recall(scope, Query("When is cake sold?"))).items:
        parts = item.parts
        total = parts.lexical + parts.dense + parts.neighbour
        factors = parts.fit * parts.importance * parts.recency * parts.success
        assert item.score == pytest.approx(total * factors, rel=1e-4)


@pytest.mark.parametrize("question", ["", "?", "the of and", "🥐", "日本語", "x" * 50_000, "\u0000", "what when who"])
async def test_any_question_has_an_answer_or_none(memories: Memories, scope: Scope, question: str) -> None:
    assert (await memories.recall(scope, Query(question))).items == ()
    await memories.remember(scope, [turn("We sell bread.", 0)])
    assert len((await memories.recall(scope, Query(question))).items) <= 1


async def test_what_the_reader_has_before_them_is_left_out(memories: Memories, scope: Scope) -> None:
    await memories.remember(scope, [turn("The van is yellow.", 0), turn("The yellow van arrived.", 1)])
    found = await memories.recall(scope, Query("the yellow van", seen_message_ids=frozenset({"c1-0-0"})))
    assert [item.memory.content for item in found.items] == ["The yellow van arrived."]
