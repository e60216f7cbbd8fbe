"""Accounts held in this process: in step with the database whoever writes, and bounded in memory."""

import asyncio

import pytest

from core.clock import ManualClock
from core.ids import new_id
from core.scope import Scope
from db.client import Database
from db.memory_store import RECENT, Log, State
from memory.embedders.wordllama import WordLlamaEmbedder
from memory.indexes.exact import ExactIndex
from memory.lexicon import Lexicon
from memory.memories import Memories, NewMemory, Query


class House:
    """Makes engines over one database, as processes that share it would."""

    def __init__(self, database: Database, embedder: WordLlamaEmbedder, clock: ManualClock) -> None:
        self.database = database
        self._embedder = embedder
        self._clock = clock

    def engine(self, *, alone: bool = False, budget: int = 2**28, large: int = 5000) -> Memories:
        return Memories(
            self.database,
            self._embedder,
            ExactIndex(),
            self._clock,
            lexicon=Lexicon(self._embedder.embed_now),
            alone=alone,
            budget=budget,
            large=large,
        )


@pytest.fixture
def house(database: Database, embedder: WordLlamaEmbedder, clock: ManualClock) -> House:
    return House(database, embedder, clock)


def notes(count: int, topic: str = "note") -> list[NewMemory]:
    return [NewMemory("insight", f"{topic} number {number}", message_id=f"{topic}{number}") for number in range(count)]


async def found(memories: Memories, scope: Scope, question: str) -> list[str]:
    return [item.memory.content for item in (await memories.recall(scope, Query(question, limit=500))).items]


async def test_a_warm_account_costs_one_round_trip_and_none_when_alone(house: House, scope: Scope) -> None:
    for alone, expected in ((False, 1), (True, 0)):
        engine = house.engine(alone=alone)
        await engine.remember(scope, notes(3))
        await found(engine, scope, "note")
        before = house.database.round_trips.count()
        await found(engine, scope, "note")
        assert house.database.round_trips.count() - before == expected


@pytest.mark.parametrize("count", [1, 7, RECENT - 1, RECENT + 20])
async def test_what_another_process_wrote_is_there(house: House, scope: Scope, count: int) -> None:
    here, there = house.engine(), house.engine()
    await here.remember(scope, notes(2, "bread"))
    assert len(await found(here, scope, "bread")) == 2
    await there.remember(scope, notes(count, "bread and butter"))
    assert len(await here.all(scope)) == 2 + count
    kept = await there.all(scope)
    await there.change(scope, kept[0].memory_id, content="a zeppelin over Leeds")
    assert "a zeppelin over Leeds" in await found(here, scope, "zeppelin")
    await there.delete(scope, [memory.memory_id for memory in kept])
    assert await found(here, scope, "bread") == []


async def test_processes_that_write_in_turns_see_each_other(house: House, scope: Scope) -> None:
    engines = [house.engine() for _ in range(3)]
    for round_number in range(4):
        for place, engine in enumerate(engines):
            await engine.remember(scope, notes(2, f"topic{round_number}x{place}"))
    assert [len(await engine.all(scope)) for engine in engines] == [24, 24, 24]


async def test_writers_at_the_same_time_lose_nothing(house: House, scope: Scope) -> None:
    engines = [house.engine() for _ in range(2)]
    for engine in engines:
        await engine.all(scope)
    writes = [
        engine.remember(scope, notes(3, f"p{place}n{number}"))
        for place, engine in enumerate(engines)
        for number in range(6)
    ]
    await asyncio.gather(*writes)
    assert [len(await engine.all(scope)) for engine in engines] == [36, 36]
    assert [len(await found(engine, scope, "number")) for engine in engines] == [36, 36]


async def test_an_account_erased_elsewhere_and_begun_again_is_read_anew(house: House, scope: Scope) -> None:
    from db.erasure import erase

    here, there = house.engine(), house.engine()
    await here.remember(scope, notes(4, "old"))
    assert len(await here.all(scope)) == 4
    await erase(house.database, scope.user_id)
    assert await here.all(scope) == []
    await there.remember(scope, notes(4, "new"))
    assert all(text.startswith("new") for text in await found(here, scope, "number"))


async def test_accounts_over_the_budget_are_let_go_and_come_back(house: House) -> None:
    engine = house.engine(alone=True, budget=400_000)
    scopes = [Scope(user_id=(name := new_id("usr")), actor_id=name, role="user") for _ in range(12)]
    for scope in scopes:
        await engine.remember(scope, notes(40))
        await found(engine, scope, "note")
    assert engine.held_bytes <= 400_000
    for scope in scopes:
        assert len(await found(engine, scope, "note number")) == 40
    assert 0 < engine.held_bytes <= 400_000


async def test_one_account_may_be_larger_than_the_budget(house: House, scope: Scope) -> None:
    engine = house.engine(budget=10)
    await engine.remember(scope, notes(30))
    assert len(await found(engine, scope, "note number")) == 30


async def test_recalls_at_the_same_time_load_an_account_once(house: House, scope: Scope) -> None:
    await house.engine().remember(scope, notes(5))
    engine = house.engine(alone=True)
    before = house.database.round_trips.by_command().get("find", 0)
    answers = await asyncio.gather(*(found(engine, scope, "note number") for _ in range(8)))
    assert {len(answer) for answer in answers} == {5}
    # The account's log, its own and its agents' memories, and the log and memories of what all accounts share.
    assert house.database.round_trips.by_command()["find"] - before == 5


async def test_forgetting_an_account_lets_go_of_it(house: House, scope: Scope) -> None:
    engine = house.engine(alone=True)
    await engine.remember(scope, notes(5))
    await found(engine, scope, "note")
    await engine.forget_account(scope.user_id)
    assert engine.held_bytes == 0


def test_a_log_tells_what_changed_as_long_as_it_reaches_back() -> None:
    log = Log(State("e", 10), ("d", "e", "f"))
    assert log.since(State("e", 10)) == ()
    assert log.since(State("e", 8)) == ("e", "f")
    assert log.since(State("e", 7)) == ("d", "e", "f")
    assert log.since(State("e", 6)) is None
    assert log.since(State("other", 8)) is None
    assert log.since(State("e", 11)) is None


async def test_recall_goes_on_while_much_is_written(house: House, scope: Scope) -> None:
    engine = house.engine(alone=True)
    await engine.remember(scope, notes(20, "bread"))
    writing = asyncio.create_task(engine.remember(scope, notes(900, "butter")))
    seen: list[int] = []
    while not writing.done():
        result = await engine.recall(scope, Query("bread number 7", limit=1))
        assert result.items[0].memory.content == "bread number 7"
        seen.append(result.searched)
        await asyncio.sleep(0)
    assert seen == sorted(seen)
    assert len(await engine.all(scope)) == 920
