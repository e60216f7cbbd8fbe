"""The commands as people start them: real processes, real ports, a real data folder."""

import asyncio
import os
import signal
import socket
import stat
import sys
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from pathlib import Path
from zipfile import ZipFile

import httpx
import pytest
import pytest_asyncio

from db.encryption import FieldCipher

ROOT = Path(__file__).parents[2]
BRIEF = "We open a second bakery in Leeds on 3 December, 200 visitors, £1,500, local families, Instagram and email."


@dataclass(frozen=True)
class Ended:
    """What a command left behind."""

    code: int
    out: str
    err: str


def environment(folder: Path, **more: str) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}  # noqa: TID251
    return kept | {"MM_DATA_DIR": str(folder), "MM_PORT": "0", "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"} | more


async def start(folder: Path, *arguments: str, **more: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "server.cli.main", *arguments),
        cwd=folder.parent,
        env=environment(folder, **more),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )


async def run(folder: Path, *arguments: str, words: str = "", **more: str) -> Ended:
    process = await start(folder, *arguments, **more)
    out, err = await asyncio.wait_for(process.communicate(words.encode()), 60)
    return Ended(process.returncode or 0, out.decode(), err.decode())


@dataclass(frozen=True)
class Running:
    """A server that is ready, and what it said."""

    process: asyncio.subprocess.Process
    folder: Path
    address: str
    link: str
    said: str


async def ready(folder: Path, **more: str) -> Running:
    process = await start(folder, "serve", **more)
    assert process.stdout is not None
    said = ""
    async with asyncio.timeout(60):
        while "Ctrl-C" not in said:
            line = await process.stdout.readline()
            assert line, (await process.stderr.read()).decode() if process.stderr else said
            said += line.decode()
    address = next(word for word in said.split() if word.startswith("http"))
    link = next(word for word in said.split() if "/login?token=" in word)
    return Running(process, folder, address, link, said)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def server(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Running]:
    """A server several tests talk to; none of them ends it."""
    running = await ready(tmp_path_factory.mktemp("cli") / "data")
    yield running
    running.process.send_signal(signal.SIGTERM)
    await asyncio.wait_for(running.process.communicate(), 30)


@pytest.fixture
async def mortal(tmp_path: Path) -> AsyncGenerator[Running]:
    """A server of one's own, to end as one likes."""
    running = await ready(tmp_path / "data")
    yield running
    if running.process.returncode is None:
        running.process.send_signal(signal.SIGTERM)
    await asyncio.wait_for(running.process.communicate(), 30)


def one_sentence(ended: Ended, *words: str) -> None:
    assert ended.code != 0
    assert "Traceback" not in ended.err
    assert len(ended.err.strip().splitlines()) == 1, ended.err
    for word in words:
        assert word in ended.err


def alive_below(folder: Path) -> list[str]:
    """Return the processes that still work on a data folder."""
    found: list[str] = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            try:
                command = (entry / "cmdline").read_bytes()
            except OSError:
                continue
            if str(folder).encode() in command:
                found.append(command.decode(errors="replace"))
    return found


async def test_serve_says_where_to_go_and_the_link_works_once(server: Running) -> None:
    assert "built-in offline model" in server.said
    assert str(server.folder) in server.said
    token = server.folder / "owner_token"
    for name in ("owner_token", "secret_key", "encryption_key"):
        assert stat.S_IMODE((server.folder / name).stat().st_mode) == 0o600
    async with httpx.AsyncClient(base_url=server.address) as client:
        assert (await client.get(server.link)).headers["location"] == "/"
        assert (await client.get("/api/v1/me")).json()["role"] == "admin"
        client.cookies.clear()
        assert (await client.get(server.link)).headers["location"] == "/?link=used"
        headers = {"Authorization": f"Bearer {token.read_text()}"}
        assert (await client.get("/api/v1/me", headers=headers)).status_code == 200
        assert (await client.get("/readyz")).json()["status"] == "ready"


async def ends_in_order(running: Running, number: signal.Signals) -> None:
    running.process.send_signal(number)
    out, err = await asyncio.wait_for(running.process.communicate(), 30)
    assert running.process.returncode == 0
    assert out.decode().strip() == "Stopped."
    assert err.decode() == ""
    assert alive_below(running.folder) == []
    assert not (running.folder / "address").exists()


