"""Connected accounts, opened for use with a token that is still good.

A token is refreshed before it expires, by one process at a time: a lease in the account's document is taken by
comparing and setting, and what was stored meanwhile is read again before anything is refreshed.
"""

from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from typing import Any

from core.errors import AppError, Conflict, NotFound, ReconnectNeeded, Retryable
from core.ids import new_id
from core.scope import Scope
from db.client import Database
from db.repository import Repository
from db.social_accounts import SOCIAL_ACCOUNTS, SocialAccount
from tools.outside.contract import Access
from tools.outside.logins import Logins
from tools.outside.pace import looks
from tools.platforms.catalogue import BY_NAME

EARLY = timedelta(minutes=5)
LEASE = timedelta(minutes=2)
PATIENCE_SECONDS = 20.0
FIRST_LOOK_SECONDS = 0.05


class OpenAccounts:
    """Opens accounts. One a process: its name stands in the leases it takes."""

    def __init__(self, database: Database, logins: Logins) -> None:
        self._database = database
        self._logins = logins
        self._owner = new_id("own")
        self._clock = database.clock

    async def open(self, scope: Scope, account_id: str) -> Access:
        """Open a connected account for use, with a token that is still good for some minutes.

        ReconnectNeeded if the person has to connect it again, Retryable if that can't be told just now.
        """
        return await self._open(scope, await self._account(scope, account_id))

    async def _open(self, scope: Scope, account: SocialAccount) -> Access:
        if account.status != "active":
            why, account_id = account.error_message, account.social_account_id
            raise ReconnectNeeded(why, connection_id=account_id, platform=account.platform)
        if self._needs_refresh(account):
            account = await self._refreshed(scope, account)
        return Access.of(account)

    @asynccontextmanager
    async def opened(self, scope: Scope, account_id: str) -> AsyncGenerator[Access]:
        """Open an account for some calls. If one of them finds the credentials refused, the account is expired."""
        async with self.in_use(scope, await self._account(scope, account_id)) as access:
            yield access
        await self._repository(scope).change(account_id, {"last_used": self._clock.now()})

    @asynccontextmanager
    async def in_use(self, scope: Scope, account: SocialAccount) -> AsyncGenerator[Access]:
        """As ``opened``, for an account that was read and revealed just now. The caller notes ``last_used``."""
        account_id = account.social_account_id
        access = await self._open(scope, account)
        try:
            yield access
        except ReconnectNeeded as error:
            await self.expire(scope, account_id, error.message)
            error.details["connection_id"] = account_id
            raise

    async def find(self, scope: Scope, platform: str, platform_account_id: str) -> str:
        """Return our id of an account that is named by the platform's; NotFound if it is not connected."""
        where = {"account_id": platform_account_id, "platform": platform}
        found = await self._repository(scope).find_one(where)
        if found is None:
            raise NotFound(f"No account {platform_account_id} is connected for {platform}. Connect it first.")
        return found.social_account_id

    async def expire(self, scope: Scope, account_id: str, why: str) -> None:
        """Note that an account has to be connected again."""
        changes = {"status": "expired", "error_message": why}
        with suppress(NotFound):
            await self._repository(scope).change(account_id, changes)

    def _needs_refresh(self, account: SocialAccount) -> bool:
        end = account.token_expires_at
        return end is not None and end - EARLY <= self._clock.now()

    async def _refreshed(self, scope: Scope, account: SocialAccount) -> SocialAccount:
        """Refresh a token that is about to expire, or wait until whoever is at it has done so."""
        account_id = account.social_account_id
        async for _ in looks(PATIENCE_SECONDS, FIRST_LOOK_SECONDS):
            if await self._leased(scope, account):
                return await self._refresh(scope, await self._account(scope, account_id))
            account = await self._account(scope, account_id)
            if account.status != "active":
                raise ReconnectNeeded(account.error_message, connection_id=account_id, platform=account.platform)
            if not self._needs_refresh(account):
                return account
        raise Retryable("The login of this account is being renewed by another process. It will be tried again.")

    async def _leased(self, scope: Scope, account: SocialAccount) -> bool:
        """Take the lease of an account if nobody holds it."""
        now = self._clock.now()
        if account.refresh_until is not None and account.refresh_until > now:
            return False
        lease = {"refresh_owner": self._owner, "refresh_until": now + LEASE}
        try:
            await self._repository(scope).update(
                account.social_account_id, lease, where={"refresh_until": account.refresh_until}
            )
        except Conflict:
            return False
        return True

    async def _refresh(self, scope: Scope, account: SocialAccount) -> SocialAccount:
        """Refresh with the lease in hand; ``account`` is what is stored now."""
        account_id = account.social_account_id
        if not self._needs_refresh(account):
            await self._release(scope, account_id, {})
            return account
        platform, token = BY_NAME[account.platform], account.credentials.refresh_token
        if token is None or platform.login is None:
            return await self._without_refresh(scope, account)
        try:
            grant = await self._logins.client(platform).refresh(token)
        except ReconnectNeeded as error:
            await self._release(scope, account_id, {"status": "expired", "error_message": error.message})
            raise ReconnectNeeded(error.message, connection_id=account_id, platform=account.platform) from None
        except AppError:
            await self._release(scope, account_id, {})
            if account.token_expires_at and account.token_expires_at > self._clock.now():
                return account
            raise
        changes: dict[str, Any] = {
            "credentials.access_token": grant.access_token,
            "token_expires_at": grant.expires_at,
        }
        if grant.refresh_token:
            changes["credentials.refresh_token"] = grant.refresh_token
        await self._release(scope, account_id, changes)
        return await self._account(scope, account_id)

    async def _without_refresh(self, scope: Scope, account: SocialAccount) -> SocialAccount:
        """Use a token that can't be refreshed to its end, and then ask to connect again."""
        account_id = account.social_account_id
        if account.token_expires_at and account.token_expires_at > self._clock.now():
            await self._release(scope, account_id, {})
            return account
        why = f"The login of {BY_NAME[account.platform].label} has run out. Connect the account again."
        await self._release(scope, account_id, {"status": "expired", "error_message": why})
        raise ReconnectNeeded(why, connection_id=account_id, platform=account.platform)

    async def _release(self, scope: Scope, account_id: str, changes: Mapping[str, Any]) -> None:
        """Store what came of it and give the lease back, unless somebody has taken it over."""
        freed = {"refresh_owner": None, "refresh_until": None, **changes}
        with suppress(Conflict):
            await self._repository(scope).update(account_id, freed, where={"refresh_owner": self._owner})

    async def _account(self, scope: Scope, account_id: str) -> SocialAccount:
        return await self._repository(scope).get(account_id, reveal=True)

    def _repository(self, scope: Scope) -> Repository[SocialAccount]:
        return Repository(self._database, SOCIAL_ACCOUNTS, scope)
