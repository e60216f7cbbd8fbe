"""What goes into a prompt: wishes first, nothing twice, nothing the model reads anyway, within the budget."""

from datetime import UTC, datetime, timedelta

import pytest

from core.ids import new_id
from db.user_memory import MemoryType, UserMemory, UserMemoryMetadata
from memory.context import age, assembled, is_standing
from memory.recollection import Parts, Recalled

NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)


def memory(content: str, kind: MemoryType = "insight", importance: int = 8, message_id: str = "") -> UserMemory:
    return UserMemory(
        memory_id=new_id("mem"),
        memory_type=kind,
        content=content,
        valid_from=NOW - timedelta(days=21),
        metadata=UserMemoryMetadata(
            conversation_id="cnv_1", message_id=message_id or new_id("msg"), importance=importance,
            timestamp=NOW - timedelta(days=21),
        ),
    )  # fmt: skip


def recalled(found: UserMemory, score: float = 1.0) -> Recalled:
    return Recalled(found, score, Parts(), "matches “sale”")


def test_wishes_stand_before_facts_and_facts_before_what_was_recalled() -> None:
    fact, wish, said = (
        memory("We sell bread."),
        memory("We never use emojis.", "preference"),
        memory("x", "user_message"),
    )

    items = assembled([fact, wish], [recalled(said)])

    assert [item.memory for item in items] == [wish, fact, said]
    assert [item.why for item in items] == ["a standing wish", "a fact about the business", "matches “sale”"]


def test_nothing_is_said_twice() -> None:
    fact = memory("Our opening hours are 9 to 5.")
    again = memory("our opening hours: 9 to 5", "user_message")

    assert [item.memory for item in assembled([fact], [recalled(fact), recalled(again)])] == [fact]


def test_what_stands_in_the_window_is_left_out() -> None:
    seen = memory("We sell bread.", message_id="msg_seen")

    assert assembled([seen], [recalled(seen)], seen=frozenset({"msg_seen"})) == []


def test_what_people_say_in_the_window_is_left_out_wherever_it_was_said_first() -> None:
    known, other = memory("Our delivery fee is £3."), memory("Our delivery fee is £5.")
    window = ["By the way, our delivery fee is £3."]

    assert [item.memory for item in assembled([known, other], [], window=window)] == [other]


def test_a_wish_stays_though_it_stands_in_the_window() -> None:
    wish = memory("We never use emojis.", "preference", message_id="msg_seen")

    assert [item.memory for item in assembled([wish], [], seen=frozenset({"msg_seen"}))] == [wish]


def test_budget_is_kept() -> None:
    facts = [memory(f"Fact number {count}: {'word ' * 60}") for count in range(30)]

    items = assembled(facts[:15], [recalled(fact) for fact in facts[15:]], tokens=700)

    assert sum(item.tokens for item in items) <= 700
    assert {item.why for item in items} == {"a fact about the business", "matches “sale”"}


def test_item_is_labelled_with_age_and_source() -> None:
    (item,) = assembled([memory("We sell bread.")], [])

    shown = item.shown(NOW, "cnv_2")

    assert shown["age"] == "3 weeks ago"
    assert shown["source"] == "an earlier conversation"
    assert shown["kind"] == "fact"
    assert "no_longer_true_since" not in shown


def test_past_fact_says_until_when_it_held() -> None:
    past = memory("Our budget is £5,000.").model_copy(update={"valid_to": NOW - timedelta(days=2)})

    (item,) = assembled([], [recalled(past)])

    assert item.shown(NOW, "")["no_longer_true_since"] == "2026-11-18"
    assert not is_standing(past)


@pytest.mark.parametrize(
    ("passed", "words"),
    [
        (timedelta(minutes=3), "just now"),
        (timedelta(hours=1), "1 hour ago"),
        (timedelta(days=6), "6 days ago"),
        (timedelta(days=45), "1 month ago"),
        (timedelta(days=800), "2 years ago"),
        (timedelta(days=-1), "just now"),
    ],
)
def test_age_is_told_in_plain_words(passed: timedelta, words: str) -> None:
    assert age(NOW - passed, NOW) == words