async def test_a_killed_server_leaves_no_orphan_and_signals_end_it_in_order(mortal: Running) -> None:
    mortal.process.kill()
    await mortal.process.wait()
    async with asyncio.timeout(10):
        while alive_below(mortal.folder):
            await asyncio.sleep(0.05)
    for number in (signal.SIGINT, signal.SIGTERM):
        await ends_in_order(await ready(mortal.folder), number)


async def test_a_folder_in_use_is_one_sentence(server: Running) -> None:
    one_sentence(await run(server.folder, "serve"), "in use", "MM_DATA_DIR")


async def test_a_taken_port_is_one_sentence(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        one_sentence(await run(tmp_path / "data", "serve", MM_PORT=port), port, "taken", "MM_PORT")


async def test_a_folder_that_can_not_be_written_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    one_sentence(await run(tmp_path / "file", "serve"), "can't be written", "MM_DATA_DIR")


async def test_a_database_that_is_away_is_one_sentence(tmp_path: Path) -> None:
    uri = "mongodb://ada:hunter2@127.0.0.1:1/?serverSelectionTimeoutMS=500"
    ended = await run(tmp_path / "data", "serve", MONGODB_URI=uri)
    one_sentence(ended, "127.0.0.1:1", "MONGODB_URI")
    assert "hunter2" not in ended.err


@pytest.mark.parametrize(
    ("name", "value"),
    [("MM_PORT", "x"), ("MM_ALLOWED_ORIGINS", "x"), ("MM_SECRET_KEY", "short"), ("MM_ENCRYPTION_KEYS", "nonsense")],
)
async def test_a_setting_that_can_not_be_used_is_named(tmp_path: Path, name: str, value: str) -> None:
    one_sentence(await run(tmp_path / "data", "serve", **{name: value}), name)


async def test_chat_takes_a_line_a_turn_and_a_typed_decision(server: Running) -> None:
    words = [
        BRIEF,
        "Yes, plan it and write the posts.",
        "Schedule the Instagram post for 2 December at 9am.",
        "approve",
    ]
    ended = await run(server.folder, "chat", words="\n".join(words) + "\n")
    assert ended.code == 0, ended.err
    for shown in (
        "[Strategist]",
        "· update_brief",
        "[Writer]",
        "· save_draft",
        "Your decision is needed",
        "[Publisher]",
    ):
        assert shown in ended.out
    headers = {"Authorization": f"Bearer {(server.folder / 'owner_token').read_text()}"}
    async with httpx.AsyncClient(base_url=server.address, headers=headers) as client:
        assert len((await client.get("/api/v1/posts")).json()["items"]) == 1


async def test_chat_without_a_server_is_one_sentence(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    one_sentence(await run(folder, "chat", words="Hello\n"), "marketing-minds serve")
    folder.mkdir()
    (folder / "owner_token").write_text("x")
    one_sentence(await run(folder, "chat", "--url", "http://127.0.0.1:1", words="Hello\n"), "127.0.0.1:1")


async def test_doctor_finds_nothing_wrong_and_then_what_is(server: Running) -> None:
    well = await run(server.folder, "doctor")
    assert well.code == 0, well.out
    assert "All is well." in well.out
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        more = {"MM_PORT": port, "OPENAI_API_KEY": "sk-nothing-here", "OPENAI_BASE_URL": "http://127.0.0.1:1/v1"}
        ill = await run(server.folder.parent / "other", "doctor", **more)
    assert ill.code == 1
    assert [line.split(":")[0] for line in ill.out.splitlines() if line.startswith("problem")] == [
        "problem  Port",
        "problem  Model server",
    ]
    assert "sk-nothing" not in ill.out + ill.err


async def test_export_works_with_and_without_a_server_and_a_wrong_key_is_one_sentence(mortal: Running) -> None:
    await run(mortal.folder, "chat", words="Hello\n")
    for name in ("running.zip", "stopped.zip"):
        file = mortal.folder.parent / name
        ended = await run(mortal.folder, "export", str(file))
        assert ended.code == 0, ended.err
        with ZipFile(file) as archive:
            assert b"Hello" in archive.read("messages.json")
        if mortal.process.returncode is None:
            mortal.process.send_signal(signal.SIGTERM)
            await mortal.process.communicate()
    ended = await run(mortal.folder, "serve", MM_ENCRYPTION_KEYS=FieldCipher.new_key())
    one_sentence(ended, "MM_ENCRYPTION_KEYS")
