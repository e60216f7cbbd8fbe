"""An SMTP server on loopback that keeps what it takes: with STARTTLS or TLS, a login, and faults on demand.

aiosmtpd speaks the protocol (RFC 5321, 4954, 3207); here lie the mailbox and what goes wrong.
"""

import asyncio
import ssl
import warnings
from collections import deque
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from itertools import count
from types import TracebackType
from typing import Literal, Self, cast

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from core.clock import Clock, SystemClock
from sandbox.journal import Journal, Row

PLACE = "email"
USERNAME = "bakery"
PASSWORD = "smtp-password-of-the-bakery"  # noqa: S105 - opens nothing but this server


@dataclass(frozen=True, slots=True)
class MailFault:
    """What goes wrong next: a reply in place of the usual one, or the connection cut before or after it counts."""

    at: Literal["recipient", "message"]
    reply: str = ""
    cut: Literal["before", "after"] | None = None
    delay: float = 0.0


class MailServer:
    """Takes mail for anybody from whoever logs in."""

    def __init__(
        self,
        journal: Journal | None = None,
        clock: Clock | None = None,
        *,
        tls: ssl.SSLContext | None = None,
        implicit: bool = False,
        port: int = 0,
    ) -> None:
        self.journal = journal or Journal()
        self.logins = True
        self._clock = clock or SystemClock()
        self._tls, self._implicit, self._port = tls, implicit, port
        self._faults: deque[MailFault] = deque()
        self._numbers = count(len(self.journal.table(PLACE, "posts")) + 1)
        self._server: asyncio.Server | None = None
        self._connections: set[SMTP] = set()

    def add(self, *faults: MailFault) -> None:
        """Script faults."""
        self._faults.extend(faults)

    def published(self) -> list[Row]:
        """Return everything that was taken: ``id`` (the Message-ID), ``to``, ``subject``, ``text``, ``at``."""
        return list(self.journal.table(PLACE, "posts").values())

    def messages(self) -> list[EmailMessage]:
        """Return everything that was taken, as messages."""
        rows = self.published()
        return [message_from_bytes(row["raw"].encode(), policy=default) for row in rows]

    @property
    def port(self) -> int:
        """Where it listens."""
        assert self._server
        return int(self._server.sockets[0].getsockname()[1])

    async def __aenter__(self) -> Self:
        self._server = await asyncio.get_running_loop().create_server(
            self._protocol, "127.0.0.1", self._port, ssl=self._tls if self._implicit else None
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._server:
            self._server.close()
            for connection in list(self._connections):
                _cut(connection)
            await self._server.wait_closed()

    async def handle_RCPT(  # noqa: N802 - the name aiosmtpd calls
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Take a recipient."""
        del session, options
        if reply := await self._suffer(server, "recipient"):
            return reply
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Take a message."""
        del session
        fault = self._next("message")
        if fault and fault.delay:
            await asyncio.sleep(fault.delay)
        if fault and fault.cut == "before":
            _cut(server)
            return "451 cut"
        if fault and fault.reply:
            return fault.reply
        self._keep(envelope)
        if fault and fault.cut == "after":
            _cut(server)
        return "250 Message taken"

    def _keep(self, envelope: Envelope) -> None:
        raw = cast("bytes", envelope.content)
        message = message_from_bytes(raw, policy=default)
        number = str(next(self._numbers))
        row: Row = {
            "id": str(message["Message-ID"]).strip("<>"),
            "to": envelope.rcpt_tos,
            "subject": str(message["Subject"]),
            "text": raw.decode("utf-8", "replace"),
            "raw": raw.decode("utf-8", "replace"),
            "at": self._clock.now().isoformat(),
            "deleted": False,
        }
        self.journal.write(PLACE, "posts", number, row)

    async def _suffer(self, server: SMTP, at: Literal["recipient", "message"]) -> str:
        fault = self._next(at)
        if fault is None:
            return ""
        await asyncio.sleep(fault.delay)
        if fault.cut:
            _cut(server)
        return fault.reply

    def _next(self, at: Literal["recipient", "message"]) -> MailFault | None:
        for index, fault in enumerate(self._faults):
            if fault.at == at:
                del self._faults[index]
                return fault
        return None

    def _protocol(self) -> SMTP:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a login without TLS is what some of these servers are for
            made = self._made()
        self._connections.add(made)
        return made

    def _made(self) -> SMTP:
        return SMTP(
            self,
            hostname="sandbox.example",
            ident="sandbox",
            tls_context=None if self._implicit else self._tls,
            require_starttls=bool(self._tls) and not self._implicit,
            auth_required=True,
            auth_require_tls=bool(self._tls) and not self._implicit,
            authenticator=self._authenticate,
            enable_SMTPUTF8=True,
        )

    def _authenticate(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, given: object
    ) -> AuthResult:
        del server, session, envelope, mechanism
        known = isinstance(given, LoginPassword) and (given.login, given.password) == (
            USERNAME.encode(),
            PASSWORD.encode(),
        )
        return AuthResult(success=known and self.logins, handled=False)


def _cut(server: SMTP) -> None:
    if isinstance(server.transport, asyncio.Transport):
        server.transport.abort()
