"""Secrets at rest: unreadable in the stored document, readable with any key of the list, movable to a new key."""

from typing import Any

import pytest

from core.clock import ManualClock
from core.errors import InvalidInput, NotConfigured
from core.ids import new_id
from core.scope import Scope
from db.catalogue import CATALOGUE
from db.client import Database
from db.collection import Collection
from db.encryption import FieldCipher, change_secrets, without_secrets
from db.repository import Repository
from db.rotation import rotate_secrets
from db.settings import SETTINGS, AccountSettings, ApiKeys
from db.sync import synchronise
from tests.db.samples import sample, secret_texts

SECRETIVE = tuple(collection for collection in CATALOGUE if collection.secrets)


@pytest.mark.parametrize("collection", SECRETIVE, ids=lambda collection: collection.name)
async def test_secrets_are_unreadable_in_the_stored_document(
    database: Database, collection: Collection[Any], scope: Scope
) -> None:
    document = sample(collection, scope)
    repository = Repository(database, collection, scope)
    await repository.insert(document)
    stored = await database.raw(collection).find_one({})
    assert stored is not None
    clear = secret_texts(collection, document.model_dump(exclude_none=True))
    kept = secret_texts(collection, stored)
    assert len(kept) == len(clear) > 0
    assert not any(text in str(stored) for text in clear)
    assert [database.cipher.decrypt(text) for text in kept] == clear
    public_id = getattr(document, collection.id_field)
    assert not any(secret_texts(collection, (await repository.get(public_id)).model_dump(exclude_none=True)))
    revealed = await repository.get(public_id, reveal=True)
    assert secret_texts(collection, revealed.model_dump(exclude_none=True)) == clear


@pytest.mark.parametrize(
    "changes",
    [
        {"api_keys.openai_key": "sk-clear"},
        {"api_keys.custom_keys.maps": "sk-clear"},
        {"api_keys.custom_keys": {"maps": "sk-clear"}},
        {"api_keys": {"openai_key": "sk-clear", "custom_keys": {"maps": "sk-clear"}}},
    ],
)
async def test_an_update_encrypts_however_the_secret_is_named(
    database: Database, scope: Scope, changes: dict[str, Any]
) -> None:
    settings = Repository(database, SETTINGS, scope)
    stored = await settings.insert(AccountSettings(settings_id=new_id("set"), api_keys=ApiKeys(openai_key="sk-old")))
    await settings.update(stored.settings_id, changes)
    assert "sk-" not in str(await database.raw(SETTINGS).find_one({}))
    assert "sk-clear" in str((await settings.get(stored.settings_id, reveal=True)).model_dump())


def test_a_secret_that_is_no_text_is_refused() -> None:
    with pytest.raises(InvalidInput):
        change_secrets({"secret": 7}, ("secret",), str.upper)


def test_only_secrets_change() -> None:
    stored = {"a": {"b": "x", "c": "y"}, "d": "z", "e": None}
    assert change_secrets(stored, ("a.b", "e"), str.upper) == {"a": {"b": "X", "c": "y"}, "d": "z", "e": None}
    assert without_secrets(stored, ("a.b", "d")) == {"a": {"c": "y"}, "e": None}
    assert stored["a"] == {"b": "x", "c": "y"}


@pytest.mark.parametrize("keys", [[], ["short"], [FieldCipher.new_key(), "not a key"]])
def test_unusable_keys_are_refused_in_one_sentence(keys: list[str]) -> None:
    with pytest.raises(NotConfigured, match="MM_ENCRYPTION_KEYS"):
        FieldCipher(keys)


async def test_rotation_makes_old_keys_dispensable(
    bare_database: Database, mongo_uri: str, clock: ManualClock, scope: Scope
) -> None:
    old, new = FieldCipher.new_key(), FieldCipher.new_key()

    async def connected(*keys: str) -> Database:
        return await Database.connect(mongo_uri, bare_database.name, clock=clock, cipher=FieldCipher(keys))

    before = await connected(old)
    await synchronise(before)
    documents = {collection.name: sample(collection, scope) for collection in SECRETIVE}
    for collection in SECRETIVE:
        await Repository(before, collection, scope).insert(documents[collection.name])
    both = await connected(new, old)
    assert await rotate_secrets(both) == len(SECRETIVE)
    after = await connected(new)
    assert await synchronise(after) is False
    for collection in SECRETIVE:
        document = documents[collection.name]
        revealed = await Repository(after, collection, scope).get(getattr(document, collection.id_field), reveal=True)
        assert secret_texts(collection, revealed.model_dump()) == secret_texts(collection, document.model_dump())
        with pytest.raises(NotConfigured):
            await Repository(before, collection, scope).get(getattr(document, collection.id_field), reveal=True)
    for database in (before, both, after):
        await database.close()
