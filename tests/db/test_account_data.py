"""Export and erasure of an account, over every collection of the catalogue."""

import pytest

from core.ids import new_id
from core.scope import Scope
from db.campaigns import CAMPAIGNS
from db.catalogue import CATALOGUE, OWNED
from db.client import Database
from db.collection import Document
from db.erasure import erase
from db.export import export
from db.repository import Repository
from db.users import USERS, User
from tests.db.samples import sample, secret_texts


@pytest.fixture
async def filled(database: Database, scope: Scope, other_scope: Scope) -> dict[str, Document]:
    """Every collection with a document of each of two tenants; those of the first by collection."""
    mine: dict[str, Document] = {}
    for collection in CATALOGUE:
        for tenant in (other_scope, scope):
            mine[collection.name] = await Repository(database, collection, tenant).insert(sample(collection, tenant))
    return mine


async def test_an_export_is_complete_and_holds_no_secret(
    database: Database, scope: Scope, filled: dict[str, Document]
) -> None:
    deleted = await Repository(database, CAMPAIGNS, scope).insert(sample(CAMPAIGNS, scope))
    await Repository(database, CAMPAIGNS, scope).delete(deleted.campaign_id)
    exported = [entry async for entry in export(database, scope)]
    assert sorted(name for name, _ in exported) == sorted([*(one.name for one in OWNED), "campaigns"])
    by_id = {(name, document.get("campaign_id")): document for name, document in exported}
    assert by_id["campaigns", deleted.campaign_id]["deleted_at"]
    for collection in OWNED:
        document = next(
            found
            for name, found in exported
            if name == collection.name
            and found[collection.id_field] == getattr(filled[collection.name], collection.id_field)
        )
        assert "_id" not in document
        assert document["user_id"] == scope.user_id
        assert secret_texts(collection, document) == []
        assert "embedding" not in document
        derived = {"embedding"}
        exported_document = collection.model.model_validate(document)
        assert exported_document.model_dump(exclude=derived) == filled[collection.name].model_dump(exclude=derived)


async def test_an_erasure_leaves_nothing_of_the_tenant_and_everything_of_others(
    database: Database, scope: Scope, other_scope: Scope, filled: dict[str, Document]
) -> None:
    member = User(user_id=new_id("usr"), email="member@example.com", tenant_id=scope.user_id)
    await Repository(database, USERS, Scope(member.user_id, member.user_id, "user")).insert(member)
    assert await erase(database, scope.user_id) == len(OWNED) + 1
    for name in await database.driver.list_collection_names():
        stored = await database.collection(name).find({}).to_list()
        assert scope.user_id not in str(stored)
    for collection in OWNED:
        assert await Repository(database, collection, other_scope).count({}) == 1
    assert [entry async for entry in export(database, scope)] == []
    assert await erase(database, scope.user_id) == 0
    assert filled


async def test_an_erasure_of_nobody_erases_nothing(database: Database, filled: dict[str, Document]) -> None:
    assert await erase(database, "") == 0
    assert await database.raw(USERS).count_documents({}) == 2
    assert filled
