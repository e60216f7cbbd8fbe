"""Reads what became of the published posts of a tenant and keeps it: figures of each post, rows of its days, roll-ups.

May be run at any time, by several processes, and be cut off anywhere: what is stored stays right, and the next run
completes it.
"""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import structlog

from core.errors import AppError, NotFound, ReconnectNeeded, Unavailable
from core.ids import new_id
from core.scope import Scope
from db.client import Database
from db.repository import Repository
from db.social_accounts import SOCIAL_ACCOUNTS, SocialAccount
from db.writes import Write
from tools.figures.scores import Entry, scores_of
from tools.figures.timezones import timezone_of
from tools.outside.http import Outside
from tools.outside.open_accounts import OpenAccounts
from tools.platforms.catalogue import BY_NAME
from workflows.figures.accounts import AccountKey, AccountsRead
from workflows.figures.keeping import FigureKeeping, Kept
from workflows.figures.quiet import QuietReadings
from workflows.figures.reading import AccountReader, Reading, State
from workflows.figures.rolling import Rolled, roll_up
from workflows.figures.tracking import Tracked, tracked_posts
from workflows.figures.turn import Turn

log = structlog.get_logger(__name__)

FRESH_FOR: Final = timedelta(minutes=10)
AT_ONCE: Final = 4
# Totals follow from more than figures: links, sales and charges count too, and nobody tells of those.
ROLL_AGAIN: Final = timedelta(hours=4)
ZONE_KNOWN_FOR: Final = timedelta(hours=6)
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
    campaigns: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class SyncReport:
    """What a run has done, account by account, and the campaigns whose totals were worked out anew.

    ``next_at`` is when there is something to do again; None: never, until something else is published or reported.
    """

    at: datetime
    accounts: tuple[AccountSync, ...] = ()
    campaigns: tuple[str, ...] = ()
    next_at: datetime | None = None

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
        self._rolled: dict[str, tuple[datetime, bool]] = {}
        self._zones: dict[str, tuple[ZoneInfo, datetime]] = {}
        self._quiet = QuietReadings()
        self._owner = new_id("own")

    async def sync(
        self, scope: Scope, now: datetime, *, roll: bool = False, campaigns: Sequence[str] = ()
    ) -> SyncReport:
        """Bring a tenant's figures up to date, as of ``now``. Accounts do not hold up one another.

        Totals are worked out of what has changed, and now and then of everything: with ``roll`` at once, those of
        ``campaigns`` too where nothing is out. Raises only Unavailable, when the database is away.
        """
        posts = await tracked_posts(self._database, scope, await self._zone(scope, now))
        self._quiet.tell(scope.user_id, posts)
        by_account: dict[tuple[str, str], list[Tracked]] = defaultdict(list)
        for post in posts:
            if post.place.platform not in SILENT:
                by_account[post.place.platform, post.place.account_id].append(post)
        gate, accounts = asyncio.Semaphore(AT_ONCE), AccountsRead(Repository(self._database, SOCIAL_ACCOUNTS, scope))
        await accounts.read(key for key, own in by_account.items() if self._due(own, now))

        async def one(key: AccountKey, own: Sequence[Tracked]) -> AccountSync:
            async with gate:
                return await self._account(scope, accounts, key, own, now)

        done = await asyncio.gather(*(one(*account) for account in by_account.items()))
        following = [at for own in by_account.values() for post in own if (at := post.next_due(self._fresh_for))]
        if roll or not following or self._all_to_roll(scope, now):
            rolled = await roll_up(self._database, scope, posts, now, also=campaigns)
            self._rolled[scope.user_id] = now, rolled.followed
        elif any(account.changed or account.gone for account in done):
            touched = frozenset[str]().union(*(account.campaigns for account in done))
            rolled = await roll_up(self._database, scope, posts, now, only=touched)
        else:
            rolled = Rolled()
        rolled_at, emails_followed = self._rolled[scope.user_id]
        following += [rolled_at + ROLL_AGAIN] if emails_followed else []
        next_at = max(now, min(following)) if following else None
        report = SyncReport(now, tuple(done), rolled.campaigns, next_at)
        log.info("figures read", accounts=len(done), posts=report.read, changed=report.changed)
        return report

    def _all_to_roll(self, scope: Scope, now: datetime) -> bool:
        """Whether all totals are to be worked out, as links, sales and charges count too, of which nobody tells.

        A process that has never done so does it with its first reading, as another may have been cut off before.
        """
        rolled = self._rolled.get(scope.user_id)
        return rolled is None or now - rolled[0] >= ROLL_AGAIN

    async def _zone(self, scope: Scope, now: datetime) -> ZoneInfo:
        known = self._zones.get(scope.user_id)
        if known is None or now - known[1] >= ZONE_KNOWN_FOR:
            known = self._zones[scope.user_id] = await timezone_of(self._database, scope), now
        return known[0]

    def _due(self, posts: Sequence[Tracked], now: datetime) -> list[Tracked]:
        """Return the posts whose figures are to be read now, those that wait longest first."""
        due = (post for post in posts if post.due(now, self._fresh_for))
        return sorted(due, key=lambda post: post.read_at.timestamp() if post.read_at else 0.0)

    async def _account(
        self, scope: Scope, accounts: AccountsRead, key: AccountKey, posts: Sequence[Tracked], now: datetime
    ) -> AccountSync:
        platform, account_id = key
        due = self._due(posts, now)
        if not due:
            return AccountSync(platform, account_id, "fresh")
        try:
            return await self._read(scope, await accounts.get(*key), posts, due, now)
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

    async def _read(
        self,
        scope: Scope,
        account: SocialAccount,
        posts: Sequence[Tracked],
        due: Sequence[Tracked],
        now: datetime,
    ) -> AccountSync:
        platform, account_id = account.platform, account.account_id
        make = BY_NAME[platform].adapter if platform in BY_NAME else None
        if make is None:
            return AccountSync(platform, account_id, "not connected", problem=f"Nothing can be read from {platform}.")
        accounts = Repository(self._database, SOCIAL_ACCOUNTS, scope)
        adapter, turn = make(self._outside), Turn(accounts, account, self._owner, now)
        taken, again_at = await turn.take(long=len(due) > adapter.metrics_at_once)
        if not taken:
            return AccountSync(platform, account_id, "busy" if again_at else "elsewhere", again_at=again_at)
        async with turn:
            async with self._accounts.in_use(scope, account) as access:
                reader = AccountReader(adapter, self._outside, self._database.clock, platform)
                reading = await reader.read(access, due)
            kept = await self._keep(scope, turn, posts, due, reading, now)
        counts = (kept.read, kept.changed, kept.gone)
        return AccountSync(
            platform, account_id, reading.state, *counts, reading.problem, reading.again_at, kept.campaigns
        )

    async def _keep(
        self,
        scope: Scope,
        turn: Turn,
        posts: Sequence[Tracked],
        due: Sequence[Tracked],
        reading: Reading,
        now: datetime,
    ) -> Kept:
        """Keep what was read, and end the turn with it."""
        keeping = FigureKeeping(self._database, scope, now)
        told = [post for post in due if post.platform_post_id in reading.asked]
        folded = keeping.fold(told, reading.figures)
        entries = [Entry(post.key, post.form, post.published_at, post.figures) for post in posts if post.figures]
        scores = scores_of(entries, now)

        def ended(kept: Kept, *, writing: bool) -> list[Write]:
            return turn.ending(reading.again_at, read=kept.read > 0, writing=writing)

        kept = await keeping.keep(folded, scores, ended)
        self._quiet.note(scope.user_id, (one.post for one in folded if one.only_read and not one.to_note), now)
        return kept
