"""The sandbox as a program: reached over HTTP alone, scripted from outside, and a kill makes it forget nothing."""

import asyncio
import json
import signal
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from core.clock import SystemClock
from core.errors import OutcomeUnknown
from db.social_accounts import Credentials
from sandbox.journal import Journal
from sandbox.platforms.catalogue import TWINS
from tests.contracts.platform_kits import JPEG, a_post
from tests.permits import permitted
from tools.outside.contract import Access, PassingNotes, Search
from tools.outside.http import Outside
from tools.platforms.twitter import X

ZOHO = ("zoho.com", "zoho.in", "zoho.eu", "zoho.com.au")
SCOPES = "tweet.read tweet.write users.read media.write"


@dataclass
class Program:
    """The running sandbox."""

    addresses: dict[str, str]
    process: asyncio.subprocess.Process

    async def control(self, twin: str, what: str, body: Any = None) -> Any:
        async with httpx.AsyncClient() as client:
            address = f"{self.addresses[twin]}/_control/{what}"
            answer = await (client.get(address) if body is None else client.post(address, json=body))
        assert answer.status_code == 200, answer.text
        return answer.json()


@asynccontextmanager
async def running(journal: Path, port: int = 0) -> AsyncGenerator[Program]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "sandbox", "--journal", str(journal), "--port", str(port)),
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout
    told = await asyncio.wait_for(process.stdout.readline(), 30)
    yield Program(json.loads(told), process)
    if process.returncode is None:
        process.terminate()
    await process.wait()


async def test_it_says_where_everything_is_and_ends_when_asked(tmp_path: Path) -> None:
    async with running(tmp_path / "journal") as program:
        assert set(program.addresses) == {twin.name for twin in TWINS} | {"email", "slack", "twilio", *ZOHO}
        assert program.addresses["email"].startswith("smtp://127.0.0.1:")
        for twin in TWINS:
            assert await program.control(twin.name, "ledger") == {"published": []}
        program.process.send_signal(signal.SIGTERM)
        assert await program.process.wait() == 0


async def test_what_was_published_outlives_a_kill_in_mid_answer(tmp_path: Path) -> None:
    post = a_post(media=(JPEG,))
    notes = PassingNotes()
    now = SystemClock().now()
    async with running(tmp_path / "journal") as program:
        port = int(program.addresses["twitter"].split(":")[2].split("/")[0])
        token = (await program.control("twitter", "tokens", {"do": "issue", "scope": SCOPES}))["token"]
        access = Access("2244994945", Credentials(access_token=token))
        await program.control("twitter", "faults", [{"path": "/2/tweets", "delay": 0.0, "cut": "after"}])
        async with Outside(SystemClock(), timeout=20, addresses=program.addresses) as outside:
            with pytest.raises(OutcomeUnknown):
                await X(outside).publish(access, permitted("twitter", access, post), notes)
        program.process.kill()
        await program.process.wait()
    async with running(tmp_path / "journal", port) as program:
        (row,) = (await program.control("twitter", "ledger"))["published"]
        async with Outside(SystemClock(), timeout=20, addresses=program.addresses) as outside:
            found = await X(outside).look_up(access, Search(post, now, SystemClock().now(), notes=notes))
            assert found is not None
            assert found.platform_post_id == row["id"]
            other = await X(outside).publish(
                access, permitted("twitter", access, a_post(text="After the kill")), PassingNotes()
            )
        assert other.platform_post_id != row["id"]


async def test_its_clock_is_set_from_outside(tmp_path: Path) -> None:
    async with running(tmp_path / "journal") as program:
        told = await program.control("twitter", "clock", {"now": "2027-01-01T09:00:00Z"})
        assert told["now"].startswith("2027-01-01T09:00:00")
        token = (await program.control("twitter", "tokens", {"do": "issue", "scope": SCOPES}))["token"]
        async with Outside(SystemClock(), timeout=20, addresses=program.addresses) as outside:
            await X(outside).publish(
                Access("2244994945", Credentials(access_token=token)),
                permitted("twitter", Access("2244994945", Credentials(access_token=token)), a_post()),
                PassingNotes(),
            )
        (row,) = (await program.control("twitter", "ledger"))["published"]
        assert row["at"].startswith("2027-01-01T09:00:00")


async def test_figures_of_posts_are_set_from_outside(tmp_path: Path) -> None:
    async with running(tmp_path / "journal") as program:
        token = (await program.control("twitter", "tokens", {"do": "issue", "scope": SCOPES}))["token"]
        access = Access("2244994945", Credentials(access_token=token))
        async with Outside(SystemClock(), timeout=20, addresses=program.addresses) as outside:
            adapter = X(outside)
            published = await adapter.publish(access, permitted("twitter", access, a_post()), PassingNotes())
            number = published.platform_post_id
            for told in ({"like_count": 3}, {"impression_count": 90}):
                assert await program.control("twitter", "figures", {number: told, "1": told}) == {"posts": 1}
            figures = (await adapter.metrics(access, [number]))[number]
        assert (figures.likes, figures.views) == (3, 90)


def test_a_line_cut_short_by_a_kill_never_counted(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    first = Journal(path)
    first.write("twitter", "posts", "1", {"text": "whole"})
    first.close()
    with path.open("ab") as file:
        file.write(b'["twitter","posts","2",{"text":"ha')
    again = Journal(path)
    assert dict(again.table("twitter", "posts")) == {"1": {"text": "whole"}}
    again.write("twitter", "posts", "3", {"text": "after"})
    again.close()
    third = Journal(path)
    assert list(third.table("twitter", "posts")) == ["1", "3"]
    third.close()
