"""Hygiene over the real memory: each kind of untidiness is found, dealt with once, counted, and never silently lost."""

from datetime import timedelta

import pytest

from core.clock import ManualClock
from core.scope import Scope
from db.client import Database
from db.user_memory import MemoryType
from memory.hygiene import IDS_PER_READ, PROBLEMS, Hygiene, Report
from memory.memories import Memories
from memory.recollection import NewMemory, Query


class House:
    """Puts memories in as they would never come through the gate, and tidies."""

    def __init__(self, memories: Memories, scope: Scope, clock: ManualClock, database: Database) -> None:
        self.memories = memories
        self.database = database
        self.scope = scope
        self.clock = clock

    async def put(self, content: str, kind: MemoryType = "insight", **fields: object) -> str:
        self.clock.advance(timedelta(seconds=1))
        new = NewMemory(kind, content, message_id=f"msg_{self.clock.now().timestamp()}", **fields)  # type: ignore[arg-type]
        (made,) = await self.memories.remember(self.scope, [new])
        return made.memory_id

    async def tidy(self) -> Report:
        return await Hygiene(self.memories, self.database).run(self.scope)

    async def current(self) -> list[str]:
        return sorted(memory.content for memory in await self.memories.all(self.scope))


@pytest.fixture
def house(memories: Memories, scope: Scope, clock: ManualClock, database: Database) -> House:
    return House(memories, scope, clock, database)


async def test_duplicates_become_one_that_counts_them(house: House) -> None:
    await house.put("Our customers are young families from Leeds")
    await house.put("our customers are young families from Leeds.")
    kept = await house.put("our customers: young families in Leeds")

    report = await house.tidy()

    assert report.found["exact duplicate"] + report.found["near duplicate"] == 2
    (memory,) = await house.memories.all(house.scope)
    assert memory.memory_id == kept
    assert memory.metadata.mentions == 3
    assert len(await house.memories.all(house.scope, include_history=True)) == 3


async def test_message_said_again_word_for_word_is_recalled_once(house: House) -> None:
    for _ in range(3):
        await house.put("When do we open on Sundays?", "user_message")

    report = await house.tidy()

    assert report.found["exact duplicate"] == 2
    assert await house.current() == ["When do we open on Sundays?"]


async def test_newest_of_two_facts_on_one_subject_holds(house: House) -> None:
    old = await house.put("Our budget is £5,000.", subject="budget")
    new = await house.put("Our budget is £8,000.", subject="budget")

    report = await house.tidy()

    assert report.found["contradicted"] == 1
    past = await house.memories.get(house.scope, old)
    assert past.superseded_by == new
    assert await house.current() == ["Our budget is £8,000."]


async def test_secret_that_slipped_in_is_cut_out(house: House) -> None:
    await house.put("Please connect the newsletter tool, the API key is sk_live_4eC39HqLyjWDarjtT1zdp7dc, by Friday")
    await house.put("password: hunter22")

    report = await house.tidy()

    assert report.found["secret"] == 2
    assert await house.current() == ["Please connect the newsletter tool, the API key is [API key removed], by Friday"]
    assert "hunter22" not in repr(report.as_result())
    found = await house.memories.recall(house.scope, Query("sk_live_4eC39HqLyjWDarjtT1zdp7dc", include_history=True))
    assert "4eC39" not in repr([item.memory for item in found.items])


async def test_answer_that_only_tells_back_a_memory_is_recalled_no_more(house: House) -> None:
    await house.put("Our opening hours are 9 to 5 on weekdays.")
    echo = await house.put("Your opening hours are 9 to 5 on weekdays.", "agent_response")

    report = await house.tidy()

    assert report.found["echo"] == 1
    assert not (await house.memories.get(house.scope, echo)).current


async def test_what_held_for_a_day_is_over_after_a_while(house: House) -> None:
    await house.put("We're open until 10 tonight.", category="temporary")
    house.clock.advance(timedelta(days=15))

    assert (await house.tidy()).found["over"] == 1
    assert await house.current() == []


async def test_what_nobody_needed_for_long_counts_for_less(house: House) -> None:
    memory_id = await house.put("The printer was noisy again", "user_message", importance=3)
    house.clock.advance(timedelta(days=200))

    assert (await house.tidy()).found["never recalled"] == 1
    assert (await house.memories.get(house.scope, memory_id)).metadata.importance == 1


async def test_what_was_recalled_counts_as_before_however_much_there_is(house: House) -> None:
    said = [
        NewMemory("user_message", f"The printer was noisy on day {day}", importance=3, message_id=f"msg_{day}")
        for day in range(2 * IDS_PER_READ + 10)
    ]
    made = [memory.memory_id for memory in await house.memories.remember(house.scope, said)]
    await house.memories.note_recall(house.scope, made[:-1])
    house.clock.advance(timedelta(days=200))

    report = await house.tidy()

    assert [action["memory_id"] for action in report.actions] == [made[-1]]
    assert report.found["never recalled"] == 1


async def test_pinned_memory_stays_as_it_is(house: House) -> None:
    pinned = await house.put("We're open until 10 tonight.", category="temporary", pinned=True)
    house.clock.advance(timedelta(days=200))

    await house.tidy()

    assert (await house.memories.get(house.scope, pinned)).current


async def test_second_run_finds_nothing(house: House) -> None:
    await house.put("Our customers are young families from Leeds")
    await house.put("our customers: young families in Leeds")
    await house.put("Our budget is £5,000.", subject="budget")
    await house.put("Our budget is £8,000.", subject="budget")
    await house.put("We're open until 10 tonight.", category="temporary")
    house.clock.advance(timedelta(days=200))
    await house.tidy()

    report = await house.tidy()

    assert {problem: report.found[problem] for problem in PROBLEMS} == dict.fromkeys(PROBLEMS, 0)
    assert report.actions == []


async def test_every_action_says_what_was_done_to_which(house: House) -> None:
    await house.put("Our budget is £5,000.", subject="budget")
    new = await house.put("Our budget is £8,000.", subject="budget")

    (action,) = (await house.tidy()).actions

    assert action["problem"] == "contradicted"
    assert new in action["done"]
