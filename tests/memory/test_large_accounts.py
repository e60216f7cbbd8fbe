"""A large account is read while it is still loading: its wishes, facts and newest memories first, nothing stale."""

import asyncio
from datetime import timedelta

import pytest

from core.clock import ManualClock
from core.scope import Scope
from db.client import Database
from memory.embedders.wordllama import WordLlamaEmbedder
from memory.memories import Memories, NewMemory, Query
from tests.memory.test_accounts import House, found

LARGE = 60
DAYS = 40


@pytest.fixture
def house(database: Database, embedder: WordLlamaEmbedder, clock: ManualClock) -> House:
    return House(database, embedder, clock)


@pytest.fixture
async def filled(house: House, scope: Scope, clock: ManualClock) -> list[str]:
    """An account with a message for each of many days, a wish on the first of them."""
    writer = house.engine(alone=True)
    await writer.remember(scope, [NewMemory("preference", "We never use emojis.", message_id="wish")])
    ids: list[str] = []
    for day in range(DAYS):
        notes = [NewMemory("user_message", f"bread on day {day} loaf {n}", message_id=f"{day}-{n}") for n in range(3)]
        ids += [memory.memory_id for memory in await writer.remember(scope, notes)]
        clock.advance(timedelta(days=1))
    return ids


async def loaded(engine: Memories, scope: Scope) -> int:
    return len(await engine.all(scope, include_history=True))


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize("alone", [True, False])
async def test_first_recall_answers_from_the_newest_and_says_what_waits(
    house: House, scope: Scope, *, alone: bool
) -> None:
    engine = house.engine(alone=alone, large=LARGE)

    first = await engine.at_hand(scope, Query(f"bread on day {DAYS - 1}", limit=1))

    assert first.found.waiting > 0
    assert first.found.searched < 3 * DAYS
    assert f"day {DAYS - 1} " in first.found.items[0].memory.content
    assert [wish.content for wish in first.lasting] == ["We never use emojis."]
    assert await loaded(engine, scope) == 3 * DAYS + 1
    whole = await engine.recall(scope, Query("bread on day 0", limit=1))
    assert (whole.waiting, whole.searched) == (0, 3 * DAYS + 1)
    assert "day 0 " in whole.items[0].memory.content


@pytest.mark.parametrize("alone", [True, False])
async def test_what_is_written_meanwhile_holds(house: House, scope: Scope, filled: list[str], *, alone: bool) -> None:
    engine = house.engine(alone=alone, large=LARGE)
    await engine.recall(scope, Query("bread"))

    await engine.delete(scope, [filled[0]])
    await engine.remember(scope, [NewMemory("insight", "a zeppelin over Leeds", message_id="new")])
    await asyncio.gather(*(engine.recall(scope, Query("bread")) for _ in range(3)))

    assert await loaded(engine, scope) == 3 * DAYS + 1
    assert (await found(engine, scope, "zeppelin"))[0] == "a zeppelin over Leeds"
    assert "bread on day 0 loaf 0" not in await found(engine, scope, "bread on day 0 loaf 0")


async def test_what_another_process_deletes_meanwhile_is_gone(house: House, scope: Scope, filled: list[str]) -> None:
    engine, other = house.engine(large=LARGE), house.engine()
    await engine.recall(scope, Query("bread"))
    await other.delete(scope, filled[:3])

    partly = await found(engine, scope, "bread on day 0 loaf 0")

    assert not [text for text in partly if " day 0 " in text]
    assert await loaded(engine, scope) == 3 * DAYS + 1 - 3


@pytest.mark.usefixtures("filled")
async def test_many_at_once_wait_for_one_loading(house: House, scope: Scope) -> None:
    engine = house.engine(alone=True, large=LARGE)

    counts = await asyncio.gather(*(loaded(engine, scope) for _ in range(5)))

    assert set(counts) == {3 * DAYS + 1}


@pytest.mark.usefixtures("filled")
async def test_forgetting_an_account_that_is_being_loaded_lets_go_of_it(house: House, scope: Scope) -> None:
    engine = house.engine(alone=True, large=LARGE)
    await engine.recall(scope, Query("bread"))

    await engine.forget_account(scope.user_id)

    assert engine.held_bytes == 0
    assert await loaded(engine, scope) == 3 * DAYS + 1
    await engine.close()
