"""Between a document and what MongoDB keeps of it: tenant, times, secrets, and no ``_id``."""

from datetime import datetime
from typing import Any, TypeVar

from pydantic import ValidationError

from core.errors import InvalidInput
from db.collection import Collection, Document
from db.encryption import FieldCipher, change_secrets, without_secrets

D = TypeVar("D", bound=Document)


def to_stored(
    collection: Collection[D], document: D, *, tenant: str | None, now: datetime, cipher: FieldCipher
) -> dict[str, Any]:
    """Return what is stored: fields that are None are left out, secrets are encrypted."""
    stored = document.model_dump(exclude_none=True)
    for field in ("created_at", "updated_at"):
        if field in stored:
            stored[field] = now
    if collection.time_field == "timestamp":
        stored["timestamp"] = now
    if collection.tenant is not None:
        if stored.get(collection.tenant) not in (tenant, "", None):
            raise InvalidInput("The document names another account than the one that stores it.")
        stored[collection.tenant] = tenant
    if not stored.get(collection.id_field):
        raise InvalidInput(f"The document has no {collection.id_field}.", field=collection.id_field)
    return change_secrets(stored, collection.secrets, cipher.encrypt) if collection.secrets else stored


def to_document(collection: Collection[D], stored: dict[str, Any], *, cipher: FieldCipher | None = None) -> D:
    """Return the document; its secrets are empty unless a cipher is given to open them."""
    secrets = collection.secrets
    if secrets:
        opened = without_secrets(stored, secrets) if cipher is None else change_secrets(stored, secrets, cipher.decrypt)
        return collection.model.model_validate(opened)
    return collection.model.model_validate(stored)


def checked(collection: Collection[D], fields: dict[str, Any]) -> D:
    """Build a document from untrusted fields; InvalidInput names the first that does not fit."""
    try:
        return collection.model.model_validate(fields)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        field = ".".join(str(part) for part in first["loc"])
        raise InvalidInput(f"{field}: {first['msg']}.", field=field) from error
