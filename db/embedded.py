"""The embedded database: a MongoDB-wire server run as a child process on a data folder. Its code is never imported.

One server owns a folder: the lock on it is shared with the child, so that it is free only when both are gone.
"""

import asyncio
import fcntl
import logging
import os
import signal
import socket
import sys
from asyncio.subprocess import Process
from contextlib import suppress
from pathlib import Path
from typing import IO

from core.errors import NotConfigured, Unavailable

LOG = logging.getLogger(__name__)

START_SECONDS = 300.0
QUIET_SECONDS = 10.0
STOP_SECONDS = 2.0
LOCK_SECONDS = 1.5
POLL_SECONDS = 0.02
PORT_ATTEMPTS = 3
PAUSES = (0.0, 0.2, 1.0, 3.0)


class EmbeddedServer:
    """Starts, watches and stops the database of one data folder."""

    def __init__(self, data_dir: Path) -> None:
        self._folder = data_dir.absolute()
        self._lock: IO[bytes] | None = None
        self._process: Process | None = None
        self._port = 0
        self._closing = False
        self._durable = True
        self._changing = asyncio.Lock()

    @property
    def pid(self) -> int | None:
        """The process id of the database while it runs."""
        running = self._process is not None and self._process.returncode is None
        return self._process.pid if running and self._process else None

    @property
    def uri(self) -> str:
        """The address of the database; it stays the same over restarts."""
        return f"mongodb://127.0.0.1:{self._port}/"

    @property
    def log_path(self) -> Path:
        """Where the database writes its own log."""
        return self._folder / "mongo.log"

    async def start(self) -> str:
        """Take the folder, start the database and return its address once it answers.

        Raises NotConfigured or Unavailable with one sentence when the folder can't be used, is in use by another
        instance, or the database does not start.
        """
        self._closing = False
        self._prepare()
        await self._take()
        try:
            for _ in range(PORT_ATTEMPTS):
                self._port = _free_port()
                if await self._launch():
                    return self.uri
        except BaseException:
            await self.close()
            raise
        reason = self._last_words()
        await self.close()
        raise Unavailable(f"The embedded database did not start{reason}. Its log is {self.log_path}.")

    async def restart(self, *, durable: bool) -> None:
        """End the database and start it again on the same port, before ``watch``.

        Without ``durable`` a write is acknowledged before it is on disk, which makes an index over many documents
        twenty times faster: ``flush`` the database before it is durable again. What a crash loses meanwhile are the
        last writes, never their order.
        """
        async with self._changing:
            await self._stop()
        self._durable = durable
        if not await self._launch():
            raise Unavailable(f"The embedded database did not start again{self._last_words()}. Try again.")

    async def watch(self) -> None:
        """Start the database again, on the same port, whenever it ends by itself. Runs until ``close``."""
        attempt = 0
        while not self._closing and self._process is not None:
            await self._process.wait()
            if self._closing:
                return
            LOG.warning("The embedded database ended unexpectedly; starting it again.")
            await asyncio.sleep(PAUSES[min(attempt, len(PAUSES) - 1)])
            attempt = 0 if await self._launch() else attempt + 1

    async def close(self) -> None:
        """Stop the database and give the folder back. May be called twice."""
        self._closing = True
        async with self._changing:
            await self._stop()
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def _prepare(self) -> None:
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            probe = self._folder / f".probe-{os.getpid()}"
            probe.touch()
            probe.unlink()
        except OSError as error:
            raise NotConfigured(
                f"The data folder {self._folder} can't be written to ({error.strerror}). "
                "Change its permissions, or set MM_DATA_DIR to another folder."
            ) from error

    async def _take(self) -> None:
        """Lock the folder. A predecessor that was killed a moment ago is given time to vanish."""
        lock = (self._folder / "lock").open("wb")
        for _ in range(int(LOCK_SECONDS / POLL_SECONDS)):
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                await asyncio.sleep(POLL_SECONDS)
            else:
                self._lock = lock
                return
        lock.close()
        raise NotConfigured(
            f"The data folder {self._folder} is in use by another instance. "
            "Stop that one, or set MM_DATA_DIR to another folder."
        )

    async def _launch(self) -> bool:
        """Start the process and wait until it answers; False if it ended, stayed silent or is no longer wanted."""
        async with self._changing:
            if self._closing or self._lock is None:
                return False
            self._process = await self._spawn(self._lock)
        loop = asyncio.get_running_loop()
        began, told = loop.time(), False
        while self._process.returncode is None and loop.time() < began + START_SECONDS:
            if await _answers(self._port):
                return True
            if not told and loop.time() > began + QUIET_SECONDS:
                told = True
                LOG.warning(
                    "The embedded database is still opening its data; with millions of documents it takes a while."
                )
            await asyncio.sleep(POLL_SECONDS)
        await self._stop()
        return False

    async def _spawn(self, lock: IO[bytes]) -> Process:
        with self.log_path.open("ab") as log:
            return await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "db.embedded_child", str(os.getpid())),
                *(sys.executable, str(_program()), "--cache-size", "256M"),
                *(("--sync-on-commit",) if self._durable else ()),
                *("--storage-path", str(self._folder / "mongo"), "--log-level", "WARNING"),
                *("--host", "127.0.0.1", "--port", str(self._port)),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=(lock.fileno(),),
                start_new_session=True,
            )

    async def _stop(self) -> None:
        """End the process: by request, and after a few seconds by force, which loses nothing that was acknowledged."""
        process = self._process
        if process is None or process.returncode is not None:
            return
        with suppress(ProcessLookupError):
            process.send_signal(signal.SIGTERM)
        deadline = asyncio.get_running_loop().time() + STOP_SECONDS
        while process.returncode is None and asyncio.get_running_loop().time() < deadline:
            # It notices the request when its wait for a connection ends: a connection spares two seconds.
            await _answers(self._port)
            await asyncio.sleep(POLL_SECONDS)
        if process.returncode is None:
            with suppress(ProcessLookupError):
                process.kill()
        await process.wait()

    def _last_words(self) -> str:
        with suppress(OSError, IndexError):
            lines = self.log_path.read_text(errors="replace").strip().splitlines()
            return f": {lines[-1][:200]}"
        return ""


def _program() -> Path:
    program = Path(sys.executable).with_name("secantusd-py")
    if not program.exists():
        raise NotConfigured(
            "The embedded database is not installed. Run `make run` again, or set MONGODB_URI to a MongoDB of your own."
        )
    return program


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def _answers(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    with suppress(OSError):
        await writer.wait_closed()
    return True
