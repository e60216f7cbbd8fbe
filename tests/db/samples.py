"""Documents with every field filled, generated from the models, so that a new collection is tested by itself."""

from datetime import UTC, datetime
from types import NoneType, UnionType
from typing import Any, Literal, Union, cast, get_args, get_origin

from bson.binary import Binary
from pydantic import AwareDatetime, BaseModel
from pydantic.fields import FieldInfo

from core.ids import new_id
from core.scope import Scope
from db.collection import SET_BY_DATABASE, Collection
from db.users import USERS
from db.vector import pack

MOMENT = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def sample(collection: Collection[Any], scope: Scope) -> Any:
    """Return a document of the collection that no other call returns, with every field filled."""
    public_id = scope.user_id if collection.name == USERS.name else new_id(collection.id_prefix)
    fields = _fields(collection.model, salt=public_id)
    for name in (*SET_BY_DATABASE, "deleted_at", "tenant_id"):
        if name in fields and not collection.model.model_fields[name].is_required():
            del fields[name]
    if collection.retention and collection.retention.field in fields:
        fields[collection.retention.field] = datetime.now(UTC).replace(microsecond=0)
    return collection.model.model_validate(fields | {collection.id_field: public_id})


def secret_texts(collection: Collection[Any], stored: dict[str, Any]) -> list[str]:
    """Return every string that lies under one of the collection's secret paths."""
    found: list[str] = []
    for secret in collection.secrets:
        value: Any = stored
        for part in secret.split("."):
            value = value.get(part, {})
        found += _texts(value)
    return found


def _texts(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    inner = cast("dict[str, Any]", value if isinstance(value, dict) else {})
    return [text for part in inner.values() for text in _texts(part)]


def _fields(model: type[BaseModel], salt: str) -> dict[str, Any]:
    return {name: _value(field.annotation, name, salt, field) for name, field in model.model_fields.items()}


def _value(kind: Any, name: str, salt: str, field: FieldInfo | None = None) -> Any:
    origin = get_origin(kind)
    if origin in (Union, UnionType):
        return _value(next(choice for choice in get_args(kind) if choice is not NoneType), name, salt)
    if origin is Literal:
        return get_args(kind)[0]
    if origin is list:
        return [_value(get_args(kind)[0], name, salt)]
    if origin is dict:
        return {"inner": _value(get_args(kind)[1], name, salt)}
    if hasattr(kind, "__metadata__"):
        return _value(kind.__origin__, name, salt)
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return _fields(kind, salt)
    plain: dict[Any, Any] = {int: 3, float: 0.5, bool: True, datetime: MOMENT, AwareDatetime: MOMENT}
    plain[Binary] = pack([0.25, 0.5])
    return plain.get(kind, f"{salt} {name}.")
