"""Kills workers, the database and the outside world while posts are delivered: ``python -m bench.delivery_kills``.

Posts are approved all the time, with some among them that are not. At the end the ledger of the outside world is
compared with what was approved: each approved post is there exactly once or said to be unknown, no other is.
"""

import argparse
import asyncio
import os
import random
import signal
import socket
import sys
import tempfile
from collections import Counter
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

from bench.delivery_shop import CHANGED, PLATFORMS, Flaw, Shop, ShopPost, prepare_sandbox
from bench.delivery_worker import Place, Process, be_outside, work
from core.clock import SystemClock
from core.ids import new_id
from db.audit_log import AUDIT_LOG
from db.client import Database
from db.content_library import CONTENT_LIBRARY
from db.deliveries import DELIVERIES, Delivery
from db.email_campaigns import EMAIL_CAMPAIGNS
from db.embedded import EmbeddedServer
from db.encryption import FieldCipher
from db.rate_limits import RATE_LIMITS
from db.repository import Repository
from db.social_posts import SOCIAL_POSTS
from db.sync import synchronise
from sandbox.journal import Journal

WORKERS = 3
SHARES = {"worker": 0.58, "outside": 0.30, "database": 0.12}
LONGEST_WAIT = 0.15
LONGEST_LULL = 0.8
POLL_SECONDS = 0.01
PATIENCE_SECONDS = 40.0
REST_SECONDS = 0.5
FLAWS: tuple[Flaw, ...] = ("pending", "rejected", "changed")
MOST_ON_INSTAGRAM = 90  # a twin of it takes a hundred a day
FLAWED_SHARE, SAME_SHARE = 0.15, 0.3
AHEAD = 20
SAME_TEXT_TAKEN = frozenset({"wordpress", "instagram"})
AT_ONCE = 2


@dataclass(slots=True)
class Report:
    """What happened; ``problems`` has to be empty."""

    kills: Counter[str] = field(default_factory=Counter[str])
    approved: int = 0
    not_approved: int = 0
    states: Counter[str] = field(default_factory=Counter[str])
    tries: int = 0
    problems: list[str] = field(default_factory=list[str])

    def lines(self) -> list[str]:
        """Say it in a few lines."""
        return [
            f"kills          {', '.join(f'{count} of the {what}' for what, count in sorted(self.kills.items()))}",
            f"posts          {self.approved} approved, {self.not_approved} not; {self.tries} calls to publish them",
            f"deliveries     {', '.join(f'{count} {state}' for state, count in sorted(self.states.items()))}",
            f"problems       {len(self.problems) or 'none'}",
            *(f"  {problem}" for problem in self.problems[:20]),
        ]


