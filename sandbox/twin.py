"""What every platform's twin has: its routes, faults on demand, a clock to set, and a ledger of what was published.

A twin answers as the platform's public documentation says. Below ``/_control/`` lies what a platform has not:
``faults``, ``ledger``, ``clock`` and ``figures``.
"""

import secrets
from abc import ABC, abstractmethod
from collections.abc import Mapping
from datetime import datetime
from itertools import count
from typing import Any, ClassVar

from aiohttp import web
from pydantic import AwareDatetime, BaseModel, ConfigDict, TypeAdapter

from core.clock import Clock, ManualClock, SystemClock
from sandbox.faults import Fault, Faults, Handler, suffer
from sandbox.journal import Journal, Row

CONTROL = "/_control/"
LARGEST_BODY = 64 * 1024 * 1024
FAULTS: TypeAdapter[list[Fault]] = TypeAdapter(list[Fault])
FIGURES: TypeAdapter[dict[str, dict[str, int]]] = TypeAdapter(dict[str, dict[str, int]])


class ClockSetting(BaseModel):
    """What time it is in the twin from now on; None: the machine's."""

    model_config = ConfigDict(extra="forbid")

    now: AwareDatetime | None


class Refusal(Exception):
    """An answer that ends a request: raised by handlers, so that checks read as checks."""

    def __init__(self, response: web.Response) -> None:
        super().__init__(response.status)
        self.response = response


class Twin(ABC):
    """A platform on loopback. Subclasses name it and add its routes."""

    name: ClassVar[str]

    def __init__(self, journal: Journal | None = None, clock: Clock | None = None) -> None:
        self.journal = journal or Journal()
        self.faults = Faults()
        self._prefix = ""
        self.requests: list[tuple[str, str]] = []
        self._clock = clock or SystemClock()
        self._numbers = count(len(self.journal.table(self.name, "ids")) + 1)

    @property
    def now(self) -> datetime:
        """What time it is here."""
        return self._clock.now()

    def app(self, prefix: str = "") -> web.Application:
        """Build the application of this twin, to be mounted below ``prefix``."""
        self._prefix = prefix
        app = web.Application(middlewares=[self._entrance], client_max_size=LARGEST_BODY)
        router = app.router
        router.add_post(f"{CONTROL}faults", self._add_faults)
        router.add_delete(f"{CONTROL}faults", self._clear_faults)
        router.add_get(f"{CONTROL}ledger", self._ledger)
        router.add_post(f"{CONTROL}clock", self._set_clock)
        router.add_post(f"{CONTROL}figures", self._set_figures)
        self.add_routes(router)
        return app

    @abstractmethod
    def add_routes(self, router: web.UrlDispatcher) -> None:
        """Add the platform's own paths."""

    def path_of(self, request: web.Request, path: str) -> str:  # noqa: ARG002 - subclasses read it
        """Return what a fault matches a request by: its path, where that says what it is for."""
        return path

    def refusal(self, error: Refusal) -> web.StreamResponse:
        """Return the answer to a refused request; a platform may add headers."""
        return error.response

    def published(self) -> list[Row]:
        """Return everything that was ever published here: ``id``, ``text``, ``at``, ``deleted`` and more."""
        return list(self.rows("posts").values())

    def rows(self, table: str) -> Mapping[str, Row]:
        """Return a table of this twin."""
        return self.journal.table(self.name, table)

    def write(self, table: str, row_id: str, **fields: Any) -> Row:
        """Write a row of this twin."""
        return self.journal.write(self.name, table, row_id, fields)

    def change(self, table: str, row_id: str, **fields: Any) -> Row:
        """Change fields of a row of this twin."""
        return self.journal.change(self.name, table, row_id, **fields)

    def new_number(self, digits: int = 0) -> str:
        """Return a fresh id, as many digits long as the platform's are."""
        number = next(self._numbers)
        self.write("ids", str(number))
        return f"{number + 1}" if not digits else f"1{secrets.randbelow(10**6):06}{number:0{digits - 7}}"

    @web.middleware
    async def _entrance(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        path = request.path.removeprefix(self._prefix)
        if path.startswith(CONTROL):
            return await handler(request)
        path = self.path_of(request, path)
        self.requests.append((request.method, path))
        fault = self.faults.take(request.method, path)
        guarded = self._guarded(handler)
        return await (suffer(fault, request, guarded) if fault else guarded(request))

    def _guarded(self, handler: Handler) -> Handler:
        async def handle(request: web.Request) -> web.StreamResponse:
            try:
                return await handler(request)
            except Refusal as refused:
                return self.refusal(refused)

        return handle

    async def _add_faults(self, request: web.Request) -> web.Response:
        self.faults.add(*FAULTS.validate_json(await request.read()))
        return web.json_response({"coming": len(self.faults)})

    async def _clear_faults(self, _: web.Request) -> web.Response:
        self.faults.clear()
        return web.json_response({"coming": 0})

    async def _ledger(self, _: web.Request) -> web.Response:
        return web.json_response({"published": self.published()})

    async def _set_figures(self, request: web.Request) -> web.Response:
        """Set what is told of posts from now on, by their id, under the platform's own names of figures."""
        told = FIGURES.validate_json(await request.read())
        known = {number: figures for number, figures in told.items() if number in self.rows("posts")}
        for number, figures in known.items():
            self.change("posts", number, metrics={**self.rows("posts")[number].get("metrics", {}), **figures})
        return web.json_response({"posts": len(known)})

    async def _set_clock(self, request: web.Request) -> web.Response:
        wanted = ClockSetting.model_validate_json(await request.read()).now
        self._clock = ManualClock(wanted) if wanted else SystemClock()
        return web.json_response({"now": self.now.isoformat()})
