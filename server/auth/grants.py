"""What a person has let a program do: kept as an API key of theirs, to be seen and revoked where the others are."""

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from core.clock import Clock
from core.errors import Conflict
from core.ids import new_id
from core.scope import Scope, lower_role
from db.accounts import Accounts
from db.api_keys import API_KEYS, ApiKey, PendingGrant, Renewal
from db.client import Database
from db.repository import Repository
from server.auth.accounts import AccountDesk, Origin
from server.auth.api_keys import KEY_PREFIX, SHOWN, is_key, key_hash, require_room
from server.auth.key_ring import KeyRing
from server.oauth.clients import Client

CODE_LIFETIME: Final = timedelta(minutes=2)
# Of a token that can't be renewed, and of how long a refresh token waits to be used.
TOKEN_LIFETIME: Final = timedelta(days=30)
ACCESS_LIFETIME: Final = timedelta(hours=1)
# Calls that are on their way while a token is renewed still arrive.
OVERLAP: Final = timedelta(seconds=30)
REFRESH_PREFIX: Final = "mmr_"
USES_A_MINUTE: Final = 300
USED_TWICE: Final = "A refresh token was used twice, so somebody else may have it."
CODE_USED_TWICE: Final = "The code for this key was used twice, so somebody else may have it."


@dataclass(frozen=True, slots=True)
class Issued:
    """What a program gets: the key's text, how long that works, and what it renews it with, where it can."""

    access: str
    lifetime: timedelta
    refresh: str | None = None