class Killing:
    """A shop that publishes, and one who kills."""

    def __init__(self, folder: Path, kills: int, seed: int) -> None:
        self.report = Report()
        self._folder = folder
        self._random = random.Random(seed)
        self._plan = [what for what, share in SHARES.items() for _ in range(round(kills * share))]
        self._random.shuffle(self._plan)
        self._journal = folder / "journal"
        self._port, self._mail_port = free_port(), free_port()
        self._posts: list[ShopPost] = []
        self._wanted = asyncio.Semaphore(AHEAD)

    async def run(self) -> Report:
        """Do all of it."""
        tokens = await prepare_sandbox(self._journal)
        async with AsyncExitStack() as stack:
            server = EmbeddedServer(self._folder)
            uri = await server.start()
            watching = asyncio.create_task(server.watch(), name="database")
            stack.push_async_callback(asyncio.wait_for, watching, PATIENCE_SECONDS)
            stack.push_async_callback(server.close)
            key = FieldCipher.new_key()
            database = await Database.connect(uri, new_id("kills"), clock=SystemClock(), cipher=FieldCipher([key]))
            stack.push_async_callback(database.close)
            await synchronise(database)
            shop = Shop(database, f"http://127.0.0.1:{self._port}", self._mail_port)
            await shop.connect(tokens)
            place = Place(uri, database.name, key, {name: f"{shop.sandbox_url}/{name}" for name in PLATFORMS})
            outside, workers = self._processes(place)
            async with AsyncExitStack() as processes:
                for process in (outside, *workers):
                    process.start()
                    processes.push_async_callback(process.kill)
                await self._kill_all(shop, server, outside, workers)
                await self._at_rest(database, shop)
            await self._compare(database, shop)
        return self.report

    def _processes(self, place: Place) -> tuple[Process, list[Process]]:
        """Return the outside world and the workers; none of them has begun."""
        outside = Process(
            be_outside, lambda: (self._journal, self._port, self._mail_port, self._random.randrange(10**9))
        )
        return outside, [Process(work, partial(_worker_of, place, number)) for number in range(WORKERS)]

    async def _kill_all(self, shop: Shop, server: EmbeddedServer, outside: Process, workers: list[Process]) -> None:
        publishing = asyncio.create_task(self._publish(shop))
        for victim in self._plan:
            self._wanted.release()
            await self._until_something_happens()
            await asyncio.sleep(self._random.uniform(0, LONGEST_WAIT))
            match victim:
                case "worker":
                    await _kill_and_start(self._random.choice(workers))
                case "outside":
                    await _kill_and_start(outside)
                case _:
                    await _kill_database(server)
            self.report.kills[victim] += 1
        await publishing

    async def _until_something_happens(self) -> None:
        """Wait until the outside world has been called since the last kill: a kill while nothing runs tests nothing."""
        seen, waited = self._journal.stat().st_size, 0.0
        while self._journal.stat().st_size == seen and waited < LONGEST_LULL:
            await asyncio.sleep(POLL_SECONDS)
            waited += POLL_SECONDS

    async def _publish(self, shop: Shop) -> None:
        """Approve posts before each kill, now and then some that must not go out."""
        on_instagram = 0
        for number in range(len(self._plan)):
            platform = self._random.choice((*PLATFORMS, "email"))
            if platform == "instagram":
                on_instagram += AT_ONCE
                platform = "wordpress" if on_instagram > MOST_ON_INSTAGRAM else platform
            flaw = self._random.choice(FLAWS) if self._random.random() < FLAWED_SHARE else None
            same = platform in SAME_TEXT_TAKEN and self._random.random() < SAME_SHARE
            texts = [f"Loaf {number} {'again' if same else place}" for place in range(AT_ONCE)]
            publish_at = shop.database.clock.now() + timedelta(seconds=4)
            self._posts += await shop.patiently(
                platform, texts, publish_at=publish_at, name=f"loaf-{number}", flaw=flaw
            )
            await self._wanted.acquire()

    async def _at_rest(self, database: Database, shop: Shop) -> None:
        """Wait until nothing is left to do, or nothing has come to an end for a while: that is told as stuck."""
        waited, before = 0.0, len(self._posts)
        while waited < PATIENCE_SECONDS and (left := await self._unfinished(database, shop)):
            waited = 0.0 if left < before else waited + REST_SECONDS
            before = left
            await asyncio.sleep(REST_SECONDS)

    async def _unfinished(self, database: Database, shop: Shop) -> int:
        found = await _deliveries(database, shop)
        return len(self._posts) - sum(one.next_attempt_at is None for one in found.values())

    async def _compare(self, database: Database, shop: Shop) -> None:
        journal = Journal(self._journal)
        deliveries = await _deliveries(database, shop)
        self.report.states = Counter(one.state for one in deliveries.values())
        self.report.tries = sum(one.attempts for one in deliveries.values())
        self.report.approved = sum(post.flaw is None for post in self._posts)
        self.report.not_approved = len(self._posts) - self.report.approved
        self._compare_ledgers(journal, deliveries)
        self._compare_mail(journal, deliveries)
        await self._compare_documents(database, shop, deliveries)
        journal.close()

    def _compare_ledgers(self, journal: Journal, deliveries: dict[str, Delivery]) -> None:
        """Compare what lies on each platform with what the deliveries say."""
        for platform in PLATFORMS:
            there = Counter(_plain(row["text"]) for row in journal.table(platform, "posts").values())
            mine = [post for post in self._posts if post.platform == platform]
            said, perhaps = Counter[str](), Counter[str]()
            for post in mine:
                state = deliveries[post.post_id].state if post.post_id in deliveries else "missing"
                said[post.text] += state == "published"
                perhaps[post.text] += state == "unknown"
                expected = {"failed"} if post.flaw else {"published", "unknown"}
                if state not in expected:
                    reason = deliveries[post.post_id].reason if post.post_id in deliveries else ""
                    self._problem(f"{platform}: {post.text!r} ({post.flaw or 'approved'}) is {state}: {reason}")
            for text in there.keys() | said.keys():
                if not said[text] <= there[text] <= said[text] + perhaps[text]:
                    self._problem(f"{platform}: {text!r} is there {there[text]} times, said to be {said[text]} times")
            ids = [deliveries[post.post_id].result for post in mine if post.post_id in deliveries]
            named = Counter(result.platform_post_id for result in ids if result)
            for one, count in named.items():
                if count > 1:
                    self._problem(f"{platform}: {count} deliveries claim the post {one}")

    def _compare_mail(self, journal: Journal, deliveries: dict[str, Delivery]) -> None:
        """Compare what each recipient got with what the deliveries say."""
        got = Counter(str(row["to"][0]) for row in journal.table("email", "posts").values())
        for post in self._posts:
            if post.platform != "email":
                continue
            state = deliveries[post.post_id].state if post.post_id in deliveries else "missing"
            counts = {got[one] for one in post.recipients}
            wanted = {"published": {1}, "unknown": {0, 1}, "failed": {0}}.get(state, set())
            if not counts <= wanted or (state == "failed") != (post.flaw is not None):
                self._problem(f"email: {post.text!r} ({post.flaw or 'approved'}) is {state}, recipients got {counts}")

    async def _compare_documents(self, database: Database, shop: Shop, deliveries: dict[str, Delivery]) -> None:
        """Compare posts, contents and the audit log with the deliveries."""
        scope = shop.scope
        audited = Counter(str(entry["resource_id"]) for entry in await _all(Repository(database, AUDIT_LOG, scope)))
        posts = {one["post_id"]: one["platforms"][0] for one in await _all(Repository(database, SOCIAL_POSTS, scope))}
        emails = {one["campaign_id"]: one for one in await _all(Repository(database, EMAIL_CAMPAIGNS, scope))}
        contents = Counter(one["status"] for one in await _all(Repository(database, CONTENT_LIBRARY, scope)))
        published = 0
        for delivery in deliveries.values():
            published += delivery.state == "published"
            told = posts.get(delivery.post_id) or emails[delivery.post_id]
            status = "published" if told["status"] == "sent" else told["status"]
            if status != delivery.state:
                self._problem(f"{delivery.post_id} is {status}, its delivery {delivery.state}")
            if delivery.state in {"unknown", "failed"} and not (delivery.reason and told.get("error")):
                self._problem(f"{delivery.post_id} is {delivery.state} without a reason")
            if delivery.next_attempt_at is not None or delivery.lease is not None:
                self._problem(f"{delivery.post_id} is stuck: {delivery.state}, {delivery.reason}")
            if audited[delivery.delivery_id] != 1:
                self._problem(f"{delivery.post_id} is {audited[delivery.delivery_id]} times in the audit log")
        for limit in await Repository(database, RATE_LIMITS, scope).find({}):
            if limit.holder is not None:
                self._problem(f"the turn at an account of {limit.platform} was never given back")
        if contents["published"] != published:
            self._problem(f"{contents['published']} contents are published, {published} deliveries")

    def _problem(self, problem: str) -> None:
        self.report.problems.append(problem)


