"""The way out over SMTP: one connection, and for each message a clear word on whether it was taken.

Only the end of the message itself has an effect: what fails before it has sent nothing.
"""

import asyncio
import socket
import ssl
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

import aiosmtplib
from aiosmtplib import SMTP

from core.errors import PlatformError, Rejected
from tools.outside.addresses import PrivateAddress, socket_maker
from tools.outside.failures import busy, closed, lost, refused, scrubbed, unreachable, untrusted
from tools.outside.fence import require_effect
from tools.outside.http import CONNECT_SECONDS, Outside

Security: TypeAlias = Literal["tls", "starttls", "none"]
FOR_GOOD = 500
LOGIN_WANTED = frozenset({530, 534, 535, 538})


@dataclass(frozen=True, slots=True)
class MailServer:
    """A server to hand mail to. ``name`` is how messages call it; one ``of_operator`` may lie in a private network."""

    host: str
    port: int
    security: Security
    username: str = ""
    password: str = field(default="", repr=False)
    name: str = "The mail server"
    of_operator: bool = False

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must not stand in messages."""
        return (self.password,) if self.password else ()


class Sender:
    """An open connection that hands messages over, one by one."""

    def __init__(self, server: MailServer, client: SMTP) -> None:
        self._server = server
        self._client = client

    async def hand_over(self, sender: str, recipient: str, message: bytes) -> None:
        """Hand one message over for one recipient.

        Rejected if it is refused for good, Retryable if it was not taken now, OutcomeUnknown if the last word was lost.
        """
        with _translated(self._server):
            await self._client.rset()
            await self._client.mail(sender, options=["SMTPUTF8"] if _needs_utf8(sender, recipient) else None)
            await self._client.rcpt(recipient)
        require_effect()
        try:
            await self._client.data(message)
        except aiosmtplib.SMTPResponseException as error:
            raise _failure(self._server, error) from None
        except (aiosmtplib.SMTPException, OSError):
            raise lost(self._server.name) from None


@asynccontextmanager
async def connected(outside: Outside, server: MailServer) -> AsyncGenerator[Sender]:
    """Open a connection, secured and logged in as the server is described, and close it at the end."""
    opened = await _socket(outside, server)
    client = SMTP(
        hostname=server.host,
        sock=opened,
        use_tls=server.security == "tls",
        start_tls=server.security == "starttls",
        tls_context=None if server.security == "none" else outside.tls,
        timeout=outside.timeout,
        local_hostname="localhost",
    )
    try:
        with _translated(server):
            await client.connect()
            if server.username:
                await client.login(server.username, server.password)
        yield Sender(server, client)
        with suppress(aiosmtplib.SMTPException, OSError):
            await client.quit(timeout=1)
    finally:
        client.close()
        # The library's own end waits for the other side; the transport closes the socket once nothing comes any more.
        with suppress(OSError):
            opened.shutdown(socket.SHUT_RDWR)
        await asyncio.sleep(0)


async def _socket(outside: Outside, server: MailServer) -> socket.socket:
    """Connect to the first address of the server that answers and may be called."""
    make = socket_maker(allow_private=outside.allow_private or server.of_operator)
    loop = asyncio.get_running_loop()
    try:
        found = await loop.getaddrinfo(server.host, server.port, type=socket.SOCK_STREAM)
    except OSError:
        raise unreachable(server.name) from None
    private = False
    for info in found:
        try:
            opened = make(info)
        except PrivateAddress:
            private = True
            continue
        try:
            async with asyncio.timeout(min(CONNECT_SECONDS, outside.timeout)):
                await loop.sock_connect(opened, info[4])
        except OSError:
            opened.close()
            continue
        except BaseException:
            opened.close()
            raise
        return opened
    if private:
        raise Rejected(
            f"{server.name} lies inside of a private network. Give a public one, or ask the operator to set "
            "MM_ALLOW_PRIVATE_ADDRESSES."
        )
    raise unreachable(server.name)


@contextmanager
def _translated(server: MailServer) -> Generator[None]:
    """Turn what the library raises before a message was handed over into the house's errors."""
    try:
        yield
    except aiosmtplib.SMTPResponseException as error:
        raise _failure(server, error) from None
    except OSError as error:  # so are the library's errors of connections and time
        if isinstance(error, ssl.SSLCertVerificationError) or isinstance(error.__cause__, ssl.SSLCertVerificationError):
            raise untrusted(server.name) from None
        raise unreachable(server.name) from None
    except aiosmtplib.SMTPException:
        raise refused(server.name, "it does not offer what is asked of it (STARTTLS, login or UTF-8).") from None


def _failure(server: MailServer, error: aiosmtplib.SMTPResponseException) -> PlatformError:
    words = scrubbed(error.message, server.secrets)
    if error.code in LOGIN_WANTED:
        return closed(server.name, words)
    if error.code < FOR_GOOD:
        return busy(server.name, words)
    return refused(server.name, words)


def _needs_utf8(*addresses: str) -> bool:
    return not all(address.isascii() for address in addresses)