class Grants:
    """Gives a program a code when its person agrees, a token for the code, once, and new tokens for old ones."""

    def __init__(self, database: Database, desk: AccountDesk, ring: KeyRing, clock: Clock) -> None:
        self._database = database
        self._accounts = Accounts(database)
        self._desk = desk
        self._ring = ring
        self._clock = clock

    async def agree(self, scope: Scope, client: Client, redirect_uri: str, challenge: str, origin: Origin) -> str:
        """Store that a person lets a program in; return the code it gets its token with."""
        keys = Repository(self._database, API_KEYS, scope)
        now = self._clock.now()
        await require_room(keys, now)
        code = secrets.token_urlsafe(32)
        made = await keys.insert(
            ApiKey(
                key_id=new_id(API_KEYS.id_prefix),
                actor_id=scope.actor_id,
                name=client.name,
                prefix="",
                key_hash=key_hash(secrets.token_urlsafe(32)),
                role=lower_role(scope.account_role, "user"),
                scopes=["mcp"],
                rate_limit=USES_A_MINUTE,
                expires_at=now + CODE_LIFETIME,
                grant_hash=key_hash(code),
                grant=PendingGrant(
                    client_hash=key_hash(client.client_id), redirect_uri=redirect_uri, challenge=challenge
                ),
            )
        )
        details = {"name": client.name, "redirect_uri": redirect_uri}
        resource = ("api_key", made.key_id)
        await self._desk.audit(scope, "api_key.granted", origin, resource=resource, details=details)
        return code

    async def exchange(
        self, client: Client, code: str, redirect_uri: str, verifier: str, origin: Origin
    ) -> Issued | None:
        """Return the tokens for a code; None if anything about it is not as it was agreed, or it was used.

        A code that its program uses a second time ends what the first use gave (RFC 6749, 4.1.2).
        """
        found = await self._accounts.key_by_grant(key_hash(code))
        now = self._clock.now()
        if found is None or found.revoked_at or not found.expires_at or found.expires_at <= now:
            return None
        program = key_hash(client.client_id)
        grant = found.grant
        if grant is None:
            if found.client_hash == program:
                await self._revoke(found, origin, CODE_USED_TWICE)
            return None
        agreed = hmac.compare_digest(grant.challenge, challenge_of(verifier))
        if not agreed or grant.client_hash != program or grant.redirect_uri != redirect_uri:
            return None
        family = secrets.token_urlsafe(24) if client.renews else None
        issued = await self._issue(found, family, {"grant": None, "client_hash": program}, {"client_hash": None})
        if issued is None:
            await self._revoke(found, origin, CODE_USED_TWICE)
        return issued

    async def renew(self, client: Client, refresh: str, origin: Origin) -> Issued | None:
        """Return new tokens for a refresh token; None if it is not this program's, or ended.

        One that was used before ends all that came of what the person agreed to: whoever used it first may be a thief.
        """
        family = _family_of(refresh)
        found = await self._accounts.key_by_family(key_hash(family)) if family else None
        now = self._clock.now()
        if family is None or found is None or found.renewal is None or found.client_hash != key_hash(client.client_id):
            return None
        if found.revoked_at or not found.expires_at or found.expires_at <= now:
            return None
        issued = None
        if hmac.compare_digest(found.renewal.refresh_hash, key_hash(refresh)):
            overlap = min(now + OVERLAP, found.renewal.access_until)
            kept = {"previous_hash": found.key_hash, "previous_until": overlap}
            seen = {"renewal.refresh_hash": found.renewal.refresh_hash, "revoked_at": None}
            issued = await self._issue(found, family, kept, seen)
        if issued is None:
            await self._revoke(found, origin, USED_TWICE)
        return issued

    async def give_back(self, client: Client, token: str, origin: Origin) -> None:
        """End what a program was let in for, by any token of it (RFC 7009). Nothing happens for others' tokens."""
        found = None
        if family := _family_of(token):
            found = await self._accounts.key_by_family(key_hash(family))
        elif is_key(token):
            found = await self._accounts.key_by_hash(key_hash(token))
        if found and found.client_hash == key_hash(client.client_id) and not found.revoked_at:
            await self._revoke(found, origin, "The program gave it back.")

    async def _issue(
        self, key: ApiKey, family: str | None, changes: dict[str, Any], seen: dict[str, Any]
    ) -> Issued | None:
        """Give a key a new text if it is still as it was ``seen``; None if another call was faster."""
        now = self._clock.now()
        text = KEY_PREFIX + secrets.token_urlsafe(32)
        lifetime, refresh, renewal = TOKEN_LIFETIME, None, None
        if family:
            lifetime, refresh = ACCESS_LIFETIME, f"{REFRESH_PREFIX}{family}.{secrets.token_urlsafe(32)}"
            renewal = Renewal(
                family_hash=key_hash(family), refresh_hash=key_hash(refresh), access_until=now + ACCESS_LIFETIME
            )
        changes |= {
            "key_hash": key_hash(text),
            "prefix": text[:SHOWN],
            "expires_at": now + TOKEN_LIFETIME,
            "renewal": renewal and renewal.model_dump(),
        }
        try:
            await self._keys_of(key).update(key.key_id, changes, where=seen)
        except Conflict:
            return None
        self._ring.forget(key)
        return Issued(text, lifetime, refresh)

    async def _revoke(self, key: ApiKey, origin: Origin, why: str) -> None:
        revoked = await self._keys_of(key).update(key.key_id, {"revoked_at": self._clock.now()})
        for known in (key, revoked):
            self._ring.forget(known)
        details = {"name": key.name, "why": why}
        resource = ("api_key", key.key_id)
        await self._desk.audit(_scope_of(key), "api_key.revoked", origin, resource=resource, details=details)

    def _keys_of(self, key: ApiKey) -> Repository[ApiKey]:
        return Repository(self._database, API_KEYS, _scope_of(key))


def challenge_of(verifier: str) -> str:
    """Return the S256 challenge of a verifier (RFC 7636)."""
    digest = hashlib.sha256(verifier.encode("ascii", "replace")).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def _family_of(refresh: str) -> str | None:
    family, _, turn = refresh.removeprefix(REFRESH_PREFIX).partition(".")
    return family if refresh.startswith(REFRESH_PREFIX) and family and turn else None


def _scope_of(key: ApiKey) -> Scope:
    return Scope(key.user_id, key.actor_id, key.role)
