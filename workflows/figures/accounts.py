"""The accounts a reading of figures needs, from one round trip."""

import time
from collections.abc import Iterable
from typing import Final, TypeAlias

from core.errors import NotFound
from db.repository import Repository
from db.social_accounts import SocialAccount

AccountKey: TypeAlias = tuple[str, str]

GOOD_FOR_SECONDS: Final = 5.0
MOST: Final = 500


class AccountsRead:
    """Accounts by platform and the platform's id, credentials revealed, as they were read together.

    One that is asked for later than some seconds after is read again: its login may have been renewed meanwhile.
    """

    def __init__(self, accounts: Repository[SocialAccount], good_for_seconds: float = GOOD_FOR_SECONDS) -> None:
        self._accounts = accounts
        self._good_for = good_for_seconds
        self._known: dict[AccountKey, SocialAccount] = {}
        self._read_at = 0.0

    async def read(self, keys: Iterable[AccountKey]) -> None:
        """Read these accounts, or none if there are none. 1 round trip."""
        wanted = set(keys)
        if not wanted:
            return
        self._read_at = time.monotonic()
        where = {"account_id": {"$in": sorted(account_id for _, account_id in wanted)}}
        for account in await self._accounts.find(where, limit=MOST, reveal=True):
            if (key := (account.platform, account.account_id)) in wanted:
                self._known.setdefault(key, account)

    async def get(self, platform: str, account_id: str) -> SocialAccount:
        """Return an account; NotFound if it is not connected."""
        account = self._known.get((platform, account_id))
        if account is None or time.monotonic() - self._read_at > self._good_for:
            account = await self._accounts.find_one({"account_id": account_id, "platform": platform}, reveal=True)
        if account is None:
            raise NotFound(f"No account {account_id} is connected for {platform}. Connect it first.")
        return account
