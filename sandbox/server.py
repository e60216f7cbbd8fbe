"""The outside world on loopback: twins of the platforms, Slack, Zoho, a telephone and a mail server, on one port."""

from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from aiohttp import web
from pydantic import TypeAdapter

from core.clock import Clock
from sandbox.journal import Journal
from sandbox.mail_server import MailFault, MailServer
from sandbox.platforms.catalogue import TWINS
from sandbox.slack.twin import SlackTwin
from sandbox.telephony import TwilioTwin
from sandbox.twin import LARGEST_BODY, Twin
from sandbox.zoho.twin import ZohoTwin

JPEG_START = b"\xff\xd8\xff\xe0"
MAIL_FAULTS: TypeAdapter[list[MailFault]] = TypeAdapter(list[MailFault])


class Sandbox:
    """Runs the twins and a mail server. With a ``journal`` file they know after a kill what they knew before.

    Below ``/pictures/`` lies a picture under every name.
    """

    def __init__(
        self, journal: Path | None = None, clock: Clock | None = None, port: int = 0, mail_port: int = 0
    ) -> None:
        self._journal = Journal(journal)
        self.twins: Mapping[str, Twin] = {kind.name: kind(self._journal, clock) for kind in TWINS}
        self.slack = SlackTwin(self._journal, clock)
        self.telephone = TwilioTwin(self._journal, clock)
        self.zoho = ZohoTwin(self._journal, clock)
        self.mail = MailServer(self._journal, clock, port=mail_port)
        self._port = port
        self._runner: web.AppRunner | None = None
        self.url = ""

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=LARGEST_BODY)
        app.router.add_get("/email/_control/ledger", self._mail_ledger)
        app.router.add_post("/email/_control/faults", self._mail_faults)
        app.router.add_get("/pictures/{name}", _picture)
        for name, twin in self.twins.items():
            app.add_subapp(f"/{name}", twin.app(f"/{name}"))
        app.add_subapp("/slack", self.slack.app("/slack"))
        app.add_subapp("/zoho", self.zoho.app("/zoho"))
        app.add_subapp("/twilio", self.telephone.app("/twilio"))
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self._port).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        self.slack.url = f"{self.url}/slack"
        await self.mail.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.mail.__aexit__(kind, error, trace)
        await self.slack.close()
        if self._runner:
            await self._runner.cleanup()
        self._journal.close()

    def addresses(self) -> dict[str, str]:
        """Return where each platform is reached, as the product's settings take it."""
        own = {name: f"{self.url}/{name}" for name in (*self.twins, self.slack.name, self.telephone.name)}
        return own | self.zoho.addresses(self.url)

    async def _mail_ledger(self, _: web.Request) -> web.Response:
        return web.json_response({"published": self.mail.published()})

    async def _mail_faults(self, request: web.Request) -> web.Response:
        self.mail.add(*MAIL_FAULTS.validate_json(await request.read()))
        return web.json_response({})


async def _picture(request: web.Request) -> web.Response:
    """Answer with what starts like a JPEG and differs by its name."""
    return web.Response(body=JPEG_START + request.match_info["name"].encode(), content_type="image/jpeg")
