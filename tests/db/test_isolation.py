"""A second tenant tries every method of the repository on every collection of the catalogue, and gets nowhere."""

from collections.abc import Iterator
from typing import Any, cast

import pytest

from core.errors import Conflict, InvalidInput, NotFound
from core.scope import Scope
from db.catalogue import CATALOGUE, OWNED
from db.client import Database
from db.collection import Collection
from db.repository import Repository
from db.users import USERS
from tests.db.samples import sample, secret_texts

each_owned = pytest.mark.parametrize("collection", OWNED, ids=lambda collection: collection.name)
each = pytest.mark.parametrize("collection", CATALOGUE, ids=lambda collection: collection.name)


class Pair:
    """One collection seen by two tenants; only the first has put something there."""

    def __init__(self, database: Database, collection: Collection[Any], mine: Scope, theirs: Scope) -> None:
        self.collection = collection
        self.mine = Repository(database, collection, mine)
        self.theirs = Repository(database, collection, theirs)
        self.document = sample(collection, mine)
        self.public_id = getattr(self.document, collection.id_field)
        hidden = {"user_id", collection.id_field, *collection.secrets}
        fields = self.document.model_dump(exclude_none=True, exclude=hidden)
        self.changed, self.text = next(texts(fields))


def texts(fields: dict[str, Any], path: str = "") -> Iterator[tuple[str, str]]:
    """Go through all dotted fields that hold a text: something another tenant might guess or change."""
    for name, value in fields.items():
        if isinstance(value, str):
            yield path + name, value
        elif isinstance(value, dict):
            yield from texts(cast("dict[str, Any]", value), f"{path}{name}.")


@pytest.fixture
async def pair(database: Database, collection: Collection[Any], scope: Scope, other_scope: Scope) -> Pair:
    pair = Pair(database, collection, scope, other_scope)
    await pair.mine.insert(pair.document)
    return pair


@each_owned
async def test_get_finds_nothing_of_another_tenant(pair: Pair) -> None:
    assert getattr(await pair.mine.get(pair.public_id), pair.collection.id_field) == pair.public_id
    with pytest.raises(NotFound):
        await pair.theirs.get(pair.public_id)


@each_owned
async def test_searches_find_nothing_of_another_tenant(pair: Pair) -> None:
    guess = {pair.changed: pair.text}
    for where in ({}, guess, {"$or": [guess, {pair.changed: {"$exists": True}}]}):
        assert await pair.theirs.find_one(where) is None
        assert await pair.theirs.find(where) == []
        assert await pair.theirs.count(where) == 0
        assert (await pair.theirs.page(where, limit=10)).items == []
        assert len(await pair.mine.find(where)) == 1
        assert len((await pair.mine.page(where, limit=10)).items) == 1
        assert await pair.mine.count(where) == 1


@each_owned
async def test_aggregations_see_nothing_of_another_tenant(pair: Pair) -> None:
    assert await pair.theirs.aggregate([{"$match": {}}]) == []
    (row,) = await pair.mine.aggregate([{"$match": {}}])
    assert "_id" not in row
    assert secret_texts(pair.collection, row) == []


@each_owned
async def test_writes_touch_nothing_of_another_tenant(pair: Pair) -> None:
    with pytest.raises(NotFound):
        await pair.theirs.update(pair.public_id, {pair.changed: "taken over"})
    with pytest.raises(NotFound):
        await pair.theirs.update(pair.public_id, {pair.changed: "taken over"}, where={pair.changed: {"$exists": True}})
    with pytest.raises(NotFound):
        await pair.theirs.increment(pair.public_id, {pair.changed: 1})
    try:
        assert await pair.theirs.delete(pair.public_id) is False
    except NotFound:
        assert pair.collection.name == USERS.name
    assert await pair.mine.count({pair.changed: pair.text}) == 1


@each_owned
async def test_a_document_of_another_tenant_can_be_neither_replaced_nor_claimed(
    pair: Pair, scope: Scope, other_scope: Scope
) -> None:
    with pytest.raises(InvalidInput):
        await pair.theirs.insert(pair.document.model_copy(update={"user_id": scope.user_id}))
    if pair.collection.name != USERS.name:
        taken = sample(pair.collection, other_scope).model_copy(update={pair.collection.id_field: pair.public_id})
        with pytest.raises(Conflict):
            await pair.theirs.insert_once(taken)
    assert await pair.theirs.count({}) == 0


@each_owned
async def test_the_tenant_can_not_be_named(pair: Pair, scope: Scope) -> None:
    named: list[dict[str, Any]] = [
        {"user_id": scope.user_id},
        {"user_id": {"$exists": True}},
        {"user_id.x": 1},
        {"$or": [{"user_id": scope.user_id}]},
        {"$and": [{"$nor": [{"user_id": "nobody"}]}]},
        {"_id": 1},
        {"$where": "true"},
        {"$expr": {"$eq": [1, 1]}},
        {pair.changed: {"$where": "true"}},
        {pair.changed: {"$not": {"$function": {}}}},
    ]
    for where in named:
        for search in (pair.theirs.find_one, pair.theirs.find, pair.theirs.count):
            with pytest.raises(InvalidInput):
                await search(where)
        with pytest.raises(InvalidInput):
            await pair.theirs.page(where, limit=1)
        with pytest.raises(InvalidInput):
            await pair.mine.update(pair.public_id, {pair.changed: "x"}, where=where)
    for field in ("user_id", "_id", "created_at", "$set", pair.collection.id_field, "no_such_field"):
        with pytest.raises(InvalidInput):
            await pair.mine.update(pair.public_id, {field: "x"})


@each
async def test_pipelines_may_not_join_or_write(database: Database, collection: Collection[Any], scope: Scope) -> None:
    repository = Repository(database, collection, scope)
    forbidden: list[dict[str, Any]] = [
        {"$lookup": {"from": "users", "as": "all", "pipeline": []}},
        {"$unionWith": "users"},
        {"$graphLookup": {"from": "users"}},
        {"$out": "elsewhere"},
        {"$merge": "elsewhere"},
        {"$facet": {"all": [{"$lookup": {"from": "users", "as": "all", "pipeline": []}}]}},
        {"$project": {"x": {"$function": {"body": "return 1", "args": [], "lang": "js"}}}},
    ]
    for stage in forbidden:
        with pytest.raises(InvalidInput):
            await repository.aggregate([stage])


@each
async def test_what_is_no_text_is_no_id(database: Database, collection: Collection[Any], scope: Scope) -> None:
    repository = Repository(database, collection, scope)
    operator: Any = {"$ne": None}
    with pytest.raises(InvalidInput):
        await repository.get(operator)
    with pytest.raises(InvalidInput):
        await repository.delete(operator)
