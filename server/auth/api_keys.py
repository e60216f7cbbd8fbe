"""API keys in their owner's hands: made, listed, rotated and revoked. Each act is written to the audit log."""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from core.clock import Clock
from core.errors import Conflict, Forbidden, InvalidInput, LimitReached, NotFound
from core.ids import new_id
from core.scope import RANK, Role, Scope
from db.accounts import Accounts
from db.api_keys import API_KEYS, ApiKey, KeyScope
from db.client import Database
from db.repository import Page, Repository
from server.auth.accounts import AccountDesk, Origin

KEY_PREFIX: Final = "mmk_"
SHOWN: Final = 12
MOST_KEYS: Final = 100
MOST_LOOKED_AT: Final = 1000


@dataclass(frozen=True, slots=True)
class NewKey:
    """What a key is to be. Without ``expires_at`` it works until it is revoked."""

    name: str
    role: Role
    scopes: Sequence[KeyScope]
    rate_limit: int
    expires_at: datetime | None


def is_key(token: str) -> bool:
    """Whether a bearer token has the form of an API key."""
    return token.startswith(KEY_PREFIX)


def key_hash(text: str) -> str:
    """Return what is stored of a key. It has 256 random bits, so that a plain hash can't be reversed."""
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()


class ApiKeyDesk:
    """The keys of an account. Its owner sees and revokes all of them, everybody else their own."""

    def __init__(self, database: Database, desk: AccountDesk, clock: Clock) -> None:
        self._database = database
        self._accounts = Accounts(database)
        self._desk = desk
        self._clock = clock

    async def add(self, scope: Scope, new: NewKey, origin: Origin) -> tuple[str, ApiKey]:
        """Make a key; return its text, which can't be shown again, and what is stored of it."""
        scope.require_write()
        if RANK[new.role] > RANK[scope.account_role]:
            raise Forbidden(f"A key can't have the role {new.role}: yours is {scope.role}.", field="role")
        if new.expires_at and new.expires_at <= self._clock.now():
            raise InvalidInput("The key would have expired already. Choose a later time.", field="expires_at")
        keys = self._keys(scope)
        await require_room(keys, self._clock.now())
        text = _new_text()
        made = await keys.insert(
            ApiKey(
                key_id=new_id(API_KEYS.id_prefix),
                actor_id=scope.actor_id,
                name=new.name,
                prefix=text[:SHOWN],
                key_hash=key_hash(text),
                role=new.role,
                scopes=list(dict.fromkeys(new.scopes)),
                rate_limit=new.rate_limit,
                expires_at=new.expires_at,
            )
        )
        await self._audit(scope, "api_key.created", made, origin)
        return text, made

    async def page(self, scope: Scope, limit: int, cursor: str | None) -> Page[ApiKey]:
        """Return the keys the caller may see, newest first, revoked ones included."""
        where = {} if _owns(scope) else {"actor_id": scope.actor_id}
        return await self._keys(scope).page(where, limit=limit, cursor=cursor)

    async def get(self, scope: Scope, key_id: str) -> ApiKey:
        """Return one key; NotFound if it is not the caller's to see."""
        found = await self._keys(scope).get(key_id)
        if not _owns(scope) and found.actor_id != scope.actor_id:
            raise NotFound
        return found

    async def revoke(self, scope: Scope, key_id: str, origin: Origin) -> ApiKey:
        """Stop a key from working, for good. Harmless when repeated."""
        scope.require_write()
        found = await self.get(scope, key_id)
        if found.revoked_at:
            return found
        revoked = await self._keys(scope).update(key_id, {"revoked_at": self._clock.now()})
        await self._audit(scope, "api_key.revoked", revoked, origin)
        return revoked

    async def rotate(self, scope: Scope, key_id: str, grace: timedelta, origin: Origin) -> tuple[str, ApiKey, ApiKey]:
        """Give a key a new text; the old one works for ``grace`` more. Only the person it acts for may.

        Returns the new text and the key as it was and as it is.
        """
        scope.require_write()
        found = await self.get(scope, key_id)
        if found.actor_id != scope.actor_id:
            raise Forbidden("Only the person a key acts for may rotate it. Revoke it instead.")
        if found.revoked_at:
            raise Conflict("This key was revoked. Make a new one.")
        if found.renewal:
            raise Conflict("The program this key was made for renews it by itself. Revoke it instead.")
        text = _new_text()
        changes = {
            "key_hash": key_hash(text),
            "prefix": text[:SHOWN],
            "previous_hash": found.key_hash,
            "previous_until": self._clock.now() + grace,
        }
        rotated = await self._keys(scope).update(key_id, changes, where={"key_hash": found.key_hash})
        await self._audit(scope, "api_key.rotated", rotated, origin)
        return text, found, rotated

    async def remove_of(self, actor_id: str) -> None:
        """Remove the keys of somebody who leaves."""
        await self._accounts.remove_keys_of(actor_id)

    def _keys(self, scope: Scope) -> Repository[ApiKey]:
        return Repository(self._database, API_KEYS, scope)

    async def _audit(self, scope: Scope, action: str, key: ApiKey, origin: Origin) -> None:
        details = {"name": key.name, "prefix": key.prefix, "role": key.role, "scopes": key.scopes}
        await self._desk.audit(scope, action, origin, resource=("api_key", key.key_id), details=details)


async def require_room(keys: Repository[ApiKey], now: datetime) -> None:
    """Raise LimitReached when an account has as many keys that work as it may."""
    unrevoked = await keys.find({"revoked_at": None}, sort=(("created_at", -1), ("key_id", -1)), limit=MOST_LOOKED_AT)
    if sum(key.expires_at is None or key.expires_at > now for key in unrevoked) >= MOST_KEYS:
        raise LimitReached(f"An account has at most {MOST_KEYS} keys. Revoke one you don't need.")


def _owns(scope: Scope) -> bool:
    return scope.actor_id == scope.user_id


def _new_text() -> str:
    return KEY_PREFIX + secrets.token_urlsafe(32)
