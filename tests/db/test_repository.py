"""What the repository promises its callers, on a real server."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from core.clock import ManualClock
from core.errors import Conflict, InvalidInput, NotFound
from core.ids import new_id
from core.scope import Scope
from db.campaigns import CAMPAIGNS, Campaign
from db.client import Database
from db.conversations import CONVERSATIONS, Conversation
from db.messages import MESSAGES, Message
from db.repository import Change, Repository
from db.social_posts import SOCIAL_POSTS, SocialPost
from db.webhooks import WEBHOOKS, Webhook


@pytest.fixture
def campaigns(database: Database, scope: Scope) -> Repository[Campaign]:
    return Repository(database, CAMPAIGNS, scope)


def campaign(name: str = "Opening") -> Campaign:
    return Campaign(campaign_id=new_id("cmp"), name=name)


async def test_insert_sets_tenant_and_times(campaigns: Repository[Campaign], scope: Scope, clock: ManualClock) -> None:
    stored = await campaigns.insert(campaign())
    assert (stored.user_id, stored.created_at, stored.updated_at) == (scope.user_id, clock.now(), clock.now())
    assert await campaigns.get(stored.campaign_id) == stored


async def test_insert_of_a_taken_id_conflicts(campaigns: Repository[Campaign]) -> None:
    first = await campaigns.insert(campaign())
    with pytest.raises(Conflict):
        await campaigns.insert(first)


async def test_insert_once_returns_what_is_stored_and_costs_one_round_trip(
    campaigns: Repository[Campaign], database: Database
) -> None:
    before = database.round_trips.count()
    first = await campaigns.insert_once(campaign("first"))
    assert database.round_trips.count() - before == 1
    again = await campaigns.insert_once(first.model_copy(update={"name": "second"}))
    assert again == first
    assert await campaigns.count({}) == 1


async def test_insert_once_conflicts_when_another_document_holds_a_unique_value(
    database: Database, scope: Scope
) -> None:
    messages = Repository(database, MESSAGES, scope)
    message = Message(
        message_id=new_id("msg"),
        conversation_id="cnv_1",
        client_message_id="c1",
        role="user",
        content="hello",
        timestamp=datetime(2026, 1, 1, tzinfo=UTC),
    )
    await messages.insert_once(message)
    with pytest.raises(Conflict):
        await messages.insert_once(message.model_copy(update={"message_id": new_id("msg")}))


async def test_update_sets_dotted_fields_in_two_round_trips(
    campaigns: Repository[Campaign], database: Database, clock: ManualClock
) -> None:
    stored = await campaigns.insert(campaign())
    clock.advance(timedelta(minutes=1))
    before = database.round_trips.count()
    changed = await campaigns.update(stored.campaign_id, {"brief.product": "bread", "status": "planning"})
    assert database.round_trips.count() - before == 2
    assert (changed.brief.product, changed.status, changed.updated_at) == ("bread", "planning", clock.now())
    assert changed.created_at == stored.created_at


async def test_update_conflicts_when_its_condition_does_not_hold(campaigns: Repository[Campaign]) -> None:
    stored = await campaigns.insert(campaign())
    await campaigns.update(stored.campaign_id, {"status": "active"}, where={"status": "draft"})
    with pytest.raises(Conflict):
        await campaigns.update(stored.campaign_id, {"status": "paused"}, where={"status": "draft"})
    with pytest.raises(Conflict):
        await campaigns.update(stored.campaign_id, {"status": "paused"}, where={"campaign_id": "another"})
    with pytest.raises(NotFound):
        await campaigns.update(new_id("cmp"), {"status": "paused"}, where={"status": "draft"})
    assert (await campaigns.get(stored.campaign_id)).status == "active"


async def test_conditions_beside_an_id_hold_or_keep_the_document_from_being_found(
    campaigns: Repository[Campaign],
) -> None:
    made = await campaigns.insert(campaign().model_copy(update={"platforms": ["email", "linkedin"]}))
    by_id = {"campaign_id": made.campaign_id}
    met: list[dict[str, Any]] = [
        {"name": "Opening"},
        {"conversation_id": None},
        {"platforms": "email"},
        {"platforms": ["email", "linkedin"]},
        {"budget.allocated_minor": 0, "name": {"$in": ["Opening", "Closing"]}},
        {"$or": [{"name": "Closing"}, {"status": made.status}]},
        {"$nor": [{"name": "Closing"}]},
    ]
    unmet: list[dict[str, Any]] = [
        {"name": "Closing"},
        {"conversation_id": "cnv_1"},
        {"platforms": "twitter"},
        {"name": "Opening", "budget.allocated_minor": 1},
        {"name": "Closing", "$nor": [{"name": "Nothing"}]},
    ]
    assert [await campaigns.find_one({**by_id, **where}) is not None for where in met] == [True] * len(met)
    assert [await campaigns.find_one({**by_id, **where}) is not None for where in unmet] == [False] * len(unmet)
    changes = [await campaigns.change_each({made.campaign_id: Change({"name": "Opening"}, where)}) for where in met]
    assert changes == [1] * len(met)
    changes = [await campaigns.change_each({made.campaign_id: Change({"name": "Lost"}, where)}) for where in unmet]
    assert changes == [0] * len(unmet)


async def test_increment_adds_to_several_fields(campaigns: Repository[Campaign]) -> None:
    stored = await campaigns.insert(campaign())
    by = {"budget.used_minor": 250, "budget.remaining_minor": -250}
    await campaigns.increment(stored.campaign_id, by)
    budget = (await campaigns.increment(stored.campaign_id, by)).budget
    assert (budget.used_minor, budget.remaining_minor) == (500, -500)


async def test_a_value_the_model_does_not_allow_is_refused_by_the_database(campaigns: Repository[Campaign]) -> None:
    stored = await campaigns.insert(campaign())
    for changes in ({"status": "asleep"}, {"name": 7}, {"budget.used_minor": "a lot"}):
        with pytest.raises(InvalidInput):
            await campaigns.update(stored.campaign_id, changes)
    with pytest.raises(InvalidInput):
        await campaigns.update(stored.campaign_id, {})


async def test_a_soft_delete_hides_and_frees_unique_values(database: Database, scope: Scope) -> None:
    conversations = Repository(database, CONVERSATIONS, scope)
    first = await conversations.insert(Conversation(conversation_id=new_id("cnv"), external_id="thread-1"))
    assert await conversations.delete(first.conversation_id) is True
    assert await conversations.delete(first.conversation_id) is False
    with pytest.raises(NotFound):
        await conversations.get(first.conversation_id)
    with pytest.raises(NotFound):
        await conversations.update(first.conversation_id, {"title": "back"})
    assert await conversations.find({}) == []
    assert await conversations.count({"deleted_at": {"$exists": True}}) == 0
    assert await conversations.aggregate([{"$match": {}}]) == []
    assert (await conversations.page({}, limit=5)).items == []
    await conversations.insert(Conversation(conversation_id=new_id("cnv"), external_id="thread-1"))


async def test_a_hard_delete_removes(database: Database, scope: Scope) -> None:
    posts = Repository(database, SOCIAL_POSTS, scope)
    post = await posts.insert(SocialPost(post_id=new_id("pst")))
    assert await posts.delete(post.post_id) is True
    assert await posts.delete(post.post_id) is False
    assert await database.raw(SOCIAL_POSTS).count_documents({}) == 0


async def test_pages_are_newest_first_complete_and_without_doubles(
    campaigns: Repository[Campaign], clock: ManualClock
) -> None:
    made: list[Campaign] = []
    # The last gap is one at whose end a page begins to look further back.
    for gap in (0, 0, 0, 1, 60, 0, 3600, 86_400, 0, 40 * 86_400, 400 * 86_400, 0, 300):
        clock.advance(timedelta(seconds=gap))
        made.append(await campaigns.insert(campaign()))
    expected = [
        one.campaign_id for one in sorted(made, key=lambda one: (one.created_at, one.campaign_id), reverse=True)
    ]
    for limit in (1, 2, 5, 13, 50):
        seen: list[str] = []
        cursor: str | None = None
        while True:
            page = await campaigns.page({}, limit=limit, cursor=cursor)
            assert len(page.items) <= limit
            seen += [one.campaign_id for one in page.items]
            cursor = page.next_cursor
            if cursor is None:
                break
        assert seen == expected


@pytest.mark.parametrize("cursor", ["", "x", "%%%", "e30", "W10", "WyJ4IiwieSJd", "WzEsMl0", "é"])
async def test_a_broken_cursor_is_refused(campaigns: Repository[Campaign], cursor: str) -> None:
    with pytest.raises(InvalidInput):
        await campaigns.page({}, limit=5, cursor=cursor)


async def test_a_limit_below_one_is_refused(campaigns: Repository[Campaign]) -> None:
    with pytest.raises(InvalidInput):
        await campaigns.page({}, limit=0)
    with pytest.raises(InvalidInput):
        await campaigns.find({}, limit=0)


async def test_find_sorts_and_limits(campaigns: Repository[Campaign]) -> None:
    for name in ("b", "c", "a"):
        await campaigns.insert(campaign(name))
    assert [one.name for one in await campaigns.find({}, sort=[("name", 1)], limit=2)] == ["a", "b"]
    with pytest.raises(InvalidInput):
        await campaigns.find({}, sort=[("_id", 1)])


async def test_aggregate_groups_the_tenants_own(
    campaigns: Repository[Campaign], database: Database, other_scope: Scope
) -> None:
    for name in ("a", "a", "b"):
        await campaigns.insert(campaign(name))
    await Repository(database, CAMPAIGNS, other_scope).insert(campaign("a"))
    rows = await campaigns.aggregate([{"$group": {"_id": "$name", "n": {"$sum": 1}}}, {"$sort": {"_id": 1}}])
    assert rows == [{"_id": "a", "n": 2}, {"_id": "b", "n": 1}]


async def test_secrets_are_empty_unless_revealed(database: Database, scope: Scope) -> None:
    webhooks = Repository(database, WEBHOOKS, scope)
    made = Webhook(webhook_id=new_id("whk"), name="shop", url="https://shop.example/hook", secret="whsec_1")
    stored = await webhooks.insert(made)
    assert stored.secret == (await webhooks.get(made.webhook_id)).secret == ""
    assert (await webhooks.get(made.webhook_id, reveal=True)).secret == "whsec_1"
    changed = await webhooks.update(made.webhook_id, {"secret": "whsec_2"})
    assert changed.secret == ""
    revealed = await webhooks.find_one({"name": "shop"}, reveal=True)
    assert revealed is not None
    assert revealed.secret == "whsec_2"
    assert "whsec_2" not in repr(revealed)
    with pytest.raises(InvalidInput):
        await webhooks.find_one({"secret": {"$exists": True}})
