"""The outside world on one port of loopback: every platform's twin below its own name."""

from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from aiohttp import web

from core.clock import Clock
from sandbox.journal import Journal
from sandbox.platforms.catalogue import TWINS
from sandbox.twin import Twin


class Sandbox:
    """Runs the twins. With a ``journal`` file they know after a kill what they knew before."""

    def __init__(self, journal: Path | None = None, clock: Clock | None = None, port: int = 0) -> None:
        self._journal = Journal(journal)
        self.twins: Mapping[str, Twin] = {kind.name: kind(self._journal, clock) for kind in TWINS}
        self._port = port
        self._runner: web.AppRunner | None = None
        self.url = ""

    async def __aenter__(self) -> Self:
        app = web.Application()
        for name, twin in self.twins.items():
            app.add_subapp(f"/{name}", twin.app(f"/{name}"))
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self._port).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._runner:
            await self._runner.cleanup()
        self._journal.close()

    def addresses(self) -> dict[str, str]:
        """Return where each platform is reached, as the product's settings take it."""
        return {name: f"{self.url}/{name}" for name in self.twins}
