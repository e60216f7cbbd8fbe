"""The live feed between processes over a Redis stream, whose entries last a minute."""

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack
from typing import Any, Final

import redis.asyncio
import structlog
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from core.clock import Clock
from core.errors import NotConfigured, Unavailable

log = structlog.get_logger(__name__)

KEPT_SECONDS: Final = 60
WAIT_MS: Final = 5_000
ENTRIES_PER_READ: Final = 200
PAUSE_SECONDS: Final = 1.0
ANSWER_SECONDS: Final = 4.0
AWAY: Final = "The Redis in REDIS_URL does not answer. Start it, or correct the address."


class RedisTransport:
    """Packets are entries of one stream, named after the database the processes share."""

    def __init__(self, url: str, database: str, clock: Clock) -> None:
        self._url = url
        self._clock = clock
        self._stream = f"marketing-minds:{database}:live"
        self._after = ""
        self._task: asyncio.Task[None] | None = None
        self._stack = AsyncExitStack()
        self._client = self._connected(ANSWER_SECONDS)

    def _connected(self, patience: float) -> "redis.asyncio.Redis":
        try:
            client: redis.asyncio.Redis = redis.asyncio.Redis.from_url(  # pyright: ignore[reportUnknownMemberType]
                self._url,
                protocol=2,
                socket_timeout=patience,
                socket_connect_timeout=ANSWER_SECONDS,
                retry=Retry(NoBackoff(), 1),
            )
        except ValueError:
            raise NotConfigured("REDIS_URL is not a usable address. Write it as redis://host:6379/0.") from None
        self._stack.push_async_callback(client.aclose)
        return client

    async def check(self) -> None:
        """Ask for a sign of life; Unavailable if there is none."""
        try:
            await self._newest(self._client)
        except RedisError:
            raise Unavailable(AWAY) from None

    async def start(self, heard: Callable[[bytes], None], missed: Callable[[], None]) -> None:
        """Begin to read at the newest entry; does not wait for a Redis that is away."""
        reading = self._connected(ANSWER_SECONDS + WAIT_MS / 1000)
        try:
            self._after = await self._newest(reading)
        except RedisError:
            log.warning("live feed of other processes is away", reason=AWAY)
        self._task = asyncio.create_task(self._read(reading, heard, missed), name="live feed, reading")

    async def send(self, packet: bytes) -> None:
        """Add an entry, and drop those that everybody has read long ago."""
        oldest = f"{int((self._clock.now().timestamp() - KEPT_SECONDS) * 1000)}-0"
        try:
            async with self._client.pipeline(transaction=False) as pipeline:
                pipeline.xadd(self._stream, {"p": packet}, minid=oldest, approximate=True)
                pipeline.expire(self._stream, KEPT_SECONDS)
                await pipeline.execute()
        except RedisError:
            raise Unavailable(AWAY) from None

    async def stop(self) -> None:
        """Stop reading and close every connection."""
        task, self._task = self._task, None
        while task and not task.done():
            task.cancel()
            await asyncio.wait({task}, timeout=0.1)
        await self._stack.aclose()

    async def _newest(self, client: "redis.asyncio.Redis") -> str:
        entries: Any = await client.xrevrange(self._stream, count=1)
        return entries[0][0].decode() if entries else "0-0"

    async def _read(
        self, client: "redis.asyncio.Redis", heard: Callable[[bytes], None], missed: Callable[[], None]
    ) -> None:
        away = not self._after
        while True:
            try:
                if away:
                    # What was sent meanwhile may be gone, or come from a Redis that began anew.
                    self._after, away = await self._newest(client), False
                    missed()
                found: Any = await client.xread({self._stream: self._after}, count=ENTRIES_PER_READ, block=WAIT_MS)
                for _, entries in found or ():
                    for entry_id, fields in entries:
                        self._after = entry_id.decode()
                        heard(fields[b"p"])
            except RedisError:
                if not away:
                    log.warning("live feed of other processes is away", reason=AWAY)
                away = True
                await asyncio.sleep(PAUSE_SECONDS)
