"""``$jsonSchema`` validators, derived from the document models: types, choices and required fields."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from db.collection import SET_BY_DATABASE, Collection, Document

BSON_TYPES: dict[str, list[str]] = {
    "string": ["string"],
    "boolean": ["bool"],
    "integer": ["int", "long"],
    "number": ["double", "int", "long", "decimal"],
    "array": ["array"],
    "object": ["object"],
    "binary": ["binData"],
    "null": ["null"],
}


def validator_of(collection: Collection[Any]) -> dict[str, Any]:
    """Return the validator of a collection, as ``create`` and ``collMod`` take it."""
    model: type[Document] = collection.model
    rules = _model_rules(model)
    fixed = [name for name in SET_BY_DATABASE if name in collection.model.model_fields]
    required = sorted({*rules.get("required", []), *fixed, collection.id_field})
    return {"$jsonSchema": rules | {"required": required}}


@cache
def _model_rules(model: type[Document]) -> dict[str, Any]:
    schema = model.model_json_schema()
    return _rules(schema, schema.get("$defs", {}))


def _rules(schema: Mapping[str, Any], parts: Mapping[str, Any]) -> dict[str, Any]:
    if reference := schema.get("$ref"):
        return _rules(parts[reference.rpartition("/")[2]], parts)
    if choices := schema.get("anyOf"):
        return _either([_rules(choice, parts) for choice in choices])
    if "const" in schema:
        return {"enum": [schema["const"]]}
    if "enum" in schema:
        return {"enum": list(schema["enum"])}
    kind = schema.get("type")
    if kind is None:
        return {}
    if schema.get("format") == "date-time":
        return {"bsonType": ["date"]}
    limits = {limit: schema[limit] for limit in ("minimum", "maximum") if limit in schema}
    return {"bsonType": BSON_TYPES[kind]} | limits | _inner_rules(schema, parts)


def _inner_rules(schema: Mapping[str, Any], parts: Mapping[str, Any]) -> dict[str, Any]:
    rules: dict[str, Any] = {}
    if properties := schema.get("properties"):
        rules["properties"] = {name: _rules(inner, parts) for name, inner in properties.items()}
    if items := _rules(schema.get("items", {}), parts):
        rules["items"] = items
    if required := schema.get("required"):
        rules["required"] = list(required)
    return rules


def _either(choices: list[dict[str, Any]]) -> dict[str, Any]:
    """Merge a choice and null into one rule; MongoDB reads that faster than ``anyOf``."""
    rules = [choice for choice in choices if choice != {"bsonType": ["null"]}]
    if len(rules) != 1 or len(rules) == len(choices):
        return {"anyOf": choices}
    (rule,) = rules
    if "enum" in rule:
        return {"enum": [*rule["enum"], None]}
    return rule | {"bsonType": [*rule["bsonType"], "null"]} if rule else {}
