"""Guards between callers and the query language: what a filter, a change and a pipeline may say."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

from core.errors import InvalidInput
from db.collection import Collection

COMPARISONS = frozenset(
    {"$eq", "$ne", "$gt", "$gte", "$lt", "$lte", "$in", "$nin", "$exists", "$type", "$all", "$size", "$mod"}
    | {"$regex", "$options", "$not", "$elemMatch"}
)
LOGIC = frozenset({"$and", "$or", "$nor"})
STAGES = frozenset(
    {"$match", "$group", "$project", "$sort", "$limit", "$skip", "$unwind", "$addFields", "$set", "$unset", "$count"}
    | {"$facet", "$bucket", "$bucketAuto", "$sortByCount", "$setWindowFields", "$replaceRoot", "$replaceWith"}
    | {"$densify", "$fill", "$sample"}
)
FORBIDDEN_ANYWHERE = frozenset(
    {"$where", "$function", "$accumulator", "$lookup", "$graphLookup", "$unionWith", "$out", "$merge"}
)


def plain(value: Any, name: str = "value") -> str:
    """Return ``value`` if it is a text; InvalidInput for anything else, such as an operator in its place."""
    if not isinstance(value, str):
        raise InvalidInput(f"{name} has to be a text.", field=name)
    return value


def guard_where(collection: Collection[Any], where: Mapping[str, Any]) -> None:
    """Refuse a filter that names the tenant, ``_id`` or a secret, or uses an operator that is not a comparison."""
    for key, value in where.items():
        if key in LOGIC:
            for clause in _clauses(key, value):
                guard_where(collection, clause)
        else:
            _guard_field(collection, key)
            _guard_comparison(value)


def both(first: Mapping[str, Any], second: Mapping[str, Any]) -> dict[str, Any]:
    """Return a filter that demands both. One flat filter where possible: the embedded database scans for ``$and``."""
    if first.keys() & second.keys():
        return {"$and": [dict(first), dict(second)]}
    return {**first, **second}


def of_one(id_field: str, where: Mapping[str, Any]) -> dict[str, Any]:
    """Return a filter that means the same, for one document that its id names.

    What has to be equal beside the id is put so that no index is looked for: the embedded database weighs all of them
    for each field of a filter, which takes it longer than the rest of a small command. Nor is ``$nor`` used, for which
    it reads the whole collection.
    """
    return {
        name: {"$not": {"$ne": value}} if _beside(id_field, name, value) else value for name, value in where.items()
    }


def guard_changes(collection: Collection[Any], changes: Mapping[str, Any]) -> None:
    """Refuse a change of what only the database layer sets, of the public id, or of a field the model lacks."""
    if not changes:
        raise InvalidInput("There is nothing to change.")
    fixed = {"created_at", "updated_at", collection.id_field}
    for key in changes:
        _guard_field(collection, key, secrets=True)
        head = key.partition(".")[0]
        if head in fixed or head not in collection.model.model_fields:
            raise InvalidInput(f"The field {key} can't be changed.", field=key)


def guard_pipeline(pipeline: Sequence[Mapping[str, Any]]) -> None:
    """Refuse stages that join, unite or write, and code that runs in the database."""
    for stage in pipeline:
        if unknown := set(stage) - STAGES:
            raise InvalidInput(f"The stage {', '.join(sorted(unknown))} is not allowed here.")
    for key in _keys(pipeline):
        if key in FORBIDDEN_ANYWHERE:
            raise InvalidInput(f"{key} is not allowed here.")


def _guard_field(collection: Collection[Any], key: Any, *, secrets: bool = False) -> None:
    field = plain(key, "field")
    parts = field.split(".")
    if not all(parts) or any(part.startswith("$") or "\0" in part for part in parts):
        raise InvalidInput(f"{field} is not a field name.", field=field)
    if parts[0] == "_id" or parts[0] == collection.tenant != collection.id_field:
        raise InvalidInput(f"The field {parts[0]} can't be named here: it is set by the database layer.", field=field)
    if parts[0] == collection.tenant:
        raise InvalidInput("An account is found by its own id only.", field=field)
    if not secrets and any(field == secret or field.startswith(f"{secret}.") for secret in collection.secrets):
        raise InvalidInput(f"The field {field} is secret and can't be searched.", field=field)


def _beside(id_field: str, name: str, value: Any) -> bool:
    return name != id_field and not name.startswith("$") and not isinstance(value, Mapping)


def _clauses(operator: str, value: Any) -> Sequence[Mapping[str, Any]]:
    clauses = cast("Sequence[Any]", value) if isinstance(value, (list, tuple)) else ()
    if not clauses or not all(isinstance(clause, Mapping) for clause in clauses):
        raise InvalidInput(f"{operator} takes a list of filters.")
    return clauses


def _guard_comparison(value: Any) -> None:
    if not isinstance(value, Mapping):
        return
    for key, inner in cast("Mapping[str, Any]", value).items():
        if key.startswith("$") and key not in COMPARISONS:
            raise InvalidInput(f"The operator {key} is not allowed here.")
        _guard_comparison(inner)


def _keys(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        for key, inner in cast("Mapping[str, Any]", value).items():
            yield key
            yield from _keys(inner)
    elif isinstance(value, (list, tuple)):
        for inner in cast("Sequence[Any]", value):
            yield from _keys(inner)
