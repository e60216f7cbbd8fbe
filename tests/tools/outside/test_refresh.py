"""Several processes that need the same account at the same time refresh its token once between them."""

import asyncio
import json
import sys
from datetime import timedelta

from core.clock import SystemClock
from core.ids import new_id
from core.scope import Scope
from db.client import Database
from db.repository import Repository
from db.social_accounts import SOCIAL_ACCOUNTS, Credentials, SocialAccount
from sandbox.faults import Fault
from sandbox.platforms.twitter import TwitterTwin
from sandbox.server import Sandbox
from tests.conftest import ENCRYPTION_KEY

PROCESSES = 4


async def started(*arguments: str) -> asyncio.subprocess.Process:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.tools.outside.opener", *arguments),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout
    assert await asyncio.wait_for(process.stdout.readline(), 60) == b"ready\n"
    return process


async def test_processes_that_meet_refresh_once(mongo_uri: str, database: Database, scope: Scope) -> None:
    async with Sandbox() as sandbox:
        twin = sandbox.twins["twitter"]
        assert isinstance(twin, TwitterTwin)
        old = twin.authorisation.issue("tweet.read tweet.write users.read")
        account = SocialAccount(
            social_account_id=new_id("acc"),
            platform="twitter",
            account_id="2244994945",
            credentials=Credentials(access_token=old["token"], refresh_token=old["refresh"]),
            token_expires_at=SystemClock().now() - timedelta(hours=1),
        )
        await Repository(database, SOCIAL_ACCOUNTS, scope).insert(account)
        twin.faults.add(Fault(method="POST", path="/2/oauth2/token", delay=0.5))
        about = (mongo_uri, database.name, ENCRYPTION_KEY, scope.user_id, account.social_account_id)
        addresses = json.dumps(sandbox.addresses())
        processes = await asyncio.gather(*(started(*about, addresses) for _ in range(PROCESSES)))
        told = await asyncio.gather(*(process.communicate(b"go\n") for process in processes))
        assert [process.returncode for process in processes] == [0] * PROCESSES
        tokens = {out.decode().strip() for out, _ in told}
        assert len(tokens) == 1
        assert old["token"] not in tokens
        assert len(twin.rows("refreshes")) == 1
        kept = await Repository(database, SOCIAL_ACCOUNTS, scope).get(account.social_account_id, reveal=True)
        assert kept.credentials.access_token in tokens
        assert kept.credentials.refresh_token not in {None, old["refresh"]}
        assert (kept.status, kept.refresh_owner) == ("active", None)