async def killed_deliveries(folder: Path, kills: int, seed: int) -> Report:
    """Kill so many times and report."""
    folder.mkdir(parents=True, exist_ok=True)
    return await Killing(folder, kills, seed).run()


def _worker_of(place: Place, number: int) -> tuple[Place, str]:
    return place, f"worker {number}"


async def _kill_and_start(process: Process) -> None:
    await process.kill()
    process.start()


async def _kill_database(server: EmbeddedServer) -> None:
    while (pid := server.pid) is None:
        await asyncio.sleep(0.02)
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


async def _deliveries(database: Database, shop: Shop) -> dict[str, Delivery]:
    found: list[Any] = await _all(Repository(database, DELIVERIES, shop.scope))
    return {one["post_id"]: Delivery.model_validate(one) for one in found}


async def _all(repository: Repository[Any]) -> list[dict[str, Any]]:
    return [one.model_dump() for one in await repository.find({}, limit=10_000)]


def _plain(text: str) -> str:
    """Return the text of a post without what a platform keeps around it."""
    start = text.find("Loaf ")
    words = text[start:].replace("</p>", " ").split()
    return " ".join(words if CHANGED in text else words[:3])


def free_port() -> int:
    """Return a port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def main() -> int:
    """Run; 1 if a post is missing, doubled, went out without approval or is stuck."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="delivery-kills-") as folder:
        report = asyncio.run(killed_deliveries(Path(folder), asked.kills, asked.seed))
    print(f"seed           {asked.seed}")
    print("\n".join(report.lines()))
    return 1 if report.problems else 0


if __name__ == "__main__":
    sys.exit(main())
