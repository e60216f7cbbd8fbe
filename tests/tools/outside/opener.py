"""A process of its own that opens one connected account and prints the token: run by the test beside it."""

import asyncio
import json
import sys

from core.clock import SystemClock
from core.scope import Scope
from db.client import Database
from db.encryption import FieldCipher
from sandbox.authorisation import CLIENT_ID, CLIENT_SECRET
from tools.outside.http import Outside
from tools.outside.logins import Logins
from tools.outside.oauth import Registration
from tools.outside.open_accounts import OpenAccounts


async def run(uri: str, name: str, key: str, user_id: str, account_id: str, addresses: str) -> None:
    """Wait for the starting signal, then open the account."""
    clock = SystemClock()
    database = await Database.connect(uri, name, clock=clock, cipher=FieldCipher([key]))
    async with Outside(clock, timeout=10, addresses=json.loads(addresses)) as outside:
        accounts = OpenAccounts(database, Logins(outside, {"x": Registration(CLIENT_ID, CLIENT_SECRET)}))
        print("ready", flush=True)
        sys.stdin.readline()
        access = await accounts.open(Scope(user_id, user_id, "user"), account_id)
        print(access.token, flush=True)
    await database.close()


if __name__ == "__main__":
    asyncio.run(run(*sys.argv[1:]))
