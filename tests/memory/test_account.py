"""An account in this process: what comes and goes, who stands beside whom, and what may be an answer."""

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from memory.account import Account
from memory.columns import NOWHERE
from memory.lexicon import Lexicon
from memory.recollection import Query

START = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)


def row(name: str, text: str = "words", minute: float = 0, **more: Any) -> dict[str, Any]:
    """A memory as it is stored."""
    about = {
        "conversation_id": "c1",
        "message_id": name,
        "timestamp": START + timedelta(minutes=minute),
        "importance": 5,
    }
    about |= {key: more.pop(key) for key in ("conversation_id", "speaker") if key in more}
    return {"memory_id": name, "user_id": "u", "memory_type": "user_message", "content": text, "metadata": about} | more


def account(*rows: dict[str, Any]) -> Account:
    made = Account(Lexicon())
    made.put(rows)
    return made


def beside(held: Account, name: str) -> tuple[str | None, str | None]:
    """Return the names of what stands before and after a memory."""
    slot = held.slot(name)
    assert slot is not None
    places = (held.columns.before[slot], held.columns.after[slot])
    before, after = (None if place == NOWHERE else held.memory_id(int(place)) for place in places)
    return before, after


def answers(held: Account, query: Query) -> set[str]:
    return {held.memory_id(int(slot)) for slot in np.flatnonzero(held.wanted(query))}


def test_messages_stand_beside_each_other_in_the_order_they_were_said() -> None:
    held = account(row("b", minute=2), row("a", minute=1), row("d", minute=4))
    held.put([row("c", minute=3)])
    assert [beside(held, name) for name in "abcd"] == [(None, "b"), ("a", "c"), ("b", "d"), ("c", None)]


def test_a_long_pause_and_another_conversation_are_no_neighbours() -> None:
    held = account(row("a"), row("b", minute=60 * 24), row("c", minute=1, conversation_id="c2"))
    assert [beside(held, name) for name in "abc"] == [(None, None)] * 3
    assert len({int(held.columns.session[slot]) for slot in range(3)}) == 3


def test_facts_stand_beside_nothing() -> None:
    held = account(row("a"), row("fact", minute=1, memory_type="preference"), row("b", minute=2))
    assert beside(held, "fact") == (None, None)
    assert beside(held, "a") == (None, "b")


def test_neighbours_of_what_is_removed_become_each_others() -> None:
    held = account(row("a"), row("b", minute=1), row("c", minute=2))
    held.remove(["b", "nothing"])
    assert beside(held, "a") == (None, "c")
    assert len(held) == 2
    assert answers(held, Query("")) == {"a", "c"}


def test_what_is_put_again_is_replaced() -> None:
    held = account(row("a", "old"), row("b", minute=1))
    held.put([row("a", "new")])
    assert len(held) == 2
    assert held.memory(held.slot("a") or 0).content == "new"
    assert beside(held, "a") == (None, "b")


def test_what_comes_twice_at_once_is_held_once() -> None:
    held = account(row("a", "first"), row("a", "second"))
    assert answers(held, Query("")) == {"a"}
    assert [memory.content for memory in held.memories()] == ["second"]


def test_slots_are_given_back_when_many_are_gone() -> None:
    names = [f"m{number}" for number in range(300)]
    held = account(*(row(name, f"word{name}", place) for place, name in enumerate(names)))
    before = held.held_bytes
    held.remove(names[100:])
    assert held.columns.count < 150
    assert held.held_bytes < before
    assert beside(held, "m50") == ("m49", "m51")
    held.put([row("late", minute=400)])
    assert answers(held, Query("")) == {*names[:100], "late"}
    assert [memory.memory_id for memory in held.memories()][-1] == "late"


def test_every_limit_of_a_query_holds() -> None:
    held = account(
        row("talk"),
        row("wish", memory_type="preference", agent_name="writer"),
        row("old", valid_to=START),
        row("elsewhere", conversation_id="c2"),
    )
    assert answers(held, Query("")) == {"talk", "wish", "elsewhere"}
    assert answers(held, Query("", include_history=True)) == {"talk", "wish", "old", "elsewhere"}
    assert answers(held, Query("", types=frozenset({"preference"}))) == {"wish"}
    assert answers(held, Query("", conversation_id="c2")) == {"elsewhere"}
    assert answers(held, Query("", conversation_id="nowhere")) == set()
    assert answers(held, Query("", agent_name="writer")) == {"wish"}
    assert answers(held, Query("", seen_message_ids=frozenset({"talk", "wish"}))) == {"elsewhere"}


def test_facts_are_found_by_their_subject() -> None:
    held = account(row("a", subject="budget"), row("b", subject="budget", valid_to=START), row("c"))
    assert {memory.memory_id for memory in held.about("budget")} == {"a", "b"}
    held.remove(["a"])
    assert [memory.memory_id for memory in held.about("budget")] == ["b"]
    assert held.about("colour") == []


@pytest.mark.parametrize("name", ["Nadia Marsh", "nadia marsh"])
def test_every_word_of_a_speakers_name_leads_to_the_speaker(name: str) -> None:
    held = account(row("a", speaker=name), row("b", speaker="Owen"))
    assert held.speakers == {"nadia": 0, "marsh": 0, "owen": 1}


def test_a_document_without_any_detail_is_held() -> None:
    held = Account(Lexicon())
    held.put([{"memory_id": "a", "user_id": "u", "memory_type": "insight", "content": ""}])
    assert answers(held, Query("")) == {"a"}
