"""One recall over what people said, what outcomes have taught and what all share: one order, sources named."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from core.ids import new_id
from core.scope import Scope
from db.agent_memory import AGENT_MEMORY
from db.client import Database
from db.global_memory import GLOBAL_MEMORY
from db.memory_shelves import Shelf, shelf_of
from db.repository import Repository
from db.user_memory import MemorySource
from memory.context import source_of
from memory.embedders.wordllama import WordLlamaEmbedder
from memory.indexes.exact import ExactIndex
from memory.industries import industry_of
from memory.learnings import Learnings
from memory.memories import Memories, NewMemory, Query
from memory.outcomes import Lesson
from memory.promotion import ENOUGH, HOUSE, Promotion
from memory.recollection import Recalled
from memory.reindexing import Reindexing
from tests.memory.test_reindexing import OtherEmbedder

ANYTHING = Query("")
SOURCE = MemorySource(kind="tool", id="apr_1")
SHORT = Lesson("short", "pattern", "On instagram, short texts are approved as they stand.", "instagram", worked=True)
LONG = Lesson("long", "pattern", "On instagram, long texts are approved as they stand.", "instagram", worked=False)


def somebody() -> Scope:
    user_id = new_id("usr")
    return Scope(user_id, user_id, "user")


@pytest.fixture
def learnings(database: Database, memories: Memories) -> Learnings:
    return Learnings(database, memories)


@pytest.fixture
def promotion(database: Database, memories: Memories) -> Promotion:
    return Promotion(database, memories, b"k" * 32)


async def taught(learnings: Learnings, scope: Scope, lessons: Sequence[Lesson] = (SHORT,), times: int = 6) -> None:
    for _ in range(times):
        await learnings.count(scope, "writer", lessons, SOURCE, new_id("apr"))


async def shared(learnings: Learnings, promotion: Promotion, industries: Sequence[str | None]) -> list[Scope]:
    scopes = [somebody() for _ in industries]
    for scope, industry in zip(scopes, industries, strict=True):
        await taught(learnings, scope)
        await promotion.contribute(scope, await learnings.all(scope), industry)
    return scopes


async def recalled(memories: Memories, scope: Scope, question: str, limits: Query = ANYTHING) -> list[Recalled]:
    return list((await memories.recall(scope, replace(limits, text=question))).items)


async def test_all_three_come_in_one_order_with_their_source(
    memories: Memories, learnings: Learnings, promotion: Promotion
) -> None:
    scope = (await shared(learnings, promotion, [None] * ENOUGH))[0]
    await memories.remember(scope, [NewMemory("insight", "Our Instagram texts are short.", message_id="msg_1")])

    items = await recalled(memories, scope, "Which texts work on Instagram, short or long?")

    assert {shelf_of(item.memory.memory_id) for item in items} == {"user", "agent", "global"}
    assert [item.score for item in items] == sorted((item.score for item in items), reverse=True)
    for item in items:
        assert source_of(item.memory)
        assert item.why


async def test_what_has_worked_comes_before_what_has_not(memories: Memories, learnings: Learnings) -> None:
    scope = somebody()
    await taught(learnings, scope, (SHORT, LONG))

    first, second = await recalled(memories, scope, "Which texts are approved on Instagram?")

    assert (first.memory.content, second.memory.content) == (SHORT.content, LONG.content)
    assert first.parts.success > 1 > second.parts.success
    assert "6 of 6 times" in first.why


async def test_success_that_changes_moves_recall_at_once(memories: Memories, learnings: Learnings) -> None:
    scope = somebody()
    await taught(learnings, scope)
    (before,) = await recalled(memories, scope, "short texts on Instagram")
    await taught(learnings, scope, [Lesson(SHORT.key, "pattern", SHORT.content, "instagram", worked=False)], times=12)

    (after,) = await recalled(memories, scope, "short texts on Instagram")

    assert after.parts.success < 1 < before.parts.success


@pytest.mark.parametrize(("shelf", "kind"), [("user", "insight"), ("agent", "pattern"), ("global", "pattern")])
async def test_search_can_be_limited_to_a_shelf_and_a_type(
    memories: Memories, learnings: Learnings, promotion: Promotion, shelf: Shelf, kind: str
) -> None:
    scope = (await shared(learnings, promotion, [None] * ENOUGH))[0]
    await memories.remember(scope, [NewMemory("insight", "Our Instagram texts are short.", message_id="msg_1")])

    limits = Query("", shelves=frozenset({shelf}), types=frozenset({kind}))
    (item,) = await recalled(memories, scope, "short texts", limits)

    assert shelf_of(item.memory.memory_id) == shelf
    assert item.memory.memory_type == kind
    assert not await recalled(memories, scope, "short texts", replace(limits, types=frozenset({"trend"})))


async def test_learnings_of_one_account_are_no_others(memories: Memories, learnings: Learnings) -> None:
    await taught(learnings, somebody())

    assert not await recalled(memories, somebody(), "short texts on Instagram")


async def test_another_process_follows_learnings_and_shared_insights(
    memories: Memories, learnings: Learnings, promotion: Promotion, database: Database, embedder: WordLlamaEmbedder
) -> None:
    elsewhere = Memories(database, embedder, ExactIndex(), database.clock)
    stranger = somebody()
    assert not await recalled(elsewhere, stranger, "short texts")

    scopes = await shared(learnings, promotion, [None] * ENOUGH)

    (found,) = await recalled(elsewhere, stranger, "short texts")
    assert found.memory.content == SHORT.content
    before = database.round_trips.count()
    await elsewhere.at_hand(stranger, Query("short texts"))
    assert database.round_trips.count() - before == 1
    await promotion.forget_account(scopes[0].user_id)
    assert not await recalled(elsewhere, stranger, "short texts")


async def test_use_is_counted_where_each_is_kept(
    memories: Memories, learnings: Learnings, promotion: Promotion, database: Database
) -> None:
    scope = (await shared(learnings, promotion, [None] * ENOUGH))[0]
    items = await recalled(memories, scope, "short texts")

    await memories.note_recall(scope, [item.memory.memory_id for item in items])

    (learnt,) = await Repository(database, AGENT_MEMORY, scope).find({})
    (insight,) = await Repository(database, GLOBAL_MEMORY, HOUSE).find({})
    assert (learnt.recall_count, insight.metadata.usage_count) == (1, 1)
    assert (learnt.metadata.use_count, learnt.metadata.success_count) == (6, 6)


@pytest.mark.parametrize(
    ("industries", "told"),
    [
        (["food and drink"] * ENOUGH, "food and drink"),
        (["food and drink"] * (ENOUGH - 1) + [None], None),
        (["food and drink"] * ENOUGH + ["fashion"] * ENOUGH, None),
        (["Zorblax Ltd"] * ENOUGH, None),
    ],
)
async def test_industry_is_told_only_where_enough_accounts_share_it(
    learnings: Learnings, promotion: Promotion, industries: list[str | None], told: str | None
) -> None:
    await shared(learnings, promotion, industries)

    (insight,) = await promotion.shared()
    assert insight.metadata.industry == told


async def test_effectiveness_follows_the_accounts(learnings: Learnings, promotion: Promotion) -> None:
    scopes = await shared(learnings, promotion, [None] * (ENOUGH + 1))
    (before,) = await promotion.shared()
    await taught(learnings, scopes[0], times=20)
    await promotion.contribute(scopes[0], await learnings.all(scopes[0]))
    (after,) = await promotion.shared()
    await promotion.forget_account(scopes[1].user_id)
    (left,) = await promotion.shared()

    assert (after.metadata.effectiveness_score or 0) > (before.metadata.effectiveness_score or 0)
    assert (after.metadata.support, left.metadata.support) == (ENOUGH + 1, ENOUGH)


async def test_vectors_of_all_three_are_made_anew(
    memories: Memories, learnings: Learnings, promotion: Promotion, database: Database, embedder: WordLlamaEmbedder
) -> None:
    scope = (await shared(learnings, promotion, [None] * ENOUGH))[0]
    await memories.remember(scope, [NewMemory("insight", "Our Instagram texts are short.", message_id="msg_1")])
    other, index = OtherEmbedder(embedder), ExactIndex()
    changed = Memories(database, other, index, database.clock)
    assert all(item.parts.dense == 0 for item in await recalled(changed, scope, "short texts"))

    progress = [step async for step in Reindexing(database, changed, other, index).reembed()]

    assert (progress[-1].share, progress[-1].memories) == (1, ENOUGH + 2)
    assert any(item.parts.dense > 0 for item in await recalled(changed, scope, "brief captions"))
    (learnt,) = await Repository(database, AGENT_MEMORY, scope).find({})
    (insight,) = await Repository(database, GLOBAL_MEMORY, HOUSE).find({})
    assert learnt.embedding_model == insight.embedding_model == other.model


@pytest.mark.parametrize(
    ("texts", "industry"),
    [
        (["We're a bakery in Leeds."], "food and drink"),
        (["We run a yoga studio."], "fitness"),
        (["We are a law firm."], "professional services"),
        (["Our opening hours are 9 to 5."], None),
        (["We sell shoes and coffee."], None),
        ([], None),
    ],
)
def test_industry_is_read_from_what_a_business_calls_itself(texts: list[str], industry: str | None) -> None:
    assert industry_of(texts) == industry
