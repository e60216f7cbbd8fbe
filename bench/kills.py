"""Kills the server, and the database under it, in the middle of turns: ``python -m bench.kills --kills 200``.

Several people talk at once, each a conversation after another; they reconnect as clients do. After every turn, and at
the end, what they saw is compared with what is stored: nothing may be lost, and nothing done twice.
"""

import argparse
import asyncio
import random
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp

from bench.product import PlanningModel, Product
from bench.talker import Place, Talker
from sandbox.planning_model import BRIEF, CHANGE, CHAT, PLAN, WRITE, answer

TURNS = (BRIEF, PLAN, WRITE, CHAT, CHANGE)
PEOPLE = 4
WORD_SECONDS = 0.01
LONGEST_WAIT = 1.2
DATABASE_SHARE = 0.4
DURING_START_SHARE = 0.2
LONGEST_START = 2.0
TRIES = 3
PATIENCE_SECONDS = 400.0


@dataclass(slots=True)
class Report:
    """What happened; ``problems`` has to be empty."""

    server_kills: int = 0
    database_kills: int = 0
    turns: int = 0
    failed: Counter[str] = field(default_factory=Counter[str])
    conversations: int = 0
    connections: int = 0
    orphans: list[int] = field(default_factory=list[int])
    problems: list[str] = field(default_factory=list[str])

    def lines(self) -> list[str]:
        """Say it in a few lines."""
        failed = ", ".join(f"{count} {code}" for code, count in self.failed.items()) or "none"
        return [
            f"kills          {self.server_kills} of the server, {self.database_kills} of the database",
            f"turns          {self.turns} in {self.conversations} conversations, {self.connections} connections",
            f"turns that said why they failed, then worked when sent again: {failed}",
            f"orphans        {self.orphans or 'none'}",
            f"problems       {len(self.problems) or 'none'}",
            *(f"  {problem}" for problem in self.problems),
        ]


