"""The one way out over HTTP: bounded in time and size, never to private addresses unless allowed, never redirected.

What it raises tells 'nothing was sent' from 'it may have happened'; see ``Call.effect``.
"""

import io
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace, TracebackType
from typing import Any, Self

import aiohttp
from multidict import CIMultiDictProxy
from yarl import URL

from core.clock import Clock
from core.errors import OutcomeUnknown, PlatformError, Rejected, Retryable
from core.json_text import inner_object, json_object
from tools.outside.addresses import PrivateAddress, socket_maker
from tools.outside.contract import Media, RateLimit
from tools.outside.failures import lost, of_status, scrubbed, unreachable, untrusted, wait_of
from tools.outside.fence import confirm_effect, require_effect
from tools.outside.media_links import MediaLinks

CONNECT_SECONDS = 10
LARGEST_ANSWER = 4_000_000
AGENT = "MarketingMinds/0.1"


@dataclass(frozen=True, slots=True)
class Upload:
    """A file in a form."""

    name: str
    data: bytes = field(repr=False)
    file_name: str
    content_type: str


@dataclass(frozen=True, slots=True)
class Call:
    """One request. ``effect``: repeating it could do something twice, so that a lost answer is OutcomeUnknown.

    ``platform`` is its name in messages. ``secrets`` are kept out of them. ``encoded``: the address is to be sent as it
    is, with the percent signs it has. ``largest`` cuts the answer, in bytes. ``of_customer``: a customer
    gave the address, so it is not trusted for lying below one the operator has set; ``of_operator``: the operator gave
    it, so it may lie in a private network. ``patience`` limits the whole call, in seconds.
    """

    platform: str
    method: str
    url: str
    params: Mapping[str, str] = field(default_factory=dict[str, str])
    headers: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)
    json: Any = None
    form: Mapping[str, str] | None = field(default=None, repr=False)
    upload: Upload | None = None
    data: bytes | None = field(default=None, repr=False)
    effect: bool = False
    encoded: bool = False
    largest: int = LARGEST_ANSWER
    secrets: tuple[str, ...] = field(default=(), repr=False)
    of_customer: bool = False
    of_operator: bool = False
    patience: float | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, whatever its status."""

    call: Call
    status: int
    headers: CIMultiDictProxy[str]
    body: bytes
    at: datetime

    @property
    def ok(self) -> bool:
        """Whether the platform says it did what was asked."""
        return 200 <= self.status < 300

    def object(self) -> dict[str, Any]:
        """Return the JSON object; where there should be one and is none, the answer counts as lost."""
        found = json_object(self.body)
        if found is None:
            raise self.nonsense()
        return found

    def nonsense(self) -> PlatformError:
        """The error for an answer that makes no sense."""
        label = self.call.platform
        return lost(label) if self.call.effect else Retryable(f"{label} answered something unreadable. Try again.")

    def failure(self, words: str, *, wait: float | None = None) -> PlatformError:
        """The error for this status; ``words`` are what the platform said."""
        said = scrubbed(words, self.call.secrets)
        asked = wait if wait is not None else wait_of(self.headers, self.at)
        return of_status(self.call.platform, self.status, said, wait=asked, effect=self.call.effect)

    def words(self, *path: str) -> str:
        """Return the text at a path of the JSON answer, without secrets; empty if there is none."""
        value: Any = json_object(self.body)
        for name in path:
            value = inner_object(value).get(name)
        return scrubbed(value, self.call.secrets) if isinstance(value, str) else ""


class Outside:
    """The HTTP client of the house, one a process. ``addresses`` names other base addresses by platform; ``tls`` says
    which certificates are trusted.

    It opens a connection for each call: one kept open may be closed by the other side just when something is sent,
    and then nobody knows what has happened.
    """

    def __init__(
        self,
        clock: Clock,
        *,
        timeout: float = 30.0,
        allow_private: bool = False,
        addresses: Mapping[str, str] | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.clock = clock
        self.tls = tls or ssl.create_default_context()
        self.allow_private = allow_private
        self.timeout = timeout
        self._addresses = dict(addresses or {})
        # Set where platforms can reach this server: then they fetch approved files from here.
        self.media_links: MediaLinks | None = None
        self._limits: dict[tuple[str, str], RateLimit] = {}
        self._sessions: dict[bool, aiohttp.ClientSession] = {}

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Close what is open."""
        while self._sessions:
            _, session = self._sessions.popitem()
            await session.close()

    def base(self, platform: str, default: str) -> str:
        """Return where a platform is reached: at its own address, or the one of the settings."""
        return self._addresses.get(platform, default).rstrip("/")

    def address_of(self, media: Media) -> str:
        """Return where a platform fetches a file: here, where it can reach us and the bytes were checked."""
        return self.media_links.address(media) if self.media_links and media.data else media.url

    def rate_limit(self, platform: str, account_id: str) -> RateLimit | None:
        """Return what the platform last said of an account's limit."""
        return self._limits.get((platform, account_id))

    def keep_rate_limit(self, platform: str, account_id: str, limit: RateLimit | None) -> None:
        """Remember what the platform says of an account's limit."""
        if limit is not None:
            self._limits[platform, account_id] = limit

    async def send(self, call: Call) -> Answer:
        """Send one request and return the whole answer.

        Retryable if nothing was sent; OutcomeUnknown if the answer to something with an effect was lost. An effect has
        to pass the fence it is put behind, before a connection is opened for it and again when there is one.
        """
        if call.effect:
            await confirm_effect()
        try:
            async with self._session(call).request(
                call.method,
                URL(call.url, encoded=call.encoded),
                params=call.params or None,
                headers=call.headers,
                data=_body(call),
                json=call.json,
                allow_redirects=False,
                timeout=self._patience(call),
                trace_request_ctx=call,
            ) as response:
                body = await _limited(response, call.largest)
                return Answer(call, response.status, response.headers, body, self.clock.now())
        except PrivateAddress:
            raise _private(call) from None
        except (aiohttp.InvalidURL, aiohttp.NonHttpUrlClientError):
            raise Rejected(f"{call.platform} has no usable web address. Correct it.") from None
        except aiohttp.ClientConnectorCertificateError:
            raise untrusted(call.platform) from None
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            if isinstance(getattr(error, "os_error", None), PrivateAddress):
                raise _private(call) from None
            raise unreachable(call.platform) from None
        except (aiohttp.ClientError, OSError, TimeoutError):
            # The library's error names the address and headers, which may hold a token: it is not chained.
            raise self._broken_off(call) from None

    def _broken_off(self, call: Call) -> OutcomeUnknown | Retryable:
        if call.effect:
            return lost(call.platform)
        return Retryable(f"{call.platform} did not answer in time. It will be tried again.")

    def _patience(self, call: Call) -> aiohttp.ClientTimeout:
        total = self.timeout * 4 if call.patience is None else call.patience
        connect = min(CONNECT_SECONDS, self.timeout, total)
        return aiohttp.ClientTimeout(total=total, sock_connect=connect, sock_read=min(self.timeout, total))

    def _session(self, call: Call) -> aiohttp.ClientSession:
        """Return the session for a call. Addresses the operator has set are trusted, those of customers are not."""
        ours = not call.of_customer and any(_below(call.url, base) for base in self._addresses.values())
        trusted = self.allow_private or call.of_operator or ours
        session = self._sessions.get(trusted)
        if session is None:
            session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(
                    force_close=True, socket_factory=socket_maker(allow_private=trusted), limit=200, ssl=self.tls
                ),
                headers={"User-Agent": AGENT, "Accept": "application/json"},
                cookie_jar=aiohttp.DummyCookieJar(),
                trust_env=False,
                trace_configs=[_connected()],
            )
            self._sessions[trusted] = session
        return session


