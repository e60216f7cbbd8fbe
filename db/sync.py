"""Brings a database in step with the catalogue: collections, validators, indexes.

It runs at every start, in several processes at once, and costs one read when nothing has changed. It never removes
data, nor an index it did not make.
"""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import orjson
import pymongo
from pymongo import IndexModel
from pymongo.collation import Collation
from pymongo.errors import CollectionInvalid, DuplicateKeyError, OperationFailure

from core.errors import NotConfigured
from db.catalogue import CATALOGUE
from db.client import Database, Raw
from db.collection import Collection, Index
from db.failures import DUPLICATE_KEY, INDEX_CONFLICTS, INDEX_NOT_FOUND, NAMESPACE_EXISTS, translated
from db.memory_switches import carry_over_switches
from db.validator import validator_of

STATE = "system_state"
INDEX_SECONDS = 3600
SCHEMA_KEY = "schema"
CIPHER_KEY = "cipher"
CIPHER_PROBE = "marketing-minds"
IGNORING_CASE = Collation(locale="en", strength=2)
COLLATION_KEYS = ("locale", "strength")


async def synchronise(database: Database, catalogue: Sequence[Collection[Any]] = CATALOGUE) -> bool:
    """Create and adapt what is missing or different. Return whether anything had to be done.

    NotConfigured if the encryption keys are not those this database was filled with.
    """
    digest = _digest(catalogue)
    with translated():
        rows = await database.collection(STATE).find({"_id": {"$in": [SCHEMA_KEY, CIPHER_KEY]}}).to_list()
        state = {row["_id"]: row for row in rows}
        await _check_cipher(database, state.get(CIPHER_KEY))
        earlier = state.get(SCHEMA_KEY, {})
        if earlier.get("digest") == digest:
            return False
        present = {row["name"]: dict(row) async for row in await database.driver.list_collections()}
        for collection in catalogue:
            row = present.get(collection.name)
            await _sync_validator(database, collection, row)
            if row is not None:
                await _drop_outdated(database, collection, earlier.get("indexes", {}).get(collection.name, []))
            await _create_indexes(database, collection)
        if earlier:
            await carry_over_switches(database)
        await database.collection(STATE).update_one(
            {"_id": SCHEMA_KEY},
            {
                "$set": {
                    "digest": digest,
                    "indexes": {item.name: [index.name for index in item.all_indexes] for item in catalogue},
                    "updated_at": database.clock.now(),
                }
            },
            upsert=True,
        )
    return True


async def is_behind(database: Database, catalogue: Sequence[Collection[Any]] = CATALOGUE) -> bool:
    """Whether an earlier version has filled this database, so that what is in it has to be adapted. 1 round trip."""
    with translated():
        earlier = await database.collection(STATE).find_one({"_id": SCHEMA_KEY})
    return earlier is not None and earlier.get("digest") != _digest(catalogue)


def _digest(catalogue: Sequence[Collection[Any]]) -> str:
    wanted = {collection.name: _definition(collection) for collection in catalogue}
    return hashlib.sha256(orjson.dumps(wanted, option=orjson.OPT_SORT_KEYS)).hexdigest()


async def _check_cipher(database: Database, stored: Raw | None) -> None:
    """Open the probe stored at the first start: a wrong key is told now rather than at the first secret."""
    if stored is not None:
        database.cipher.decrypt(stored["probe"])
        return
    probe = database.cipher.encrypt(CIPHER_PROBE)
    try:
        await database.collection(STATE).insert_one({"_id": CIPHER_KEY, "probe": probe})
    except DuplicateKeyError:
        row: Raw = await database.collection(STATE).find_one({"_id": CIPHER_KEY}) or {}
        database.cipher.decrypt(row.get("probe", ""))


async def rotate_probe(database: Database) -> None:
    """Encrypt the probe with the newest key."""
    state = database.collection(STATE)
    stored = await state.find_one({"_id": CIPHER_KEY})
    if stored is not None:
        await state.update_one({"_id": CIPHER_KEY}, {"$set": {"probe": database.cipher.rotate(stored["probe"])}})


def _definition(collection: Collection[Any]) -> dict[str, Any]:
    return {
        "validator": validator_of(collection),
        "indexes": [_options(index) for index in collection.all_indexes],
    }


def _options(index: Index) -> dict[str, Any]:
    """Return what tells two definitions of an index apart, in the form the database lists them."""
    options: dict[str, Any] = {"name": index.name, "key": [list(pair) for pair in index.pairs]}
    if index.unique:
        options["unique"] = True
    if index.sparse:
        options["sparse"] = True
    if index.partial is not None:
        options["partialFilterExpression"] = dict(index.partial)
    if index.ttl is not None:
        options["expireAfterSeconds"] = int(index.ttl.total_seconds())
    if index.case_insensitive:
        options["collation"] = {name: IGNORING_CASE.document[name] for name in COLLATION_KEYS}
    return options


def _listed(row: Mapping[str, Any]) -> dict[str, Any]:
    kept = ("name", "unique", "sparse", "partialFilterExpression", "expireAfterSeconds")
    options = {name: row[name] for name in kept if row.get(name) not in (None, False)}
    options["key"] = [[field, int(direction)] for field, direction in row["key"].items()]
    if collation := row.get("collation"):
        options["collation"] = {name: collation.get(name) for name in COLLATION_KEYS}
    return options


def _model(index: Index) -> IndexModel:
    options = _options(index)
    del options["key"]
    if index.case_insensitive:
        options["collation"] = IGNORING_CASE
    return IndexModel(index.pairs, **options)


async def _sync_validator(database: Database, collection: Collection[Any], present: Raw | None) -> None:
    validator = validator_of(collection)
    if present is None:
        try:
            await database.driver.create_collection(collection.name, validator=validator, check_exists=False)
        except CollectionInvalid:
            pass
        except OperationFailure as error:
            if error.code != NAMESPACE_EXISTS:
                raise
        else:
            return
    elif present.get("options", {}).get("validator") == validator:
        return
    await database.driver.command("collMod", collection.name, validator=validator, validationLevel="moderate")


async def _drop_outdated(database: Database, collection: Collection[Any], earlier: Sequence[str]) -> None:
    """Drop indexes of ours that changed or are no longer wanted; those of others stay."""
    wanted = {index.name: _options(index) for index in collection.all_indexes}
    for row in await (await database.raw(collection).list_indexes()).to_list():
        name = row["name"]
        removed = name in earlier and name not in wanted
        changed = name in wanted and _listed(row) != wanted[name]
        if removed or changed:
            await _drop(database, collection, name)


async def _create_indexes(database: Database, collection: Collection[Any]) -> None:
    """Create all indexes in one command; those that exist cost nothing, a new one on much data takes its time."""
    try:
        with pymongo.timeout(INDEX_SECONDS):
            await database.raw(collection).create_indexes([_model(index) for index in collection.all_indexes])
    except OperationFailure as error:
        raise _refusal(collection, error) from error


async def _drop(database: Database, collection: Collection[Any], name: str) -> None:
    try:
        await database.raw(collection).drop_index(name)
    except OperationFailure as error:
        if error.code != INDEX_NOT_FOUND:
            raise


def _refusal(collection: Collection[Any], error: OperationFailure) -> Exception:
    if error.code in INDEX_CONFLICTS:
        return NotConfigured(
            f"The collection {collection.name} has an index of its own that collides with one the product needs. "
            f"Remove it and start again."
        )
    if error.code == DUPLICATE_KEY:
        return NotConfigured(
            f"The collection {collection.name} holds two documents with the same unique value, so that an index "
            f"can't be made. Correct the data and start again."
        )
    return error
