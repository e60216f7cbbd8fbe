"""Encryption of secret fields before they reach the database, with rotation by a list of keys."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from core.errors import InvalidInput, NotConfigured

MISSING_KEY = (
    "A stored secret can't be read with the encryption keys in use. "
    "Add the key it was written with to the end of MM_ENCRYPTION_KEYS."
)


class FieldCipher:
    """Encrypts with the first key and decrypts with any of them."""

    def __init__(self, keys: Sequence[str]) -> None:
        if not keys:
            raise NotConfigured("There is no encryption key. Set MM_ENCRYPTION_KEYS to at least one Fernet key.")
        try:
            self._fernet = MultiFernet([Fernet(key) for key in keys])
        except ValueError as error:
            raise NotConfigured(
                "A key in MM_ENCRYPTION_KEYS is not a Fernet key (32 bytes in URL-safe base64). Correct the list."
            ) from error

    @staticmethod
    def new_key() -> str:
        """Return a fresh random key."""
        return Fernet.generate_key().decode()

    def encrypt(self, text: str) -> str:
        """Return ``text`` as a token that only the keys can open."""
        return self._fernet.encrypt(text.encode()).decode()

    def decrypt(self, token: str) -> str:
        """Return the text of a token; NotConfigured if none of the keys opens it."""
        try:
            return self._fernet.decrypt(token).decode()
        except InvalidToken as error:
            raise NotConfigured(MISSING_KEY) from error

    def rotate(self, token: str) -> str:
        """Return the same text under the newest key."""
        try:
            return self._fernet.rotate(token).decode()
        except InvalidToken as error:
            raise NotConfigured(MISSING_KEY) from error


def change_secrets(stored: Mapping[str, Any], secrets: Sequence[str], change: Callable[[str], str]) -> dict[str, Any]:
    """Return a copy of a document, or of a mapping of dotted fields to new values, with every secret string changed."""
    changed = dict(stored)
    for secret in secrets:
        for key, value in changed.items():
            if key == secret or key.startswith(f"{secret}."):
                changed[key] = _change_all(value, change)
            elif secret.startswith(f"{key}.") and isinstance(value, Mapping):
                nested = cast("Mapping[str, Any]", value)
                changed[key] = change_secrets(nested, (secret.removeprefix(f"{key}."),), change)
    return changed


def without_secrets(stored: Mapping[str, Any], secrets: Sequence[str]) -> dict[str, Any]:
    """Return a copy of a document that lacks every secret field."""
    kept = dict(stored)
    for secret in secrets:
        head, _, rest = secret.partition(".")
        if not rest:
            kept.pop(head, None)
        elif isinstance(kept.get(head), Mapping):
            kept[head] = without_secrets(kept[head], (rest,))
    return kept


def _change_all(value: Any, change: Callable[[str], str]) -> Any:
    if value is None or value == "":
        return value
    if isinstance(value, str):
        return change(value)
    if isinstance(value, Mapping):
        nested = cast("Mapping[str, Any]", value)
        return {key: _change_all(inner, change) for key, inner in nested.items()}
    raise InvalidInput("A secret has to be a text.")
