"""Reads what became of the published posts of a tenant and keeps it: figures of each post, rows of its days, roll-ups.

May be run at any time, by several processes, and be cut off anywhere: what is stored stays right, and the next run
completes it.
"""

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import structlog

from core.errors import AppError, Conflict, NotFound, ReconnectNeeded, Unavailable
from core.ids import new_id
from core.scope import Scope
from db.client import Database
from db.repository import Repository
from db.social_accounts import SOCIAL_ACCOUNTS, SocialAccount
from tools.figures.scores import Entry, scores_of
from tools.outside.http import Outside
from tools.outside.open_accounts import OpenAccounts
from tools.platforms.catalogue import BY_NAME
from workflows.figures.keeping import FigureKeeping, Kept
from workflows.figures.reading import AccountReader, Reading, State
from workflows.figures.rolling import roll_up
from workflows.figures.tracking import Tracked, tracked_posts

log = structlog.get_logger(__name__)

LEASE: Final = timedelta(minutes=15)
FRESH_FOR: Final = timedelta(minutes=10)
AT_ONCE: Final = 4
# Email tells nothing over SMTP; its clicks are those of the managed links.
SILENT: Final = frozenset({"email"})


@dataclass(frozen=True, slots=True)
class AccountSync:
    """What came of one account: how many posts were read, how many had changed, how many are gone at the platform."""

    platform: str
    account_id: str
    state: State
    read: int = 0
    changed: int = 0
    gone: int = 0
    problem: str | None = None
    again_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class SyncReport:
    """What a run has done, account by account, and the campaigns whose totals were worked out anew."""

    at: datetime
    accounts: tuple[AccountSync, ...] = ()
    campaigns: tuple[str, ...] = ()

    @property
    def read(self) -> int:
        """How many posts were read."""
        return sum(account.read for account in self.accounts)

    @property
    def changed(self) -> int:
        """How many had changed."""
        return sum(account.changed for account in self.accounts)

    @property
    def problems(self) -> tuple[AccountSync, ...]:
        """The accounts that could not be read, or not wholly."""
        return tuple(account for account in self.accounts if account.problem)


class FigureSync:
    """Reads and keeps figures. What was read less than ``fresh_for`` ago is not read again."""

    def __init__(
        self, database: Database, accounts: OpenAccounts, outside: Outside, *, fresh_for: timedelta = FRESH_FOR
    ) -> None:
        self._database = database
        self._accounts = accounts
        self._outside = outside
        self._fresh_for = fresh_for
        self._owner = new_id("own")

    async def sync(self, scope: Scope, now: datetime) -> SyncReport:
        """Bring a tenant's figures up to date, as of ``now``. Accounts do not hold up one another.

        Raises only Unavailable, when the database is away.
        """
        posts = await tracked_posts(self._database, scope)
        by_account: dict[tuple[str, str], list[Tracked]] = defaultdict(list)
        for post in posts:
            if post.place.platform not in SILENT:
                by_account[post.place.platform, post.place.account_id].append(post)
        gate = asyncio.Semaphore(AT_ONCE)

        async def one(platform: str, account_id: str, own: Sequence[Tracked]) -> AccountSync:
            async with gate:
                return await self._account(scope, platform, account_id, own, now)

        done = await asyncio.gather(*(one(*account, own) for account, own in by_account.items()))
        touched = any(account.read for account in done)
        campaigns = await roll_up(self._database, scope, posts) if touched else ()
        report = SyncReport(now, tuple(done), tuple(campaigns))
        log.info("figures read", accounts=len(done), posts=report.read, changed=report.changed)
        return report

    async def _account(
        self, scope: Scope, platform: str, account_id: str, posts: Sequence[Tracked], now: datetime
    ) -> AccountSync:
        due = sorted(
            (post for post in posts if post.due(now, self._fresh_for)),
            key=lambda post: post.figures.synced_at.timestamp() if post.figures else 0.0,
        )
        if not due:
            return AccountSync(platform, account_id, "fresh")
        try:
            return await self._leased(scope, platform, account_id, posts, due, now)
        except Unavailable:
            raise
        except ReconnectNeeded as error:
            return AccountSync(platform, account_id, "reconnect", problem=error.message)
        except AppError as error:
            state: State = "not connected" if isinstance(error, NotFound) else "failed"
            return AccountSync(platform, account_id, state, problem=error.message)
        except Exception:  # the other accounts are read all the same
            log.exception("figures of an account not read", platform=platform)
            return AccountSync(platform, account_id, "failed", problem="Something went wrong here. It was noted.")

    async def _leased(
        self,
        scope: Scope,
        platform: str,
        account_id: str,
        posts: Sequence[Tracked],
        due: Sequence[Tracked],
        now: datetime,
    ) -> AccountSync:
        make = BY_NAME[platform].adapter if platform in BY_NAME else None
        if make is None:
            return AccountSync(platform, account_id, "not connected", problem=f"Nothing can be read from {platform}.")
        ours = await self._accounts.find(scope, platform, account_id)
        taken, again_at = await self._take(scope, ours, now)
        if not taken:
            return AccountSync(platform, account_id, "busy" if again_at else "elsewhere", again_at=again_at)
        done: Mapping[str, datetime | None] = {}
        try:
            async with self._accounts.opened(scope, ours) as access:
                reader = AccountReader(make(self._outside), self._outside, self._database.clock, platform)
                reading = await reader.read(access, due)
            kept = await self._keep(scope, posts, due, reading, now)
            done = {"sync_until": reading.again_at} | ({"last_synced": now} if kept.read else {})
        finally:
            with suppress(Conflict, NotFound):
                freed = {"sync_owner": None, "sync_until": None, **done}
                await self._repository(scope).update(ours, freed, where={"sync_owner": self._owner})
        return AccountSync(
            platform, account_id, reading.state, kept.read, kept.changed, kept.gone, reading.problem, reading.again_at
        )

    async def _keep(
        self, scope: Scope, posts: Sequence[Tracked], due: Sequence[Tracked], reading: Reading, now: datetime
    ) -> Kept:
        keeping = FigureKeeping(self._database, scope, now)
        told = [post for post in due if post.platform_post_id in reading.asked]
        folded = keeping.fold(told, reading.figures)
        entries = [Entry(post.key, post.form, post.published_at, post.figures) for post in posts if post.figures]
        scores = scores_of(entries, now)
        return await keeping.keep(folded, scores)

    async def _take(self, scope: Scope, ours: str, now: datetime) -> tuple[bool, datetime | None]:
        """Take the lease of an account, so that one process at a time reads its figures.

        A lease nobody holds is the pause a platform has asked for; then its end is returned.
        """
        account = await self._repository(scope).get(ours)
        if account.sync_until is not None and account.sync_until > now and account.sync_owner != self._owner:
            return False, None if account.sync_owner else account.sync_until
        lease = {"sync_owner": self._owner, "sync_until": now + LEASE}
        try:
            await self._repository(scope).update(ours, lease, where={"sync_until": account.sync_until})
        except Conflict:
            return False, None
        return True, None

    def _repository(self, scope: Scope) -> Repository[SocialAccount]:
        return Repository(self._database, SOCIAL_ACCOUNTS, scope)
