"""Whose turn it is to read the figures of an account, and until when its platform wants to be left alone.

A lease is taken for a reading of several calls, as it may last longer than the lease of the job it is part of. One call
needs none: what is stored is right whoever reads (see ``keeping``), and two at once cost a call too many.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from types import TracebackType
from typing import Any, Final, Self

from db.repository import Change, Repository
from db.social_accounts import SocialAccount
from db.writes import Write
from workflows.figures.keeping import NOTED_AFTER

LEASE: Final = timedelta(minutes=15)


class Turn:
    """A turn of one process, ``owner``, with an account as it was just read. As a context it gives the lease back if
    nothing has ended it before."""

    def __init__(self, accounts: Repository[SocialAccount], account: SocialAccount, owner: str, now: datetime) -> None:
        self._accounts = accounts
        self._account = account
        self._owner = owner
        self._now = now
        self._leased = False

    async def take(self, *, long: bool) -> tuple[bool, datetime | None]:
        """Take the turn; False if it is somebody else's, or nobody's until the moment that is returned too."""
        owner, until = self._account.sync_owner, self._account.sync_until
        if until is not None and until > self._now and owner != self._owner:
            return False, None if owner else until
        if not long:
            return True, None
        lease = Change({"sync_owner": self._owner, "sync_until": self._now + LEASE}, {"sync_until": until})
        self._leased = bool(await self._accounts.change_each({self._account.social_account_id: lease}))
        return self._leased, None

    def ending(self, again_at: datetime | None, *, read: bool, writing: bool) -> list[Write]:
        """Return what ends the turn, to be written with what was read.

        Without a lease that is a note when it was read: where something is written anyway (``writing``), now and then,
        and where the platform wants to be left alone until ``again_at``.
        """
        noted = self._account.last_synced
        late = noted is None or self._now - noted >= NOTED_AFTER
        if not (self._leased or again_at or writing or late):
            return []
        fields = {"last_used": self._now} | ({"last_synced": self._now} if read else {})
        return self._accounts.changing(self._left(fields, again_at))

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is not None and self._leased:
            await self._accounts.change_each(self._left({}, None))

    def _left(self, fields: Mapping[str, Any], again_at: datetime | None) -> dict[str, Change]:
        """Return the change that leaves the account to others, unless one of them has it already."""
        seen = {"sync_owner": self._account.sync_owner, "sync_until": self._account.sync_until}
        left = {"sync_owner": None, "sync_until": again_at, **fields}
        change = Change(left, {"sync_owner": self._owner} if self._leased else seen)
        return {self._account.social_account_id: change}
