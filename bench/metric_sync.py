"""Reading the figures of 10,000 posts on four platforms, over HTTP from a sandbox in a process of its own.

``python -m bench.metric_sync --posts N`` reads fewer. Three runs: the first one, one where nothing has changed, and one
a day later where every post has moved.
"""

import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import aiohttp
import orjson
import uvloop
from pydantic import SecretStr

from bench.figures import Figures
from bench.machine import describe
from bench.processes import processor_seconds, resident_mb
from core.clock import ManualClock
from core.ids import new_id
from core.scope import Scope
from core.settings import Settings
from db.analytics_data import ANALYTICS_DATA
from db.repository import Repository
from db.social_accounts import SOCIAL_ACCOUNTS, Credentials, SocialAccount
from db.social_posts import SOCIAL_POSTS, SocialPost
from db.sync import synchronise
from server.storage import open_database
from tools.outside.http import Outside
from tools.outside.logins import Logins
from tools.outside.open_accounts import OpenAccounts
from workflows.figures.sync import FigureSync, SyncReport

POSTS: Final = 10_000
NOW: Final = datetime.now(UTC).replace(microsecond=0)
PAGE: Final = "1755847768034402"
PAGE_TOKEN: Final = "page-token-of-the-bakery"
TOKEN: Final = "token-of-the-bench"
BATCH: Final = 250
OWN_MS: Final = 1.0


@dataclass(frozen=True, slots=True)
class Kind:
    """A platform of the bench: its account, how its posts are numbered, and what it calls likes and views."""

    name: str
    account: str
    post: str
    likes: str
    views: str
    token: str = TOKEN
    more: dict[str, Any] = field(default_factory=dict[str, Any])


KINDS: Final = (
    Kind("twitter", "2244994945", "1{:018}", "like_count", "impression_count", more={"sent": "", "links": []}),
    Kind(
        "linkedin", "urn:li:organization:2414183", "urn:li:share:{}", "likes", "impressionCount",
        more={"author": "urn:li:organization:2414183"},
    ),
    Kind("facebook", PAGE, PAGE + "_{}", "likes", "views", PAGE_TOKEN),
    Kind("instagram", "17841405822304914", "179{:014}", "likes", "views", PAGE_TOKEN),
)  # fmt: skip


