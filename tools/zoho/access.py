"""The Zoho connection of an account, opened for use with a token that is still good.

A token is refreshed by one process at a time, under a lease in its document; what was stored meanwhile is read again
before anything is refreshed.
"""

from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from datetime import timedelta
from typing import Any, Final, TypeVar

from core.errors import AppError, Conflict, NotConfigured, NotFound, ReconnectNeeded, Retryable
from core.ids import derived_id, new_id
from core.scope import Scope
from db.client import Database
from db.repository import Repository
from db.zoho_tokens import ZOHO_TOKENS, DataCenter, ZohoToken
from tools.outside.http import Outside
from tools.outside.oauth import Grant, OAuthClient, Registration
from tools.outside.pace import looks
from tools.zoho.centers import APP, LABEL, login, place
from tools.zoho.client import Opened

T = TypeVar("T")

EARLY: Final = timedelta(minutes=5)
LEASE: Final = timedelta(minutes=2)
LIFETIME: Final = timedelta(hours=1)
PATIENCE_SECONDS: Final = 20.0
FIRST_LOOK_SECONDS: Final = 0.05


class ZohoAccess:
    """Opens connections. One a process: its name stands in the leases it takes."""

    def __init__(self, database: Database, outside: Outside, registrations: Mapping[str, Registration]) -> None:
        self._database = database
        self._outside = outside
        self._registration = registrations.get(APP)
        self._owner = new_id("own")
        self._clock = database.clock

    @property
    def configured(self) -> bool:
        """Whether the operator has registered this server at Zoho."""
        return self._registration is not None

    def client(self, center: DataCenter) -> OAuthClient:
        """Return the application at a data center; NotConfigured if the operator has not registered it."""
        if self._registration is None:
            raise NotConfigured(
                f"This server is not registered at {LABEL}. Register it there and set ZOHO_CLIENT_ID and "
                "ZOHO_CLIENT_SECRET."
            )
        return OAuthClient(self._outside, place(center), LABEL, login(center), self._registration)

    async def stored(self, scope: Scope, *, reveal: bool = False) -> ZohoToken | None:
        """Return the account's connection, or None."""
        return await self.tokens(scope).find_one({"zoho_token_id": token_id(scope)}, reveal=reveal)

    async def use(self, scope: Scope, call: Callable[[Opened], Awaitable[T]]) -> T:
        """Call with an opened connection. A token refused before its time is refreshed once; if that does not help,
        the connection is expired and ReconnectNeeded raised. NotFound if there is none."""
        token = await self._usable(scope)
        try:
            return await call(_opened(token))
        except ReconnectNeeded:
            fresh = await self._refreshed(scope, token, refused=token.access_token)
        try:
            return await call(_opened(fresh))
        except ReconnectNeeded as error:
            await self.expire(scope, error.message)
            raise

    async def expire(self, scope: Scope, why: str) -> None:
        """Note that the account has to be connected again."""
        with suppress(NotFound):
            await self.tokens(scope).change(token_id(scope), {"status": "expired", "error_message": why})

    def tokens(self, scope: Scope) -> Repository[ZohoToken]:
        """Return the caller's own view of the tokens."""
        return Repository(self._database, ZOHO_TOKENS, scope)

    async def _usable(self, scope: Scope) -> ZohoToken:
        token = await self._known(scope)
        return await self._refreshed(scope, token) if self._ends(token) else token

    async def _known(self, scope: Scope) -> ZohoToken:
        token = await self.stored(scope, reveal=True)
        if token is None:
            raise NotFound(f"{LABEL} is not connected. Connect it first.")
        if token.status != "active":
            raise ReconnectNeeded(token.error_message)
        return token

    def _ends(self, token: ZohoToken) -> bool:
        return token.expires_at - EARLY <= self._clock.now()

    async def _refreshed(self, scope: Scope, token: ZohoToken, refused: str = "") -> ZohoToken:
        """Refresh a token that is about to end or was ``refused``, or wait until whoever is at it has done so."""
        async for _ in looks(PATIENCE_SECONDS, FIRST_LOOK_SECONDS):
            if not self._ends(token) and token.access_token != refused:
                return token
            if await self._leased(scope, token):
                return await self._refresh(scope, await self._known(scope), refused)
            token = await self._known(scope)
        raise Retryable(f"The login of {LABEL} is being renewed by another process. It will be tried again.")

    async def _leased(self, scope: Scope, token: ZohoToken) -> bool:
        now = self._clock.now()
        if token.refresh_until is not None and token.refresh_until > now:
            return False
        lease = {"refresh_owner": self._owner, "refresh_until": now + LEASE}
        try:
            await self.tokens(scope).update(token.zoho_token_id, lease, where={"refresh_until": token.refresh_until})
        except (Conflict, NotFound):
            return False
        return True

    async def _refresh(self, scope: Scope, token: ZohoToken, refused: str) -> ZohoToken:
        """Refresh with the lease in hand; ``token`` is what is stored now."""
        if not self._ends(token) and token.access_token != refused:
            await self._release(scope, {})
            return token
        try:
            grant = await self.client(token.data_center).refresh(token.refresh_token)
        except ReconnectNeeded as error:
            await self._release(scope, {"status": "expired", "error_message": error.message})
            raise
        except AppError:
            await self._release(scope, {})
            if token.expires_at > self._clock.now() and not refused:
                return token
            raise
        await self._release(scope, self.granted(grant))
        return await self._known(scope)

    def granted(self, grant: Grant) -> dict[str, Any]:
        """Return what is stored of a grant; a refresh keeps the refresh token it was done with."""
        now = self._clock.now()
        ends = grant.expires_at or now + LIFETIME
        kept = {"refresh_token": grant.refresh_token} if grant.refresh_token else {}
        seconds = max(int((ends - now).total_seconds()), 0)
        return {"access_token": grant.access_token, "expires_at": ends, "expires_in": seconds, **kept}

    async def _release(self, scope: Scope, changes: Mapping[str, Any]) -> None:
        """Store what came of it and give the lease back, unless somebody has taken it over."""
        freed = {"refresh_owner": None, "refresh_until": None, **changes}
        with suppress(Conflict, NotFound):
            await self.tokens(scope).update(token_id(scope), freed, where={"refresh_owner": self._owner})


def token_id(scope: Scope) -> str:
    """Return the id of an account's connection: there is one an account."""
    return derived_id(ZOHO_TOKENS.id_prefix, scope.user_id)


def _opened(token: ZohoToken) -> Opened:
    return Opened(token.data_center, token.access_token)
