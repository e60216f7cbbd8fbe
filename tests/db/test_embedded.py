"""The embedded server with real processes, real locks and real kills."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import pytest

from core.clock import ManualClock
from core.errors import NotConfigured, Unavailable
from core.ids import new_id
from core.scope import Scope
from db.campaigns import CAMPAIGNS, Campaign
from db.client import Database
from db.embedded import EmbeddedServer
from db.encryption import FieldCipher
from db.repository import Repository

OWNER = """
import asyncio, sys
from pathlib import Path
from db.embedded import EmbeddedServer

async def main() -> None:
    server = EmbeddedServer(Path(sys.argv[1]))
    await server.start()
    print(server.pid, flush=True)
    await server.watch()

asyncio.run(main())
"""


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[EmbeddedServer]:
    server = EmbeddedServer(tmp_path / "data")
    yield server
    await server.close()


def alive(pid: int) -> bool:
    with suppress(ProcessLookupError, FileNotFoundError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


async def gone(pid: int) -> None:
    async with asyncio.timeout(60):
        while alive(pid):
            await asyncio.sleep(0.01)


async def patiently(campaigns: Repository[Campaign], public_id: str) -> Campaign:
    """Read, again where the database took longer to start than one question waits."""
    async with asyncio.timeout(60):
        while True:
            with suppress(Unavailable):
                return await campaigns.get(public_id)


async def connect(uri: str, clock: ManualClock) -> Database:
    return await Database.connect(uri, "shop", clock=clock, cipher=FieldCipher([FieldCipher.new_key()]))


async def test_what_was_written_is_there_after_a_second_start(
    server: EmbeddedServer, clock: ManualClock, scope: Scope
) -> None:
    public_id = new_id("cmp")
    for start in range(2):
        database = await connect(await server.start(), clock)
        campaigns = Repository(database, CAMPAIGNS, scope)
        if start == 0:
            await campaigns.insert(Campaign(campaign_id=public_id, name="kept"))
        assert (await campaigns.get(public_id)).name == "kept"
        await database.close()
        pid = server.pid
        assert pid is not None
        await server.close()
        await server.close()
        assert server.pid is None
        assert not alive(pid)


async def test_a_second_instance_is_told_which_folder_and_what_to_do(server: EmbeddedServer, tmp_path: Path) -> None:
    await server.start()
    with pytest.raises(NotConfigured) as caught:
        await EmbeddedServer(tmp_path / "data").start()
    assert str(tmp_path / "data") in caught.value.message
    assert "in use" in caught.value.message
    assert "MM_DATA_DIR" in caught.value.message
    assert server.pid is not None


async def test_an_unusable_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for folder in (tmp_path / "file", tmp_path / "file" / "below", Path("/proc/no-such-folder")):
        with pytest.raises(NotConfigured) as caught:
            await EmbeddedServer(folder).start()
        assert str(folder) in caught.value.message
        assert "MM_DATA_DIR" in caught.value.message


async def test_a_folder_that_holds_something_else_is_told_with_the_log(tmp_path: Path) -> None:
    (tmp_path / "mongo").touch()
    with pytest.raises(Unavailable) as caught:
        await EmbeddedServer(tmp_path).start()
    assert str(tmp_path / "mongo.log") in caught.value.message
    assert "\n" not in caught.value.message
    (tmp_path / "mongo").unlink()
    server = EmbeddedServer(tmp_path)
    await server.start()
    await server.close()


@pytest.mark.parametrize("with_kill", [signal.SIGKILL, signal.SIGTERM])
async def test_a_killed_database_comes_back_on_the_same_port_with_its_data(
    server: EmbeddedServer, clock: ManualClock, scope: Scope, with_kill: signal.Signals
) -> None:
    uri = await server.start()
    watch = asyncio.create_task(server.watch())
    database = await connect(uri, clock)
    campaigns = Repository(database, CAMPAIGNS, scope)
    for _ in range(3):
        public_id = new_id("cmp")
        await campaigns.insert(Campaign(campaign_id=public_id, name="kept"))
        first = server.pid
        assert first is not None
        os.kill(first, with_kill)
        await gone(first)
        assert (await patiently(campaigns, public_id)).name == "kept"
        assert server.uri == uri
        assert server.pid not in {None, first}
    await database.close()
    await server.close()
    async with asyncio.timeout(60):
        await watch


async def test_a_killed_owner_leaves_no_orphan_and_a_free_folder(tmp_path: Path) -> None:
    data = tmp_path / "data"
    for _ in range(3):
        owner = await asyncio.create_subprocess_exec(sys.executable, "-c", OWNER, str(data), stdout=-1)
        assert owner.stdout is not None
        database_pid = int(await owner.stdout.readline())
        assert alive(database_pid)
        owner.kill()
        await owner.wait()
        successor = EmbeddedServer(data)
        await successor.start()
        await gone(database_pid)
        await successor.close()
