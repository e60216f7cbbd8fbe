"""The product as its operator starts it: ``marketing-minds serve`` on a data folder, in a process one can kill."""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Self

from server.cli.places import ADDRESS, OWNER_TOKEN

READY_SECONDS = 180.0
POLL_SECONDS = 0.01
PROGRAM = Path(sys.executable).with_name("marketing-minds")


class Product:
    """One server after another on the same data folder, with the built-in model where there is no model server.

    ``settings`` are added to what it is started with.
    """

    def __init__(self, folder: Path, model_url: str | None = None, settings: Mapping[str, str] | None = None) -> None:
        self.folder = folder
        self._model_url = model_url
        self._settings = dict(settings or {})
        self._process: Process | None = None
        self.pids: set[int] = set()

    @property
    def pid(self) -> int:
        """The process id of the server that was started last."""
        if self._process is None:
            raise RuntimeError("No server was started.")
        return self._process.pid

    @property
    def address(self) -> str:
        """Where the server that runs now is reached."""
        return (self.folder / ADDRESS).read_text().strip()

    @property
    def token(self) -> str:
        """What logs the local owner in."""
        return (self.folder / OWNER_TOKEN).read_text().strip()

    async def launch(self) -> None:
        """Start a server without waiting for it."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        (self.folder / ADDRESS).unlink(missing_ok=True)
        chosen = {
            "MM_DATA_DIR": str(self.folder),
            "MM_PORT": "0",
            "MM_LOG_LEVEL": "INFO",
            "OPENAI_API_KEY": "sk-scripted" if self._model_url else "",
            "OPENAI_BASE_URL": self._model_url or "",
            **self._settings,
        }
        with (self.folder / "server.log").open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *("env", "-u", "MONGODB_URI", *(f"{name}={value}" for name, value in chosen.items())),
                *(str(PROGRAM), "serve"),
                cwd=self.folder,
                stdin=DEVNULL,
                stdout=log,
                stderr=log,
            )
        self.pids.add(self._process.pid)

    async def ready(self) -> None:
        """Wait until the server says that it is; RuntimeError with its last words if it ends instead."""
        async with asyncio.timeout(READY_SECONDS):
            while not (self.folder / ADDRESS).exists():
                if self._process is None or self._process.returncode is not None:
                    words = (self.folder / "server.log").read_text(errors="replace").strip().splitlines()[-3:]
                    raise RuntimeError(f"The server did not start: {' / '.join(words)}")
                await asyncio.sleep(POLL_SECONDS)
        self.pids.update(self.database_pids())

    def database_pids(self) -> list[int]:
        """Return the processes of the embedded database on this folder."""
        wanted = os.fsencode(self.folder / "mongo")
        return [pid for pid, command in _commands() if wanted in command]

    async def kill(self) -> None:
        """End the server as a power cut would."""
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
            await self._process.wait()

    def kill_database(self) -> bool:
        """End the database under the running server; False if there was none."""
        pids = self.database_pids()
        self.pids.update(pids)
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        return bool(pids)

    async def stop(self) -> int:
        """End the server as Ctrl-C does; return its exit code."""
        if self._process is None:
            return 0
        if self._process.returncode is None:
            self._process.send_signal(signal.SIGINT)
        return await self._process.wait()

    async def orphans(self, patience_seconds: float = 3.0) -> list[int]:
        """Return the processes on this folder that outlive the server; the dying ones are given a moment."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + patience_seconds
        while (left := self._left()) and loop.time() < deadline:
            await asyncio.sleep(POLL_SECONDS)
        return left

    def _left(self) -> list[int]:
        wanted = os.fsencode(self.folder)
        ours = {pid for pid, command in _commands() if wanted in command}
        return sorted(ours | {pid for pid, command in _commands() if pid in self.pids and b"serve" in command})


class ModelProcess:
    """A model server in a process of its own, which prints its address when it is ready."""

    def __init__(self, module: str, *arguments: str) -> None:
        self._command = (sys.executable, "-m", module, *arguments)
        self._process: Process | None = None
        self.url = ""

    async def __aenter__(self) -> Self:
        self._process = await asyncio.create_subprocess_exec(*self._command, cwd=Path(__file__).parents[1], stdout=PIPE)
        if self._process.stdout is not None:
            self.url = (await self._process.stdout.readline()).decode().strip()
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._process is not None:
            self._process.kill()
            await self._process.wait()


class PlanningModel(ModelProcess):
    """The model that works by rule; ``pause`` seconds between two words."""

    def __init__(self, pause: float) -> None:
        super().__init__("sandbox.planning_model", "--pause", str(pause))


def _commands() -> list[tuple[int, bytes]]:
    """Return every process that runs with its command line; one that has ended and is not yet gone has none."""
    found: list[tuple[int, bytes]] = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            with suppress(OSError):
                command = (entry / "cmdline").read_bytes()
                if command:
                    found.append((int(entry.name), command))
    return found
