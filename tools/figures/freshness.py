"""How old figures are, and which accounts keep them from being newer."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from db.social_accounts import SOCIAL_ACCOUNTS, SocialAccount
from db.social_posts import ResultAnalytics
from tools.metrics import Row
from tools.platforms.catalogue import BY_NAME
from tools.tool import ToolContext

STALE_AFTER: Final = timedelta(days=1)
# After this long a post's figures are what it has come to, and are not read again; so soon if it is gone.
READ_FOR: Final = timedelta(days=365)
GONE_FOR: Final = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Freshness:
    """As of when all figures are known, whether that is too long ago, and what to say of accounts."""

    as_of: datetime | None
    stale: bool
    accounts: tuple[dict[str, Any], ...]
    notes: tuple[str, ...]


def is_final(figures: ResultAnalytics, published_at: datetime) -> bool:
    """Whether the last reading of a post was its last one."""
    if figures.gone_at and figures.synced_at - figures.gone_at >= GONE_FOR:
        return True
    return figures.synced_at - published_at >= READ_FOR


async def freshness_of(ctx: ToolContext, used: Sequence[Row], platforms: frozenset[str] | None) -> Freshness:
    """Return how fresh the rows are that were used, or what keeps ``platforms`` from having any."""
    concerned = platforms or frozenset(row.platform for row in used)
    stored = await ctx.repository(SOCIAL_ACCOUNTS).find({}, limit=200)
    accounts = [account for account in stored if not concerned or account.platform in concerned]
    as_of = _as_of(used, accounts)
    stale = bool(used) and (as_of is None or ctx.clock.now() - as_of > STALE_AFTER)
    closed = [account for account in accounts if account.status != "active"]
    notes = [f"The figures are older than a day: last synced {as_of.isoformat()}."] if stale and as_of else []
    notes += [_closed(account) for account in closed]
    return Freshness(as_of, stale, tuple(_line(account) for account in closed), tuple(notes))


def _as_of(used: Sequence[Row], accounts: Iterable[SocialAccount]) -> datetime | None:
    """Return as of when all of it is known: the oldest reading of a post or email, the newest of rows of days.

    Days are as fresh as the last reading of their accounts, which writes a row only where something has changed.
    """
    moments = [row.synced for row in used if row.kind not in {"day", "activity", "spend"} and row.synced]
    daily = [row.synced for row in used if row.kind == "day" and row.synced]
    moments += [max(daily)] if daily else []
    for platform in {row.platform for row in used if row.kind == "activity"}:
        read = [account.last_synced for account in accounts if account.platform == platform and account.last_synced]
        rows = [row.synced for row in used if row.kind == "activity" and row.platform == platform and row.synced]
        moments.append(min(read) if read else max(rows))
    return min(moments, default=None)


def _line(account: SocialAccount) -> dict[str, Any]:
    synced = account.last_synced
    return {
        "platform": account.platform,
        "name": account.account_name,
        "status": account.status,
        "last_synced": synced.isoformat() if synced else None,
    }


def _closed(account: SocialAccount) -> str:
    label = BY_NAME[account.platform].label if account.platform in BY_NAME else account.platform
    since = f"its figures are as of {account.last_synced.isoformat()}" if account.last_synced else "it was never read"
    return f"The {label} account “{account.account_name[:60]}” has to be connected again; {since}."