def numbers(kind: Kind, posts: int) -> list[str]:
    """Return the ids of a platform's posts."""
    return [kind.post.format(number) for number in range(posts // len(KINDS))]


def write_world(journal: Path, posts: int) -> None:
    """Write what the sandbox shall know: posts, tokens, and no limits."""
    at, until = (NOW - timedelta(hours=1)).isoformat(), (NOW + timedelta(days=60)).isoformat()
    with journal.open("wb") as file:
        for kind in KINDS:
            token = {"token": TOKEN, "until": until, "revoked": False, "refresh": "none"}
            scopes = "tweet.read users.read r_organization_social w_member_social openid profile"
            rows: list[list[Any]] = [
                [kind.name, "tokens", TOKEN, token | {"scope": scopes}],
                [kind.name, "limit", "setting", {"calls": 10**9, "posts": 10**9}],
            ]
            for number in numbers(kind, posts):
                row = {"id": number, "text": "Bread", "at": at, "deleted": False, **kind.more}
                rows.append([kind.name, "posts", number, row | {"metrics": {kind.likes: 3, kind.views: 90}}])
            file.writelines(orjson.dumps(row) + b"\n" for row in rows)


async def fill(
    accounts: Repository[SocialAccount], stored: Repository[SocialPost], posts: int, clock: ManualClock
) -> None:
    """Store the accounts and their published posts, made one batch after the other."""
    for kind in KINDS:
        account = SocialAccount(
            social_account_id=new_id("acc"),
            platform=kind.name,
            account_id=kind.account,
            credentials=Credentials(access_token=kind.token),
            config={"page_id": PAGE},
        )
        await accounts.insert(account)
        made: list[SocialPost] = []
        for number in numbers(kind, posts):
            result: dict[str, Any] = {"platform": kind.name, "account_id": kind.account, "platform_post_id": number}
            result |= {"status": "published", "published_at": NOW - timedelta(hours=1)}
            document = {"post_id": new_id("pst"), "platforms": [result], "content": {"message": "Fresh bread " * 12}}
            made.append(SocialPost.model_validate(document))
        for start in range(0, len(made), BATCH):
            await stored.put_each(made[start : start + BATCH])
            clock.advance(timedelta(seconds=1))


async def move(addresses: dict[str, str], posts: int) -> None:
    """Let every post be liked and seen more."""
    async with aiohttp.ClientSession() as session:
        for kind in KINDS:
            told = {number: {kind.likes: 7, kind.views: 180} for number in numbers(kind, posts)}
            async with session.post(f"{addresses[kind.name]}/_control/figures", data=orjson.dumps(told)) as answer:
                assert (await answer.json())["posts"] == len(told)


def others() -> float:
    """Return the processor time of the database's processes, which are children of this one."""
    own, total = os.getpid(), 0.0
    for path in Path("/proc").iterdir():
        if path.name.isdecimal() and b"secantus" in _command(path) and int(path.name) != own:
            total += processor_seconds(int(path.name)) if _below(int(path.name), own) else 0.0
    return total


def _command(path: Path) -> bytes:
    try:
        return (path / "cmdline").read_bytes()
    except OSError:
        return b""


def _below(pid: int, ancestor: int) -> bool:
    while pid > 1:
        pid = int((Path("/proc") / str(pid) / "stat").read_text().rpartition(")")[2].split()[1])
        if pid == ancestor:
            return True
    return False


async def run(figures: Figures, sync: FigureSync, scope: Scope, now: datetime, words: str) -> SyncReport:
    """Read everything once and print what it cost."""
    began, own, database = time.perf_counter(), time.process_time(), others()
    report = await sync.sync(scope, now)
    wall, spent, stored = time.perf_counter() - began, time.process_time() - own, others() - database
    figures.title(f"{words}: {report.read:,} posts read, {report.changed:,} changed")
    each = f"{(spent + stored) / max(report.read, 1) * 1000:.2f} ms of processor a post"
    figures.tell("processor time", f"{spent:.1f} s here, {stored:.1f} s of the database; {each}")
    figures.at_most("processor time of ours a post", spent / max(report.read, 1) * 1000, OWN_MS, " ms")
    figures.tell("wall clock", f"{wall:.1f} s")
    for account in report.problems:
        figures.tell(account.platform, f"{account.state}: {account.problem}")
    return report


async def measure(folder: Path, posts: int) -> list[str]:
    """Build, read three times, and check that the days add up."""
    figures, clock = Figures(), ManualClock(NOW)
    scope = Scope(new_id("usr"), new_id("usr"), "user")
    write_world(folder / "journal", posts)
    own = Settings(_env_file=None).model_copy(  # pyright: ignore[reportCallIssue]
        update={"data_dir": folder / "data", "mongodb_uri": SecretStr("")}
    )
    async with AsyncExitStack() as stack:
        world = subprocess.Popen(
            [sys.executable, "-m", "sandbox", "--journal", folder / "journal"], stdout=subprocess.PIPE, text=True
        )
        stack.callback(world.wait)
        stack.callback(world.terminate)
        assert world.stdout is not None
        addresses: dict[str, str] = json.loads(await asyncio.to_thread(world.stdout.readline))
        (folder / "data").mkdir()
        database = await stack.enter_async_context(open_database(own, clock))
        await synchronise(database)
        accounts = Repository(database, SOCIAL_ACCOUNTS, scope)
        await fill(accounts, Repository(database, SOCIAL_POSTS, scope), posts, clock)
        outside = await stack.enter_async_context(Outside(clock, timeout=60.0, addresses=addresses))
        sync = FigureSync(database, OpenAccounts(database, Logins(outside, {})), outside, fresh_for=timedelta(0))
        first = await run(figures, sync, scope, NOW, "first reading")
        await run(figures, sync, scope, NOW + timedelta(minutes=30), "nothing has changed")
        clock.advance(timedelta(days=1))
        await move(addresses, posts)
        await run(figures, sync, scope, clock.now(), "a day later")
        days = await Repository(database, ANALYTICS_DATA, scope).find({}, limit=posts * 4)
        likes = sum(row.metrics.social.total_engagement for row in days if row.metrics.social)
        figures.title("what is stored")
        figures.at_least("posts read", first.read, posts)
        figures.at_least("likes in the rows of days", likes, 7 * posts)
        figures.tell("memory of this process", f"{resident_mb(os.getpid()):.0f} MB")
    return figures.missed


def main() -> int:
    """Run; 1 if a target is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--posts", type=int, default=POSTS)
    asked = parser.parse_args()
    print(describe(), flush=True)
    with tempfile.TemporaryDirectory(prefix="metric-sync-") as folder:
        return 1 if uvloop.run(measure(Path(folder), asked.posts)) else 0


if __name__ == "__main__":
    sys.exit(main())