class Killing:
    """People who talk, and one who kills."""

    def __init__(self, product: Product, http: aiohttp.ClientSession, kills: int, seed: int) -> None:
        self.report = Report()
        self._product = product
        self._http = http
        self._random = random.Random(seed)
        self._over = asyncio.Event()
        databases = round(kills * DATABASE_SHARE)
        self._plan = ["database"] * databases + ["server"] * (kills - databases)
        self._random.shuffle(self._plan)

    async def run(self) -> Report:
        """Do all of it."""
        await self._product.launch()
        await self._product.ready()
        people = [asyncio.create_task(self._person()) for _ in range(PEOPLE)]
        try:
            for victim in self._plan:
                await asyncio.sleep(self._random.uniform(0, LONGEST_WAIT))
                await (self._kill_server() if victim == "server" else self._kill_database())
            self._over.set()
            await asyncio.gather(*people)
            await self._compare_totals()
        finally:
            for person in people:
                person.cancel()
            await asyncio.gather(*people, return_exceptions=True)
            if code := await self._product.stop():
                self.report.problems.append(f"the server ended with {code}")
        self.report.orphans = await self._product.orphans()
        return self.report

    async def _kill_server(self) -> None:
        await self._product.kill()
        self.report.server_kills += 1
        await self._product.launch()
        if self._random.random() < DURING_START_SHARE:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._product.ready(), self._random.uniform(0, LONGEST_START))
            await self._product.kill()
            await self._product.launch()
        await self._product.ready()

    async def _kill_database(self) -> None:
        while not self._product.kill_database():
            await asyncio.sleep(0.05)
        self.report.database_kills += 1

    async def _person(self) -> None:
        while not self._over.is_set():
            talker = self._talker()
            conversation_id = await talker.conversation()
            place = Place()
            try:
                await self._converse(talker, conversation_id, place)
            except TimeoutError:
                last = place.events[-1]["type"] if place.events else "nothing"
                self._problem(conversation_id, f"no end after event {place.seq}, {last}")
            for problem in place.problems:
                self._problem(conversation_id, problem)
            self.report.conversations += 1
            self.report.connections += talker.connections

    async def _converse(self, talker: Talker, conversation_id: str, place: Place) -> None:
        said: list[str] = []
        for content in TURNS:
            for _ in range(TRIES):
                client_id, last = await talker.turn(conversation_id, place, content)
                said.append(client_id)
                self.report.turns += 1
                if last["type"] == "RUN_FINISHED":
                    break
                self.report.failed[last["code"]] += 1
            else:
                self._problem(conversation_id, f"{content!r} failed {TRIES} times")
            await self._compare(talker, conversation_id, place, said)
        await self._compare_effects(talker, conversation_id, place)

    async def _compare(self, talker: Talker, conversation_id: str, place: Place, said: Sequence[str]) -> None:
        """Compare what the person saw with what is stored and with what a new client is shown."""
        again = await talker.replayed(conversation_id, place.seq)
        self._same(conversation_id, "events of a new client", again.events, place.events)
        for problem in again.problems:
            self._problem(conversation_id, f"a new client: {problem}")
        stored = await talker.everything(f"/api/v1/conversations/{conversation_id}/messages")
        by_person = sorted(str(message["client_message_id"]) for message in stored if message["role"] == "user")
        self._same(conversation_id, "messages of the person", by_person, sorted(said))
        answers = {message["message_id"]: message["content"] for message in stored if message["role"] == "assistant"}
        self._same(conversation_id, "texts", answers, place.ended)
        self._same(conversation_id, "texts put together", place.texts, place.ended)

    async def _compare_effects(self, talker: Talker, conversation_id: str, place: Place) -> None:
        """Compare what is stored of tools with what their results said, and with what one pass of the script does."""
        drafts = [
            item for item in await talker.everything("/api/v1/content") if item["conversation_id"] == conversation_id
        ]
        told = [result["content_id"] for result in place.tool_results("save_draft")]
        self._same(conversation_id, "drafts", sorted(item["content_id"] for item in drafts), sorted(told))
        self._same(conversation_id, "number of drafts", len(drafts), 2)
        for draft in drafts:
            versions = await talker.everything(f"/api/v1/content/{draft['content_id']}/versions")
            changed = [item for item in place.tool_results("revise_draft") if item["content_id"] == draft["content_id"]]
            self._same(conversation_id, "earlier versions", len(versions), len(changed))
            self._same(conversation_id, "version", draft["version"], len(changed) + 1)
        snapshots = [event["snapshot"] for event in place.events if event["type"] == "STATE_SNAPSHOT"]
        conversation = await talker.call("GET", f"/api/v1/conversations/{conversation_id}")
        self._same(conversation_id, "brief", conversation["context"], snapshots[-1] if snapshots else None)
        self._same(conversation_id, "texts said", sorted(place.ended.values()), sorted(map(answer, TURNS)))
        stored = await talker.everything(f"/api/v1/conversations/{conversation_id}/messages")
        self._same(conversation_id, "message count", conversation["message_count"], len(stored))

    async def _compare_totals(self) -> None:
        talker = self._talker()
        campaigns = await talker.everything("/api/v1/campaigns")
        per_conversation = Counter(str(campaign["conversation_id"]) for campaign in campaigns)
        for conversation_id, count in per_conversation.items():
            self._same(conversation_id, "campaigns", count, 1)
        self._same("all", "campaigns", len(campaigns), self.report.conversations)
        self._same("all", "databases", len(self._product.database_pids()), 1)

    def _talker(self) -> Talker:
        return Talker(self._http, lambda: self._product.address, lambda: self._product.token, PATIENCE_SECONDS)

    def _same(self, conversation_id: str, what: str, found: object, expected: object) -> None:
        if found != expected:
            self._problem(conversation_id, f"{what}: {found!r}, not {expected!r}"[:600])

    def _problem(self, conversation_id: str, problem: str) -> None:
        self.report.problems.append(f"{conversation_id}: {problem}")


async def killed(folder: Path, kills: int, seed: int) -> Report:
    """Kill so many times and report."""
    async with PlanningModel(WORD_SECONDS) as model, aiohttp.ClientSession() as http:
        return await Killing(Product(folder, model.url), http, kills, seed).run()


def main() -> int:
    """Run; 1 if something was lost, doubled or left behind."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=120)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="kills-") as folder:
        report = asyncio.run(killed(Path(folder), asked.kills, asked.seed))
    print("\n".join(report.lines()))
    return 1 if report.problems or report.orphans else 0


if __name__ == "__main__":
    sys.exit(main())
