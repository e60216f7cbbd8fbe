"""Facts over the real memory: one current value a subject, history kept, repeats harmless, secrets nowhere."""

from datetime import timedelta

import pytest

from core.clock import ManualClock
from core.ids import new_id
from core.scope import Scope
from memory.extraction import read_findings
from memory.gate import Exchange, Said
from memory.keeping import Keeper, Kept
from memory.memories import Memories
from memory.recollection import NewMemory, Query


class Talk:
    """Says things in one conversation and has them kept."""

    def __init__(self, memories: Memories, scope: Scope, clock: ManualClock) -> None:
        self.keeper = Keeper(memories)
        self.memories = memories
        self.scope = scope
        self.clock = clock
        self.last: Exchange | None = None

    async def say(self, text: str, answer: str = "") -> Kept:
        self.clock.advance(timedelta(minutes=1))
        said = (Said(new_id("msg"), "strategist", answer, self.clock.now()),) if answer else ()
        self.last = Exchange("cnv_1", new_id("msg"), text, self.clock.now(), self.scope.actor_id, said)
        return await self.keeper.exchange(self.scope, self.last, read_findings(text))

    async def facts(self, *, include_history: bool = False) -> list[str]:
        found = await self.memories.all(self.scope, include_history=include_history)
        return sorted(memory.content for memory in found if memory.memory_type in {"preference", "insight"})


@pytest.fixture
def talk(memories: Memories, scope: Scope, clock: ManualClock) -> Talk:
    return Talk(memories, scope, clock)


async def test_contradiction_supersedes_and_keeps_the_history(talk: Talk) -> None:
    await talk.say("Our budget is £5,000.")
    await talk.say("the budget is £8,000 now")

    assert await talk.facts() == ["The budget is £8,000 now."]
    assert await talk.facts(include_history=True) == ["Our budget is £5,000.", "The budget is £8,000 now."]
    past = next(memory for memory in await talk.memories.all(talk.scope, include_history=True) if memory.valid_to)
    current = await talk.memories.current_fact(talk.scope, "budget")
    assert current is not None
    assert past.superseded_by == current.memory_id


async def test_fact_said_again_is_counted_and_not_stored_again(talk: Talk) -> None:
    await talk.say("Our opening hours are 9 to 5.")
    for _ in range(3):
        await talk.say("our opening hours: 9 to 5")

    assert await talk.facts() == ["Our opening hours are 9 to 5."]
    fact = await talk.memories.current_fact(talk.scope, "opening hours")
    assert fact is not None
    assert fact.metadata.mentions == 4


async def test_fact_without_a_subject_is_merged_with_its_like(talk: Talk) -> None:
    await talk.say("We sell sourdough bread and cakes.")
    await talk.say("We sell sourdough bread and cakes, too")

    assert await talk.facts() == ["We sell sourdough bread and cakes."]


async def test_turn_kept_twice_changes_nothing(talk: Talk) -> None:
    await talk.say("Our budget is £5,000. We never use emojis.", "I've noted both, and I'll plan with five thousand.")
    assert talk.last is not None
    before = await talk.memories.all(talk.scope, include_history=True)

    await talk.keeper.exchange(talk.scope, talk.last, read_findings(talk.last.text))

    assert await talk.memories.all(talk.scope, include_history=True) == before


async def test_late_word_becomes_history_at_once(talk: Talk) -> None:
    await talk.say("Our budget is £5,000.")
    early = talk.last
    assert early is not None
    await talk.say("Our budget is £8,000.")
    late = Exchange("cnv_2", new_id("msg"), "Our budget is £4,000.", early.at - timedelta(days=1), "usr")

    await talk.keeper.exchange(talk.scope, late, read_findings(late.text))

    assert await talk.facts() == ["Our budget is £8,000."]
    assert "Our budget is £4,000." in await talk.facts(include_history=True)


async def test_assistant_is_no_source_of_facts(talk: Talk) -> None:
    await talk.say("What should we do?", "Our budget is £9,000 and our opening hours are 6 to 7. We never use emojis.")

    assert await talk.facts() == []


async def test_secret_is_found_nowhere_in_memory(talk: Talk) -> None:
    kept = await talk.say("Remember that our wifi password is Croissant99 and the newsletter goes out on Fridays")

    stored = repr(await talk.memories.all(talk.scope, include_history=True))
    assert "Croissant99" not in stored
    assert ("secret", "password") in {(refusal.reason, refusal.what) for refusal in kept.refused}


async def test_what_ended_supersedes_what_said_so(talk: Talk) -> None:
    await talk.say("We sell sourdough bread and cakes.")
    await talk.say("we no longer sell cakes")

    assert await talk.facts() == ["We no longer sell cakes."]


async def test_correction_replaces_and_remembers_what_was_there(talk: Talk) -> None:
    await talk.say("Our opening hours are 9 to 5.")
    old = await talk.memories.current_fact(talk.scope, "opening hours")
    assert old is not None

    await talk.keeper.corrected(talk.scope, old, "Our opening hours are 8 to 5.", "correction 1")

    assert await talk.facts() == ["Our opening hours are 8 to 5."]
    new = await talk.memories.current_fact(talk.scope, "opening hours")
    assert new is not None
    assert new.metadata.source is not None
    assert new.metadata.source.kind == "person"


async def test_note_with_nothing_but_a_secret_is_refused(talk: Talk) -> None:
    kept = await talk.keeper.note(talk.scope, NewMemory("insight", "password: hunter22"))

    assert kept.new == []
    assert [refusal.what for refusal in kept.refused] == ["password"]


async def test_another_account_sees_nothing(talk: Talk, other_scope: Scope) -> None:
    await talk.say("Our budget is £5,000.")

    assert await talk.memories.all(other_scope) == []
    assert (await talk.memories.recall(other_scope, Query("What is our budget?"))).items == ()