def _connected() -> aiohttp.TraceConfig:
    """Return what asks the fence once more when a connection is there and nothing was sent over it yet."""

    async def opened(
        _: aiohttp.ClientSession, context: SimpleNamespace, __: aiohttp.TraceConnectionCreateEndParams
    ) -> None:
        if context.trace_request_ctx.effect:
            require_effect()

    watching = aiohttp.TraceConfig()
    watching.on_connection_create_end.append(opened)
    return watching


def limit_of(headers: Mapping[str, str], names: tuple[str, str, str]) -> RateLimit | None:
    """Read a rate limit from the headers that hold the limit, what remains, and when it starts anew (Unix time)."""
    limit, remaining, reset = (headers.get(name, "") for name in names)
    if not remaining.isdecimal():
        return None
    resets = datetime.fromtimestamp(int(reset[:11]), tz=UTC) if reset.isdecimal() else None
    return RateLimit(int(limit) if limit.isdecimal() else None, int(remaining), resets)


def seconds_until(moment: datetime | None, now: datetime) -> float | None:
    """Return the seconds to a moment, at least one; None for no moment."""
    return None if moment is None else max((moment - now) / timedelta(seconds=1), 1.0)


def _body(call: Call) -> aiohttp.FormData | Mapping[str, str] | io.BytesIO | None:
    if call.upload is None:
        return call.form if call.form is not None or call.data is None else io.BytesIO(call.data)
    form = aiohttp.FormData()
    for name, value in (call.form or {}).items():
        form.add_field(name, value)
    upload = call.upload
    form.add_field(upload.name, io.BytesIO(upload.data), filename=upload.file_name, content_type=upload.content_type)
    return form


async def _limited(response: aiohttp.ClientResponse, largest: int) -> bytes:
    """Read an answer up to a size; what is larger is cut and will not be readable."""
    parts: list[bytes] = []
    size = 0
    async for part in response.content.iter_any():
        parts.append(part)
        size += len(part)
        if size > largest:
            response.close()
            break
    return b"".join(parts)


def _private(call: Call) -> Rejected:
    return Rejected(
        f"The address of {call.platform} lies inside of a private network. Give a public one, or ask the operator "
        "to set MM_ALLOW_PRIVATE_ADDRESSES."
    )


def _below(url: str, base: str) -> bool:
    start = base.rstrip("/")
    return url == start or url.startswith((f"{start}/", f"{start}?"))
