"""What a person has let a program do: kept as an API key of theirs, to be seen and revoked where the others are."""

import base64
import hashlib
import hmac
import secrets
from datetime import timedelta
from typing import Final

from core.clock import Clock
from core.errors import Conflict
from core.ids import new_id
from core.scope import Scope, lower_role
from db.accounts import Accounts
from db.api_keys import API_KEYS, ApiKey, PendingGrant
from db.client import Database
from db.repository import Repository
from server.auth.accounts import AccountDesk, Origin
from server.auth.api_keys import KEY_PREFIX, SHOWN, key_hash, require_room
from server.oauth.clients import Client

CODE_LIFETIME: Final = timedelta(minutes=2)
TOKEN_LIFETIME: Final = timedelta(days=30)
USES_A_MINUTE: Final = 300


class Grants:
    """Gives a program a code when its person agrees, and a token for the code, once."""

    def __init__(self, database: Database, desk: AccountDesk, clock: Clock) -> None:
        self._database = database
        self._accounts = Accounts(database)
        self._desk = desk
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

    async def exchange(self, client: Client, code: str, redirect_uri: str, verifier: str) -> str | None:
        """Return the token for a code; None if anything about it is not as it was agreed, or it was used."""
        found = await self._accounts.key_by_grant(key_hash(code))
        now = self._clock.now()
        if found is None or found.grant is None or found.revoked_at or not found.expires_at or found.expires_at <= now:
            return None
        grant = found.grant
        agreed = hmac.compare_digest(grant.challenge, challenge_of(verifier))
        if not agreed or grant.client_hash != key_hash(client.client_id) or grant.redirect_uri != redirect_uri:
            return None
        text = KEY_PREFIX + secrets.token_urlsafe(32)
        changes = {
            "key_hash": key_hash(text),
            "prefix": text[:SHOWN],
            "expires_at": now + TOKEN_LIFETIME,
            "grant_hash": None,
            "grant": None,
        }
        keys = Repository(self._database, API_KEYS, Scope(found.user_id, found.actor_id, found.role))
        try:
            await keys.update(found.key_id, changes, where={"grant_hash": found.grant_hash})
        except Conflict:
            return None
        return text


def challenge_of(verifier: str) -> str:
    """Return the S256 challenge of a verifier (RFC 7636)."""
    digest = hashlib.sha256(verifier.encode("ascii", "replace")).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")
